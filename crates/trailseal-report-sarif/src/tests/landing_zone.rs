//! A landing zone of 1,000 accounts behind a policy that denies Regions: the default of many
//! organizations.

use trailseal_model::{CauseKind, ControlId, GapClass, Operation, Outcome, Reason, Status};
use trailseal_record::fixture::{self, id};
use trailseal_record::v1::{CauseLine, CoverageLine, FindingLine, Line};

use super::record::*;

const ACCOUNTS: u64 = 1_000;
const REGIONS: [&str; 8] = [
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ca-central-1",
    "eu-north-1",
    "eu-south-2",
    "me-south-1",
    "sa-east-1",
];

fn unread(number: u64, cause: &CauseLine) -> Vec<Line> {
    let mut lines = vec![account(number, &format!("member {number}"))];
    for name in REGIONS {
        for operation in [Operation::DescribeTrails, Operation::ListEventDataStores] {
            let mut gap = gap(Some(number), Some(name), operation, GapClass::DeniedByScp);
            gap.cause_id = Some(cause.cause_id.clone());
            lines.push(Line::Gap(Box::new(gap)));
        }
        lines.push(Line::Coverage(Box::new(CoverageLine {
            account_id: id(number),
            outcome: Outcome::NotEvaluated,
            reason_code: Some(GapClass::DeniedByScp),
            gap_id: Some("1".to_owned()),
            ..fixture::coverage(number, name)
        })));
    }
    let (control, reason) = (ControlId::AccountCovered, Reason::CoverageUnread);
    let subject = id(number).to_string();
    let covered = fixture::finding(control, &subject, Status::NotProven, reason);
    lines.push(because(covered, cause));
    lines
}

/// The accounts, and the few things that fail in such an organization.
fn lines() -> Vec<Line> {
    let policy = fixture::region_deny();
    let key = fixture::disabled_key();
    let young = cause(CauseKind::Time, "deliveries", "no_objects", "Nothing was delivered yet");
    let mut lines: Vec<Line> = (1..=ACCOUNTS).flat_map(|number| unread(number, &policy)).collect();
    lines.extend([&policy, &key, &young].map(boxed));
    lines.push(Line::Run(Box::new(run())));
    lines.push(because(failed(ControlId::HistorySealed, "audit"), &young));
    lines.push(because(failed(ControlId::KeyRotationEnabled, "audit"), &key));
    let unproven = |control| {
        let line: FindingLine = finding(control, Status::NotProven, Reason::NoObjects, "young");
        because(line, &young)
    };
    lines.push(unproven(ControlId::LogObjectsSealed));
    lines
}

#[test]
fn a_policy_that_denies_regions_is_one_alert_and_comes_after_every_failure() {
    let [text, _] = texts(lines(), crate::limited_to(crate::MAX_RESULTS));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let results = results_of(&document["runs"][0]);
    assert!(results.len() <= 8, "{}", results.len());
    let rules = rules_of(&results);
    let expected =
        ["key-rotation-enabled", "history-sealed", "scope-not-assessed", "scope-not-assessed"];
    assert_eq!(rules, expected);
    assert!(results.iter().all(|result| uri(result) != "aws/000000000999/account.json"));
    let of_policy = results.iter().find(|result| message(result).contains("p-deny0001")).unwrap();
    assert_eq!(uri(of_policy), "aws/o-example0001/organization.json");
    let start = "Not assessed: 'Service control policy p-deny0001 denies cloudtrail:DescribeTrails'. In '1000 accounts': 'member 1 (000000000001), member 2 (000000000002), member 3 (000000000003), member 4 (000000000004), member 5 (000000000005) and 995 more'. In '8 Regions': 'af-south-1, ap-east-1, ap-south-2, ca-central-1, eu-north-1 and 3 more'. Without an answer: '16000 requests' of 'DescribeTrails, ListEventDataStores'. Findings not proven: '1000' of 'account-covered'. Alerts that depend on this are missing here, not fixed. Fix: 'Exempt cloudtrail:DescribeTrails from policy p-deny0001'. Add '[\"cloudtrail:DescribeTrails\",\"";
    assert!(message(of_policy).starts_with(start), "{}", message(of_policy));
    // Apart from notifications, of which the first 1,000 are kept, it is a small file.
    assert!(text.len() < 900_000, "{}", text.len());
}

#[test]
fn the_score_of_what_was_not_assessed_is_below_every_failure() {
    let document = document(lines());
    let rules = document["tool"]["driver"]["rules"].as_array().unwrap();
    let score = |rule: &serde_json::Value| -> f64 {
        rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap()
    };
    let is_scope = |rule: &&serde_json::Value| rule["id"] == "scope-not-assessed";
    let not_assessed = rules.iter().find(is_scope).unwrap();
    assert_eq!(not_assessed["defaultConfiguration"]["level"], "note");
    for rule in rules.iter().filter(|rule| !is_scope(rule)) {
        assert!(score(rule) > score(not_assessed), "{}", rule["id"]);
    }
}
