//! Writes `summary.md`, `summary.txt` and `metrics.prom` of a record, or of the record that the tests of
//! reports share: `write_feeds RECORD|fixture FOLDER`. Of the latter the record is written as well.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;

use trailseal_record::{FileName, Folder, RecordReader, fixture, report_all};
use trailseal_report_feeds::{METRICS, SUMMARY, TERMINAL};

/// A folder that exists.
struct Existing(PathBuf);

impl Folder for Existing {
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(BufWriter::new(File::create(self.0.join(file.as_str()))?)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [record, folder] = arguments.as_slice() else {
        return Err("usage: write_feeds RECORD|fixture FOLDER".into());
    };
    let folder = Existing(PathBuf::from(folder));
    let mut record = PathBuf::from(record);
    if record.as_os_str() == "fixture" {
        record = folder.0.join("record.jsonl");
        fs::write(&record, fixture::record(&fixture::lines()))?;
    }
    let formats = [SUMMARY, TERMINAL, METRICS];
    let reports = formats.iter().map(|format| (format.open)(&folder)).collect::<Result<_, _>>()?;
    let lines = RecordReader::new(BufReader::new(File::open(record)?));
    report_all(lines, reports, &folder)?;
    Ok(())
}
