//! Fixes of the key's policy, and of who may decrypt.

use trailseal_model::{Arn, DecryptGrant, KeyPresence, OrganizationFacts};

use super::keys::{DESCRIBES, SEALS};
use super::*;
use crate::test_support::{KEY, known, trail_facts};

const ROOT: &str = r#"{"Sid": "Root", "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000001:root"}, "Action": "kms:*", "Resource": "*"}"#;
const OUTSIDE: &str = r#"{"Sid": "OutsideDenied", "Effect": "Deny", "Principal": "*", "Action": "kms:*",
    "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}"#;
const OTHER_TRAILS: &str = r#"{"Effect": "Deny",
    "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:GenerateDataKey*",
    "Resource": "*", "Condition": {"StringNotEquals": {
    "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/other"}}}"#;
const GRANT: &str = r#"{"Sid": "CloudTrail", "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*"}"#;
const DEAD: &str = r#"{"Sid": "CloudTrailLooksAtTheKey", "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*",
    "Condition": {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn":
    "arn:aws:cloudtrail:*:000000000001:trail/*"}}}"#;
const BY_ACCOUNT: &str = r#"{"Effect": "Allow",
    "Principal": {"Service": ["cloudtrail.amazonaws.com"]}, "Action": "kms:GenerateDataKey*",
    "Resource": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "000000000001"}}}"#;
const SERVES_OTHERS_TOO: &str = r#"{"Effect": "Allow",
    "Principal": {"Service": ["cloudtrail.amazonaws.com", "s3.amazonaws.com"]},
    "Action": "kms:GenerateDataKey*", "Resource": "*"}"#;
const UNKNOWN_KEY: &str = r#"{"Sid": "New", "Effect": "Deny", "Principal": "*",
    "Action": "kms:GenerateDataKey*", "Resource": "*",
    "Condition": {"StringEquals": {"aws:NewKey": "value"}}}"#;
const PUT: &str = "PutKeyPolicy replaces the whole policy, and what depends on a statement that is left out loses access to the key";

fn policy(statements: &[&str]) -> Facts {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(","));
    // No log was delivered just now, which would contradict a refusal.
    let facts = Facts::sealed().policy_is(Some(known(text.as_str().into())));
    facts.trail(|trail| trail.sample.newest = None)
}

fn policy_place() -> FixPlace {
    place(1, Some("us-east-1"), KEY)
}

/// The fix, and the facts with its statements put into the policy as it says.
fn repaired(facts: Facts, line: &str) -> (Fix, Vec<String>) {
    let mut facts = facts.build();
    let fix = of_facts(&facts, line);
    let key = facts.trails[0].key.clone().unwrap();
    apply(&mut facts, &key, &fix);
    let lines = judge(&facts).iter().map(line_of).collect();
    (fix, lines)
}

fn line_of(finding: &Finding) -> String {
    format!("{} {} {}", finding.control(), finding.status(), finding.reason())
}

/// Puts statements into the policy of a key, as their steps say.
pub(super) fn apply(facts: &mut OrganizationFacts, key: &Arn, fix: &Fix) {
    let read = facts.key_policies[key].known().unwrap().clone();
    let mut document: Value = serde_json::from_str(&read.value).unwrap();
    if document["Statement"].is_object() {
        document["Statement"] = Value::Array(vec![document["Statement"].take()]);
    }
    let statements = document["Statement"].as_array_mut().unwrap();
    for step in &fix.steps {
        let FixStep::Statement { into, json } = step else { panic!("{step:?}") };
        let changed: Value = serde_json::from_str(json).unwrap();
        if let Some((_, number)) = into.split_once(", instead of statement ") {
            let number = number.split(' ').next().unwrap();
            statements[number.parse::<usize>().unwrap() - 1] = changed;
        } else {
            assert!(into.ends_with(", as one more statement"), "{into}");
            statements.push(changed);
        }
    }
    let value = document.to_string().into();
    let answer = trailseal_model::Answer { value, evidence: read.evidence };
    facts.key_policies.insert(key.clone(), trailseal_model::Observed::Known(answer));
}

