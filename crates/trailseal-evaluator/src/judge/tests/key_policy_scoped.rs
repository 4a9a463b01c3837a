//! `key-policy-scoped`: whether a stranger's trail would be sealed as well.

use super::*;

const CLI: &str = include_str!("../../../../trailseal-key-policy/src/tests/policies/cli.json");

#[track_caller]
fn check_policy(text: &str, expected: &str) -> Finding {
    let facts = Facts::sealed().policy_is(Some(policy(text)));
    check(facts, &format!("key-policy-scoped {expected}"))
}

#[test]
fn the_source_arn_binds() {
    let finding = check_policy(POLICY, "pass bound_to_trail");
    assert_eq!(finding.observed(), "aws:SourceArn; statement 1");
    assert_eq!(finding.evidence(), [evidence()]);
}

#[test]
fn the_encryption_context_binds_and_the_missing_source_arn_is_said() {
    let guide = CLI.replace("111122223333", "000000000001");
    let finding = check_policy(&guide, "pass bound_by_context");
    assert!(finding.message().contains("aws:SourceArn"), "{}", finding.message());
    assert!(finding.observed().contains("(`Allow CloudTrail to encrypt logs`)"));
}

#[test]
fn the_account_alone_does_not_do() {
    let by_account = under(r#"{"StringEquals": {"aws:SourceAccount": "000000000001"}}"#);
    let finding = check_policy(&by_account, "fail bound_to_account_only");
    assert_eq!(finding.observed(), "the account alone; statement 1");
}

#[test]
fn a_grant_for_anybody_s_trail_fails() {
    for condition in [
        "{}",
        r#"{"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/main"}}"#,
        r#"{"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}"#,
    ] {
        let finding = check_policy(&under(condition), "fail not_bound");
        assert_eq!(finding.observed(), "nothing limits statement 1");
    }
}

#[test]
fn what_is_not_granted_has_nothing_to_bind() {
    let other = POLICY.replace("trail/main", "trail/other");
    check_policy(&other, "not_applicable not_granted");
    check_policy(&POLICY.replace("Allow", "Deny"), "not_applicable policy_denies");
    check_policy(r#"{"Statement": []}"#, "not_applicable not_granted");
}

#[test]
fn what_may_be_granted_is_judged() {
    let bound = r#"{"StringEquals": {
        "kms:CallerAccount": "000000000001",
        "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main"
    }}"#;
    check_policy(&under(bound), "pass bound_to_trail");
    let unbound = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
    let finding = check_policy(&unbound, "not_proven policy_unknown");
    assert_eq!(finding.observed(), "statement 1: the value of `kms:CallerAccount` is not known");
    check_policy("{", "not_proven policy_malformed");
}

#[test]
fn an_unread_policy_and_a_stranger_s_are_not_proven() {
    let unread = Facts::sealed().policy_is(Some(Observed::Unread(gap(3))));
    let finding = check(unread, "key-policy-scoped not_proven unread");
    assert_eq!(finding.gaps(), [gap(3)]);
    let stranger = Facts::sealed().names_key(Some(FOREIGN_KEY)).policy_is(None).key(|_| ());
    check(stranger, "key-policy-scoped not_proven outside_organization");
}
