//! What is an alert, where it is shown and what it says.

use serde_json::json;
use trailseal_model::hash::short_hash;
use trailseal_model::{ControlId, GapClass, Operation, Reason, Severity, Status};
use trailseal_record::fixture;
use trailseal_record::v1::{Line, TrailLine};

use super::record::*;

#[test]
fn a_failure_is_an_alert_at_its_trail() {
    let mut keyless = finding(ControlId::TrailKmsEncrypted, Status::Fail, Reason::NoKmsKey, "main");
    keyless.message = "Trail 'main' has no KMS key.".to_owned();
    let results = results(vec![account(1, "Payments"), line(keyless)]);
    let result = &results[0];
    assert_eq!(results.len(), 1);
    let text = message(result);
    let title = ControlId::TrailKmsEncrypted.entry().alert_title;
    let start = format!(
        "{title}: trail 'main' of account 'Payments (000000000001)' in Region 'us-east-1'. 'Trail ’main’ has no KMS key'. Fix: '"
    );
    assert!(text.starts_with(&start) && text.ends_with("'."), "{text}");
    assert_eq!((&result["level"], &result["ruleIndex"]), (&json!("error"), &json!(0)));
    let location = &result["locations"][0];
    assert_eq!(uri(result), "aws/000000000001/us-east-1/cloudtrail/main.json");
    for (field, expected) in
        [("startLine", 1), ("startColumn", 1), ("endLine", 1), ("endColumn", 2)]
    {
        assert_eq!(location["physicalLocation"]["region"][field], expected);
    }
    let arn = fixture::trail_arn(1, "main");
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], arn.as_str());
    let fingerprint = format!("{}:1", short_hash(&["trail-kms-encrypted", arn.as_str()]));
    assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], fingerprint);
    let properties = &result["properties"];
    assert_eq!(properties["reason"], "no_kms_key");
    assert_eq!(
        (&properties["expected"], &properties["observed"]),
        (&json!("a key"), &json!("none"))
    );
}