#[test]
fn a_missing_grant_is_added() {
    let (fix, found) = repaired(policy(&[ROOT]), "key-policy-allows-cloudtrail fail not_granted");
    let expected = Fix {
        change: format!("let cloudtrail.amazonaws.com call kms:GenerateDataKey* for trail 'main' in the policy of key {KEY}; now no statement allows it"),
        actor: FixActor::AccountAdministrator,
        place: policy_place(),
        steps: vec![statement(&format!("the policy of key {KEY}, as one more statement"), SEALS)],
        first: Some("read the present policy with `aws kms get-key-policy`, and keep every other statement of it".to_owned()),
        brings: "the key policy lets CloudTrail encrypt new logs of trail 'main'".to_owned(),
        risks: Some(PUT.to_owned()),
    };
    assert_eq!(fix, expected);
    assert!(found.contains(&"key-policy-allows-cloudtrail pass policy_allows".to_owned()));
    assert!(found.contains(&"key-policy-scoped pass bound_to_trail".to_owned()));
}

#[test]
fn a_deny_exempts_services_and_nothing_else_of_it_changes() {
    let facts = policy(&[ROOT, OUTSIDE, GRANT]);
    let (fix, found) = repaired(facts, "key-policy-allows-cloudtrail fail policy_denies");
    let json = r#"{
  "Sid": "OutsideDenied",
  "Effect": "Deny",
  "Principal": "*",
  "Action": "kms:*",
  "Resource": "*",
  "Condition": {
    "BoolIfExists": {
      "aws:PrincipalIsAWSService": "false"
    },
    "StringNotEquals": {
      "aws:PrincipalOrgID": "o-1"
    }
  }
}"#;
    let into = format!("the policy of key {KEY}, instead of statement 2 (`OutsideDenied`)");
    assert_eq!(fix.steps, [statement(&into, json)]);
    assert!(
        fix.change.ends_with("; now statement 2 (`OutsideDenied`) denies it"),
        "{}",
        fix.change
    );
    assert!(found.contains(&"key-policy-allows-cloudtrail pass policy_allows".to_owned()));
}

#[test]
fn a_deny_that_lists_trails_gets_one_more() {
    let facts = policy(&[ROOT, GRANT, OTHER_TRAILS]);
    let (fix, found) = repaired(facts, "key-policy-allows-cloudtrail fail policy_denies");
    let FixStep::Statement { json, .. } = &fix.steps[0] else { panic!("{fix:?}") };
    let changed: Value = serde_json::from_str(json).unwrap();
    let listed = &changed["Condition"]["StringNotEquals"]["aws:SourceArn"];
    let other = "arn:aws:cloudtrail:us-east-1:000000000001:trail/other";
    assert_eq!(listed, &serde_json::json!([other, TRAIL]));
    assert_eq!(changed["Condition"].as_object().unwrap().len(), 1, "services are not exempted");
    assert!(found.contains(&"key-policy-allows-cloudtrail pass policy_allows".to_owned()));
}

#[test]
fn several_obstacles_are_removed_together() {
    let facts = policy(&[ROOT, OUTSIDE, OTHER_TRAILS]);
    let (fix, found) = repaired(facts, "key-policy-allows-cloudtrail fail policy_denies");
    assert_eq!(fix.steps.len(), 3, "two statements change, one is added");
    assert!(found.contains(&"key-policy-allows-cloudtrail pass policy_allows".to_owned()));
}

#[test]
fn what_may_deny_exempts_services() {
    let facts = policy(&[ROOT, GRANT, UNKNOWN_KEY]);
    let (fix, found) = repaired(facts, "key-policy-allows-cloudtrail not_proven policy_unknown");
    assert_eq!(fix.steps.len(), 1);
    assert!(fix.change.contains("depends on statement 3 (`New`)"), "{}", fix.change);
    assert!(found.contains(&"key-policy-allows-cloudtrail pass policy_allows".to_owned()));
}

