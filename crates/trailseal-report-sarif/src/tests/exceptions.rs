//! What somebody answers for: no result for GitHub, a suppressed one in the full file.

use serde_json::{Value, json};
use trailseal_model::record::v1::{ExceptionsLine, Line};

use super::record::*;

fn exception(reason: &str) -> Line {
    line(json!({
        "line": "exception", "exception_id": "x1", "kind": "gap", "entry": 1, "state": "in_force",
        "control_id": null, "subject": null, "status": null, "status_reason": null,
        "class": "denied_by_scp", "accounts": [], "organizational_units": [],
        "regions": ["eu-west-1"], "operations": [], "owner": "platform's", "approver": "ciso",
        "approved_at": null, "reason": reason, "ticket": "SEC-1", "expiry": "2027-03-31",
        "findings": 1, "gaps": 1, "targets": 1
    }))
}

fn accepted(line: Line) -> Line {
    let id = || "x1".to_owned();
    match line {
        Line::Gap(mut it) => {
            it.exception_id = Some(id());
            Line::Gap(it)
        }
        Line::Finding(mut it) => {
            it.exception_ids = vec![id()];
            Line::Finding(it)
        }
        other => other,
    }
}

fn denied(region: &str) -> Line {
    gap(Some(ACCOUNT), Some(region), "DescribeTrails", "denied_by_scp")
}

fn failing(name: &str) -> Line {
    finding("trail-kms-encrypted", "fail", name, "No key.")
}

fn run_with(exceptions: ExceptionsLine) -> Line {
    let Line::Run(mut run) = run() else { unreachable!("a run") };
    run.exceptions = exceptions;
    Line::Run(run)
}

/// Rule and justification of each result; `None` where it is not suppressed.
fn suppressions(document: &Value) -> Vec<(String, Option<String>)> {
    let of = |it: &Value| {
        let rule = it["ruleId"].as_str().unwrap().to_owned();
        let suppressions = it["suppressions"].as_array().expect("each says whether it is");
        assert!(suppressions.len() <= 1);
        let justification = suppressions.first().map(|it| {
            assert_eq!((&it["kind"], &it["status"]), (&json!("external"), &json!("accepted")));
            it["justification"].as_str().unwrap().to_owned()
        });
        (rule, justification)
    };
    document["results"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn an_accepted_failure_is_suppressed_and_comes_last() {
    let lines = || vec![run(), exception("Known."), accepted(failing("a")), failing("b")];
    let open = results(lines());
    assert_eq!(rules_of(&open), ["trail-kms-encrypted"]);
    assert!(message(&open[0]).contains("trail 'b'"));
    assert!(open[0].get("suppressions").is_none());
    assert_eq!(bytes(lines()).1.results, 1);
    let full = full_document(lines());
    let justification = "'Known'. Ticket 'SEC-1', owner 'platform’s', approved by 'ciso', valid through 2027-03-31.";
    let rule = "trail-kms-encrypted".to_owned();
    assert_eq!(suppressions(&full), [(rule.clone(), None), (rule, Some(justification.to_owned()))]);
    assert_nothing_is_empty(&full, "full");
}

#[test]
fn both_files_have_categories_of_their_own() {
    let id = |it: &Value| it["automationDetails"]["id"].as_str().unwrap().to_owned();
    assert_eq!(id(&document(vec![run()])), "trailseal/o-1/run-1");
    assert_eq!(id(&full_document(vec![run()])), "trailseal/o-1/full/run-1");
}

#[test]
fn what_was_not_assessed_is_told_by_what_nobody_accepted() {
    let lines =
        |second: Line| vec![run(), exception("Known"), accepted(denied("eu-west-1")), second];
    // All of it is accepted.
    let all = || lines(accepted(denied("eu-west-2")));
    assert!(results(all()).is_empty());
    assert_eq!(bytes(all()).1.not_assessed, 0);
    let full = full_document(all());
    assert_eq!(suppressions(&full).len(), 1);
    assert!(message(&full["results"][0]).contains("'2' failed call(s)"));
    // Some is not: that is the one alert of the account and class.
    let some = || lines(denied("eu-west-2"));
    for document in [document(some()), full_document(some())] {
        let results = document["results"].as_array().unwrap();
        assert_eq!(rules_of(results), ["scope-not-assessed"]);
        assert!(message(&results[0]).contains("'1' failed call(s)"));
        assert!(message(&results[0]).contains("'eu-west-2'"));
    }
    // A finding that nothing was unread of.
    let stale = || finding("trail-delivering", "not_proven", "main", "Stale.");
    assert_eq!(results(vec![run(), stale()]).len(), 1);
    assert!(results(vec![run(), exception("Known"), accepted(stale())]).is_empty());
}

#[test]
fn exceptions_are_said_above_everything_else_and_beside_each_gap() {
    let exceptions = ExceptionsLine {
        entries: 2,
        in_force: 1,
        expired: 1,
        findings: 1,
        gaps: 1,
        targets: 1,
        warnings: vec!["EXPIRED: exception gap 2 (T) has no effect.".to_owned()],
        ..ExceptionsLine::default()
    };
    let lines = vec![run_with(exceptions), exception("Known"), accepted(denied("eu-west-1"))];
    let document = document(lines);
    let invocation = &document["invocations"][0];
    let said = invocation["toolConfigurationNotifications"].as_array().unwrap();
    let said: Vec<(&str, &str)> = said
        .iter()
        .map(|it| {
            (it["level"].as_str().unwrap_or("warning"), it["message"]["text"].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("warning", "Exceptions: 'EXPIRED: exception gap 2 (T) has no effect'."),
        (
            "note",
            "Exceptions in force: '1' accept '1' finding(s), '1' gap(s) and '1' target(s), which keep their status and leave the exit code.",
        ),
    ];
    assert_eq!(said, expected);
    let of_gap = &invocation["toolExecutionNotifications"][0];
    assert_eq!(of_gap["properties"]["exception_id"], "x1");
    assert_eq!(document["properties"]["exceptions"]["expired"], 1);
}
