//! Writes a page to look at: `rich` (everything that can be on it), `accepted` (the same with
//! exceptions), `empty`, `large` (10,000 accounts x 34 Regions), or the page of a record.
//!
//! `cargo run -p trailseal-report-html --example sample -- rich page.html`

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::{env, error, process};

use trailseal_model::record::RecordReader;
use trailseal_report_html::write_page;

#[path = "../src/tests/fixture/mod.rs"]
mod fixture;

fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [what, page] = arguments.as_slice() else {
        eprintln!("give rich, accepted, empty, large or a record.jsonl, and the page to write");
        process::exit(2);
    };
    let out = BufWriter::new(File::create(page)?);
    match what.as_str() {
        "rich" => write_page(fixture::rich().into_iter().map(Ok), out)?,
        "accepted" => write_page(fixture::accepted().into_iter().map(Ok), out)?,
        "empty" => write_page(fixture::empty().into_iter().map(Ok), out)?,
        "large" => write_page(fixture::large(10_000, 1_000).map(Ok), out)?,
        record => write_page(RecordReader::new(BufReader::new(File::open(record)?)), out)?,
    }
    Ok(())
}
