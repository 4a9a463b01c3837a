//! Lines of a record, and the pack that is made from them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::{Value, json};
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;

use crate::{PackError, Table, columns, write_pack};

/// Texts that outsiders may choose: names of accounts, messages, object keys.
pub(super) const HOSTILE: &[&str] = &[
    "plain",
    "comma, semicolon; tab\tend",
    "\"quoted\" and \"\"twice\"\"",
    "two\nlines",
    "two\r\nlines",
    "lone\rreturn",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "</script><b>",
    "\u{202e}txt.exe",
    "مرحبا",
    "🦭 sealed",
    "nul\0inside",
    "\0nul first",
    " leading and trailing ",
    "",
];

pub(super) const ACCOUNT: &str = "000000000001";
pub(super) const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";
pub(super) const KEY: &str = "arn:aws:kms:us-east-1:000000000002:key/k";
/// What the trail and the store name: it resolves to the key.
pub(super) const ALIAS: &str = "arn:aws:kms:us-east-1:000000000002:alias/a";
pub(super) const PRIMARY: &str = "arn:aws:kms:eu-west-1:000000000002:key/k";
pub(super) const STORE: &str = "arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/id-1";

pub(super) fn line(value: Value) -> Line {
    serde_json::from_value(value).expect("a line of the record")
}

pub(super) fn run() -> Line {
    line(json!({
        "line": "run", "schema": "trailseal-record/1", "run_id": "run-1", "tool_version": "0",
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:10:00.000Z",
        "as_of": "2026-11-20T00:00:00.000Z", "caller_arn": "arn:aws:iam::000000000003:role/audit",
        "caller_account_id": "000000000003", "organization_id": "o-1",
        "management_account_id": ACCOUNT, "population_source": "organizations",
        "population_complete": true,
        "scope": {
            "is_limited": false, "accounts": [], "organizational_units": [],
            "excluded_accounts": [], "regions": []
        },
        "role_name": "TrailsealAudit", "arguments": ["scan"],
        "settings": {"seed": "7"},
        "window_start": "2026-11-13T00:00:00.000Z", "window_end": "2026-11-20T00:00:00.000Z",
        "thresholds": {
            "tolerable_rate": 0.05, "confidence": 0.95, "sample_size": 59, "listing_budget": 500,
            "stale_after_seconds": 86400, "fresh_within_seconds": 3600,
            "switch_tolerance_seconds": 900
        },
        "trusted_key_accounts": [], "fail_on": "high", "accounts": {"active": 1},
        "coverage": {"evaluated": 1}, "trails": {"unproven": 1}, "findings": {"fail": 1},
        "gaps": {"denied": 1}, "calls": {"HeadObject": 1}, "throttles": 0, "throttled_keys": [],
        "exit_code": 4
    }))
}

pub(super) fn account(name: &str) -> Line {
    line(json!({
        "line": "account", "account_id": ACCOUNT, "name": name, "state": "active",
        "ou_path": "o-1/r-1/ou-1/", "role_arn": "arn:aws:iam::000000000001:role/TrailsealAudit",
        "ou_names": name, "tags": {(name): name, "zone": "dmz"}, "logs_sealed": "unsealed",
        "recorded_by": [TRAIL], "member_delivery": "stale", "log_prefix": "missing", "regions": {
            "evaluated": 3, "partial": 1, "not_evaluated": 2, "region_disabled": 17
        }
    }))
}

pub(super) fn exception(text: &str) -> Line {
    line(json!({
        "line": "exception", "exception_id": "x1", "kind": "gap", "entry": 2, "state": "in_force",
        "control_id": null, "subject": null, "status": null, "status_reason": null,
        "class": "denied_by_scp", "accounts": [ACCOUNT, "000000000002"],
        "organizational_units": ["ou-1"], "regions": ["eu-west-1"], "operations": [],
        "owner": text, "approver": text, "approved_at": null, "reason": text, "ticket": text,
        "expiry": "2027-03-31", "findings": 1, "gaps": 2, "targets": 3
    }))
}

pub(super) fn bucket() -> Line {
    line(json!({
        "line": "bucket", "bucket": "logs", "presence": "exists", "region": "us-east-1",
        "owner_account_id": "000000000009", "configured_owner_account_id": null, "gap_ids": []
    }))
}

pub(super) fn key() -> Line {
    line(json!({
        "line": "key", "key_arn": ALIAS, "presence": "exists", "resolved_arn": KEY,
        "account_id": "000000000002", "region": "us-east-1", "manager": "CUSTOMER",
        "state": "Enabled", "spec": "SYMMETRIC_DEFAULT", "usage": "ENCRYPT_DECRYPT",
        "origin": "AWS_KMS", "is_multi_region": true, "replica_of": PRIMARY,
        "deletion_date": null, "valid_to": null, "rotation_enabled": true,
        "rotation_period_days": 365, "policy": "abc", "gap_ids": ["g7", "g8"]
    }))
}

