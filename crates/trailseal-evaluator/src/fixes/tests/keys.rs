//! Fixes of the key itself.

use trailseal_model::{KeyManager, KeyPresence, KeyRotation, Observed};

use super::*;
use crate::test_support::{KEY, known, time};

/// What CloudTrail needs of the policy of a key of the trail `main`.
pub(super) const SEALS: &str = r#"{
  "Sid": "CloudTrailSealsLogs",
  "Effect": "Allow",
  "Principal": {
    "Service": "cloudtrail.amazonaws.com"
  },
  "Action": "kms:GenerateDataKey*",
  "Resource": "*",
  "Condition": {
    "StringEquals": {
      "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main"
    },
    "StringLike": {
      "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:000000000001:trail/*"
    }
  }
}"#;
pub(super) const DESCRIBES: &str = r#"{
  "Sid": "CloudTrailLooksAtTheKey",
  "Effect": "Allow",
  "Principal": {
    "Service": "cloudtrail.amazonaws.com"
  },
  "Action": "kms:DescribeKey",
  "Resource": "*",
  "Condition": {
    "StringEquals": {
      "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main"
    }
  }
}"#;
const IN_KEY_HISTORY: &str = "in CloudTrail's event history of account 000000000001 in us-east-1";
const USED_AGAIN: &str =
    "everyone whom the key's policy, its grants or IAM policies allow can use it again";

#[test]
fn a_disabled_key_is_enabled() {
    let facts = Facts::sealed().key(|key| key.state = "Disabled".to_owned());
    let expected = Fix {
        change: format!("enable key {KEY}"),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), KEY),
        steps: vec![command(&format!("aws kms enable-key --region us-east-1 --key-id {KEY}"))],
        first: Some(format!(
            "find out who disabled it and why: look for DisableKey {IN_KEY_HISTORY}"
        )),
        brings: "KMS makes data keys for new logs of trail 'main'".to_owned(),
        risks: Some(USED_AGAIN.to_owned()),
    };
    assert_eq!(fix_of(facts, "key-usable fail disabled"), expected);
}

#[test]
fn a_deletion_is_canceled_and_the_key_enabled_after_it() {
    for state in ["PendingDeletion", "PendingReplicaDeletion"] {
        let facts = Facts::sealed().key(|key| {
            key.state = state.to_owned();
            key.deletion_date = Some(time("2026-12-01T09:00:00Z"));
        });
        let expected = Fix {
            change: format!(
                "cancel the deletion of key {KEY} before 2026-12-01T09:00:00Z, when KMS deletes it, then enable it"
            ),
            actor: FixActor::AccountAdministrator,
            place: place(1, Some("us-east-1"), KEY),
            steps: vec![
                command(&format!("aws kms cancel-key-deletion --region us-east-1 --key-id {KEY}")),
                command(&format!("aws kms enable-key --region us-east-1 --key-id {KEY}")),
            ],
            first: Some(format!(
                "find out who scheduled the deletion and why: look for ScheduleKeyDeletion {IN_KEY_HISTORY}"
            )),
            brings: "KMS makes data keys for new logs of trail 'main'".to_owned(),
            risks: Some(USED_AGAIN.to_owned()),
        };
        assert_eq!(fix_of(facts, "key-usable fail pending_deletion"), expected, "{state}");
    }
}

#[test]
fn a_deletion_date_beside_another_state_has_no_command() {
    let facts = Facts::sealed().key(|key| key.deletion_date = Some(time("2026-12-01T09:00:00Z")));
    let fix = fix_of(facts, "key-usable fail pending_deletion");
    assert_eq!(fix.steps, []);
}

#[test]
fn no_command_is_made_for_a_key_that_stays_of_no_use() {
    let asymmetric = Facts::sealed().key(|key| {
        key.state = "Disabled".to_owned();
        key.spec = "RSA_2048".to_owned();
    });
    let fix = fix_of(asymmetric, "key-usable fail disabled");
    assert_eq!(commands(&fix), Vec::<&str>::new());
    assert!(fix.change.starts_with("create a symmetric customer managed key"), "{}", fix.change);
    let expired = Facts::sealed().key(|key| {
        key.state = "Disabled".to_owned();
        key.valid_to = Some(time("2026-11-01T00:00:00Z"));
    });
    let fix = fix_of(expired, "key-usable fail disabled");
    assert_eq!(fix.change, format!("import the same key material into key {KEY} again"));
    assert_eq!(fix.steps, []);
}

