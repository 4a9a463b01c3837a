//! Samples on their way to the record: they wait in a file, not in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use trailseal_audit::SampleSink;
use trailseal_model::record::v1::{
    SampleLine, SampleSource, SampledCellLine, sample_line, sampled_cell_line,
};
use trailseal_model::{Arn, GapId, Sample, SampledCluster, TrailDescription};

/// Keeps each trail's samples in a file until the record is written.
#[derive(Debug)]
pub struct SampleSpool {
    file: File,
    end: u64,
    trails: BTreeMap<Arn, Kept>,
}

/// Where the lines of one trail lie: begin and length of its cells, and of its samples.
#[derive(Debug, Clone, Copy)]
struct Kept {
    cells: (u64, u64),
    samples: (u64, u64),
}

impl SampleSpool {
    /// A spool in a new file.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path)?;
        Ok(Self { file, end: 0, trails: BTreeMap::new() })
    }

    fn append<T: Serialize>(&mut self, lines: &[T]) -> io::Result<(u64, u64)> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line)?;
            bytes.push(b'\n');
        }
        self.file.write_all(&bytes)?;
        let part = (self.end, bytes.len() as u64);
        self.end += part.1;
        Ok(part)
    }

    fn part<T: DeserializeOwned>(
        &mut self,
        trail: &Arn,
        of: impl Fn(Kept) -> (u64, u64),
    ) -> io::Result<Vec<T>> {
        let Some(kept) = self.trails.get(trail).copied() else { return Ok(Vec::new()) };
        let (start, length) = of(kept);
        self.file.seek(SeekFrom::Start(start))?;
        let part = BufReader::new(&self.file).take(length);
        let lines = serde_json::Deserializer::from_reader(part).into_iter();
        lines.map(|it| it.map_err(io::Error::from)).collect()
    }
}

impl SampleSink for SampleSpool {
    fn keep(
        &mut self,
        trail: &TrailDescription,
        expected_key: Option<&Arn>,
        clusters: &[SampledCluster],
        samples: &[Sample],
        gap_name: &dyn Fn(GapId) -> String,
    ) -> io::Result<()> {
        let bucket = trail.bucket.as_deref().unwrap_or_default();
        let clusters: Vec<SampledCellLine> =
            clusters.iter().map(|cluster| sampled_cell_line(&trail.arn, bucket, cluster)).collect();
        let samples: Vec<SampleLine> = samples
            .iter()
            .map(|sample| sample_line(&trail.arn, expected_key, sample, &gap_name))
            .collect();
        let kept = Kept { cells: self.append(&clusters)?, samples: self.append(&samples)? };
        self.trails.insert(trail.arn.clone(), kept);
        Ok(())
    }
}

impl SampleSource for SampleSpool {
    fn cells(&mut self, trail: &Arn) -> io::Result<Vec<SampledCellLine>> {
        self.part(trail, |it| it.cells)
    }

    fn samples(&mut self, trail: &Arn) -> io::Result<Vec<SampleLine>> {
        self.part(trail, |it| it.samples)
    }
}
