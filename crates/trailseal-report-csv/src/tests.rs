//! The pack as an auditor's tools see it: written from record lines, read back cell by cell.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::{Value, json};
use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;

use crate::{PackError, RUN_FILE, Table, columns, neutralized, write_pack};

/// Texts that outsiders may choose: names of accounts, messages, object keys.
const HOSTILE: &[&str] = &[
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

const ACCOUNT: &str = "000000000001";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";
const KEY: &str = "arn:aws:kms:us-east-1:000000000002:key/k";

fn line(value: Value) -> Line {
    serde_json::from_value(value).expect("a line of the record")
}

fn run() -> Line {
    line(json!({
        "line": "run", "schema": "trailseal-record/1", "run_id": "run-1", "tool_version": "0",
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:10:00.000Z",
        "as_of": "2026-11-20T00:00:00.000Z", "caller_arn": "arn:aws:iam::000000000003:role/audit",
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
        "trusted_key_accounts": [], "fail_on": "high", "accounts": {"active": 1},
        "coverage": {"evaluated": 1}, "trails": {"unproven": 1}, "findings": {"fail": 1},
        "gaps": {"denied": 1}, "calls": {"HeadObject": 1}, "throttles": 0, "exit_code": 4
    }))
}

fn account(name: &str) -> Line {
    line(json!({
        "line": "account", "account_id": ACCOUNT, "name": name, "state": "active",
        "ou_path": "o-1/r-1/ou-1/", "role_arn": "arn:aws:iam::000000000001:role/TrailsealAudit"
    }))
}

fn bucket() -> Line {
    line(json!({
        "line": "bucket", "bucket": "logs", "presence": "exists", "region": "us-east-1",
        "owner_account_id": "000000000009", "configured_owner_account_id": null, "gap_ids": []
    }))
}

fn trail(prefix: &str) -> Line {
    line(json!({
        "line": "trail", "trail_arn": TRAIL, "name": "main", "account_id": ACCOUNT,
        "home_region": "us-east-1", "described_from": "home", "sightings": 3, "bucket": "logs",
        "prefix": prefix, "kms_key_id": KEY, "key_arn": KEY, "is_multi_region": true,
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
        "records_read_events": true, "records_write_events": false,
        "excluded_event_sources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        "sampling": {
            "method": "all", "population": 5, "population_counted": true, "tested": 5,
            "sealed": 3, "unreadable": 0, "left_population": 0,
            "deviations": {"sse-s3": 1, "wrong-key": 1}, "gap_ids": []
        },
        "verdict": "unsealed", "key_id_only_rule": "pass"
    }))
}

fn gap(subject: &str, message: &str) -> Line {
    line(json!({
        "line": "gap", "gap_id": "g1", "account_id": ACCOUNT, "region": "us-west-2",
        "operation": "GetTrailStatus", "class": "denied", "subject": subject, "http_status": 403,
        "aws_code": "AccessDenied", "message": message, "request_id": null, "attempts": 1,
        "what_to_do": "check the role's policy"
    }))
}

fn finding(status: &str, text: &str) -> Line {
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

fn sample(object_key: &str) -> Line {
    line(json!({
        "line": "sample", "trail_arn": TRAIL, "bucket": "logs", "object_key": object_key,
        "version_id": null, "last_modified": "2026-11-19T00:00:00.000Z", "size": 12,
        "etag": "e", "sse_algorithm": "AES256", "sse_kms_key_id": null, "bucket_key": null,
        "expected_key_arn": KEY, "result": "deviation", "deviation_class": "sse-s3",
        "selection": "all", "selection_index": 0, "request_id": "r1",
        "checked_at": "2026-11-20T00:00:00.000Z", "gap_id": null
    }))
}

fn coverage() -> Line {
    line(json!({
        "line": "coverage", "account_id": ACCOUNT, "region": "us-east-1", "outcome": "evaluated",
        "reason_code": null, "gap_id": null, "trails_found": 1, "api_calls": 1, "throttles": 0,
        "started_at": "2026-11-20T00:00:00.000Z", "finished_at": "2026-11-20T00:00:01.000Z"
    }))
}

/// A record with one line of each kind, this text wherever outsiders may write.
fn record(text: &str) -> Vec<Line> {
    vec![
        run(),
        account(text),
        bucket(),
        trail(text),
        gap(text, text),
        finding("fail", text),
        sample(text),
        coverage(),
    ]
}

type Files = BTreeMap<String, Vec<u8>>;

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

fn try_pack(
    lines: impl IntoIterator<Item = Result<Line, RecordError>>,
) -> Result<Files, PackError> {
    let files = Rc::new(RefCell::new(Files::new()));
    write_pack(lines, |name| Ok(File { name: name.to_owned(), files: Rc::clone(&files) }))?;
    Ok(files.take())
}

fn pack(lines: Vec<Line>) -> Files {
    try_pack(lines.into_iter().map(Ok)).expect("a pack in memory")
}

/// A table read back: the header, then the rows.
fn read(files: &Files, table: Table) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(&*files[table.file_name()]);
    let rows = reader.records().map(|it| it.expect("a row as wide as the others"));
    rows.map(|it| it.iter().map(str::to_owned).collect()).collect()
}

