//! Which failures share an alert, and that none is lost.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use trailseal_model::{CauseKind, ControlId, Reason, Status};
use trailseal_record::fixture;
use trailseal_record::v1::{CauseLine, FindingLine, Line};

use super::record::*;

/// The organization's trail does not log.
fn stopped() -> CauseLine {
    let arn = fixture::trail_arn(1, "main");
    cause(CauseKind::Trail, arn.as_str(), "not_logging", "Trail 'main' does not log")
}

#[test]
fn one_cause_and_one_subject_are_one_alert_of_the_gravest_control() {
    let key = fixture::disabled_key();
    let results = results(vec![
        boxed(&key),
        because(failed(ControlId::KeyRotationEnabled, "a"), &key),
        because(failed(ControlId::TrailDelivering, "a"), &key),
        because(failed(ControlId::KeyUsable, "a"), &key),
        because(failed(ControlId::KeyUsable, "b"), &key),
        line(failed(ControlId::KeyReadersLimited, "a")),
    ]);
    assert_eq!(rules_of(&results), ["key-usable", "key-usable", "key-readers-limited"]);
    let properties = &results[0]["properties"];
    let also = ["key-rotation-enabled", "trail-delivering"];
    assert_eq!(properties["alsoFails"], serde_json::json!(also));
    assert_eq!(properties["findingsTotal"], 3);
    assert!(
        message(&results[0]).contains(" Also failing: 'key-rotation-enabled, trail-delivering'. ")
    );
    let fingerprint = format!("{}:1", failed(ControlId::KeyUsable, "a").finding_id);
    assert_eq!(results[0]["partialFingerprints"]["primaryLocationLineHash"], fingerprint);
    assert_eq!(results[1]["properties"]["findingsTotal"], 1);
}

#[test]
fn consequences_fold_into_the_alert_of_the_trail_that_is_the_cause() {
    let trail = stopped();
    let mut lines =
        vec![boxed(&trail), because(failed(ControlId::TrailDelivering, "main"), &trail)];
    lines.push(account(2, "Payments"));
    lines.extend((2..=1_001).map(|number| because(uncovered(number), &trail)));
    // It fails for a reason of its own.
    lines.push(line(uncovered(1_002)));
    let results = results(lines);
    assert_eq!(rules_of(&results), ["trail-delivering", "account-covered"]);
    assert_eq!(uri(&results[1]), "aws/000000001002/account.json");
    let folded = &results[0];
    let expected = " Consequences: 'account-covered fails for 1000 accounts: Payments (000000000002), 000000000003, 000000000004, 000000000005, 000000000006 and 995 more'. ";
    assert!(message(folded).contains(expected), "{}", message(folded));
    let properties = &folded["properties"];
    assert_eq!(
        (&properties["findingsTotal"], &properties["consequencesTotal"]),
        (&1_001.into(), &1_000.into())
    );
    assert_eq!(properties["findings"].as_array().unwrap().len(), 100);
    assert_eq!(properties["consequences"][0], "000000000002");
}

#[test]
fn without_an_alert_of_the_cause_each_subject_keeps_its_own() {
    let trail = stopped();
    let accounts = || (2..=4).map(|number| because(uncovered(number), &trail));
    let mut lines = vec![boxed(&trail)];
    lines.extend(accounts());
    assert_eq!(rules_of(&results(lines)), ["account-covered"; 3]);
    // What is accepted hides nothing that is not.
    let mut accepted = failed(ControlId::TrailDelivering, "main");
    accepted.exception_ids = vec![fixture::exception().exception_id];
    let mut lines = vec![
        boxed(&trail),
        Line::Exception(Box::new(fixture::exception())),
        because(accepted, &trail),
    ];
    lines.extend(accounts());
    let [upload, full] = documents(lines);
    assert_eq!(rules_of(&results_of(&upload)), ["account-covered"; 3]);
    let rules = ["account-covered", "account-covered", "account-covered", "trail-delivering"];
    assert_eq!(rules_of(&results_of(&full)), rules);
}

#[test]
fn trails_of_one_key_keep_their_alerts_and_the_first_takes_the_accounts() {
    let key = fixture::disabled_key();
    let results = results(vec![
        boxed(&key),
        because(failed(ControlId::KeyUsable, "b"), &key),
        because(failed(ControlId::KeyUsable, "a"), &key),
        because(uncovered(7), &key),
    ]);
    assert_eq!(rules_of(&results), ["key-usable", "key-usable"]);
    assert_eq!(results[0]["properties"]["consequencesTotal"], 1);
    assert!(results[1]["properties"].get("consequences").is_none());
}

