//! What is an alert, where it lies and what it says.

use serde_json::{Value, json};
use trailseal_model::hash::short_hash;
use trailseal_model::record::v1::Line;
use trailseal_model::{ControlId, Severity};

use super::record::*;

#[test]
fn a_failure_is_an_alert_at_its_trail() {
    let mut keyless =
        finding("trail-kms-encrypted", "fail", "main", "The trail 'main' names no KMS key.");
    if let Line::Finding(finding) = &mut keyless {
        finding.status_reason = "no_kms_key".to_owned();
    }
    let results = results(vec![run(), account("Payments"), keyless]);
    let result = &results[0];
    assert_eq!(results.len(), 1);
    assert_eq!(
        message(result),
        "Trail without a KMS key. Account 'Payments (000000000001)', Region 'us-east-1', trail 'main': 'The trail ’main’ names no KMS key'. Expected 'a key', observed 'none'. To do: 'create a customer managed key in the bucket’s Region, let CloudTrail use it in the key policy, then set the key’s ARN on the trail'."
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
        "Account with a Region that no trail records. Account '000000000001': 'A Region is not recorded'. To do: 'see the control’s page'."
    );
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