#[test]
fn a_dead_grant_gets_a_statement_without_encryption_context() {
    let facts = policy(&[ROOT, DEAD]);
    let (fix, found) = repaired(facts, "key-policy-describe-key fail grant_dead");
    // The name of the statement that is there stays its own.
    let json = DESCRIBES.replace("CloudTrailLooksAtTheKey", "CloudTrailLooksAtTheKey2");
    assert_eq!(
        fix.steps,
        [statement(&format!("the policy of key {KEY}, as one more statement"), &json)]
    );
    assert!(fix.change.contains("only with an encryption context"), "{}", fix.change);
    assert!(found.contains(&"key-policy-describe-key pass policy_allows".to_owned()));
}

#[test]
fn a_grant_is_bound_to_every_trail_of_the_key() {
    let facts = policy(&[ROOT, GRANT]).and_trail("second", |_| ());
    let (fix, found) = repaired(facts, "key-policy-scoped fail not_bound");
    let expected = Fix {
        change: format!("bind what cloudtrail.amazonaws.com may do by aws:SourceArn for trail 'main' in the policy of key {KEY}; now nothing binds statement 2 (`CloudTrail`)"),
        actor: FixActor::AccountAdministrator,
        place: policy_place(),
        steps: vec![statement(
            &format!("the policy of key {KEY}, instead of statement 2 (`CloudTrail`)"),
            r#"{
  "Sid": "CloudTrail",
  "Effect": "Allow",
  "Principal": {
    "Service": "cloudtrail.amazonaws.com"
  },
  "Action": [
    "kms:GenerateDataKey*",
    "kms:DescribeKey"
  ],
  "Resource": "*",
  "Condition": {
    "StringEquals": {
      "aws:SourceArn": [
        "arn:aws:cloudtrail:us-east-1:000000000001:trail/main",
        "arn:aws:cloudtrail:us-east-1:000000000001:trail/second"
      ]
    }
  }
}"#,
        )],
        first: Some("list every trail that uses the key, because this run did not read all of the organization; read the present policy with `aws kms get-key-policy`, and keep every other statement of it".to_owned()),
        brings: "CloudTrail uses the key of trail 'main' for no stranger's trail, if nothing else in the policy is against it".to_owned(),
        risks: Some(format!("a trail whose ARN is missing from aws:SourceArn can no longer deliver its logs; the statement names the 2 trails that this run found; {PUT}")),
    };
    assert_eq!(fix, expected);
    let scoped = found.iter().filter(|it| *it == "key-policy-scoped pass bound_to_trail");
    assert_eq!(scoped.count(), 2);
    let allowed = found.iter().filter(|it| it.starts_with("key-policy-allows-cloudtrail pass"));
    assert_eq!(allowed.count(), 2, "no trail is shut out");
}

#[test]
fn a_trail_that_names_the_key_by_an_alias_is_bound_as_well() {
    let facts = policy(&[ROOT, GRANT]).with(|facts| {
        let mut description = crate::test_support::trail("second");
        description.kms_key_id = Some("alias/logs".to_owned());
        let second = trail_facts(description);
        let alias = second.key.clone().unwrap();
        let key = KeyPresence::Exists(crate::test_support::key(KEY));
        facts.keys.insert(alias, known(key));
        facts.trails.push(second);
    });
    let fix = fix_of(facts, "key-policy-scoped fail not_bound");
    let FixStep::Statement { json, .. } = &fix.steps[0] else { panic!("{fix:?}") };
    assert!(json.contains("trail/second"), "{json}");
}

#[test]
fn the_account_alone_is_joined_by_the_trail() {
    let facts = policy(&[ROOT, BY_ACCOUNT]);
    let (fix, found) = repaired(facts, "key-policy-scoped fail bound_to_account_only");
    let FixStep::Statement { json, .. } = &fix.steps[0] else { panic!("{fix:?}") };
    assert!(json.contains("aws:SourceAccount") && json.contains("aws:SourceArn"), "{json}");
    assert!(found.contains(&"key-policy-scoped pass bound_to_trail".to_owned()));
}

