//! Samples on their way to the record: they wait in a file, not in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use trailseal_model::Arn;
use trailseal_model::record::v1::{SampleLine, SampleSource};

/// Keeps each trail's samples in a file until the record is written.
#[derive(Debug)]
pub struct SampleSpool {
    file: File,
    end: u64,
    trails: BTreeMap<Arn, (u64, u64)>,
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

    /// Keeps the samples of one trail.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, trail: &Arn, samples: &[SampleLine]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for sample in samples {
            serde_json::to_writer(&mut bytes, sample)?;
            bytes.push(b'\n');
        }
        self.file.write_all(&bytes)?;
        let length = bytes.len() as u64;
        self.trails.insert(trail.clone(), (self.end, length));
        self.end += length;
        Ok(())
    }
}

impl SampleSource for SampleSpool {
    fn samples(&mut self, trail: &Arn) -> io::Result<Vec<SampleLine>> {
        let Some((start, length)) = self.trails.get(trail).copied() else { return Ok(Vec::new()) };
        self.file.seek(SeekFrom::Start(start))?;
        let part = BufReader::new(&self.file).take(length);
        let lines = serde_json::Deserializer::from_reader(part).into_iter();
        lines.map(|it| it.map_err(io::Error::from)).collect()
    }
}
