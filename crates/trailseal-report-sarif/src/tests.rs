//! The file as GitHub sees it: written from record lines, read back as JSON.

use serde_json::{Value, json};
use trailseal_model::digest::short_hash;
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;
use trailseal_model::{ControlId, Severity};

use crate::rule::Rule;
use crate::{MAX_RESULTS, SarifError, SarifSummary, write_most_severe, write_sarif};

const ACCOUNT: &str = "000000000001";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";

fn line(value: Value) -> Line {
    serde_json::from_value(value).expect("a line of the record")
}

fn run() -> Line {
    line(json!({
        "line": "run", "schema": "trailseal-record/1", "run_id": "run-1", "tool_version": "0",
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:10:00.000Z",
        "as_of": "2026-11-20T00:05:00.000Z", "caller_arn": "arn:aws:iam::000000000003:role/audit",
        "caller_account_id": "000000000003", "organization_id": "o-1",
        "management_account_id": ACCOUNT, "population_source": "organizations",
        "population_complete": true, "role_name": "TrailsealAudit", "arguments": ["scan"],
        "settings": {},
        "window_start": "2026-11-13T00:00:00.000Z", "window_end": "2026-11-20T00:00:00.000Z",
        "thresholds": {
            "tolerable_rate": 0.05, "confidence": 0.95, "sample_size": 59, "listing_budget": 500,
            "stale_after_seconds": 86400, "fresh_within_seconds": 3600,
            "switch_tolerance_seconds": 900
        },
        "trusted_key_accounts": [], "fail_on": "high", "accounts": {}, "coverage": {},
        "trails": {}, "findings": {}, "gaps": {}, "calls": {}, "throttles": 0, "exit_code": 4
    }))
}

fn account(name: &str) -> Line {
    line(json!({
        "line": "account", "account_id": ACCOUNT, "name": name, "state": "active",
        "ou_path": null, "role_arn": null
    }))
}

fn gap(account: Option<&str>, region: Option<&str>, operation: &str, class: &str) -> Line {
    line(json!({
        "line": "gap", "gap_id": "g1", "account_id": account, "region": region,
        "operation": operation, "class": class, "subject": null, "http_status": 403,
        "aws_code": "AccessDenied", "message": "no", "request_id": "r1", "attempts": 1,
        "what_to_do": "check the role's policy"
    }))
}

fn finding(control: &str, status: &str, name: &str, message: &str) -> Line {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{name}");
    line(json!({
        "line": "finding", "finding_id": short_hash(&[control, &arn]), "control_id": control,
        "status": status, "status_reason": "unread", "message": message, "account_id": ACCOUNT,
        "region": "us-east-1", "resource_type": "trail", "resource_arn": arn,
        "resource_name": name, "expected": "a key", "observed": "none", "evidence": [],
        "gap_ids": []
    }))
}

fn coverage(outcome: &str, gap_id: Option<&str>) -> Line {
    line(json!({
        "line": "coverage", "account_id": ACCOUNT, "region": "eu-west-1", "outcome": outcome,
        "reason_code": null, "gap_id": gap_id, "trails_found": 0, "api_calls": 0,
        "throttles": 0, "started_at": null, "finished_at": null
    }))
}

fn bytes(lines: Vec<Line>) -> (Vec<u8>, SarifSummary) {
    let mut out = Vec::new();
    let summary = write_sarif(lines.into_iter().map(Ok), &mut out).expect("a file in memory");
    (out, summary)
}