pub(super) fn store(name: &str) -> Line {
    line(json!({
        "line": "event_data_store", "event_data_store_arn": STORE, "name": name,
        "account_id": ACCOUNT, "region": "us-east-1", "status": "ENABLED", "kms_key_id": ALIAS,
        "key_arn": ALIAS, "is_multi_region": true, "is_organization_store": false,
        "retention_days": 2557, "gap_ids": ["g9"]
    }))
}

fn sampling() -> Value {
    json!({
        "method": "random", "estimand": "object", "population": 500,
        "population_counted": true, "eligible": 400, "cells": 0, "cells_drawn": 0,
        "cells_empty": 0, "lists": 3, "census_lists": 0, "selected": 59, "tested": 58, "sealed": 56,
        "unreadable": 1, "examined": 60, "left_population": 4, "replaced": 2,
        "switched_at": "2026-11-15T00:00:00.000Z",
        "deviations": {"sse-s3": 1, "wrong-key": 1}, "upper_bound": 0.1275,
        "gap_ids": ["g1"]
    })
}

pub(super) fn trail(prefix: &str) -> Line {
    line(json!({
        "line": "trail", "trail_arn": TRAIL, "name": "main", "account_id": ACCOUNT,
        "home_region": "us-east-1", "described_from": "home", "sightings": 3,
        "differing_sightings": [
            {
                "account_id": "000000000003", "region": "eu-west-1", "targets": 2,
                "fields": {"KmsKeyId": null, "S3BucketName": "other"}
            },
            {
                "account_id": "000000000004", "region": "eu-west-1", "targets": 1,
                "fields": {"KmsKeyId": "alias/x"}
            }
        ],
        "bucket": "logs",
        "prefix": prefix, "kms_key_id": ALIAS, "key_arn": ALIAS, "is_multi_region": true,
        "is_organization_trail": false, "includes_global_service_events": true,
        "log_file_validation": true, "has_custom_event_selectors": false,
        "has_insight_selectors": false, "sns_topic_arn": null, "log_group_arn": null,
        "status": [
            {
                "region": "eu-west-1", "is_logging": true,
                "latest_delivery": "2026-11-19T23:50:00.000Z",
                "latest_delivery_error": "AccessDenied", "gap_id": null
            },
            {
                "region": "us-east-1", "is_logging": true,
                "latest_delivery": "2026-11-19T23:55:00.000Z",
                "latest_delivery_error": null, "gap_id": null
            },
            {
                "region": "us-west-2", "is_logging": null, "latest_delivery": null,
                "latest_delivery_error": null, "gap_id": "g1"
            }
        ],
        "members": {
            "asked": 5, "counts": {"delivering": 3, "delivery_error": 1, "unread": 1}, "places": []
        },
        "account_prefixes": {
            "root": "AWSLogs/o-1/", "found": 4, "without": [ACCOUNT],
            "unlisted": ["000000000007", "000000000008"], "others": 0, "lists": 2,
            "is_whole": true, "gap_id": null
        },
        "records_read_events": true, "records_write_events": false,
        "excluded_event_sources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        "sampling": sampling(),
        "history": {
            "oldest": "2025-01-01T00:00:00.000Z", "sealed_since": "2026-11-15T00:00:00.000Z",
            "lists": 14, "examined": 13, "unreadable": 0, "deviations": {"sse-s3": 3}, "gap_ids": []
        },
        "digest": {"newest": "2026-11-19T23:00:00.000Z", "result": "pass", "gap_ids": []},
        "verdict": "unsealed", "key_id_only_rule": "pass"
    }))
}

pub(super) fn gap(subject: &str, message: &str) -> Line {
    line(json!({
        "line": "gap", "gap_id": "g1", "account_id": ACCOUNT, "region": "us-west-2",
        "operation": "GetTrailStatus", "class": "denied", "subject": subject, "http_status": 403,
        "aws_code": "AccessDenied", "message": message, "request_id": null, "attempts": 1,
        "what_to_do": "check the role's policy"
    }))
}

