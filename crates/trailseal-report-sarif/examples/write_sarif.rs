//! Writes the SARIF file of a record: `write_sarif RECORD OUT [LIMIT]`.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter};

use trailseal_model::record::RecordReader;
use trailseal_report_sarif::{MAX_RESULTS, write_most_severe};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (record, out, limit) = match arguments.as_slice() {
        [record, out] => (record, out, MAX_RESULTS),
        [record, out, limit] => (record, out, limit.parse()?),
        _ => return Err("usage: write_sarif RECORD OUT [LIMIT]".into()),
    };
    let lines = RecordReader::new(BufReader::new(File::open(record)?));
    write_most_severe(lines, limit, BufWriter::new(File::create(out)?))?;
    Ok(())
}