/// The only run of the file.
fn document(lines: Vec<Line>) -> Value {
    let log: Value = serde_json::from_slice(&bytes(lines).0).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

fn results(lines: Vec<Line>) -> Vec<Value> {
    document(lines)["results"].as_array().expect("results, also if there are none").clone()
}

fn rules_of(results: &[Value]) -> Vec<&str> {
    results.iter().map(|it| it["ruleId"].as_str().unwrap()).collect()
}

fn message(result: &Value) -> &str {
    result["message"]["text"].as_str().unwrap()
}

/// No string anywhere is empty: GitHub takes that for missing.
fn assert_nothing_is_empty(value: &Value, path: &str) {
    match value {
        Value::String(it) => assert!(!it.is_empty(), "{path}"),
        Value::Array(items) => {
            for it in items {
                assert_nothing_is_empty(it, &format!("{path}[]"));
            }
        }
        Value::Object(fields) => {
            for (key, it) in fields {
                assert_nothing_is_empty(it, &format!("{path}.{key}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

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
fn a_failure_is_an_alert_at_its_trail() {
    let lines = vec![
        run(),
        account("Payments"),
        finding("trail-kms-encrypted", "fail", "main", "The trail 'main' names no KMS key."),
    ];
    let results = results(lines);
    let result = &results[0];
    assert_eq!(results.len(), 1);
    assert_eq!(
        message(result),
        "Trail without a KMS key. Account 'Payments (000000000001)', Region 'us-east-1', trail 'main': 'The trail ’main’ names no KMS key'. Expected 'a key', observed 'none'."
    );
    assert_eq!((&result["level"], &result["ruleIndex"]), (&json!("error"), &json!(0)));
    let location = &result["locations"][0];
    let physical = &location["physicalLocation"];
    let uri = "aws/000000000001/us-east-1/cloudtrail/main.json";
    assert_eq!(physical["artifactLocation"]["uri"], uri);
    for (field, expected) in
        [("startLine", 1), ("startColumn", 1), ("endLine", 1), ("endColumn", 2)]
    {
        assert_eq!(physical["region"][field], expected);
    }
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], TRAIL);
    let fingerprint = format!("{}:1", short_hash(&["trail-kms-encrypted", TRAIL]));
    assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], fingerprint);
}

#[test]
fn only_failures_are_alerts() {
    let lines = vec![
        run(),
        finding("key-usable", "pass", "a", "Fine."),
        finding("key-usable", "not_applicable", "b", "No key."),
        finding("key-policy-scoped", "not_proven", "c", "Not essential."),
        finding("key-policy-scoped", "fail", "d", "Fails."),
    ];
    let results = results(lines);
    assert_eq!(rules_of(&results), ["key-policy-scoped"]);
    assert!(message(&results[0]).contains("'d'"));
}

#[test]
fn the_level_follows_the_severity() {
    for control in ControlId::ALL {
        let results = results(vec![run(), finding(control.as_str(), "fail", "main", "Fails.")]);
        let expected = match control.entry().severity {
            Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Note => "note",
        };
        assert_eq!(results[0]["level"], expected, "{control}");
        assert_eq!(results[0]["ruleId"], control.as_str());
        assert_eq!(results[0]["ruleIndex"], json!(*control as usize));
    }
}

#[test]
fn an_account_and_a_store_have_places_of_their_own() {
    let account_finding = line(json!({
        "line": "finding", "finding_id": "f", "control_id": "account-covered", "status": "fail",
        "status_reason": "r", "message": "A Region is not recorded.", "account_id": ACCOUNT,
        "region": null, "resource_type": "account", "resource_arn": ACCOUNT,
        "resource_name": ACCOUNT, "expected": "", "observed": "", "evidence": [], "gap_ids": []
    }));
    let store_finding = line(json!({
        "line": "finding", "finding_id": "g", "control_id": "event-data-store-kms-encrypted",
        "status": "fail", "status_reason": "r", "message": "No key.", "account_id": ACCOUNT,
        "region": "us-east-1", "resource_type": "event_data_store",
        "resource_arn": "arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/id-1",
        "resource_name": "My store", "expected": "", "observed": "", "evidence": [], "gap_ids": []
    }));
    let results = results(vec![run(), account_finding, store_finding]);
    let uri =
        |it: &Value| it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri(&results[0]), "aws/000000000001/account.json");
    assert_eq!(uri(&results[1]), "aws/000000000001/us-east-1/cloudtrail/eventdatastore/id-1.json");
    assert_eq!(
        message(&results[0]),
        "Account with a Region that no trail records. Account '000000000001': 'A Region is not recorded'."
    );
}

#[test]
fn what_was_not_read_is_one_alert_for_each_account_and_class() {
    let results = results(vec![
        run(),
        account("Payments"),
        gap(None, Some("us-east-1"), "ListAccounts", "throttled_out"),
        gap(Some(ACCOUNT), Some("eu-west-1"), "DescribeTrails", "denied_by_scp"),
        gap(Some(ACCOUNT), Some("eu-west-2"), "DescribeTrails", "denied_by_scp"),
        gap(Some(ACCOUNT), Some("eu-west-2"), "DescribeKey", "denied"),
        gap(Some(ACCOUNT), Some("ap-east-1"), "DescribeTrails", "region_disabled"),
        gap(Some(ACCOUNT), None, "AssumeRole", "account_not_active"),
        gap(Some(ACCOUNT), None, "ListRegions", "denied"),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 3]);
    let reasons: Vec<&str> =
        results.iter().map(|it| it["properties"]["reason"].as_str().unwrap()).collect();
    for reason in ["denied", "denied_by_scp", "throttled_out"] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    let scp = &results[reasons.iter().position(|it| *it == "denied_by_scp").unwrap()];
    assert!(message(scp).contains("account Payments (000000000001)"), "{}", message(scp));
    assert!(message(scp).contains("'2' failed call(s) of 'DescribeTrails'"));
    assert!(message(scp).contains("'eu-west-1, eu-west-2'"));
    let organization = &results[reasons.iter().position(|it| *it == "throttled_out").unwrap()];
    let uri = &organization["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "aws/o-1/organization.json");
    assert!(message(organization).contains("'organization o-1'"));
}

#[test]
fn what_is_not_proven_is_one_alert_for_each_account_and_reason() {
    let changed = |control: &str, reason: &str, gaps: &[&str]| {
        let Line::Finding(mut it) = finding(control, "not_proven", "main", "Not proven.") else {
            unreachable!("a finding");
        };
        it.status_reason = reason.to_owned();
        it.gap_ids = gaps.iter().map(ToString::to_string).collect();
        Line::Finding(it)
    };
    let results = results(vec![
        run(),
        changed("trail-delivering", "delivery_stale", &[]),
        changed("log-objects-sealed", "no_objects", &[]),
        changed("trail-kms-encrypted", "no_objects", &[]),
        changed("key-usable", "unread", &["g1"]),
        changed("account-covered", "not_built", &[]),
        changed("key-policy-scoped", "no_objects", &[]),
    ]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"; 2]);
    let both = results.iter().find(|it| it["properties"]["reason"] == "no_objects").unwrap();
    assert!(message(both).contains("'2' essential finding(s)"), "{}", message(both));
    assert!(message(both).contains("'log-objects-sealed, trail-kms-encrypted'"));
}

#[test]
fn a_target_that_nothing_settled_is_not_forgotten() {
    assert!(results(vec![run(), coverage("evaluated", None)]).is_empty());
    assert!(results(vec![run(), coverage("region_disabled", None)]).is_empty());
    assert!(results(vec![run(), coverage("not_evaluated", Some("g1"))]).is_empty());
    let results = results(vec![run(), coverage("not_evaluated", None)]);
    assert_eq!(rules_of(&results), ["scope-not-assessed"]);
    assert_eq!(results[0]["properties"]["reason"], "cancelled");
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
fn hostile_texts_stay_texts() {
    let hostile = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "</script><b>'{0}' [a](https://x) {9}",
        "\u{202e}gnp.مرحبا",
        "🦭\r\nsealed\0",
        " ",
        "",
        "a \\ b / .. : % # ?",
    ];
    for text in hostile {
        let run = document(vec![
            run(),
            account(text),
            gap(Some(ACCOUNT), Some(text), text, "denied"),
            finding("trail-kms-encrypted", "fail", text, text),
        ]);
        assert_nothing_is_empty(&run["results"], "results");
        assert_nothing_is_empty(&run["invocations"], "invocations");
        for result in run["results"].as_array().unwrap() {
            let message = message(result);
            assert!(
                message.ends_with('.') && !message.contains(['{', '}', '\n', '\0', '\u{202e}'])
            );
            assert!(!message.contains("]("), "{message}");
            assert_eq!(message.matches('\'').count() % 2, 0, "{message}");
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let uri = uri.as_str().unwrap();
            assert!(uri.starts_with("aws/000000000001/"), "{uri}");
            assert!(!uri.contains([':', ' ', '<', '\\']) && !uri.contains("/../"), "{uri}");
        }
    }
}

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
