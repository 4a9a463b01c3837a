//! Writes the answers of a journal again, reads them, and says what each took: the journal alone, in a
//! program that builds in a minute.
//!
//! `cargo run --release -p trailseal-journal --example again -- JOURNAL NEW-FOLDER`

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use futures::executor::block_on;
use trailseal_journal::{EndReason, Journal, Writer};

/// User and system time of this process, in hundredths of a second; Linux only.
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| -> Result<u64, Box<dyn Error>> {
        Ok(fields.get(index).ok_or("a field is missing")?.parse()?)
    };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
#[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("a journal's folder and a new folder are needed".into());
    };
    let journal = Journal::read(Path::new(&from))?;
    let records: Vec<_> = journal.records().collect();
    let count = records.len() as f64;
    let micros = |since: Duration| -> Result<f64, Box<dyn Error>> {
        Ok(cpu_time()?.saturating_sub(since).as_secs_f64() * 1e6 / count)
    };

    let begun = cpu_time()?;
    let writer = Writer::begin(Path::new(&to), journal.manifest())?;
    block_on(async {
        for (question, result) in &records {
            writer.append(question, result).await;
        }
    });
    writer.seal(EndReason::Complete)?;
    let written = micros(begun)?;

    let begun = cpu_time()?;
    let again = Journal::read(Path::new(&to))?;
    let indexed = micros(begun)?;

    let begun = cpu_time()?;
    for (question, result) in &records {
        if again.get(question).as_ref() != Some(result) {
            return Err("an answer is not as it was written".into());
        }
    }
    let found = micros(begun)?;
    let bytes = writer.bytes_written() as f64;
    println!(
        "{count} answers, {bytes} bytes ({:.1} an answer); CPU of an answer: {written:.2} us to write, {indexed:.2} us to index, {found:.2} us to find",
        bytes / count
    );
    Ok(())
}
