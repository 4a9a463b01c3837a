//! The instructions and the heap peak of an older and a newer program, as ratios.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Failure;

/// The file in a folder of reports that `cargo xtask golden take --figures` writes, in the form of
/// `cargo xtask bench fanout --instructions --json`.
pub const FIGURES_FILE: &str = "figures.json";

/// What was measured and how: figures of another bench are not compared.
const BENCH: &[&str] = &["accounts", "regions", "profile", "counted_by"];
/// A figure and how many percent above the older one it may be. Two runs of one program differ by far
/// less (`docs/operations/performance.md`).
const LIMITS: &[(&str, u64)] = &[("instructions", 3), ("heap_peak_bytes", 5)];

/// Two programs' figures, compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ratios {
    /// A line for each figure, or why nothing was compared.
    pub lines: Vec<String>,
    /// A line for each figure beyond its limit, and for each difference of what was measured.
    pub beyond: Vec<String>,
}

/// Compares the figures of two folders; they are optional, so a folder without them is a line.
///
/// # Errors
/// When a file of figures is no such file.
pub fn ratios(old: &Path, new: &Path) -> Result<Ratios, Failure> {
    let mut ratios = Ratios::default();
    let mut without = Vec::new();
    for (folder, name) in [(old, "older"), (new, "newer")] {
        if !folder.join(FIGURES_FILE).exists() {
            without.push(name);
        }
    }
    if !without.is_empty() {
        let names = without.join(" and the ");
        ratios.lines.push(format!("{FIGURES_FILE}: not compared, the {names} reports have none"));
        return Ok(ratios);
    }
    let (older, newer) = (read(old)?, read(new)?);
    for field in BENCH {
        let (before, after) = (value(&older, field)?, value(&newer, field)?);
        if before != after {
            ratios.beyond.push(format!("{FIGURES_FILE}: {field} differs: {before}, {after}"));
        }
    }
    for (field, percent) in LIMITS {
        let (before, after) = (figure(&older, field)?, figure(&newer, field)?);
        let line = line_of(field, before, after, *percent);
        let is_beyond = u128::from(after) * 100 > u128::from(before) * u128::from(100 + percent);
        if is_beyond { &mut ratios.beyond } else { &mut ratios.lines }.push(line);
    }
    Ok(ratios)
}

fn line_of(field: &str, before: u64, after: u64, percent: u64) -> String {
    // In ten-thousandths, rounded, because a figure may be too large for a float.
    let ratio = (u128::from(after) * 10_000 + u128::from(before) / 2) / u128::from(before);
    let (whole, part) = (ratio / 10_000, ratio % 10_000);
    format!(
        "{FIGURES_FILE}: {field} {before} -> {after}, {whole}.{part:04} times (limit 1.{percent:02})"
    )
}

fn read(folder: &Path) -> Result<Value, Failure> {
    let file = folder.join(FIGURES_FILE);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}

fn value<'a>(figures: &'a Value, field: &str) -> Result<&'a Value, Failure> {
    figures.get(field).ok_or_else(|| format!("{FIGURES_FILE}: no {field}").into())
}

/// A program without instructions or heap was not measured.
fn figure(figures: &Value, field: &str) -> Result<u64, Failure> {
    let figure = value(figures, field)?.as_u64().filter(|figure| *figure > 0);
    figure.ok_or_else(|| format!("{FIGURES_FILE}: {field} is no figure").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(counted_by: &str, instructions: &str, heap: u64) -> String {
        format!(
            r#"{{"accounts":1000,"regions":17,"profile":"release","counted_by":"{counted_by}","instructions":{instructions},"heap_peak_bytes":{heap}}}"#
        )
    }

    fn compare(old: Option<&str>, new: Option<&str>) -> Result<Ratios, Failure> {
        let folders = [old, new].map(|text| {
            let folder = tempfile::tempdir().unwrap();
            if let Some(text) = text {
                fs::write(folder.path().join(FIGURES_FILE), text).unwrap();
            }
            folder
        });
        ratios(folders[0].path(), folders[1].path())
    }

    fn compare_with(new: &str) -> Ratios {
        compare(Some(&text("callgrind", "1000", 2000)), Some(new)).unwrap()
    }

    #[test]
    fn figures_up_to_the_limits_are_ratios() {
        let ratios = compare_with(&text("callgrind", "1030", 2100));
        let lines = [
            "figures.json: instructions 1000 -> 1030, 1.0300 times (limit 1.03)",
            "figures.json: heap_peak_bytes 2000 -> 2100, 1.0500 times (limit 1.05)",
        ];
        assert_eq!(ratios.lines, lines);
        assert_eq!(ratios.beyond, [""; 0]);
        assert_eq!(compare_with(&text("callgrind", "1", 1)).beyond, [""; 0]);
    }

    #[test]
    fn a_figure_beyond_its_limit_is_refused() {
        let ratios = compare_with(&text("callgrind", "1031", 2000));
        let line = "figures.json: instructions 1000 -> 1031, 1.0310 times (limit 1.03)";
        assert_eq!(ratios.beyond, [line]);
        let ratios = compare_with(&text("callgrind", "1000", 2101));
        let line = "figures.json: heap_peak_bytes 2000 -> 2101, 1.0505 times (limit 1.05)";
        assert_eq!(ratios.beyond, [line]);
    }

    #[test]
    fn figures_of_another_bench_are_refused() {
        let ratios = compare_with(&text("perf", "1000", 2000));
        assert_eq!(ratios.beyond, [r#"figures.json: counted_by differs: "callgrind", "perf""#]);
    }

    #[test]
    fn what_was_not_measured_is_an_error() {
        let old = text("callgrind", "1000", 2000);
        for new in ["{}", "none", &text("callgrind", "0", 2000), &text("callgrind", "-1", 2000)] {
            assert!(compare(Some(&old), Some(new)).is_err(), "{new}");
        }
    }

    #[test]
    fn folders_without_figures_say_that_nothing_was_compared() {
        let old = text("callgrind", "1000", 2000);
        let lines = |old, new| compare(old, new).unwrap().lines;
        let line = "figures.json: not compared, the newer reports have none";
        assert_eq!(lines(Some(&old), None), [line]);
        let line = "figures.json: not compared, the older and the newer reports have none";
        assert_eq!(lines(None, None), [line]);
    }
}