pub(super) fn finding(status: &str, text: &str) -> Line {
    let call = |operation: &str, request_id: &str| {
        json!({
            "operation": operation, "account_id": ACCOUNT, "region": "us-east-1",
            "at": "2026-11-20T00:00:00.000Z", "request_id": request_id
        })
    };
    line(json!({
        "line": "finding", "finding_id": "f1", "control_id": "log-objects-sealed",
        "status": status, "status_reason": "sse_s3", "message": text, "account_id": ACCOUNT,
        "region": "us-east-1", "resource_type": "trail", "resource_arn": TRAIL,
        "resource_name": "main", "expected": text, "observed": text,
        "evidence": [
            call("HeadObject", "r1"), call("ListObjectsV2", "r2"), call("HeadObject", "r3")
        ],
        "gap_ids": ["g1", "g2"]
    }))
}

/// A finding of key-policy-allows-cloudtrail for a trail.
pub(super) fn policy_finding(trail: &str, status: &str) -> Line {
    finding_of("key-policy-allows-cloudtrail", trail, status, "text")
}

/// A finding of this control for a trail.
pub(super) fn finding_of(control: &str, trail: &str, status: &str, observed: &str) -> Line {
    let Line::Finding(mut it) = finding(status, observed) else { unreachable!("a finding") };
    it.control_id = control.to_owned();
    it.resource_arn = trail.to_owned();
    Line::Finding(it)
}

pub(super) fn sampled_cell(prefix: &str) -> Line {
    line(json!({
        "line": "sampled_cell", "trail_arn": TRAIL, "bucket": "logs", "cell_index": 0,
        "account_id": ACCOUNT, "region": "us-east-1", "day": null, "used": "counted",
        "prefix": prefix, "start_after": format!("{prefix}a"), "before": format!("{prefix}z"),
        "objects": 500, "objects_whole": true, "keys_sha256": "5e1f"
    }))
}

pub(super) fn sample(object_key: &str) -> Line {
    line(json!({
        "line": "sample", "trail_arn": TRAIL, "bucket": "logs", "object_key": object_key,
        "version_id": null, "last_modified": "2026-11-19T00:00:00.000Z", "size": 12,
        "etag": "e", "sse_algorithm": "AES256", "sse_kms_key_id": null, "bucket_key": null,
        "expected_key_arn": KEY, "result": "deviation", "deviation_class": "sse-s3",
        "selection": "all", "selection_index": 0, "request_id": "r1",
        "checked_at": "2026-11-20T00:00:00.000Z", "gap_id": null
    }))
}

pub(super) fn coverage() -> Line {
    line(json!({
        "line": "coverage", "account_id": ACCOUNT, "region": "us-east-1", "outcome": "evaluated",
        "reason_code": null, "gap_id": null, "trails_found": 1, "stores_found": 2, "api_calls": 1, "throttles": 0,
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:00:01.000Z",
        "covered_by": [TRAIL, "arn:other"], "member_delivery": "delivery_error",
        "last_management_call_at": "2026-11-20T12:00:07.000Z"
    }))
}

/// A record with one line of each kind, this text wherever outsiders may write.
pub(super) fn record(text: &str) -> Vec<Line> {
    vec![
        run(),
        exception(text),
        account(text),
        bucket(),
        key(),
        store(text),
        trail(text),
        gap(text, text),
        finding("fail", text),
        sampled_cell(text),
        sample(text),
        coverage(),
    ]
}

pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// A file in memory.
struct File {
    name: String,
    files: Rc<RefCell<Files>>,
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.files.borrow_mut().entry(self.name.clone()).or_default().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn try_pack(
    lines: impl IntoIterator<Item = Result<Line, RecordError>>,
) -> Result<Files, PackError> {
    let files = Rc::new(RefCell::new(Files::new()));
    write_pack(lines, |name| Ok(File { name: name.to_owned(), files: Rc::clone(&files) }))?;
    Ok(files.take())
}

pub(super) fn pack(lines: Vec<Line>) -> Files {
    try_pack(lines.into_iter().map(Ok)).expect("a pack in memory")
}

/// A table read back: the header, then the rows.
pub(super) fn read(files: &Files, table: Table) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(&*files[table.file_name()]);
    let rows = reader.records().map(|it| it.expect("a row as wide as the others"));
    rows.map(|it| it.iter().map(str::to_owned).collect()).collect()
}

/// One cell of the only row, by its column.
#[track_caller]
pub(super) fn cell(files: &Files, table: Table, column: &str) -> String {
    let rows = read(files, table);
    assert_eq!(rows.len(), 2, "{}", table.file_name());
    let index = columns(table).iter().position(|it| *it == column).expect("a column");
    rows[1][index].clone()
}

#[track_caller]
pub(super) fn check(files: &Files, table: Table, cells: &[(&str, &str)]) {
    for (column, expected) in cells {
        assert_eq!(cell(files, table, column), *expected, "{column}");
    }
}
