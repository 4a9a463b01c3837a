//! What a program costs in figures that other work on the machine does not change: its instructions
//! and the peak of its heap.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Profile};

const PERF: &[&str] = &["perf", "stat", "--field-separator=,", "--event=instructions:u"];
const CALLGRIND: &[&str] = &["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
const DHAT: &[&str] = &["valgrind", "--tool=dhat", "--dhat-out-file=/dev/null"];

/// Says what is missing before the program is built.
pub(super) fn check_tools() -> Result<()> {
    let mut valgrind = workspace::command("valgrind");
    workspace::stdout(valgrind.arg("--version"))
        .context("instructions and heap are counted by valgrind: install the package valgrind")?;
    Ok(())
}

/// What a run of `bench fanout` cost.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Figures {
    /// Accounts of the organization.
    accounts: u32,
    /// Regions of each account.
    regions: u32,
    /// How the program was built.
    profile: &'static str,
    /// What counted the instructions: the counts of two tools are not alike.
    counted_by: &'static str,
    /// Instructions of the program, without the kernel's.
    instructions: u64,
    /// The most bytes that were allocated at one time.
    heap_peak_bytes: u64,
}

impl Figures {
    /// Runs `bench-fanout` once for each figure, with one worker thread: several search for work, which
    /// costs a different number of instructions in each run.
    pub(super) fn of_fanout(
        program: &Path,
        accounts: u32,
        regions: u32,
        profile: Profile,
    ) -> Result<Self> {
        let run = |tool: &[&str]| said(tool, program, accounts, regions);
        let heap_peak_bytes = read(heap_peak, &run(DHAT)?)?;
        let profile = match profile {
            Profile::Dev => "dev",
            Profile::Release => "release",
        };
        // perf counts nothing where the machine hides its counters, as most virtual ones do.
        let (counted_by, instructions) = match run(PERF).ok().and_then(|text| perf_count(&text)) {
            Some(count) => ("perf", count),
            None => ("callgrind", read(callgrind_count, &run(CALLGRIND)?)?),
        };
        Ok(Self { accounts, regions, profile, counted_by, instructions, heap_peak_bytes })
    }

    /// As one JSON object.
    pub(crate) fn to_json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// As a line.
    pub(super) fn to_line(&self) -> String {
        let Self { accounts, regions, profile, counted_by, instructions, heap_peak_bytes } = self;
        format!(
            "{accounts} accounts x {regions} Regions, {profile} build: {instructions} instructions ({counted_by}), heap peak {heap_peak_bytes} bytes"
        )
    }
}

/// What a tool writes to standard error about a run of the program.
fn said(tool: &[&str], program: &Path, accounts: u32, regions: u32) -> Result<String> {
    let [name, flags @ ..] = tool else { bail!("no tool") };
    let mut command = workspace::command(name);
    command.args(flags).arg(program);
    command.args(["--accounts", &accounts.to_string(), "--regions", &regions.to_string()]);
    let output = command
        .env("TOKIO_WORKER_THREADS", "1")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start {name}"))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{command:?}: {}\n{text}", output.status);
    }
    Ok(text)
}

fn read(figure: impl Fn(&str) -> Option<u64>, text: &str) -> Result<u64> {
    figure(text).with_context(|| format!("valgrind gives no figure:\n{text}"))
}

/// Such as `1234,,instructions:u,…`; `<not supported>` where the machine has no counter.
fn perf_count(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.contains(",instructions:u"))?;
    line.split(',').next()?.parse().ok()
}

/// Such as `==7== Collected : 1234`.
fn callgrind_count(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.split_once("Collected :"))?.1;
    line.trim().parse().ok()
}

/// Such as `==7== At t-gmax: 1,234 bytes in 56 blocks`.
fn heap_peak(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.split_once("At t-gmax:"))?.1;
    line.split_once(" bytes")?.0.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tools_say_is_read() {
        let text = "==7== Callgrind\n==7== Events    : Ir\n==7== Collected : 71234567\n";
        assert_eq!(callgrind_count(text), Some(71_234_567));
        let text = "==7== Total:     9,876,543 bytes in 10 blocks\n\
                    ==7== At t-gmax: 1,234,567 bytes in 56 blocks\n\
                    ==7== At t-end:  0 bytes in 0 blocks\n";
        assert_eq!(heap_peak(text), Some(1_234_567));
        let text = "\n987654,,instructions:u,1000,100.00,,\n";
        assert_eq!(perf_count(text), Some(987_654));
    }

    #[test]
    fn what_was_not_counted_is_no_figure() {
        assert_eq!(perf_count("<not supported>,,instructions:u,0,100.00,,\n"), None);
        assert_eq!(perf_count("<not counted>,,instructions:u,0,0.00,,\n"), None);
        assert_eq!(callgrind_count("==7== Collected :\n"), None);
        assert_eq!(heap_peak("==7== Total: 5 bytes in 1 blocks\n"), None);
    }
}
