//! `key-policy-describe-key`: whether the request without an encryption context is granted.

use super::*;

const CLI: &str = include_str!("../../../../trailseal-key-policy/src/tests/policies/cli.json");
const TERRAFORM: &str =
    include_str!("../../../../trailseal-key-policy/src/tests/policies/terraform.json");

#[track_caller]
fn check_policy(text: &str, expected: &str) -> Finding {
    let facts = Facts::sealed().policy_is(Some(policy(text)));
    check(facts, &format!("key-policy-describe-key {expected}"))
}

#[test]
fn a_grant_that_reaches_the_request_passes() {
    let finding = check_policy(POLICY, "pass policy_allows");
    assert_eq!(finding.observed(), "allowed by statement 1");
    assert_eq!(finding.evidence(), [evidence()]);
    let by_account = under(r#"{"StringEquals": {"aws:SourceAccount": "000000000001"}}"#);
    check_policy(&by_account, "pass policy_allows");
}

#[test]
fn a_grant_under_the_encryption_context_is_dead() {
    for condition in [
        r#"{"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*"}}"#,
        r#"{"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}"#,
    ] {
        let finding = check_policy(&under(condition), "fail grant_dead");
        assert!(finding.observed().starts_with("statement 1 allows it"), "{}", finding.observed());
    }
    check_policy(
        &under(r#"{"Null": {"kms:EncryptionContext:aws:s3:arn": "true"}}"#),
        "pass policy_allows",
    );
}

#[test]
fn the_guide_s_samples_for_the_trails_of_their_account() {
    let of_account = |text: &str| text.replace("111122223333", "000000000001");
    let finding = check_policy(&of_account(CLI), "pass policy_allows");
    assert_eq!(finding.observed(), "allowed by statement 3 (`Allow CloudTrail to describe key`)");
    check_policy(&of_account(TERRAFORM), "fail grant_dead");
}

#[test]
fn no_grant_and_a_denial_fail_whatever_was_delivered() {
    check_policy(&POLICY.replace(r#", "kms:DescribeKey""#, ""), "fail not_granted");
    check_policy(&POLICY.replace("trail/main", "trail/other"), "fail not_granted");
    let finding = check_policy(&POLICY.replace("Allow", "Deny"), "fail policy_denies");
    assert_eq!(finding.observed(), "denied by statement 1");
}

#[test]
fn what_hangs_on_the_unknown_stays_unknown_whatever_was_delivered() {
    let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
    let finding = check_policy(&unknown, "not_proven policy_unknown");
    assert_eq!(finding.observed(), "statement 1: the value of `kms:CallerAccount` is not known");
    check_policy("{", "not_proven policy_malformed");
}

#[test]
fn an_unread_policy_and_a_stranger_s_are_not_proven() {
    let unread = Facts::sealed().policy_is(Some(Observed::Unread(gap(3))));
    let finding = check(unread, "key-policy-describe-key not_proven unread");
    assert_eq!(finding.gaps(), [gap(3)]);
    let stranger = Facts::sealed().names_key(Some(FOREIGN_KEY)).policy_is(None).key(|_| ());
    check(stranger, "key-policy-describe-key not_proven outside_organization");
}
