//! Reports of the judge's scans, kept for `golden compare`.
//!
//! Ids are the same in every run, because moto draws them with a fixed seed. The names of log objects
//! and every time follow the clock, and which objects are sampled follows their names. So a run whose
//! reports are kept has a clock that stands still: libfaketime sets it in the server, the seed and the
//! program alike. What is left are the port of the server and what every comparison blanks.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Moto, Paths, Stage};
use crate::workspace;

/// The time, in UTC, at which the organization is made.
const SEEDED_AT: &str = "2026-10-15 12:00:00";
/// The time at which moto begins. Its clock moves by a microsecond whenever it is read, which no
/// report shows: moto pages through accounts by the time at which each was made.
const SERVED_AT: &str = "@2026-10-15 12:00:00 i0.000001";
/// The time, in UTC, at which the program scans: after all that moto has delivered.
const SCANNED_AT: &str = "2026-10-15 12:10:00";
/// The draws of a scan whose reports are kept.
const SEED: &str = "1";

/// Where reports are kept, and the clock that this needs.
pub(super) struct Keeper {
    folder: PathBuf,
    /// The library that sets the clock, as the dynamic loader finds it.
    library: String,
}

impl Keeper {
    /// For a folder that does not exist yet; paths are of the folder in which this was started.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        fs::create_dir(&folder)
            .with_context(|| format!("failed to create {}", folder.display()))?;
        let mut faketime = workspace::command("faketime");
        let printed = workspace::stdout(faketime.args([SEEDED_AT, "printenv", "LD_PRELOAD"]))
            .context("--keep stops the clock with libfaketime: install the package faketime")?;
        // More than one thread needs the library's other half.
        let library = printed.trim().replace("libfaketime.so", "libfaketimeMT.so");
        Ok(Self { folder, library })
    }

    /// Stops the clock of moto.
    pub(super) fn stop_for_server(&self, command: &mut Command) {
        self.stop(command, SERVED_AT);
    }

    /// Stops the clock of what builds the organization.
    pub(super) fn stop_for_seed(&self, command: &mut Command) {
        self.stop(command, SEEDED_AT);
    }

    /// Stops the clock of a scan, and fixes its draws.
    pub(super) fn stop_for_scan(&self, command: &mut Command) {
        self.stop(command, SCANNED_AT);
        command.args(["--seed", SEED]);
    }

    fn stop(&self, command: &mut Command, time: &str) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME", time)
            .env("TZ", "UTC")
            // Waiting needs a clock that moves, and files keep their times.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
    }

    /// Keeps the reports of a stage and its calls by operation.
    pub(super) fn keep(&self, place: &Paths, server: &Moto, stage: Stage) -> Result<()> {
        let (from, to) = (place.out(stage), self.folder.join(stage.name()));
        fs::create_dir(&to).with_context(|| format!("failed to create {}", to.display()))?;
        let entries = fs::read_dir(&from).with_context(|| format!("no {}", from.display()))?;
        for entry in entries {
            let path = entry?.path();
            let (Some(name), Some(extension)) = (path.file_name(), path.extension()) else {
                continue;
            };
            if extension == "html" {
                // No comparison reads the page: it is made from the record, as the others are.
                continue;
            }
            let text = fs::read_to_string(&path)
                .with_context(|| format!("failed to read {}", path.display()))?;
            fs::write(to.join(name), without_port(&text, server.port))?;
        }
        let run = fs::read_to_string(to.join("run.json")).context("the scan has no run.json")?;
        Ok(fs::write(to.join("calls.txt"), calls(&run)?)?)
    }
}

/// Without the port that was free when the server began.
fn without_port(text: &str, port: u16) -> String {
    text.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:0")
}

/// The calls of a run by operation, a line for each.
fn calls(run: &str) -> Result<String> {
    let run: serde_json::Value = serde_json::from_str(run).context("run.json is no JSON")?;
    let Some(calls) = run.get("calls").and_then(serde_json::Value::as_object) else {
        bail!("run.json has no `calls`");
    };
    let mut lines = String::new();
    for (operation, count) in calls {
        writeln!(lines, "{operation} {count}")?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_reports_have_no_port_of_their_own() {
        let text = r#"{"url":"http://127.0.0.1:4242","at":"127.0.0.1:4243"}"#;
        let expected = r#"{"url":"http://127.0.0.1:0","at":"127.0.0.1:4243"}"#;
        assert_eq!(without_port(text, 4242), expected);
    }

    #[test]
    fn calls_are_listed_by_operation() {
        let run = r#"{"calls": {"HeadObject": 293, "ListRoots": 1}}"#;
        assert_eq!(calls(run).unwrap(), "HeadObject 293\nListRoots 1\n");
        assert!(calls("{}").is_err());
    }
}
