//! Fixes of delivery.

use trailseal_model::{
    BucketOwner, BucketPresence, Delivery, Organization, OwnerSearch, Target, TrailStatus,
};

use super::keys::{DESCRIBES, SEALS};
use super::*;
use crate::test_support::{KEY, delivered, known, region};

const LOOKS: &str = r#"{
  "Sid": "CloudTrailLooksAtTheBucket",
  "Effect": "Allow",
  "Principal": {
    "Service": "cloudtrail.amazonaws.com"
  },
  "Action": "s3:GetBucketAcl",
  "Resource": "arn:aws:s3:::logs",
  "Condition": {
    "StringEquals": {
      "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main"
    }
  }
}"#;
const DELIVERS: &str = r#"{
  "Sid": "CloudTrailDeliversLogs",
  "Effect": "Allow",
  "Principal": {
    "Service": "cloudtrail.amazonaws.com"
  },
  "Action": "s3:PutObject",
  "Resource": "arn:aws:s3:::logs/AWSLogs/000000000001/*",
  "Condition": {
    "StringEquals": {
      "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main",
      "s3:x-amz-acl": "bucket-owner-full-control"
    }
  }
}"#;
const BRINGS: &str = "CloudTrail delivers new logs of trail 'main', and for up to 30 days tries again to deliver earlier ones";

fn failing() -> TrailStatus {
    TrailStatus { latest_delivery_error: Some("AccessDenied".into()), ..delivered(600) }
}

#[test]
fn a_stopped_trail_is_started_in_its_home() {
    let off = TrailStatus { is_logging: false, ..delivered(10) };
    let facts = || Facts::sealed().status([("us-east-1", known(off.clone()))]);
    let history = "find out who stopped it: look for StopLogging in CloudTrail's event history of account 000000000001 in us-east-1";
    let expected = Fix {
        change: "start logging of trail 'main' in us-east-1".to_owned(),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), TRAIL),
        steps: vec![command(&format!(
            "aws cloudtrail start-logging --region us-east-1 --name {TRAIL}"
        ))],
        first: Some(history.to_owned()),
        brings: "CloudTrail records events for trail 'main' again and tries to deliver their logs"
            .to_owned(),
        risks: None,
    };
    assert_eq!(fix_of(facts(), "trail-delivering fail not_logging"), expected);
    let disabled = facts().key(|key| key.state = "Disabled".to_owned());
    let fix = fix_of(disabled, "trail-delivering fail not_logging");
    let expected = format!(
        "{history}; mend the key as well, because CloudTrail cannot deliver while key {KEY} is Disabled"
    );
    assert_eq!(fix.first, Some(expected));
}

#[test]
fn a_member_s_copy_that_does_not_log_is_not_mended_by_starting_its_owner_s() {
    let off = TrailStatus { is_logging: false, ..delivered(10) };
    let facts = Facts::sealed().trail(|trail| {
        let target = Target { account: account(2), region: region("us-east-1") };
        trail.members.add(target, Delivery::NotLogging, known(off));
    });
    let fix = fix_of(facts, "trail-delivering fail not_logging");
    assert_eq!(fix.steps, []);
    assert!(fix.change.contains("in us-east-1 for member 000000000002"), "{}", fix.change);
}

#[test]
fn a_delivery_error_is_quoted_beside_what_the_policies_need() {
    let facts = Facts::sealed().status([("us-east-1", known(failing()))]);
    let of_key = format!("the policy of key {KEY}");
    let expected = Fix {
        change: "remove the cause of the delivery error 'AccessDenied' in us-east-1 of trail 'main': compare the policies of bucket 'logs' and of its key with the statements below".to_owned(),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), "logs"),
        steps: vec![
            statement("the policy of bucket 'logs'", LOOKS),
            statement("the policy of bucket 'logs'", DELIVERS),
            statement(&of_key, SEALS),
            statement(&of_key, DESCRIBES),
        ],
        first: Some("find out whether a policy was changed since the last delivery: look for PutBucketPolicy and PutKeyPolicy in CloudTrail's event history".to_owned()),
        brings: BRINGS.to_owned(),
        risks: Some("PutBucketPolicy and PutKeyPolicy replace the whole policy: keep every other statement of it".to_owned()),
    };
    assert_eq!(fix_of(facts, "trail-delivering fail delivery_error"), expected);
}

