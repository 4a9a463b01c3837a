//! What an upload has no room for.

use trailseal_model::{ControlId, GapClass, Operation};
use trailseal_record::v1::Line;

use super::record::*;

fn with_run(mut lines: Vec<Line>) -> Vec<Line> {
    lines.push(Line::Run(Box::new(run())));
    lines
}

#[test]
fn long_messages_are_cut() {
    let long = "word ".repeat(1000);
    let mut finding = failed(ControlId::KeyUsable, "main");
    finding.message = long.clone();
    let results = results(vec![account(1, &long), line(finding)]);
    assert!(message(&results[0]).chars().count() < 1700);
}

#[test]
fn beyond_the_limit_the_most_severe_stay_and_one_says_so() {
    let unread = gap(Some(1), None, Operation::AssumeRole, GapClass::RoleNotAssumable);
    let mut lines = with_run(vec![Line::Gap(Box::new(unread))]);
    for index in 0..300 {
        let controls =
            [ControlId::HistorySealed, ControlId::TrailKmsEncrypted, ControlId::KeyUsable];
        lines.push(line(failed(controls[index % 3], &format!("t{index:05}"))));
    }
    let [document, _] = limited(lines, 250);
    let results = results_of(&document);
    assert_eq!(results.len(), 250);
    let rules = rules_of(&results);
    assert_eq!(rules[0], "results-left-out");
    assert_eq!(
        message(&results[0]),
        "'52' of '301' results are left out, because an upload may have '250': '51 note, 1 not assessed'. '51 failed findings' are in no result of this file. Alerts that were left out are missing here, not fixed."
    );
    let count = |rule: &str| rules.iter().filter(|id| **id == rule).count();
    assert_eq!((count("trail-kms-encrypted"), count("key-usable")), (100, 100));
    assert_eq!((count("history-sealed"), count("scope-not-assessed")), (49, 0));
}

#[test]
fn at_the_limit_nothing_is_left_out() {
    let rules = |count: usize| {
        let names = (0..count).map(|number| format!("t{number}"));
        let lines = names.map(|name| line(failed(ControlId::KeyUsable, &name)));
        let [document, _] = limited(with_run(lines.collect()), 3);
        let results = results_of(&document);
        rules_of(&results).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rules(3), ["key-usable"; 3]);
    assert_eq!(rules(4), ["results-left-out", "key-usable", "key-usable"]);
}

#[test]
fn the_full_file_counts_what_is_accepted_too() {
    let control = ControlId::KeyUsable;
    let mut lines = with_run((0..3).map(|it| line(failed(control, &format!("t{it}")))).collect());
    for number in 0..3 {
        let mut accepted = failed(control, &format!("a{number}"));
        accepted.exception_ids = vec!["x".to_owned()];
        lines.push(line(accepted));
    }
    let [upload, full] = limited(lines, 4);
    assert_eq!(rules_of(&results_of(&upload)), ["key-usable"; 3]);
    assert_eq!(results_of(&full).len(), 4);
    let first = results_of(&full)[0].clone();
    assert!(message(&first).starts_with("'3' of '6' results are left out"), "{}", message(&first));
}

#[test]
fn many_gaps_are_counted_rather_than_listed() {
    let gaps = (0..1500_u32).map(|number| {
        let mut gap = gap(Some(1), None, Operation::DescribeKey, GapClass::Denied);
        gap.subject = Some(format!("key {number}"));
        Line::Gap(Box::new(gap))
    });
    let run = document(gaps.collect());
    let notifications =
        run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().clone();
    assert_eq!(notifications.len(), 1001);
    let last = notifications.last().unwrap()["message"]["text"].as_str().unwrap();
    assert_eq!(last, "'500 more requests' had no answer; gaps.csv has all of them.");
}
