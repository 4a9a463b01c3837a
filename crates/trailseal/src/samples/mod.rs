//! Examined objects on their way to the record: they wait in a file, not in memory. They are judged
//! when all trails are known; until then the file has what was read, and nothing else.

mod codec;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use trailseal_audit::SampleSink;
use trailseal_evaluator::{ExaminedObject, ObjectClass, sample};
use trailseal_model::{Arn, Sample, SampledCluster};
use trailseal_record::v1::{SampleSource, SampledClusterLine, sampled_cluster_line};

use codec::{Decoder, Encoder, Named};

/// Keeps each trail's examined objects in a file until the record is written.
#[derive(Debug)]
pub struct SampleSpool {
    file: File,
    end: u64,
    trails: BTreeMap<Arn, Kept>,
    named: Named,
}

/// A part of the file: its begin and length in bytes.
type Part = (u64, u64);

/// What is kept of one trail.
#[derive(Debug)]
struct Kept {
    clusters: Part,
    /// The bucket's name, then the objects.
    objects: Part,
    /// What the objects show, once that is judged: two bytes each.
    judged: Option<Box<[ObjectClass]>>,
}

impl SampleSpool {
    /// A spool in a new file.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path)?;
        Ok(Self { file, end: 0, trails: BTreeMap::new(), named: Named::default() })
    }

    fn bucket_and_objects(&mut self, trail: &Arn) -> io::Result<(String, Vec<ExaminedObject>)> {
        let Some(part) = self.trails.get(trail).map(|kept| kept.objects) else {
            return Ok((String::new(), Vec::new()));
        };
        let bytes = self.bytes(part)?;
        let mut decoder = Decoder { bytes: &bytes, named: &self.named };
        let bucket = decoder.text()?.to_owned();
        let objects = std::iter::from_fn(|| decoder.object().transpose());
        Ok((bucket, objects.collect::<io::Result<_>>()?))
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<Part> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(bytes)?;
        let part = (self.end, bytes.len() as u64);
        self.end += part.1;
        Ok(part)
    }

    fn bytes(&mut self, (start, length): Part) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        (&self.file).take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl SampleSink for SampleSpool {
    fn keep(
        &mut self,
        trail: &Arn,
        bucket: &str,
        clusters: &[SampledCluster],
        objects: &[ExaminedObject],
    ) -> io::Result<()> {
        let clusters: Vec<SampledClusterLine> =
            clusters.iter().map(|cluster| sampled_cluster_line(trail, bucket, cluster)).collect();
        let clusters = self.append(&lines(&clusters)?)?;
        let mut encoder = Encoder { bytes: Vec::new(), named: &mut self.named };
        encoder.text(bucket);
        for object in objects {
            encoder.object(object);
        }
        let objects = encoder.bytes;
        let kept = Kept { clusters, objects: self.append(&objects)?, judged: None };
        self.trails.insert(trail.clone(), kept);
        Ok(())
    }

    fn objects(&mut self, trail: &Arn) -> io::Result<Vec<ExaminedObject>> {
        Ok(self.bucket_and_objects(trail)?.1)
    }

    fn judge(&mut self, trail: &Arn, classes: Vec<ObjectClass>) {
        if let Some(kept) = self.trails.get_mut(trail) {
            kept.judged = Some(classes.into());
        }
    }
}

impl SampleSource for SampleSpool {
    fn clusters(&mut self, trail: &Arn) -> io::Result<Vec<SampledClusterLine>> {
        let Some(part) = self.trails.get(trail).map(|kept| kept.clusters) else {
            return Ok(Vec::new());
        };
        let (start, length) = part;
        self.file.seek(SeekFrom::Start(start))?;
        read_lines(BufReader::new(&self.file).take(length))
    }

    fn samples(&mut self, trail: &Arn) -> io::Result<Vec<Sample>> {
        let (bucket, objects) = self.bucket_and_objects(trail)?;
        let judged = self.trails.get(trail).and_then(|kept| kept.judged.as_deref());
        let classes = judged.unwrap_or_default();
        if classes.len() != objects.len() {
            return Err(io::Error::other("an examined object was not judged"));
        }
        let rows = objects.into_iter().zip(classes).zip(0u32..);
        Ok(rows.map(|((object, class), number)| sample(&bucket, object, *class, number)).collect())
    }
}

fn lines<T: Serialize>(lines: &[T]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, line)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

fn read_lines<T: DeserializeOwned>(part: impl io::Read) -> io::Result<Vec<T>> {
    let lines = serde_json::Deserializer::from_reader(part).into_iter();
    lines.map(|line| line.map_err(io::Error::from)).collect()
}