#[test]
fn what_is_not_proven_for_the_same_cause_and_subject_needs_no_alert_of_its_own() {
    let key = fixture::disabled_key();
    let unproven = |name: &str| {
        finding(ControlId::LogObjectsSealed, Status::NotProven, Reason::NoObjects, name)
    };
    let results = results(vec![
        boxed(&key),
        because(failed(ControlId::KeyUsable, "a"), &key),
        because(unproven("a"), &key),
        because(unproven("b"), &key),
    ]);
    assert_eq!(rules_of(&results), ["key-usable", "scope-not-assessed"]);
    assert_eq!(results[0]["properties"]["notProven"], serde_json::json!(["log-objects-sealed"]));
    assert!(message(&results[1]).contains(" Findings not proven: '1' of 'log-objects-sealed'. "));
}

/// How one failure is made: control, subject, cause and whether it is accepted.
type Made = (usize, u64, usize, bool);

fn made((control, subject, cause, is_accepted): Made, causes: &[CauseLine]) -> FindingLine {
    let account = ControlId::AccountCovered;
    let mut finding = match ControlId::ALL[control] {
        control if control == account => uncovered(subject),
        control => failed(control, ["main", "a", "b"][usize::try_from(subject % 3).unwrap()]),
    };
    finding.cause_id = causes.get(cause).map(|cause| cause.cause_id.clone());
    if is_accepted {
        finding.exception_ids = vec![fixture::exception().exception_id];
    }
    finding
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn each_failed_finding_is_counted_in_exactly_one_alert(
        all in prop::collection::vec((0..12_usize, 1..6_u64, 0..5_usize, any::<bool>()), 1..40),
        room in 1..50_usize,
    ) {
        let trail = fixture::trail_arn(1, "main");
        let bucket = cause(CauseKind::Bucket, "logs", "bucket_gone", "Bucket logs is gone");
        let policy = cause(CauseKind::DenyingPolicy, "p", "denied_by_scp", "Policy p denies");
        let other = cause(CauseKind::Trail, trail.as_str(), "events_not_recorded", "Events");
        let causes = [stopped(), bucket, policy, other];
        let findings: BTreeMap<String, FindingLine> = all
            .into_iter()
            .map(|each| made(each, &causes))
            .map(|finding| (finding.finding_id.clone(), finding))
            .collect();
        let mut lines: Vec<Line> = causes.iter().map(boxed).collect();
        lines.push(Line::Run(Box::new(run())));
        lines.push(Line::Exception(Box::new(fixture::exception())));
        lines.extend(findings.values().cloned().map(line));
        let [upload, full] = documents(lines.clone());
        let ids = |document: &serde_json::Value, suppressed: Option<bool>| {
            let mut ids = Vec::new();
            for result in results_of(document) {
                let is_suppressed =
                    result["suppressions"].as_array().is_some_and(|them| !them.is_empty());
                if suppressed.is_none_or(|wanted| wanted == is_suppressed) {
                    let listed = result["properties"]["findings"].as_array().unwrap().clone();
                    let total = result["properties"]["findingsTotal"].as_u64();
                    prop_assert_eq!(total, Some(listed.len() as u64));
                    ids.extend(listed.into_iter().map(|id| id.as_str().unwrap().to_owned()));
                }
            }
            let unique: BTreeSet<String> = ids.iter().cloned().collect();
            prop_assert_eq!(unique.len(), ids.len());
            Ok(unique)
        };
        let of = |is_accepted: bool| -> BTreeSet<String> {
            let wanted = |finding: &&FindingLine| finding.exception_ids.is_empty() != is_accepted;
            findings.values().filter(wanted).map(|finding| finding.finding_id.clone()).collect()
        };
        prop_assert_eq!(ids(&upload, None)?, of(false));
        prop_assert_eq!(ids(&full, Some(false))?, of(false));
        prop_assert_eq!(ids(&full, Some(true))?, of(true));
        // With less room, the rest is counted.
        let [limited, _] = limited(lines, room);
        let counted: u64 = results_of(&limited)
            .iter()
            .filter_map(|result| result["properties"]["findingsTotal"].as_u64())
            .sum();
        let left_out = results_of(&limited).first().map_or(0, |first| {
            let is_limit = first["ruleId"] == "results-left-out";
            let arguments = &first["message"]["arguments"];
            let words = arguments[4].as_str().filter(|_| is_limit).unwrap_or("0 none");
            words.split_once(' ').unwrap().0.parse::<u64>().unwrap()
        });
        prop_assert_eq!(counted + left_out, of(false).len() as u64);
        prop_assert!(results_of(&limited).len() <= room);
    }
}
