//! What an upload has no room for.

use serde_json::Value;
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;

use super::record::*;
use crate::{MAX_RESULTS, write_most_severe};

#[test]
fn long_messages_are_cut() {
    let long = "word ".repeat(1000);
    let results =
        results(vec![run(), account(&long), finding("key-usable", "fail", "main", &long)]);
    assert!(message(&results[0]).chars().count() < 1500);
}

#[test]
fn beyond_the_limit_the_most_severe_stay_and_one_says_so() {
    let mut lines = vec![run(), gap(Some(ACCOUNT), None, "AssumeRole", "denied")];
    for index in 0..30_000 {
        let control = if index % 3 == 0 { "history-sealed" } else { "trail-kms-encrypted" };
        lines.push(finding(control, "fail", &format!("t{index:05}"), "Fails."));
    }
    let (out, summary) = bytes(lines);
    let log: Value = serde_json::from_slice(&out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!((results.len(), summary.results), (MAX_RESULTS, MAX_RESULTS));
    assert_eq!((summary.failures, summary.not_assessed, summary.left_out), (30_000, 1, 5_002));
    let rules = rules_of(results);
    assert_eq!(rules[0], "results-left-out");
    assert_eq!(
        message(&results[0]),
        "'5002' of '30001' results were left out, because an upload may hold '25000': '5002 note'. Alerts that were left out are missing here, not fixed."
    );
    let count = |rule: &str| rules.iter().filter(|it| **it == rule).count();
    assert_eq!((count("trail-kms-encrypted"), count("scope-not-assessed")), (20_000, 1));
    assert_eq!(count("history-sealed"), MAX_RESULTS - 20_002);
}

#[test]
fn at_the_limit_nothing_is_left_out() {
    let lines = |count: usize| -> Vec<Result<Line, RecordError>> {
        let names = (0..count).map(|it| format!("t{it}"));
        let findings = names.map(|it| finding("key-usable", "fail", &it, "Fails."));
        std::iter::once(run()).chain(findings).map(Ok).collect()
    };
    let summary = |count: usize| write_most_severe(lines(count), 3, Vec::new()).unwrap();
    assert_eq!((summary(3).results, summary(3).left_out), (3, 0));
    assert_eq!((summary(4).results, summary(4).left_out), (3, 2));
}

#[test]
fn many_gaps_are_counted_rather_than_listed() {
    let mut lines = vec![run()];
    lines.extend((0..1500).map(|_| gap(Some(ACCOUNT), None, "AssumeRole", "denied")));
    let run = document(lines);
    let notifications =
        run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().clone();
    assert_eq!(notifications.len(), 1001);
    let last = notifications.last().unwrap()["message"]["text"].as_str().unwrap();
    assert!(last.starts_with("'500' more calls failed"), "{last}");
}