#[test]
fn the_message_says_who_what_since_when_and_the_whole_fix() {
    let results = results(fixture::lines());
    let result = results.iter().find(|result| result["ruleId"] == "key-usable").unwrap();
    let text = message(result);
    for part in [
        ": trail 'old' of account '",
        "(000000000002)' in Region 'us-east-1'. '",
        "Cause: 'KMS key 1234abcd-12ab-34cd-56ef-000000000002 is disabled'. Also failing: 'trail-delivering'. Not proven for the same cause: 'log-objects-sealed'. First: 'Find out why the key was disabled'. Fix: 'Enable the key arn:aws:kms:us-east-1:000000000002:key/1234abcd-12ab-34cd-56ef-000000000002'. Command: 'aws kms enable-key --region us-east-1 --key-id arn:aws:kms:us-east-1:000000000002:key/1234abcd-12ab-34cd-56ef-000000000002'.",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let markdown = result["message"]["markdown"].as_str().unwrap();
    assert!(markdown.contains("```text\naws kms enable-key --region us-east-1 --key-id 'arn:"));
    assert_eq!(result["properties"]["causeId"], fixture::disabled_key().cause_id.as_str());
}

#[test]
fn a_message_has_the_time_that_the_record_knows() {
    let failed = |trail: &str| {
        let delivering = ControlId::TrailDelivering;
        let mut failed = finding(delivering, Status::Fail, Reason::NotLogging, trail);
        failed.resource_arn = fixture::trail_arn(1, trail).to_string();
        failed
    };
    let mut trail: TrailLine = fixture::trail(1, "audit");
    trail.failing_controls = vec![ControlId::TrailDelivering];
    // One Region stopped; another one is served still.
    let mut served = trail.status[0].clone();
    served.region = fixture::region("eu-west-1");
    served.latest_delivery = Some(fixture::at("23:00:00.000"));
    trail.status[0].is_logging = Some(false);
    trail.status.push(served);
    let stopped = results(vec![Line::Trail(Box::new(trail.clone())), line(failed("audit"))]);
    let text = message(&stopped[0]);
    assert!(text.contains(" Last delivery: '2026-11-20T00:04:05.678Z'. "), "{text}");
    trail.status[0].latest_delivery = None;
    let never = results(vec![Line::Trail(Box::new(trail)), line(failed("audit"))]);
    assert!(!message(&never[0]).contains("Last delivery"));

    let mut key = fixture::key(2);
    key.deletion_date = Some(fixture::at("12:00:00.000"));
    let cause = fixture::disabled_key();
    let pending = results(vec![
        boxed(&cause),
        Line::Key(Box::new(key)),
        because(super::record::failed(ControlId::KeyUsable, "old"), &cause),
    ]);
    let text = message(&pending[0]);
    assert!(
        text.contains(" Scheduled deletion of the key: '2026-11-20T12:00:00.000Z'. "),
        "{text}"
    );

    let arn = fixture::trail_arn(1, "audit");
    let sample = |index: u32, time: &str, result| {
        let mut sample = fixture::sample(&arn);
        (sample.selection_index, sample.result) = (index, result);
        sample.last_modified = Some(fixture::at(time));
        Line::Sample(Box::new(sample))
    };
    let deviation = trailseal_model::SampleResult::Deviation;
    let unsealed = results(vec![
        line(super::record::failed(ControlId::LogObjectsSealed, "audit")),
        sample(0, "00:01:00.000", trailseal_model::SampleResult::Pass),
        sample(1, "00:03:00.000", deviation),
        sample(2, "00:02:00.000", deviation),
    ]);
    let text = message(&unsealed[0]);
    assert!(text.contains(" Oldest deviating object: '2026-11-20T00:02:00.000Z'. "), "{text}");
}

#[test]
fn only_failures_are_alerts() {
    let scoped = ControlId::KeyPolicyScoped;
    let results = results(vec![
        line(finding(ControlId::KeyUsable, Status::Pass, Reason::Usable, "a")),
        line(finding(ControlId::KeyUsable, Status::NotApplicable, Reason::NoKmsKey, "b")),
        line(finding(scoped, Status::NotProven, Reason::Unread, "c")),
        line(failed(scoped, "d")),
    ]);
    assert_eq!(rules_of(&results), ["key-policy-scoped"]);
    assert!(message(&results[0]).contains("'d'"));
}

#[test]
fn the_level_follows_the_severity() {
    for control in ControlId::ALL {
        let results = results(vec![line(failed(*control, "main"))]);
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
fn an_account_and_a_store_have_locations_of_their_own() {
    let arn = "arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/id-1";
    let control = ControlId::EventDataStoreKmsEncrypted;
    let mut store = fixture::finding(control, arn, Status::Fail, Reason::NoKmsKey);
    store.resource_name = "My store".to_owned();
    let results = results(vec![line(uncovered(1)), line(store)]);
    assert_eq!(uri(&results[0]), "aws/000000000001/account.json");
    assert_eq!(uri(&results[1]), "aws/000000000001/us-east-1/cloudtrail/eventdatastore/id-1.json");
    let title = ControlId::AccountCovered.entry().alert_title;
    let start = format!("{title}: account '000000000001'. 'Region us-east-1 has no trail'. Fix: '");
    assert!(message(&results[0]).starts_with(&start), "{}", message(&results[0]));
    let named = ": event data store 'My store' of account '000000000001' in Region 'us-east-1'. '";
    assert!(message(&results[1]).contains(named), "{}", message(&results[1]));
}

#[test]
fn hostile_texts_stay_texts() {
    let others = ["\u{202e}gnp.مرحبا", "🦭\r\nsealed\0", " ", "", "a \\ b / .. : % # ?", "'''"];
    for text in fixture::HOSTILE.iter().copied().chain(others) {
        let mut cause = fixture::disabled_key();
        cause.title = text.to_owned();
        cause.fact = text.to_owned();
        cause.fix.change = text.to_owned();
        cause.fix.first = Some(text.to_owned());
        for step in &mut cause.fix.steps {
            *step = trailseal_record::v1::FixStepLine::Command { command: text.to_owned() };
        }
        let mut hostile = failed(ControlId::TrailKmsEncrypted, "main");
        hostile.resource_name = text.to_owned();
        hostile.message = text.to_owned();
        hostile.observed = text.to_owned();
        let mut unread =
            gap(Some(1), Some("us-east-1"), Operation::DescribeTrails, GapClass::Denied);
        unread.subject = Some(text.to_owned());
        unread.cause_id = Some(cause.cause_id.clone());
        let documents = documents(vec![
            boxed(&cause),
            account(1, text),
            Line::Gap(Box::new(unread)),
            because(hostile, &cause),
        ]);
        for run in &documents {
            assert_nothing_is_empty(&run["results"], "results");
            assert_nothing_is_empty(&run["invocations"], "invocations");
            assert_eq!(results_of(run).len(), 2);
            for result in &results_of(run) {
                let message = message(result);
                let is_misleading = |letter: char| letter.is_control() || letter == '\u{202e}';
                assert!(message.ends_with('.') && !message.contains(is_misleading), "{message}");
                assert!(!message.contains("](") && !message.contains("{0"), "{message}");
                assert_eq!(message.matches('\'').count() % 2, 0, "{message}");
                let markdown = result["message"]["markdown"].as_str().unwrap();
                let outside: String = markdown.split("```").step_by(2).collect();
                assert!(!outside.contains('<') && !outside.contains('\u{202e}'), "{markdown}");
                let uri = uri(result);
                assert!(uri.starts_with("aws/000000000001/"), "{uri}");
                assert!(!uri.contains([':', ' ', '<', '\\']) && !uri.contains("/../"), "{uri}");
            }
        }
    }
}

#[test]
fn every_message_is_its_template_filled() {
    let [_, full] = documents(fixture::lines());
    let rules = full["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results_of(&full) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        let id = result["message"]["id"].as_str().unwrap();
        let template = rule["messageStrings"][id]["text"].as_str().unwrap();
        let arguments = result["message"]["arguments"].as_array().unwrap();
        let mut filled = template.to_owned();
        for (number, argument) in arguments.iter().enumerate() {
            let argument = argument.as_str().unwrap().replace('{', "\u{1}");
            filled = filled.replace(&format!("{{{number}}}"), &argument);
        }
        assert_eq!(filled.replace('\u{1}', "{"), message(&result));
    }
}
