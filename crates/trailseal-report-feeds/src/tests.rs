//! What the three texts say of whole records.

mod landing_zone;
mod limits;
mod said;

use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::Line;
use trailseal_record::{FileName, RecordReader, report_all};

use crate::{METRICS, METRICS_FILE, SUMMARY, SUMMARY_FILE, TERMINAL, TERMINAL_FILE};

/// The three texts of a record.
struct Made {
    summary: String,
    terminal: String,
    metrics: String,
}

/// The texts of lines that are in the record's order.
fn made(lines: &[Line]) -> Made {
    let folder = MemoryFolder::default();
    let reports = [SUMMARY, TERMINAL, METRICS].map(|format| (format.open)(&folder).unwrap());
    let record = fixture::record(lines);
    report_all(RecordReader::new(record.as_bytes()), reports.into(), &folder).unwrap();
    let text = |file: FileName| folder.text(file);
    Made { summary: text(SUMMARY_FILE), terminal: text(TERMINAL_FILE), metrics: text(METRICS_FILE) }
}

/// The same after a change of the fixture's run.
fn made_of_run(change: impl Fn(&mut trailseal_record::v1::RunLine)) -> Made {
    let mut lines = fixture::lines();
    for line in &mut lines {
        if let Line::Run(run) = line {
            change(run);
        }
    }
    made(&lines)
}

/// The value of the sample that begins with this.
#[track_caller]
fn sample<'a>(metrics: &'a str, beginning: &str) -> &'a str {
    let mut lines = metrics.lines().filter_map(|line| line.strip_prefix(beginning));
    let value = lines.find_map(|rest| rest.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{beginning} is not in {metrics}"))
}

/// The sum of a family's samples, which are whole numbers.
fn sum(metrics: &str, family: &str) -> usize {
    let samples = metrics.lines().filter(|line| line.starts_with(&format!("{family}{{")));
    samples.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

/// The text without its blocks of code.
fn without_code(summary: &str) -> String {
    let mut fence: Option<&str> = None;
    let mut out = String::new();
    for line in summary.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if line == open => fence = None,
            None => {
                out.push_str(line);
                out.push('\n');
            }
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "a block does not end: {summary}");
    out
}
