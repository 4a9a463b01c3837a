//! The file as a whole.

use serde_json::{Value, json};
use trailseal_model::{ControlId, GapClass, Operation};
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::{Line, RunLine};
use trailseal_record::{RecordReader, ReportError, report_all};

use super::record::*;
use crate::rule::Rule;
use crate::{FORMAT, FULL_FILE, UPLOAD_FILE};

#[test]
fn with_nothing_to_report_there_is_a_file_with_every_rule() {
    let run = document(Vec::new());
    assert_eq!(run["results"], json!([]));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, Rule::all().map(Rule::id).collect::<Vec<_>>());
    for rule in rules {
        assert!(rule["properties"]["security-severity"].is_string(), "a number is refused");
        assert_eq!(rule["messageStrings"].as_object().unwrap().len(), 1);
    }
    assert_nothing_is_empty(&run, "run");
}

#[test]
fn help_begins_with_the_fix() {
    let run = document(Vec::new());
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        let (text, markdown) = (&rule["help"]["text"], &rule["help"]["markdown"]);
        let (text, markdown) = (text.as_str().unwrap(), markdown.as_str().unwrap());
        assert!(text.starts_with("To fix it, ") && text.ends_with('.'), "{text}");
        assert!(markdown.starts_with("**To fix it, "), "{markdown}");
    }
    let keyless = &run["tool"]["driver"]["rules"][0]["help"];
    let reason = keyless["text"].as_str().unwrap().find(" no_kms_key: ").unwrap();
    let meaning = keyless["text"].as_str().unwrap().find("Fails when").unwrap();
    assert!(reason < meaning);
    let markdown = keyless["markdown"].as_str().unwrap();
    let page = crate::control_page(ControlId::TrailKmsEncrypted).lines().next().unwrap();
    assert!(markdown.find("- `no_kms_key`: ").unwrap() < markdown.find(page).unwrap());
}

#[test]
fn the_tool_names_its_version_and_where_to_read_more() {
    let driver = |version: &str| {
        let run = RunLine { tool_version: version.to_owned(), ..run() };
        document(vec![Line::Run(Box::new(run))])["tool"]["driver"].clone()
    };
    let built = driver("0.1.0-dev+1a2b3c4d5e6f.dirty");
    assert_eq!(built["semanticVersion"], "0.1.0-dev+1a2b3c4d5e6f.dirty");
    assert_eq!(built["version"], built["semanticVersion"]);
    assert!(built["informationUri"].as_str().unwrap().starts_with("https://docs.aws.amazon.com/"));
    assert!(driver("today's").get("semanticVersion").is_none());
}

#[test]
fn the_run_has_what_github_needs() {
    let gap = gap(Some(1), None, Operation::AssumeRole, GapClass::RoleNotAssumable);
    let run = document(vec![Line::Gap(Box::new(gap))]);
    assert_eq!(run["automationDetails"]["id"], "trailseal/o-example0001/20261120T000000Z-5eal");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["startTimeUtc"], "2026-11-20T00:00:00.000Z");
    assert_eq!(invocation["endTimeUtc"], "2026-11-20T00:10:00.000Z");
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 1);
    assert_eq!(notifications[0]["properties"]["class"], "role_not_assumable");
}

#[test]
fn without_an_organization_the_callers_account_is_the_category() {
    let of_account = RunLine { organization_id: None, run_id: "a/b".to_owned(), ..run() };
    let run = document(vec![Line::Run(Box::new(of_account))]);
    assert_eq!(run["automationDetails"]["id"], "trailseal/000000000001/a%2Fb");
}

#[test]
fn wording_changes_no_fingerprint_and_the_same_record_gives_the_same_bytes() {
    let lines = |words: &str| {
        let mut lines = fixture::lines();
        for line in &mut lines {
            match line {
                Line::Finding(finding) => finding.message = words.to_owned(),
                Line::Cause(cause) => {
                    cause.title = words.to_owned();
                    cause.fix.change = words.to_owned();
                }
                _ => {}
            }
        }
        lines
    };
    let text = || texts(lines("One."), crate::limited_to(10));
    assert_eq!(text(), text());
    let fingerprints = |words: &str| -> Vec<Value> {
        let [_, full] = documents(lines(words));
        results_of(&full).into_iter().map(|mut it| it["partialFingerprints"].take()).collect()
    };
    assert_eq!(fingerprints("One."), fingerprints("Another."));
}

#[test]
fn every_file_is_named_and_nothing_else_is_made() {
    assert_eq!(FORMAT.files, [UPLOAD_FILE, FULL_FILE]);
    let record = fixture::record(&fixture::lines());
    let folder = MemoryFolder::default();
    let report = (FORMAT.open)(&folder).unwrap();
    report_all(RecordReader::new(record.as_bytes()), vec![report], &folder).unwrap();
    assert_eq!(folder.files(), [FULL_FILE, UPLOAD_FILE]);
}

#[test]
fn a_record_without_a_run_is_refused() {
    let folder = MemoryFolder::default();
    let mut report = (FORMAT.open)(&folder).unwrap();
    report.add(&account(1, "a")).unwrap();
    let refused = report.finish(&folder).unwrap_err();
    assert!(matches!(refused, ReportError::Contradiction(_)), "{refused}");
    assert_eq!(refused.to_string(), "the record has no run");
    assert!(folder.files().is_empty());
}
