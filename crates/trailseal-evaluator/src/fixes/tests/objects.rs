//! Fixes of what objects show.

use trailseal_model::{
    DeviationClass, HeaderProblem, LogSample, Population, Sample, SampleMethod, SampleResult,
    Unreadable, UnreadableCause, Window,
};

use super::*;
use crate::test_support::{KEY, deviating, examined, now, object, window};

fn operator_place(setting: &str) -> FixPlace {
    FixPlace { account: None, region: None, resource: Some(setting.to_owned()) }
}

#[test]
fn a_sample_that_is_too_small_says_how_large_it_has_to_be() {
    let small = |unreadable: u32| {
        Facts::sealed().with(|facts| facts.thresholds.sample_size = 20).objects(LogSample {
            method: SampleMethod::Random,
            population: Population::Counted(900),
            eligible: 900,
            ..examined(20, unreadable)
        })
    };
    let expected = Fix {
        change: "draw 59 log objects of trail 'main' instead of 20, so that the bound is within the tolerable rate of 0.05".to_owned(),
        actor: FixActor::TrailsealOperator,
        place: operator_place("sample_size"),
        steps: vec![setting("command line", "--sample-size 59")],
        first: None,
        brings: "log-objects-sealed of trail 'main' can be judged".to_owned(),
        risks: Some("the scan makes more requests to S3".to_owned()),
    };
    assert_eq!(fix_of(small(0), "log-objects-sealed not_proven sample_too_small"), expected);
}

#[test]
fn a_sample_that_could_not_be_filled_needs_a_shorter_window() {
    let facts = Facts::sealed().objects(LogSample {
        method: SampleMethod::Clusters,
        population: Population::Counted(900),
        ..examined(20, 0)
    });
    let fix = fix_of(facts, "log-objects-sealed not_proven sample_too_small");
    assert_eq!(fix.steps, [setting("command line", "--window 1d")]);
    assert_eq!(fix.place, operator_place("window"));
}

#[test]
fn an_empty_window_is_made_longer_up_to_its_limit() {
    let empty = |window| {
        let nothing = LogSample::nothing(window);
        Facts::sealed().objects(LogSample { population: Population::Counted(0), ..nothing })
    };
    let line = "log-objects-sealed not_proven no_objects";
    let fix = fix_of(empty(window()), line);
    assert_eq!(fix.steps, [setting("command line", "--window 28d")]);
    assert!(fix.change.starts_with("wait until trail 'main' has delivered logs to bucket 'logs'"));
    let days = |days: i64| {
        let start = now() - jiff::SignedDuration::from_hours(24 * days);
        Window { start, end: now() }
    };
    assert_eq!(fix_of(empty(days(40)), line).steps, [setting("command line", "--window 90d")]);
    assert_eq!(fix_of(empty(days(90)), line).steps, []);
}

#[test]
fn a_deviating_object_is_named_with_its_encryption_and_time() {
    let facts = Facts::sealed().objects(deviating(DeviationClass::ForeignKey));
    let fix = fix_of(facts, "log-objects-sealed fail foreign_key");
    let start = format!(
        "find out what wrote s3://logs/AWSLogs/object (aws:kms with key {KEY}) at 2026-11-19T23:50:00Z, and stop it: look for PutObject and CopyObject events of bucket 'logs'"
    );
    assert!(fix.change.starts_with(&start), "{}", fix.change);
    assert_eq!(fix.place, place(1, Some("us-east-1"), "logs"));
    assert!(fix.risks.is_some());
}

#[test]
fn objects_that_could_not_be_listed_or_read_need_a_permission() {
    let sample = || LogSample { gaps: vec![gap(0)], ..LogSample::nothing(window()) };
    let prefixed = Facts::sealed().objects(sample()).trail(|trail| {
        trail.description.prefix = Some("audit".to_owned());
    });
    let denied = gaps_are(prefixed, &[(Operation::HeadObject, GapClass::Denied)]);
    let fix = fix_of(denied, "log-objects-sealed not_proven unread");
    let json = r#"{
  "Sid": "TrailsealReads",
  "Effect": "Allow",
  "Action": "s3:GetObject",
  "Resource": "arn:aws:s3:::logs/audit/AWSLogs/*"
}"#;
    assert_eq!(
        fix.steps,
        [statement("the policy of the audit role in account 000000000001", json)]
    );
    let listed = gaps_are(
        Facts::sealed().objects(sample()),
        &[(Operation::ListObjectsV2, GapClass::DeniedByIdentityPolicy)],
    );
    let fix = fix_of(listed, "log-objects-sealed not_proven unread");
    let FixStep::Statement { json, .. } = &fix.steps[0] else { panic!("{fix:?}") };
    assert!(json.contains("\"s3:ListBucket\"") && json.contains("\"arn:aws:s3:::logs\""), "{json}");
    let cut = Facts::sealed().objects(LogSample::nothing(window()));
    let fix = fix_of(cut, "log-objects-sealed not_proven unread");
    assert_eq!(fix.steps, [setting("command line", "--window 1d")]);
}

#[test]
fn a_header_that_tells_no_key_is_quoted() {
    let problem = HeaderProblem::Missing("x-amz-server-side-encryption-aws-kms-key-id");
    let object = Sample {
        kms_key_id: None,
        header_problem: Some(problem),
        ..object(SampleResult::Unreadable, None)
    };
    let unreadable =
        Unreadable { cause: UnreadableCause::NoKeyHeader, count: 3, newest: Box::new(object) };
    let sample = LogSample { unreadable_objects: vec![unreadable], ..examined(0, 3) };
    let fix =
        fix_of(Facts::sealed().objects(sample), "log-objects-sealed not_proven unreadable_objects");
    let part = "where the header x-amz-server-side-encryption-aws-kms-key-id is missing";
    assert!(fix.change.contains(part) && fix.change.contains("s3://logs/"), "{}", fix.change);
}

#[test]
fn older_logs_are_a_decision_with_an_entry_to_fill_in() {
    let facts = Facts::sealed().trail(|trail| {
        trail.history.deviating = deviating(DeviationClass::SseS3).deviating;
    });
    let fix = fix_of(facts, "history-sealed fail sse_s3");
    let entry = format!(
        "[[findings]]\ncontrol = \"history-sealed\"\nsubject = \"{TRAIL}\"\nstatus = \"fail\"\nowner = \"\"\napprover = \"\"\nreason = \"\"\nticket = \"\"\nexpiry = \"\""
    );
    assert_eq!(fix.steps, [setting("exceptions.toml", &entry)]);
    assert!(fix.change.contains("such as s3://logs/AWSLogs/object"), "{}", fix.change);
}

#[test]
fn objects_of_a_key_of_aws_need_another_key() {
    let of_aws = Facts::sealed()
        .key(|key| key.manager = trailseal_model::KeyManager::Aws)
        .objects(deviating(DeviationClass::AwsManagedKey));
    let fix = fix_of(of_aws, "log-objects-sealed fail aws_managed_key");
    assert!(fix.change.starts_with("create a symmetric customer managed key"), "{}", fix.change);
    let copied = Facts::sealed().objects(deviating(DeviationClass::AwsManagedKey));
    let fix = fix_of(copied, "log-objects-sealed fail aws_managed_key");
    assert!(fix.change.starts_with("find out what wrote s3://"), "{}", fix.change);
}