#[test]
fn a_trail_without_a_key_gets_the_policy_first() {
    let expected = Fix {
        change: "create a symmetric customer managed key in us-east-1, put the statements below into its policy, then set the key's ARN as KmsKeyId of trail 'main' (account 000000000001, us-east-1)".to_owned(),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), TRAIL),
        steps: vec![
            statement("the policy of the new key, beside the statement that administers it", SEALS),
            statement("the policy of the new key, beside the statement that administers it", DESCRIBES),
        ],
        first: Some("list who reads the logs in bucket 'logs': each reader needs kms:Decrypt on the new key".to_owned()),
        brings: "trail 'main' names a KMS key for its new logs".to_owned(),
        risks: Some("readers without kms:Decrypt on the new key cannot read new logs, and CloudTrail delivers nothing while the policy of the trail's key refuses it".to_owned()),
    };
    let facts = Facts::sealed().names_key(None);
    assert_eq!(fix_of(facts, "trail-kms-encrypted fail no_kms_key"), expected);
}

#[test]
fn a_key_that_cannot_be_mended_is_replaced_by_name() {
    let of_aws = Facts::sealed().key(|key| key.manager = KeyManager::Aws);
    let of_aws = fix_of(of_aws, "key-customer-managed fail aws_managed");
    let gone = fix_of(Facts::sealed().key_is(known(KeyPresence::Gone)), "key-usable fail key_gone");
    let far = "arn:aws:kms:eu-west-1:000000000001:key/11111111-2222";
    let elsewhere = Facts::sealed().names_key(Some(far)).key(|_| ());
    let elsewhere = fix_of(elsewhere, "key-usable fail wrong_region");
    for (fix, key) in [(of_aws, KEY), (gone, KEY), (elsewhere, far)] {
        assert!(fix.change.contains("customer managed key in us-east-1,"), "{}", fix.change);
        assert!(fix.change.ends_with(&format!(" instead of {key}")), "{}", fix.change);
        assert_eq!(fix.steps.len(), 2);
    }
}

const OFF: KeyRotation = KeyRotation { is_enabled: false, period_days: None };

#[test]
fn rotation_is_turned_on_at_the_key_itself() {
    let facts = Facts::sealed().rotation_is(Some(known(OFF)));
    let expected = Fix {
        change: format!("turn on automatic rotation of key {KEY}"),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), KEY),
        steps: vec![command(&format!(
            "aws kms enable-key-rotation --region us-east-1 --key-id {KEY}"
        ))],
        first: None,
        brings: "KMS replaces the material of the key of trail 'main' every year, and old logs stay readable".to_owned(),
        risks: None,
    };
    assert_eq!(fix_of(facts, "key-rotation-enabled fail rotation_off"), expected);
    let disabled =
        Facts::sealed().key(|key| key.state = "Disabled".to_owned()).rotation_is(Some(known(OFF)));
    let fix = fix_of(disabled, "key-rotation-enabled fail rotation_off");
    assert!(fix.first.unwrap().starts_with("enable the key"));
}

#[test]
fn rotation_of_a_replica_is_turned_on_at_its_primary() {
    let primary = "arn:aws:kms:eu-west-1:000000000001:key/mrk-1";
    let facts = Facts::sealed()
        .key(|key| key.replica_of = Some(arn(primary)))
        .rotation_is(Some(known(OFF)));
    let fix = fix_of(facts, "key-rotation-enabled fail rotation_off");
    assert_eq!(
        commands(&fix),
        [format!("aws kms enable-key-rotation --region eu-west-1 --key-id {primary}")]
    );
    assert_eq!(fix.place, place(1, Some("eu-west-1"), primary));
    assert_eq!(
        fix.change,
        format!("turn on automatic rotation of key {primary}, the primary key of {KEY}")
    );
}

