//! What an exception accepts: no result for GitHub, a suppressed one in the full file.

use serde_json::{Value, json};
use trailseal_model::{ControlId, GapClass, Operation, Reason, Status};
use trailseal_record::fixture;
use trailseal_record::v1::{ExceptionLine, ExceptionsLine, FindingLine, GapLine, Line, RunLine};

use super::record::*;

fn exception() -> Line {
    Line::Exception(Box::new(ExceptionLine {
        reason: "Known.".to_owned(),
        owner: "platform's".to_owned(),
        ..fixture::exception()
    }))
}

fn id() -> String {
    fixture::exception().exception_id
}

fn denied(region: &str, is_accepted: bool) -> Line {
    let mut line = gap(Some(1), Some(region), Operation::DescribeTrails, GapClass::DeniedByScp);
    line.cause_id = Some(fixture::region_deny().cause_id);
    line.exception_id = is_accepted.then(id);
    Line::Gap(Box::<GapLine>::new(line))
}

fn accepted(finding: FindingLine) -> Line {
    line(FindingLine { exception_ids: vec![id()], ..finding })
}

/// Rule and justification of each result; `None` where it is not suppressed.
fn suppressions(document: &Value) -> Vec<(String, Option<String>)> {
    let of = |result: &Value| {
        let rule = result["ruleId"].as_str().unwrap().to_owned();
        let suppressions = result["suppressions"].as_array().expect("each says whether it is");
        assert!(suppressions.len() <= 1);
        let justification = suppressions.first().map(|suppression| {
            let (kind, status) = (&suppression["kind"], &suppression["status"]);
            assert_eq!((kind, status), (&json!("external"), &json!("accepted")));
            suppression["justification"].as_str().unwrap().to_owned()
        });
        (rule, justification)
    };
    results_of(document).iter().map(of).collect()
}

#[test]
fn an_accepted_failure_is_suppressed_and_comes_last() {
    let control = ControlId::TrailKmsEncrypted;
    let lines = vec![exception(), accepted(failed(control, "a")), line(failed(control, "b"))];
    let [upload, full] = documents(lines);
    let open = results_of(&upload);
    assert_eq!(rules_of(&open), ["trail-kms-encrypted"]);
    assert!(message(&open[0]).contains("trail 'b'"));
    assert!(open[0].get("suppressions").is_none());
    let justification = "'Known'. Ticket 'SEC-1', owner 'platform’s', approved by 'ciso@example.com', valid through 2027-03-31.";
    let rule = "trail-kms-encrypted".to_owned();
    assert_eq!(suppressions(&full), [(rule.clone(), None), (rule, Some(justification.to_owned()))]);
    assert_nothing_is_empty(&full, "full");
}

#[test]
fn of_one_cause_and_subject_only_what_is_accepted_is_suppressed() {
    let key = fixture::disabled_key();
    let mut accepted = failed(ControlId::KeyUsable, "a");
    accepted.exception_ids = vec![id()];
    let open = failed(ControlId::TrailDelivering, "a");
    let [upload, full] =
        documents(vec![exception(), boxed(&key), because(accepted, &key), because(open, &key)]);
    assert_eq!(rules_of(&results_of(&upload)), ["trail-delivering"]);
    assert_eq!(rules_of(&results_of(&full)), ["trail-delivering", "key-usable"]);
}

#[test]
fn both_files_have_categories_of_their_own() {
    let id = |document: &Value| document["automationDetails"]["id"].as_str().unwrap().to_owned();
    let [upload, full] = documents(Vec::new());
    assert_eq!(id(&upload), "trailseal/o-example0001/20261120T000000Z-5eal");
    assert_eq!(id(&full), "trailseal/o-example0001/full/20261120T000000Z-5eal");
}

#[test]
fn what_was_not_assessed_is_reported_by_what_nothing_accepts() {
    let lines = |second: Line| {
        vec![exception(), boxed(&fixture::region_deny()), denied("eu-west-1", true), second]
    };
    // All of it is accepted.
    let [upload, full] = documents(lines(denied("eu-west-2", true)));
    assert!(results_of(&upload).is_empty());
    assert_eq!(suppressions(&full).len(), 1);
    assert!(message(&full["results"][0]).contains("'2 requests' of 'DescribeTrails'"));
    // Some is not: that is the one alert of the cause.
    for document in documents(lines(denied("eu-west-2", false))) {
        let results = results_of(&document);
        assert_eq!(rules_of(&results), ["scope-not-assessed"]);
        assert!(message(&results[0]).contains("'1 request' of"), "{}", message(&results[0]));
        assert!(message(&results[0]).contains("'eu-west-2'"));
    }
    // A finding without a gap.
    let stale =
        || finding(ControlId::TrailDelivering, Status::NotProven, Reason::DeliveryStale, "main");
    assert_eq!(results(vec![line(stale())]).len(), 1);
    assert!(results(vec![exception(), accepted(stale())]).is_empty());
}

#[test]
fn exceptions_are_reported_above_everything_else_and_beside_each_gap() {
    let exceptions = ExceptionsLine {
        entries: 2,
        in_force: 1,
        expired: 1,
        findings: 1,
        gaps: 1,
        targets: 2,
        warnings: vec!["EXPIRED: exception gap 2 (T) has no effect.".to_owned()],
        ..ExceptionsLine::default()
    };
    let run = Line::Run(Box::new(RunLine { exceptions, ..run() }));
    let document = document(vec![run, exception(), denied("eu-west-1", true)]);
    let invocation = &document["invocations"][0];
    let cautions = invocation["toolConfigurationNotifications"].as_array().unwrap();
    let cautions: Vec<(&str, &str)> = cautions
        .iter()
        .map(|caution| {
            let level = caution["level"].as_str().unwrap_or("warning");
            (level, caution["message"]["text"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("warning", "Exceptions: 'EXPIRED: exception gap 2 (T) has no effect'."),
        (
            "note",
            "Exceptions in force: '1 exception' for '1 finding', '1 gap' and '2 targets', which keep their status and leave the exit code.",
        ),
    ];
    assert_eq!(cautions, expected);
    let of_gap = &invocation["toolExecutionNotifications"][0];
    assert_eq!(of_gap["properties"]["exception_id"], id());
    assert_eq!(document["properties"]["exceptions"]["expired"], 1);
}
