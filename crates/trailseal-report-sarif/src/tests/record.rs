//! Lines of a record, and the files that are made from them.

use serde_json::Value;
use trailseal_model::hash::short_hash;
use trailseal_model::{
    CauseKind, ControlId, GapClass, Operation, Outcome, Reason, Severity, Status,
};
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::{
    AccountLine, CauseLine, CoverageLine, EffectLine, ExceptionsLine, FindingLine, GapLine, Line,
    RunLine,
};
use trailseal_record::{RecordReader, Report, report_all};

use crate::{FORMAT, FULL_FILE, UPLOAD_FILE};

/// A run without exceptions.
pub(super) fn run() -> RunLine {
    RunLine { exceptions: ExceptionsLine::default(), ..fixture::run() }
}

/// The account with this number and name.
pub(super) fn account(number: u64, name: &str) -> Line {
    Line::Account(Box::new(AccountLine { name: name.to_owned(), ..fixture::account(number) }))
}

/// A finding of a trail of account 1 without a cause.
pub(super) fn finding(
    control: ControlId,
    status: Status,
    reason: Reason,
    name: &str,
) -> FindingLine {
    let arn = fixture::trail_arn(1, name);
    let mut line = fixture::finding(control, arn.as_str(), status, reason);
    line.cause_id = None;
    line.message = format!("Trail '{name}' falls short.");
    line.expected = "a key".to_owned();
    line.observed = "none".to_owned();
    line
}

/// A failure of a trail of account 1 without a cause.
pub(super) fn failed(control: ControlId, name: &str) -> FindingLine {
    finding(control, Status::Fail, Reason::Disabled, name)
}

/// A failure of the account with this number, without a cause.
pub(super) fn uncovered(number: u64) -> FindingLine {
    let control = ControlId::AccountCovered;
    let subject = fixture::id(number).to_string();
    let mut line = fixture::finding(control, &subject, Status::Fail, Reason::NotCovered);
    line.cause_id = None;
    line.message = "Region us-east-1 has no trail.".to_owned();
    line
}

/// The same for a cause.
pub(super) fn because(finding: FindingLine, cause: &CauseLine) -> Line {
    let cause_id = Some(cause.cause_id.clone());
    Line::Finding(Box::new(FindingLine { cause_id, ..finding }))
}

pub(super) fn line(finding: FindingLine) -> Line {
    Line::Finding(Box::new(finding))
}

/// A gap of an account without a cause, or one of the organization.
pub(super) fn gap(
    number: Option<u64>,
    region: Option<&str>,
    operation: Operation,
    class: GapClass,
) -> GapLine {
    let mut line = fixture::gap(number.unwrap_or(1), region, operation, class);
    line.account_id = number.map(fixture::id);
    line.exception_id = None;
    line.cause_id = None;
    line
}

/// A cause of this kind.
pub(super) fn cause(kind: CauseKind, subject: &str, aspect: &str, title: &str) -> CauseLine {
    CauseLine {
        cause_id: short_hash(&["cause", kind.as_str(), subject, aspect]),
        kind,
        subject: subject.to_owned(),
        aspect: aspect.to_owned(),
        title: title.to_owned(),
        severity: Severity::High,
        effect: EffectLine::default(),
        ..fixture::disabled_key()
    }
}

pub(super) fn boxed(cause: &CauseLine) -> Line {
    Line::Cause(Box::new(cause.clone()))
}

/// A target of account 1 that no gap explains.
pub(super) fn coverage(outcome: Outcome) -> CoverageLine {
    CoverageLine { outcome, reason_code: None, gap_id: None, ..fixture::coverage(1, "us-east-1") }
}

/// Both files as text, from lines in any order.
pub(super) fn texts(lines: Vec<Line>, report: Box<dyn Report>) -> [String; 2] {
    let record = fixture::record(&fixture::settled(lines));
    let folder = MemoryFolder::default();
    let reader = RecordReader::new(record.as_bytes());
    report_all(reader, vec![report], &folder).expect("a record and files in memory");
    [UPLOAD_FILE, FULL_FILE].map(|file| folder.text(file))
}

fn only_run(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

/// The only run of each file with at most this many results, from lines in any order.
pub(super) fn limited(lines: Vec<Line>, limit: usize) -> [Value; 2] {
    texts(lines, crate::limited_to(limit)).map(|text| only_run(&text))
}

/// The only run of each file.
pub(super) fn documents(mut lines: Vec<Line>) -> [Value; 2] {
    if !lines.iter().any(|line| matches!(line, Line::Run(_))) {
        lines.push(Line::Run(Box::new(run())));
    }
    let report = (FORMAT.open)(&MemoryFolder::default()).expect("nothing is written yet");
    texts(lines, report).map(|text| only_run(&text))
}

/// The only run of the file for GitHub.
pub(super) fn document(lines: Vec<Line>) -> Value {
    let [upload, _] = documents(lines);
    upload
}

pub(super) fn results_of(document: &Value) -> Vec<Value> {
    document["results"].as_array().expect("results, also if it has none").clone()
}

pub(super) fn results(lines: Vec<Line>) -> Vec<Value> {
    results_of(&document(lines))
}

pub(super) fn rules_of(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect()
}

pub(super) fn message(result: &Value) -> &str {
    result["message"]["text"].as_str().unwrap()
}

pub(super) fn uri(result: &Value) -> &str {
    let physical = &result["locations"][0]["physicalLocation"];
    physical["artifactLocation"]["uri"].as_str().unwrap()
}

/// No string anywhere is empty: GitHub takes that for missing.
pub(super) fn assert_nothing_is_empty(value: &Value, path: &str) {
    match value {
        Value::String(text) => assert!(!text.is_empty(), "{path}"),
        Value::Array(items) => {
            for item in items {
                assert_nothing_is_empty(item, &format!("{path}[]"));
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                assert_nothing_is_empty(field, &format!("{path}.{key}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