#[test]
fn an_arn_is_one_word_of_the_shell_whatever_it_holds() {
    let of = |id: &str| {
        let hostile = format!("arn:aws:kms:us-east-1:000000000001:key/{id}");
        let facts = Facts::sealed().names_key(Some(&hostile)).key(|key| {
            key.state = "Disabled".to_owned();
        });
        fix_of(facts, "key-usable fail disabled")
    };
    let fix = of("a; $(curl evil) 'b'");
    let quoted = r"'arn:aws:kms:us-east-1:000000000001:key/a; $(curl evil) '\''b'\'''";
    assert_eq!(
        commands(&fix),
        [format!("aws kms enable-key --region us-east-1 --key-id {quoted}")]
    );
    assert_eq!(of("a\u{1b}]0;b").steps, []);
}

#[test]
fn a_key_outside_the_organization_may_be_trusted() {
    let foreign = "arn:aws:kms:us-east-1:000000000077:key/7";
    let facts = Facts::sealed()
        .with(|facts| facts.trusted_key_accounts.extend([account(55)]))
        .names_key(Some(foreign))
        .key(|_| ());
    let expected = Fix {
        change: "add account 000000000077, which holds the key of trail 'main', to trusted_key_accounts if it is meant to hold keys for the organization; otherwise give trail 'main' a key of the organization".to_owned(),
        actor: FixActor::TrailsealOperator,
        place: FixPlace {
            account: None,
            region: None,
            resource: Some("trusted_key_accounts".to_owned()),
        },
        steps: vec![setting(
            "trailseal.toml",
            "trusted_key_accounts = [\"000000000055\", \"000000000077\"]",
        )],
        first: Some("find out who owns account 000000000077".to_owned()),
        brings: "key-customer-managed of trail 'main' can be judged".to_owned(),
        risks: Some("account 000000000077 can disable or delete the key, and then the logs cannot be read".to_owned()),
    };
    assert_eq!(fix_of(facts, "key-customer-managed not_proven outside_organization"), expected);
}

#[test]
fn a_key_that_was_not_read_says_which_permission_is_missing() {
    let facts = || Facts::sealed().key_is(Observed::Unread(gap(0)));
    let denied = gaps_are(facts(), &[(Operation::DescribeKey, GapClass::DeniedByIdentityPolicy)]);
    let expected = Fix {
        change: format!("allow the audit role kms:DescribeKey for key {KEY}"),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), KEY),
        steps: vec![statement(
            "the policy of the audit role in account 000000000001",
            r#"{
  "Sid": "TrailsealReads",
  "Effect": "Allow",
  "Action": "kms:DescribeKey",
  "Resource": "arn:aws:kms:us-east-1:000000000001:key/11111111-2222"
}"#,
        )],
        first: None,
        brings: "key-usable of trail 'main' can be judged".to_owned(),
        risks: None,
    };
    assert_eq!(fix_of(denied, "key-usable not_proven unread"), expected);
    let by_scp = gaps_are(facts(), &[(Operation::DescribeKey, GapClass::DeniedByScp)]);
    let fix = fix_of(by_scp, "key-usable not_proven unread");
    let into = "the NotAction list of the statement of the service control policy that denies";
    assert_eq!(fix.steps, [statement(into, "[\n  \"kms:DescribeKey\"\n]")]);
    let unlisted = gaps_are(facts(), &[(Operation::ListAccounts, GapClass::Denied)]);
    let fix = fix_of(unlisted, "key-usable not_proven unread");
    assert!(fix.change.contains("--accounts-file") && fix.steps.is_empty(), "{}", fix.change);
}

#[test]
fn words_of_kms_are_quoted() {
    let words = "arn:aws:kms:… is pending import.";
    let facts = Facts::sealed().key_is(known(KeyPresence::InvalidState(words.to_owned())));
    let fix = fix_of(facts, "key-usable fail unavailable");
    assert!(fix.change.ends_with("KMS says: arn:aws:kms:… is pending import"), "{}", fix.change);
    assert!(fix.change.contains(KEY));
}
