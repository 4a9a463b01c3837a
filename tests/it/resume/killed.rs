//! Scans that are killed, and scans whose disk fails.

use std::fs;
use std::process::Stdio;

use super::stopped::{Whole, ended, scan_of, slow_simulator, statuses, wait_for, whole};
use crate::machine::with_small_files;

/// How often: three times, or as often as `cargo xtask judge --slow` says.
fn kills() -> u64 {
    std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}

const KILLS: &str = "TRAILSEAL_TESTS_KILLS";

#[test]
fn what_was_killed_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let Whole { code, statuses: expected, bytes } = whole(folder, &sim);
    let out = folder.join("out");
    let mut flags = vec!["--out", "out", "--seed", "1"];
    // The same scan each time, which goes on from where it was killed.
    let kills = kills();
    for kill in 1..=kills {
        let mut child = scan_of(folder, &sim, &flags);
        wait_for(&mut child, &out, bytes * kill * 6 / (kills * 10));
        child.kill().unwrap();
        let (said, code) = ended(child);
        assert_eq!(code, None, "it had ended before it was killed: {said}");
        flags = vec!["--resume", "out"];
    }
    let again = ended(scan_of(folder, &sim, &["--out", "out"]));
    assert_eq!(again.1, Some(2), "{}", again.0);
    assert!(again.0.contains("`trailseal scan --resume out`"), "{}", again.0);
    let (said, code_now) = ended(scan_of(folder, &sim, &flags));
    assert_eq!(code_now, code, "{said}");
    assert!(said.contains("of its journal"), "{said}");
    assert_eq!(statuses(&out), expected);
    assert!(!out.join(".lock").exists() && out.join(".complete").exists());
}

#[test]
fn a_torn_frame_is_named_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let out = folder.join("out");
    let mut child = scan_of(folder, &sim, &["--out", "out"]);
    wait_for(&mut child, &out, 6000);
    child.kill().unwrap();
    ended(child);
    let segment = out.join("journal/000001-000001.journal");
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() - 5]).unwrap();
    let (said, code) = ended(scan_of(folder, &sim, &["--resume", "out"]));
    assert!(said.contains("warning: ") && said.contains("000001-000001.journal"), "{said}");
    assert!(said.contains("is asked again"), "{said}");
    assert!(code.is_some_and(|code| code < 5), "{said}");
}

#[test]
fn a_full_disk_ends_a_scan_with_74_and_it_goes_on_once_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let mut limited = with_small_files(folder, &["scan", "--out", "out", "--max-in-flight", "6"]);
    let limited = limited.envs(sim.environment()).stderr(Stdio::piped()).spawn().unwrap();
    let (said, code) = ended(limited);
    assert_eq!(code, Some(74), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.contains("cannot be written") && last.contains("--resume out`"), "{said}");
    let (said, code) = ended(scan_of(folder, &sim, &["--resume", "out"]));
    assert!(code.is_some_and(|code| code < 5), "{said}");
    assert!(folder.join("out/.complete").exists());
}
