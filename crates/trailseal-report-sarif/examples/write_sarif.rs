//! Writes a SARIF file of a record: `write_sarif RECORD OUT [LIMIT]`, or with what exceptions accept
//! `write_sarif RECORD OUT full`.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter};

use trailseal_model::record::RecordReader;
use trailseal_report_sarif::{MAX_RESULTS, write_full_sarif, write_most_severe};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (record, out, how) = match arguments.as_slice() {
        [record, out] => (record, out, ""),
        [record, out, how] => (record, out, how.as_str()),
        _ => return Err("usage: write_sarif RECORD OUT [LIMIT | full]".into()),
    };
    let lines = RecordReader::new(BufReader::new(File::open(record)?));
    let out = BufWriter::new(File::create(out)?);
    match how {
        "" => write_most_severe(lines, MAX_RESULTS, out)?,
        "full" => write_full_sarif(lines, out)?,
        limit => write_most_severe(lines, limit.parse()?, out)?,
    };
    Ok(())
}