/// One cell of the only row, by its column.
#[track_caller]
fn cell(files: &Files, table: Table, column: &str) -> String {
    let rows = read(files, table);
    assert_eq!(rows.len(), 2, "{}", table.file_name());
    let index = columns(table).iter().position(|it| *it == column).expect("a column");
    rows[1][index].clone()
}

#[track_caller]
fn check(files: &Files, table: Table, cells: &[(&str, &str)]) {
    for (column, expected) in cells {
        assert_eq!(cell(files, table, column), *expected, "{column}");
    }
}

#[test]
fn with_no_rows_the_header_still_stands() {
    let files = pack(vec![run()]);
    assert_eq!(files.len(), Table::ALL.len() + 1);
    for table in Table::ALL {
        let header = format!("{}\r\n", columns(table).join(","));
        assert_eq!(files[table.file_name()], header.as_bytes());
    }
}

#[test]
fn the_columns_of_a_table_differ_and_begin_with_the_run() {
    for table in Table::ALL {
        let mut names = columns(table).to_vec();
        assert_eq!(names[0], "run_id");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), columns(table).len(), "{}", table.file_name());
    }
}

#[test]
fn every_row_begins_with_the_run_and_is_as_wide_as_the_header() {
    for text in HOSTILE {
        let files = pack(record(text));
        for table in Table::ALL {
            let rows = read(&files, table);
            assert_eq!(rows.len(), 2, "{} of {text:?}", table.file_name());
            assert_eq!(rows[0], columns(table));
            assert_eq!(rows[1].len(), columns(table).len());
            assert_eq!(rows[1][0], "run-1");
        }
    }
}

#[test]
fn every_line_ends_with_carriage_return_and_line_feed() {
    for (name, bytes) in pack(record("plain")).into_iter().filter(|it| it.0 != RUN_FILE) {
        let text = String::from_utf8(bytes).expect("utf-8");
        assert_eq!(text.matches('\n').count(), 2, "{name}");
        assert_eq!(text.matches("\r\n").count(), 2, "{name}");
        assert!(text.ends_with("\r\n"), "{name}");
    }
}

#[test]
fn free_text_comes_back_as_written_but_for_the_apostrophe() {
    for text in HOSTILE {
        let files = pack(record(text));
        let expected = neutralized(text);
        for (table, column) in [
            (Table::Findings, "account_name"),
            (Table::Findings, "expected"),
            (Table::Findings, "observed"),
            (Table::Findings, "message"),
            (Table::Trails, "account_name"),
            (Table::Trails, "prefix"),
            (Table::Gaps, "account_name"),
            (Table::Gaps, "subject"),
            (Table::Gaps, "message"),
            (Table::Samples, "object_key"),
            (Table::Coverage, "account_name"),
        ] {
            assert_eq!(cell(&files, table, column), expected, "{column} of {text:?}");
        }
    }
}

#[test]
fn no_cell_of_free_text_begins_like_a_formula() {
    for text in HOSTILE {
        let files = pack(record(text));
        for table in Table::ALL {
            let cells = read(&files, table).concat();
            let is_formula = |it: &&String| it.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            assert_eq!(cells.iter().find(is_formula), None, "{text:?}");
        }
    }
}

#[test]
fn commas_quotes_and_line_ends_are_quoted_as_rfc_4180_says() {
    let files = pack(record("a,\"b\"\nc"));
    let samples = String::from_utf8(files["samples.csv"].clone()).expect("utf-8");
    assert!(samples.contains(",\"a,\"\"b\"\"\nc\","), "{samples}");
}

#[test]
fn leading_zeros_stay() {
    let files = pack(record("plain"));
    for table in [Table::Findings, Table::Trails, Table::Coverage, Table::Gaps] {
        assert_eq!(cell(&files, table, "account_id"), ACCOUNT);
    }
    check(&files, Table::Findings, &[("key_account_id", "000000000002")]);
    check(&files, Table::Trails, &[("bucket_owner_account_id", "000000000009")]);
}

