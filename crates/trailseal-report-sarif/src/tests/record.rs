//! Lines of a record, and the file that is made from them.

use serde_json::{Value, json};
use trailseal_model::hash::short_hash;
use trailseal_model::record::v1::Line;

use crate::{SarifSummary, write_full_sarif, write_sarif};

pub(super) const ACCOUNT: &str = "000000000001";
pub(super) const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";

pub(super) fn line(value: Value) -> Line {
    serde_json::from_value(value).expect("a line of the record")
}

pub(super) fn run() -> Line {
    line(json!({
        "line": "run", "schema": "trailseal-record/1", "run_id": "run-1", "tool_version": "0",
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:10:00.000Z",
        "as_of": "2026-11-20T00:05:00.000Z", "caller_arn": "arn:aws:iam::000000000003:role/audit",
        "caller_account_id": "000000000003", "organization_id": "o-1",
        "management_account_id": ACCOUNT, "population_source": "organizations",
        "population_complete": true,
        "scope": {
            "is_limited": false, "accounts": [], "organizational_units": [],
            "excluded_accounts": [], "regions": []
        },
        "role_name": "TrailsealAudit", "arguments": ["scan"],
        "settings": {},
        "window_start": "2026-11-13T00:00:00.000Z", "window_end": "2026-11-20T00:00:00.000Z",
        "thresholds": {
            "tolerable_rate": 0.05, "confidence": 0.95, "sample_size": 59, "listing_budget": 500,
            "stale_after_seconds": 86400, "fresh_within_seconds": 3600,
            "switch_tolerance_seconds": 900
        },
        "trusted_key_accounts": [], "fail_on": "high", "accounts": {}, "coverage": {},
        "trails": {}, "findings": {}, "gaps": {}, "calls": {}, "throttles": 0, "throttled_keys": [],
        "exit_code": 4
    }))
}

pub(super) fn account(name: &str) -> Line {
    line(json!({
        "line": "account", "account_id": ACCOUNT, "name": name, "state": "active",
        "ou_path": null, "role_arn": null, "ou_names": null, "tags": {}, "logs_sealed": null,
        "recorded_by": [], "regions": {}
    }))
}

pub(super) fn gap(
    account: Option<&str>,
    region: Option<&str>,
    operation: &str,
    class: &str,
) -> Line {
    line(json!({
        "line": "gap", "gap_id": "g1", "account_id": account, "region": region,
        "operation": operation, "class": class, "subject": null, "http_status": 403,
        "aws_code": "AccessDenied", "message": "no", "request_id": "r1", "attempts": 1,
        "what_to_do": "check the role's policy"
    }))
}

pub(super) fn finding(control: &str, status: &str, name: &str, message: &str) -> Line {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{name}");
    line(json!({
        "line": "finding", "finding_id": short_hash(&[control, &arn]), "control_id": control,
        "status": status, "status_reason": "unread", "message": message, "account_id": ACCOUNT,
        "region": "us-east-1", "resource_type": "trail", "resource_arn": arn,
        "resource_name": name, "expected": "a key", "observed": "none", "evidence": [],
        "gap_ids": []
    }))
}

pub(super) fn coverage(outcome: &str, gap_id: Option<&str>) -> Line {
    line(json!({
        "line": "coverage", "account_id": ACCOUNT, "region": "eu-west-1", "outcome": outcome,
        "reason_code": null, "gap_id": gap_id, "trails_found": 0, "stores_found": 0,
        "api_calls": 0, "throttles": 0, "started_at": null, "finished_at": null
    }))
}

pub(super) fn bytes(lines: Vec<Line>) -> (Vec<u8>, SarifSummary) {
    let mut out = Vec::new();
    let summary = write_sarif(lines.into_iter().map(Ok), &mut out).expect("a file in memory");
    (out, summary)
}

/// The only run of the full file.
pub(super) fn full_document(lines: Vec<Line>) -> Value {
    let mut out = Vec::new();
    write_full_sarif(lines.into_iter().map(Ok), &mut out).expect("a file in memory");
    let log: Value = serde_json::from_slice(&out).expect("JSON");
    log["runs"][0].clone()
}

/// The only run of the file.
pub(super) fn document(lines: Vec<Line>) -> Value {
    let log: Value = serde_json::from_slice(&bytes(lines).0).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

pub(super) fn results(lines: Vec<Line>) -> Vec<Value> {
    document(lines)["results"].as_array().expect("results, also if there are none").clone()
}

pub(super) fn rules_of(results: &[Value]) -> Vec<&str> {
    results.iter().map(|it| it["ruleId"].as_str().unwrap()).collect()
}

pub(super) fn message(result: &Value) -> &str {
    result["message"]["text"].as_str().unwrap()
}

/// No string anywhere is empty: GitHub takes that for missing.
pub(super) fn assert_nothing_is_empty(value: &Value, path: &str) {
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
