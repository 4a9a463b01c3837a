//! The whole pipeline without AWS.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::{Ended, cut_off, reports};

fn replay(journal: &Path, out: &Path, flags: &[&str]) -> u8 {
    let words = ["trailseal", "replay"].map(OsString::from).into_iter();
    let words = words.chain([journal.into(), "--out".into(), out.into()]);
    let flags = flags.iter().map(OsString::from);
    trailseal::cli::run(words.chain(flags))
}

fn run_line(out: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(out.join("run.json")).unwrap()).unwrap()
}

/// A process of its own, because the command has a runtime of its own.
async fn replayed(journal: &Path, out: &Path, flags: &'static [&'static str]) -> u8 {
    let (journal, out) = (journal.to_owned(), out.to_owned());
    tokio::task::spawn_blocking(move || replay(&journal, &out, flags)).await.unwrap()
}

#[tokio::test]
async fn a_replay_makes_the_same_reports_and_says_nothing_of_a_re_judging() {
    for name in ["small", "landing-zone"] {
        let whole = Ended::of(name, &[]).await;
        let around = tempfile::tempdir().unwrap();
        let out = around.path().join("again");
        let code = replayed(&whole.out, &out, &[]).await;
        assert_eq!(code, whole.scanned.exit_code);
        assert_eq!(reports(&out), whole.reports(), "{name}");
        assert_eq!(run_line(&out)["rejudged"], Value::Null);
        // The journal itself can be named as well.
        let third = around.path().join("third");
        assert_eq!(replayed(&whole.out.join("journal"), &third, &[]).await, code);
    }
}

#[tokio::test]
async fn other_settings_of_judging_are_a_re_judging_and_every_report_says_so() {
    let whole = Ended::of("small", &[]).await;
    let around = tempfile::tempdir().unwrap();
    let out = around.path().join("stricter");
    replayed(&whole.out, &out, &["--tolerable-rate", "0.001", "--fail-on", "note"]).await;
    let rejudged = &run_line(&out)["rejudged"];
    let keys: Vec<&str> = rejudged["changed_settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| setting["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["fail_on", "tolerable_rate"]);
    for name in ["report.html", "trailseal.sarif", "trailseal.full.sarif", "record.jsonl"] {
        let text = std::fs::read_to_string(out.join(name)).unwrap();
        let says = |text: &str| {
            text.contains("were judged again, with") || text.contains("\"rejudged\":{")
        };
        assert!(says(&text), "{name} does not say that the answers were judged again");
        let before = std::fs::read_to_string(whole.out.join(name)).unwrap();
        assert!(!says(&before), "{name}");
    }
    // Nothing of it is another answer: only what is judged by these settings differs.
    let coverage = |folder: &Path| std::fs::read_to_string(folder.join("coverage.csv")).unwrap();
    assert_eq!(coverage(&out).lines().count(), coverage(&whole.out).lines().count());
}

#[tokio::test]
async fn what_would_change_what_was_asked_is_refused_and_what_is_missing_is_a_gap() {
    let whole = Ended::of("small", &[]).await;
    let around = tempfile::tempdir().unwrap();
    let out = around.path().join("again");
    assert_eq!(replayed(&whole.out, &out, &["--window", "3d"]).await, 2);
    assert!(!out.exists());
    let records = whole.records();
    let manifest = whole.journal().manifest().clone();
    let half = cut_off(around.path(), &manifest, &records[..records.len() / 2]).await;
    let code = replayed(&half, &out, &[]).await;
    assert!([3, 4].contains(&code), "{code}");
    let gaps = std::fs::read_to_string(out.join("gaps.csv")).unwrap();
    assert!(gaps.contains("cancelled"), "{gaps}");
}
