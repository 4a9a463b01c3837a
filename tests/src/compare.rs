//! Two runs of one world, compared: only what is declared volatile may differ.

use std::path::Path;

use serde_json::Value;
use trailseal_record::VOLATILE;

use crate::Failure;

/// Whether a report has columns or fields by whose names it can be blanked. Pages and summaries are made
/// from the same record, and have their times and ids in prose.
#[must_use]
pub fn has_columns(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("csv" | "jsonl" | "json" | "sarif"))
}

/// A report with everything volatile blanked, by its columns or field names.
///
/// # Errors
/// When it is not the report that its name says.
pub fn blanked(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    blanked_with(name, bytes, &[])
}

/// The same with these further columns or fields blanked.
///
/// # Errors
/// As [`blanked`].
pub fn blanked_with(name: &str, bytes: &[u8], further: &[&str]) -> Result<String, Failure> {
    let text = std::str::from_utf8(bytes)?;
    let json = |text: &str| -> Result<String, Failure> {
        Ok(format!("{}\n", blanked_json(serde_json::from_str(text)?, further)))
    };
    match Path::new(name).extension().and_then(|it| it.to_str()) {
        Some("csv") => Ok(blanked_csv(text, further)),
        Some("jsonl") => text.lines().map(json).collect(),
        Some("json") => json(text),
        Some("sarif") => blanked_sarif(serde_json::from_str(text)?),
        Some("md" | "txt") => Ok(blanked_lines(text, &["Run ", "Throttled: "])),
        Some("prom") => Ok(blanked_lines(text, &VOLATILE_METRICS)),
        _ => Ok(text.to_owned()),
    }
}

/// The metrics that count calls or tell of the run itself.
const VOLATILE_METRICS: [&str; 12] = [
    "trailseal_run_info",
    "trailseal_run_start",
    "trailseal_run_end",
    "trailseal_run_duration",
    "trailseal_requests",
    "trailseal_throttled",
    "trailseal_simulation_run_info",
    "trailseal_simulation_run_start",
    "trailseal_simulation_run_end",
    "trailseal_simulation_run_duration",
    "trailseal_simulation_requests",
    "trailseal_simulation_throttled",
];

/// The text without the lines that begin with one of these, nor the indented lines below such a line.
fn blanked_lines(text: &str, beginnings: &[&str]) -> String {
    let mut is_left_out = false;
    let mut kept = String::new();
    for line in text.lines() {
        is_left_out = beginnings.iter().any(|beginning| line.starts_with(beginning))
            || (is_left_out && line.starts_with("  "));
        if !is_left_out {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn blanked_json(value: Value, further: &[&str]) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let is_blank = is_blank(&name, further);
                (name, if is_blank { Value::Null } else { blanked_json(value, further) })
            })
            .collect(),
        Value::Array(values) => {
            values.into_iter().map(|value| blanked_json(value, further)).collect()
        }
        other => other,
    }
}

fn is_blank(name: &str, further: &[&str]) -> bool {
    VOLATILE.contains(&name) || further.contains(&name)
}

/// SARIF's own names for the run's id and times and the program's version.
fn blanked_sarif(mut document: Value) -> Result<String, Failure> {
    let places = [
        "/runs/0/invocations/0/startTimeUtc",
        "/runs/0/invocations/0/endTimeUtc",
        "/runs/0/versionControlProvenance/0/asOfTimeUtc",
        "/runs/0/tool/driver/version",
    ];
    for place in places {
        document.pointer_mut(place).ok_or(place)?.take();
    }
    let id = document.pointer_mut("/runs/0/automationDetails/id").ok_or("no automationDetails")?;
    let category =
        id.as_str().and_then(|it| it.rsplit_once('/')).ok_or("no category")?.0.to_owned();
    *id = Value::String(category);
    Ok(document.to_string())
}

/// The cells of made-up worlds hold neither commas in quotes nor line breaks in volatile columns,
/// so a plain split finds the columns; rows with quotes keep their tail as it is.
fn blanked_csv(text: &str, further: &[&str]) -> String {
    let mut lines = text.split("\r\n");
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut blanked = header.join(",");
    for line in lines {
        blanked.push('\n');
        let cells = split_cells(line);
        let shown: Vec<&str> = cells
            .iter()
            .zip(&header)
            .map(|(cell, column)| if is_blank(column, further) { "" } else { cell })
            .collect();
        blanked.push_str(&shown.join(","));
    }
    blanked
}

/// Cells of one line without line breaks inside, quoted commas respected.
fn split_cells(line: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (index, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                cells.push(&line[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    cells.push(&line[start..]);
    cells
}
