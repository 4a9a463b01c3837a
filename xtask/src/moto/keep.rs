//! Reports of the judge's scans, kept for `golden compare`.
//!
//! Most ids are the same in every run, because moto draws them with a fixed seed. The names of log objects
//! and every time follow the clock, and which objects are sampled follows their names. So a run whose
//! reports are kept has a clock that stands still: libfaketime sets it in the server, the seed and the
//! program alike. What still differs is taken out here, the port of the server, the times of moto's own
//! clock and the ids of keys, and by every comparison what `VOLATILE` names.

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
        let keys = fs::read_to_string(from.join("keys.csv")).context("the scan has no keys.csv")?;
        let keys = key_ids(&keys);
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
            let text = without_moto_times(&without_port(&text, server.port));
            fs::write(to.join(name), with_numbered_keys(&text, &keys))?;
        }
        let run = fs::read_to_string(to.join("run.json")).context("the scan has no run.json")?;
        Ok(fs::write(to.join("calls.txt"), calls(&run)?)?)
    }
}

/// Without the port that was free when the server began.
fn without_port(text: &str, port: u16) -> String {
    text.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:0")
}

/// Without the minutes and seconds of moto's clock, which moves whenever it is read: how often that is
/// differs between two runs. The program's own time is ten minutes later.
fn without_moto_times(text: &str) -> String {
    let mut parts = text.split("T12:0");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_of_time = |byte: u8| byte.is_ascii_digit() || b":.".contains(&byte);
        let time = part.split_once('Z').filter(|(time, _)| {
            ["0:00".len(), "0:00.000".len()].contains(&time.len()) && time.bytes().all(is_of_time)
        });
        if let Some((_, rest)) = time {
            kept.push_str("T12:00:00.000Z");
            kept.push_str(rest);
        } else {
            kept.push_str("T12:0");
            kept.push_str(part);
        }
    }
    kept
}

/// The ids of keys, in the order in which the file names them first.
fn key_ids(keys: &str) -> Vec<&str> {
    const LENGTH: usize = "00000000-0000-0000-0000-000000000000".len();
    let mut ids = Vec::new();
    for id in keys.split(":key/").skip(1).filter_map(|rest| rest.get(..LENGTH)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// With a number for each key's id: moto draws some of them without the seed.
fn with_numbered_keys(text: &str, ids: &[&str]) -> String {
    let mut text = text.to_owned();
    for (number, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("00000000-0000-0000-0000-{number:012}"));
    }
    text
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
    fn kept_reports_have_no_time_of_moto_s_clock_and_all_others() {
        let check = |text: &str, expected: &str| assert_eq!(without_moto_times(text), expected);
        check("at 2026-10-15T12:00:08.123Z,", "at 2026-10-15T12:00:00.000Z,");
        check("2026-11-14T12:01:15Z", "2026-11-14T12:00:00.000Z");
        for same in ["2026-10-15T12:10:00.000Z", "T12:0", "20261009T1200Z_a", "T12:05 in Zurich"] {
            check(same, same);
        }
    }

    #[test]
    fn kept_reports_have_numbers_for_keys() {
        let (one, other) =
            ("9362f47a-017f-4269-a380-6c65fbf086f8", "d91ec78a-df79-427c-879a-c75468ab7efb");
        let keys = format!(
            "arn:aws:kms:x:1:key/{one},arn:aws:kms:x:1:key/{one}\narn:aws:kms:x:2:key/{other}"
        );
        let ids = key_ids(&keys);
        assert_eq!(ids, [one, other]);
        let expected = "key/00000000-0000-0000-0000-000000000001";
        assert_eq!(with_numbered_keys(&format!("key/{other}"), &ids), expected);
        assert!(key_ids("arn:aws:kms:x:1:key/short").is_empty());
    }

    #[test]
    fn calls_are_listed_by_operation() {
        let run = r#"{"calls": {"HeadObject": 293, "ListRoots": 1}}"#;
        assert_eq!(calls(run).unwrap(), "HeadObject 293\nListRoots 1\n");
        assert!(calls("{}").is_err());
    }
}