#[test]
fn what_serves_others_too_is_not_changed_for_them() {
    let fix = fix_of(policy(&[ROOT, SERVES_OTHERS_TOO]), "key-policy-scoped fail not_bound");
    let into = format!("the policy of key {KEY}, to compare with what it grants CloudTrail");
    assert_eq!(fix.steps, [statement(&into, SEALS), statement(&into, DESCRIBES)]);
    assert!(
        fix.brings.ends_with(", if nothing else in the policy is against it"),
        "{}",
        fix.brings
    );
}

#[test]
fn a_statement_that_serves_an_event_data_store_is_not_bound_to_trails() {
    let facts = policy(&[ROOT, GRANT]).and_store(Some(KEY));
    let fix = fix_of(facts, "key-policy-scoped fail not_bound");
    let into = format!("the policy of key {KEY}, to compare with what it grants CloudTrail");
    assert_eq!(fix.steps, [statement(&into, SEALS), statement(&into, DESCRIBES)]);
    assert!(fix.risks.unwrap().contains("event data store"));
}

#[test]
fn readers_are_named_instead_of_everybody() {
    let open = r#"{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}"#;
    let fix = fix_of(policy(&[open]), "key-readers-limited fail everybody_reads");
    let needed =
        format!("the policy of key {KEY}, unless another statement lets CloudTrail use the key");
    let expected = Fix {
        change: format!(
            "let only named readers decrypt with key {KEY}; now: everybody by statement 1 (`Open`)"
        ),
        actor: FixActor::AccountAdministrator,
        place: policy_place(),
        steps: vec![
            statement(&needed, SEALS),
            statement(&needed, DESCRIBES),
            statement(
            &format!("the policy of key {KEY}, instead of what gives decryption to others"),
            r#"{
  "Sid": "ReadersDecryptLogs",
  "Effect": "Allow",
  "Principal": {
    "AWS": [
      "arn:aws:iam::000000000001:role/ROLE-THAT-READS-LOGS"
    ]
  },
  "Action": "kms:Decrypt",
  "Resource": "*",
  "Condition": {
    "Null": {
      "kms:EncryptionContext:aws:cloudtrail:arn": "false"
    }
  }
}"#,
        )],
        first: Some("list who reads the logs today, and name each of these roles; check which statement lets CloudTrail use the key".to_owned()),
        brings: "only named readers can decrypt logs of trail 'main'".to_owned(),
        risks: Some(format!("readers that are not named lose access to the logs; delivery stops if no statement is left that lets CloudTrail use the key; {PUT}")),
    };
    assert_eq!(fix, expected);
}

#[test]
fn an_outsider_may_be_trusted_and_a_grant_is_revoked() {
    let grant = DecryptGrant {
        id: "abc".to_owned(),
        grantee: "arn:aws:iam::000000000077:role/reader".to_owned(),
        gives_decrypt: true,
        gives_re_encrypt: false,
        context_equals: None,
        context_includes: None,
    };
    let facts = policy(&[ROOT, SEALS])
        .grants_are(Some(known([grant].into())))
        .with(|facts| facts.trusted_readers.extend([account(55)]));
    let fix = fix_of(facts, "key-readers-limited fail outsider_reads");
    let trusted = "set trusted_readers = [\"000000000055\", \"000000000077\"] in trailseal.toml";
    assert!(fix.change.contains(trusted), "{}", fix.change);
    assert!(fix.change.contains("by grant abc"), "{}", fix.change);
    assert!(fix.risks.unwrap().contains("kms:RevokeGrant"));
}

#[test]
fn a_malformed_policy_is_named_with_what_is_wrong() {
    let facts = Facts::sealed().policy_is(Some(known("{".into())));
    let fix = fix_of(facts, "key-policy-scoped not_proven policy_malformed");
    let start = format!("put a valid policy on key {KEY}: the key policy is not JSON");
    assert!(fix.change.starts_with(&start), "{}", fix.change);
    assert_eq!(fix.steps.len(), 2);
}
