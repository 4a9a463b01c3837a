//! The file as a whole.

use serde_json::{Value, json};
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;

use super::record::*;
use crate::rule::Rule;
use crate::{SarifError, write_sarif};

#[test]
fn with_nothing_to_report_there_is_a_file_with_every_rule() {
    let run = document(vec![run()]);
    assert_eq!(run["results"], json!([]));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, Rule::all().map(Rule::id).collect::<Vec<_>>());
    for rule in rules {
        let help = &rule["help"];
        assert!(help["text"].as_str().unwrap().ends_with('.') && help["markdown"].is_string());
        assert!(rule["properties"]["security-severity"].is_string(), "a number is refused");
    }
    assert_nothing_is_empty(&run, "run");
}

#[test]
fn the_run_says_what_github_needs() {
    let run = document(vec![run(), gap(Some(ACCOUNT), None, "AssumeRole", "denied")]);
    assert_eq!(run["automationDetails"]["id"], "trailseal/o-1/run-1");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["startTimeUtc"], "2026-11-20T00:00:00.000Z");
    assert_eq!(invocation["endTimeUtc"], "2026-11-20T00:10:00.000Z");
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1);
    assert_eq!(notifications[0]["properties"]["class"], "denied");
}

#[test]
fn without_an_organization_the_callers_account_is_the_category() {
    let Line::Run(mut of_account) = run() else { unreachable!("a run") };
    of_account.organization_id = None;
    of_account.run_id = "a/b".to_owned();
    let run = document(vec![Line::Run(of_account)]);
    assert_eq!(run["automationDetails"]["id"], "trailseal/000000000003/a%2Fb");
}

#[test]
fn order_and_wording_change_no_fingerprint_and_order_changes_no_byte() {
    let lines = |message: &str| {
        let mut lines: Vec<Line> = ["b", "a", "c"]
            .iter()
            .flat_map(|name| {
                ["trail-kms-encrypted", "history-sealed", "key-policy-scoped"]
                    .map(|control| finding(control, "fail", name, message))
            })
            .collect();
        lines.push(gap(Some(ACCOUNT), Some("eu-west-1"), "DescribeTrails", "denied"));
        lines
    };
    let with_run = |mut lines: Vec<Line>, turns: usize| {
        lines.rotate_left(turns);
        lines.insert(0, run());
        lines
    };
    let first = bytes(with_run(lines("One."), 0));
    for turns in 1..10 {
        assert_eq!(bytes(with_run(lines("One."), turns)), first);
    }
    let fingerprints = |message: &str| -> Vec<Value> {
        let results = results(with_run(lines(message), 3));
        results.into_iter().map(|mut it| it["partialFingerprints"].take()).collect()
    };
    assert_eq!(fingerprints("One."), fingerprints("Another."));
}

#[test]
fn a_record_that_cannot_be_told_is_refused() {
    let write = |lines: Vec<Result<Line, RecordError>>| write_sarif(lines, Vec::new());
    assert!(matches!(write(Vec::new()), Err(SarifError::Empty)));
    assert!(matches!(write(vec![Ok(account("a"))]), Err(SarifError::Empty)));
    let cut = write(vec![Ok(run()), Err(RecordError::CutShort(1))]).unwrap_err();
    assert!(cut.to_string().starts_with("the record ends after line 1"), "{cut}");
    let unknown = write(vec![Ok(run()), Ok(finding("new-control", "fail", "a", "b"))]);
    assert!(unknown.unwrap_err().to_string().contains("`new-control`"));
}