#[test]
fn a_delivery_that_fails_for_its_key_is_mended_at_the_key() {
    let facts = Facts::sealed().status([("us-east-1", known(failing()))]);
    let facts = facts.key(|key| key.state = "Disabled".to_owned());
    let fix = fix_of(facts, "trail-delivering fail delivery_error");
    assert_eq!(
        fix.change,
        format!(
            "mend the key of trail 'main', because delivery fails with the error 'AccessDenied' in us-east-1 while key {KEY} is Disabled: enable key {KEY}"
        )
    );
    assert_eq!(commands(&fix), [format!("aws kms enable-key --region us-east-1 --key-id {KEY}")]);
    assert_eq!((fix.place, fix.brings), (place(1, Some("us-east-1"), KEY), BRINGS.to_owned()));
}

#[test]
fn an_organization_trail_delivers_for_members_too() {
    let facts = Facts::sealed()
        .with(|facts| {
            let id = "o-a1b2c3d4e5".to_owned();
            facts.organization = Some(Organization { id, management_account: account(1) });
        })
        .trail(|trail| {
            trail.description.is_organization_trail = true;
            trail.description.prefix = Some("audit".to_owned());
        })
        .bucket(|bucket| bucket.presence = known(BucketPresence::Gone));
    let fix = fix_of(facts, "trail-delivering fail bucket_gone");
    let FixStep::Statement { json, .. } = &fix.steps[1] else { panic!("{fix:?}") };
    let delivers: Value = serde_json::from_str(json).unwrap();
    let folders = [
        "arn:aws:s3:::logs/audit/AWSLogs/000000000001/*",
        "arn:aws:s3:::logs/audit/AWSLogs/o-a1b2c3d4e5/*",
    ];
    assert_eq!(delivers["Resource"], serde_json::json!(folders));
    assert_eq!(fix.steps.len(), 2);
    assert!(fix.change.contains("in us-east-1, the Region of the trail's key,"), "{}", fix.change);
    assert!(fix.risks.unwrap().contains("any AWS account can create a bucket of this name"));
}

#[test]
fn an_unknown_owner_is_a_setting() {
    let facts = Facts::sealed().bucket(|bucket| {
        bucket.owner = BucketOwner::NotFound;
        bucket.search = OwnerSearch { answered: 1, refused: 1, ..OwnerSearch::default() };
    });
    let expected = Fix {
        change: "name the account that owns bucket 'logs' in bucket_owners, and let the audit role list the buckets there (1 account answered ListBuckets without it, 1 account refused ListBuckets or did not answer it)".to_owned(),
        actor: FixActor::TrailsealOperator,
        place: FixPlace {
            account: None,
            region: None,
            resource: Some("bucket_owners".to_owned()),
        },
        steps: vec![
            setting("trailseal.toml", "[bucket_owners]\n\"logs\" = \"ACCOUNT-ID\""),
            statement(
                "the policy of the audit role in the account that owns the bucket",
                "{\n  \"Sid\": \"TrailsealReads\",\n  \"Effect\": \"Allow\",\n  \"Action\": \"s3:ListAllMyBuckets\",\n  \"Resource\": \"*\"\n}",
            ),
        ],
        first: Some("find out which account owns bucket 'logs'".to_owned()),
        brings: "trail-delivering of trail 'main' can be judged".to_owned(),
        risks: Some("if no account of the organization owns it, an outsider receives the logs: give trail 'main' another bucket".to_owned()),
    };
    assert_eq!(fix_of(facts, "trail-delivering not_proven bucket_owner_unknown"), expected);
}

#[test]
fn a_bucket_of_another_account_is_not_accepted_by_a_step() {
    let facts = Facts::sealed().bucket(|bucket| bucket.configured_owner = Some(account(2)));
    let fix = fix_of(facts, "trail-delivering fail bucket_owner_mismatch");
    assert_eq!(fix.steps, []);
    for part in ["a bucket of account 000000000002", "is owned by 000000000001"] {
        assert!(fix.change.contains(part), "{}", fix.change);
    }
}

#[test]
fn a_quiet_region_is_called_by_name() {
    let never = TrailStatus { latest_delivery: None, ..delivered(10) };
    let facts =
        Facts::sealed().status([("eu-west-1", known(never)), ("us-east-1", known(delivered(10)))]);
    let fix = fix_of(facts, "trail-delivering not_proven never_delivered");
    let start = "make a call that trail 'main' records in eu-west-1, such as `aws cloudtrail describe-trails --region eu-west-1`, wait 15 minutes and scan again";
    assert!(fix.change.starts_with(start), "{}", fix.change);
    assert_eq!(commands(&fix), Vec::<&str>::new());
}