#[test]
fn a_finding_shows_its_control_its_trail_and_its_proof() {
    check(
        &pack(record("plain")),
        Table::Findings,
        &[
            ("control_id", "log-objects-sealed"),
            ("control_title", "The delivered log objects are sealed under the trail's key"),
            ("severity", "high"),
            ("status", "fail"),
            ("status_reason", "sse_s3"),
            ("ou_path", "o-1/r-1/ou-1/"),
            ("home_region", "us-east-1"),
            ("is_multi_region", "true"),
            ("is_organization_trail", "false"),
            ("kms_key_arn", KEY),
            ("evidence_api", "HeadObject;ListObjectsV2"),
            ("evidence_request_id", "r1"),
            ("evidence_at", "2026-11-20T00:00:00.000Z"),
            ("gap_ids", "g1;g2"),
        ],
    );
}

#[test]
fn only_a_failure_has_a_remediation() {
    for (status, has_one) in
        [("fail", true), ("pass", false), ("not_proven", false), ("not_applicable", false)]
    {
        let files = pack(vec![run(), finding(status, "text")]);
        let remediation = cell(&files, Table::Findings, "remediation");
        assert_eq!(!remediation.is_empty(), has_one, "{status}");
    }
}

#[test]
fn a_finding_of_an_account_leaves_the_trail_s_columns_empty() {
    let Line::Finding(mut finding) = finding("not_proven", "text") else { unreachable!() };
    finding.control_id = "account-covered".to_owned();
    (finding.resource_type, finding.resource_arn) = ("account".to_owned(), ACCOUNT.to_owned());
    (finding.region, finding.evidence) = (None, Vec::new());
    let files = pack(vec![run(), Line::Finding(finding)]);
    check(
        &files,
        Table::Findings,
        &[
            ("resource_arn", ACCOUNT),
            ("region", ""),
            ("home_region", ""),
            ("is_multi_region", ""),
            ("kms_key_arn", ""),
            ("key_account_id", ""),
            ("evidence_api", ""),
            ("evidence_at", ""),
        ],
    );
}

#[test]
fn a_trail_shows_its_bucket_its_delivery_and_its_objects() {
    check(
        &pack(record("plain")),
        Table::Trails,
        &[
            ("verdict", "unsealed"),
            ("key_id_only_rule", "pass"),
            ("bucket_region", "us-east-1"),
            ("status_regions", "3"),
            ("logging_regions", "2"),
            ("last_delivery_at", "2026-11-19T23:55:00.000Z"),
            ("delivery_errors", "eu-west-1=AccessDenied"),
            ("population", "5"),
            ("population_counted", "true"),
            ("sample_method", "all"),
            ("deviations", "sse-s3=1;wrong-key=1"),
            ("sns_topic_arn", ""),
            ("records_read_events", "true"),
            ("records_write_events", "false"),
            ("excluded_event_sources", "kms.amazonaws.com;rdsdata.amazonaws.com"),
        ],
    );
}

#[test]
fn coverage_shows_who_looked_and_as_whom() {
    check(
        &pack(record("plain")),
        Table::Coverage,
        &[
            ("outcome", "evaluated"),
            ("reason_code", ""),
            ("role_arn", "arn:aws:iam::000000000001:role/TrailsealAudit"),
            ("caller_arn", "arn:aws:iam::000000000003:role/audit"),
            ("trails_found", "1"),
        ],
    );
}

#[test]
fn what_is_absent_is_an_empty_cell() {
    let files = pack(record("plain"));
    check(
        &files,
        Table::Samples,
        &[("version_id", ""), ("sse_kms_key_id", ""), ("bucket_key", ""), ("gap_id", "")],
    );
    check(&files, Table::Gaps, &[("request_id", ""), ("http_status", "403")]);
}

#[test]
fn rows_whose_account_was_not_listed_still_stand() {
    let files = pack(vec![run(), gap("s", "m"), coverage()]);
    check(&files, Table::Gaps, &[("account_id", ACCOUNT), ("account_name", "")]);
    check(&files, Table::Coverage, &[("account_id", ACCOUNT), ("role_arn", "")]);
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    assert_eq!(pack(record("text")), pack(record("text")));
}

#[test]
fn the_run_stands_in_its_file_as_in_the_record() {
    let files = pack(record("plain"));
    let text = String::from_utf8(files[RUN_FILE].clone()).expect("utf-8");
    assert!(text.ends_with("}\n"));
    let mut value: Value = serde_json::from_str(&text).expect("json");
    value["line"] = json!("run");
    assert_eq!(line(value), run());
}

#[test]
fn a_record_that_is_empty_or_broken_makes_no_pack() {
    assert!(matches!(try_pack([]), Err(PackError::Empty)));
    assert!(matches!(try_pack([Ok(coverage())]), Err(PackError::Empty)));
    let broken = [Ok(run()), Err(RecordError::CutShort(1))];
    assert!(matches!(try_pack(broken), Err(PackError::Record(_))));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let refuse = |_: &str| -> io::Result<Vec<u8>> { Err(io::Error::other("full")) };
    let res = write_pack([Ok(run())], refuse);
    assert!(matches!(res, Err(PackError::Io(_))));
}
