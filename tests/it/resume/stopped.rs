//! Scans that are asked to stop, and scans whose time is over.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_tests::sim::scan;

use super::{resumed, with_access};
use crate::program::{Sim, command};
use crate::simulation::{fair, rows};

/// Each answer takes a while, so that there is time to interrupt.
const SLOW: &str = "\n[random_faults]\nlatency_ms = 40\n";

/// A simulator of a small organization whose answers take their time.
pub(super) fn slow_simulator(folder: &Path) -> Sim {
    let text = include_str!("../../../crates/trailseal-sim/scenarios/small.toml");
    let scenario = folder.join("slow.toml");
    fs::write(&scenario, format!("{text}{SLOW}")).unwrap();
    Sim::begin(folder, &[], &["--json", "--scenario", "slow.toml"])
}

/// A scan of it in a process of its own, with few requests at a time.
pub(super) fn scan_of(folder: &Path, sim: &Sim, flags: &[&str]) -> Child {
    let flags = [&["scan", "--max-in-flight", "6"], flags].concat();
    let mut command = command(folder, &flags);
    command.envs(sim.environment()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What a child said, and its exit code.
pub(super) fn ended(child: Child) -> (String, Option<i32>) {
    let output = child.wait_with_output().unwrap();
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

pub(super) fn send(child: &Child, signal: &str) {
    let process = child.id().to_string();
    std::process::Command::new("kill").args(["-s", signal, &process]).status().unwrap();
}

/// The bytes of a folder's journal.
pub(super) fn journaled(out: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(out.join("journal")) else { return 0 };
    let segments = entries.flatten().filter(|it| it.path().extension() == Some("journal".as_ref()));
    segments.map(|segment| segment.metadata().map_or(0, |it| it.len())).sum()
}

/// Waits until a folder's journal has this number of bytes, or the child ends.
pub(super) fn wait_for(child: &mut Child, out: &Path, bytes: u64) {
    let end = Instant::now() + Duration::from_mins(1);
    while journaled(out) < bytes && Instant::now() < end && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Control, subject and status of every finding.
pub(super) fn statuses(out: &Path) -> Vec<[String; 3]> {
    let columns = ["control_id", "resource_arn", "status"];
    let rows = rows(out, "findings.csv").into_iter();
    let mut statuses: Vec<_> = rows.map(|row| columns.map(|name| row[name].clone())).collect();
    statuses.sort();
    statuses
}

/// A scan that nothing interrupts.
pub(super) struct Whole {
    pub(super) code: Option<i32>,
    pub(super) statuses: Vec<[String; 3]>,
    /// Bytes of its journal.
    pub(super) bytes: u64,
}

pub(super) fn whole(folder: &Path, sim: &Sim) -> Whole {
    let flags = ["--out", "whole", "--seed", "1", "--keep-journal"];
    let (said, code) = ended(scan_of(folder, sim, &flags));
    let out = folder.join("whole");
    let whole = Whole { code, statuses: statuses(&out), bytes: journaled(&out) };
    assert!(whole.bytes > 0 && !whole.statuses.is_empty(), "{said}");
    whole
}

#[test]
fn a_signal_ends_a_scan_soon_and_it_can_be_continued() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let Whole { code, statuses: expected, bytes } = whole(folder, &sim);
    for (number, (signal, share)) in
        [("TERM", 0), ("TERM", 1), ("INT", 3), ("TERM", 4), ("INT", 6)].into_iter().enumerate()
    {
        let name = format!("out{number}");
        let out = folder.join(&name);
        let mut child = scan_of(folder, &sim, &["--out", &name, "--seed", "1"]);
        wait_for(&mut child, &out, 1 + bytes * share / 10);
        let asked = Instant::now();
        send(&child, signal);
        let (said, code_then) = ended(child);
        assert!(asked.elapsed() < Duration::from_secs(10));
        assert_eq!(code_then, Some(75), "{said}");
        let last = said.lines().last().unwrap();
        assert!(
            last.contains(&format!(
                "interrupted by SIG{signal}; continue with `trailseal scan --resume {name}`"
            )),
            "{said}"
        );
        assert!(!out.join(".complete").exists() && !out.join(".lock").exists());
        let (said, code_now) = ended(scan_of(folder, &sim, &["--resume", &name]));
        assert_eq!(code_now, code, "{said}");
        assert_eq!(statuses(&out), expected);
    }
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let out = folder.join("out");
    let mut child = scan_of(folder, &sim, &["--out", "out"]);
    wait_for(&mut child, &out, 4000);
    send(&child, "INT");
    let asked = Instant::now();
    send(&child, "INT");
    let (said, code) = ended(child);
    assert_eq!(code, Some(75), "{said}");
    assert!(asked.elapsed() < Duration::from_secs(3), "{said}");
    let (said, code) = ended(scan_of(folder, &sim, &["--resume", "out"]));
    assert!(code.is_some_and(|code| code < 5), "{said}");
}

#[test]
fn without_a_journal_a_signal_says_that_nothing_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let mut child = scan_of(folder, &sim, &["--out", "out", "--no-journal"]);
    // It takes signals from before it takes its folder.
    let is_begun = || folder.join("out/.lock").exists();
    while !is_begun() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    send(&child, "TERM");
    let (said, code) = ended(child);
    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains("no answer was kept; start the scan again"), "{said}");
    assert!(!folder.join("out").exists());
}

/// An organization whose answers take a second each.
fn slow(name: &str) -> Scenario {
    let mut scenario = fair(name);
    scenario.random_faults.latency_ms = 1000;
    scenario
}

#[tokio::test(start_paused = true)]
async fn a_deadline_before_the_accounts_are_listed_is_no_mistake_of_the_user() {
    let scenario = slow("small");
    let simulator = Arc::new(Simulator::of(&scenario));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let flags = with_access(&scenario, &["--deadline", "3s"]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let error = scan(&simulator, &flags, &out).await.unwrap_err().to_string();
    assert!(error.contains("the deadline of 3s came before the accounts were listed"), "{error}");
    let (_, resumed) = resumed(&scenario, &out, &[]).await;
    assert!(resumed.is_ok() || !out.exists(), "{resumed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_reports_that_say_what_was_not_read_and_a_journal_to_go_on_with() {
    let scenario = slow("small");
    let whole = {
        let simulator = Arc::new(Simulator::of(&scenario));
        let folder = tempfile::tempdir().unwrap();
        let flags = with_access(&scenario, &[]);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let out = folder.path().join("out");
        scan(&simulator, &flags, &out).await.unwrap();
        super::reports(&out)
    };
    for deadline in ["20s", "30s"] {
        let simulator = Arc::new(Simulator::of(&scenario));
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let flags = with_access(&scenario, &["--deadline", deadline, "--max-in-flight", "4"]);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let begun = tokio::time::Instant::now();
        let scanned = scan(&simulator, &flags, &out).await.unwrap();
        let most: u64 = deadline.trim_end_matches('s').parse().unwrap();
        assert!(begun.elapsed() <= Duration::from_secs(most), "{:?}", begun.elapsed());
        assert!([3, 4].contains(&scanned.exit_code), "{}", scanned.summary);
        let gaps = rows(&out, "gaps.csv");
        assert!(gaps.iter().any(|gap| gap["class"] == "deadline"), "{gaps:?}");
        assert!(gaps.iter().all(|gap| gap["class"] != "cancelled"), "{gaps:?}");
        assert!(out.join(".complete").exists() && out.join("journal").is_dir());
        let (_, resumed) = resumed(&scenario, &out, &[]).await;
        resumed.unwrap();
        let found = super::reports(&out);
        for (name, report) in &whole {
            // The settings that the run line shows are the only difference.
            if !name.ends_with("json") && !name.ends_with("jsonl") && !name.ends_with("sarif") {
                assert!(found[name] == *report, "{deadline}: {name} differs");
            }
        }
    }
}
