//! Writes both SARIF files of a record: `write_sarif RECORD FOLDER [LIMIT]`.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;

use trailseal_record::{FileName, Folder, RecordReader, report_all};
use trailseal_report_sarif::{MAX_RESULTS, limited_to};

/// A folder that exists.
struct Existing(PathBuf);

impl Folder for Existing {
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(BufWriter::new(File::create(self.0.join(file.as_str()))?)))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (record, folder, limit) = match arguments.as_slice() {
        [record, folder] => (record, folder, MAX_RESULTS),
        [record, folder, limit] => (record, folder, limit.parse()?),
        _ => return Err("usage: write_sarif RECORD FOLDER [LIMIT]".into()),
    };
    let lines = RecordReader::new(BufReader::new(File::open(record)?));
    report_all(lines, vec![limited_to(limit)], &Existing(PathBuf::from(folder)))?;
    Ok(())
}
