//! Writes a page to look at: `rich` (everything that can be on it), `accepted` (the same with
//! exceptions), `empty`, `landing` (1,000 accounts behind one policy), `large` (10,000 accounts x 34
//! Regions), or the page of a record.
//!
//! `cargo run -p trailseal-report-html --example sample -- rich page.html`

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::{env, error, process};

use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, RecordReader, ReportError, report_all};
use trailseal_report_html::FORMAT;

#[path = "../src/tests/fixture/mod.rs"]
mod fixture;

/// Every report goes to one file.
struct OneFile(PathBuf);

impl Folder for OneFile {
    fn create(&self, _: FileName) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(BufWriter::new(File::create(&self.0)?)))
    }
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, page] = arguments.as_slice() else {
        eprintln!(
            "give rich, accepted, empty, landing, large or a record.jsonl, and the page to write"
        );
        process::exit(2);
    };
    let folder = OneFile(page.into());
    match what.as_str() {
        "rich" => write(fixture::rich(), &folder)?,
        "accepted" => write(fixture::accepted(), &folder)?,
        "empty" => write(fixture::empty(), &folder)?,
        "landing" => write(fixture::landing_zone(1_000), &folder)?,
        "large" => write(fixture::large(10_000, 1_000), &folder)?,
        record => {
            let record = RecordReader::new(BufReader::new(File::open(record)?));
            report_all(record, vec![(FORMAT.open)(&folder)?], &folder)?;
        }
    }
    Ok(())
}

fn write(lines: impl IntoIterator<Item = Line>, folder: &OneFile) -> Result<(), ReportError> {
    let mut report = (FORMAT.open)(folder)?;
    for line in lines {
        report.add(&line)?;
    }
    report.finish(folder)
}
