//! Scans that are killed, and scans whose disk fails.

use std::fs;
use std::process::Stdio;

use super::stopped::{Whole, ended, scan_of, slow_simulator, statuses, wait_for, whole};
use crate::program::command;

#[test]
fn what_was_killed_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sim = slow_simulator(folder);
    let Whole { code, statuses: expected, bytes } = whole(folder, &sim);
    let out = folder.join("out");
    let mut flags = vec!["--out", "out", "--seed", "1"];
    // Three times the same scan, which goes on each time.
    for share in [2, 4, 6] {
        let mut child = scan_of(folder, &sim, &flags);
        wait_for(&mut child, &out, bytes * share / 10);
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
    // No file may grow above 8 KiB, which to the program is a disk that takes no more.
    let program = command(folder, &[]).get_program().to_owned();
    let mut limited = command(folder, &[]);
    limited = {
        let mut shell = std::process::Command::new("bash");
        shell.current_dir(folder).env_clear().env("HOME", folder);
        shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "bash"]).arg(program);
        drop(limited);
        shell
    };
    limited.args(["scan", "--out", "out", "--max-in-flight", "6"]).envs(sim.environment());
    let (said, code) = ended(limited.stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(code, Some(74), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.contains("cannot be written") && last.contains("--resume out`"), "{said}");
    let (said, code) = ended(scan_of(folder, &sim, &["--resume", "out"]));
    assert!(code.is_some_and(|code| code < 5), "{said}");
    assert!(folder.join("out/.complete").exists());
}
