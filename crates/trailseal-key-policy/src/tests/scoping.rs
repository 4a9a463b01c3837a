//! Whether a stranger's trail gets what ours gets.

use super::*;

#[track_caller]
fn check(statements: &Value, expected: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let found = match binding(&KeyPolicy::parse(&policy).unwrap(), &DELIVERY) {
        Binding::SourceArn => "source_arn".to_owned(),
        Binding::EncryptionContext => "context".to_owned(),
        Binding::Account { statement } => format!("account {}", statement.index),
        Binding::Nothing { statement } => format!("nothing {}", statement.index),
        Binding::Unknown { statement, why } => format!("unknown {}: {why}", statement.index),
    };
    assert_eq!(found, expected, "{statements:#}");
}

#[track_caller]
fn check_condition(condition: &Value, expected: &str) {
    check(&granting(&json!({ "Condition": condition })), expected);
}

const CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

#[test]
fn by_the_source_arn() {
    let context = json!({ CONTEXT: "arn:aws:cloudtrail:*:111122223333:trail/*" });
    check_condition(
        &json!({ "StringEquals": { "aws:SourceArn": TRAIL }, "StringLike": context }),
        "source_arn",
    );
    check_condition(&json!({ "StringEquals": { "aws:SourceArn": TRAIL } }), "source_arn");
    let of_account = "arn:aws:cloudtrail:*:111122223333:trail/*";
    check_condition(&json!({ "ArnLike": { "aws:SourceArn": of_account } }), "source_arn");
    check_condition(&json!({ "StringLike": { "AWS:sourcearn": [of_account, "x"] } }), "source_arn");
    // The trail is known, and no other is; whether the rest is met does not matter here.
    check_condition(
        &json!({ "StringEquals": { "aws:SourceArn": TRAIL, "kms:CallerAccount": "1" } }),
        "source_arn",
    );
}

#[test]
fn by_the_encryption_context_alone() {
    let own = "arn:aws:cloudtrail:*:111122223333:trail/*";
    check_condition(&json!({ "StringLike": { CONTEXT: own } }), "context");
    check_condition(&json!({ "StringEquals": { CONTEXT: TRAIL } }), "context");
    // Each of two statements is bound, one by this and one by that.
    let of = |key: &str, value: &str| {
        granting(&json!({ "Condition": { "StringLike": { key: value } } }))
    };
    check(&json!([of("aws:SourceArn", TRAIL), of(CONTEXT, own)]), "context");
}

#[test]
fn by_the_account_alone() {
    let own = json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } });
    check_condition(&own, "account 0");
    let statements = json!([root(), granting(&json!({ "Condition": own }))]);
    check(&statements, "account 1");
}

#[test]
fn by_nothing() {
    check(&granting(&json!({})), "nothing 0");
    check(&json!([root(), granting(&json!({ "Principal": "*" }))]), "nothing 1");
    for condition in [
        json!({ "StringLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*" } }),
        json!({ "StringLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/logs" } }),
        json!({ "StringLike": { CONTEXT: "*" } }),
        json!({ "Null": { CONTEXT: "false" } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": "444455556666" } }),
        json!({ "StringEqualsIfExists": { "aws:SourceOrgID": "o-ours" } }),
        // Into which bucket a trail delivers, its owner chooses.
        json!({ "StringLike": { "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::sealed*" } }),
    ] {
        check_condition(&condition, "nothing 0");
    }
}

#[test]
fn a_denial_of_strangers_binds_too() {
    let grant = granting(&json!({}));
    let deny = |condition: Value| {
        let members = json!({ "Effect": "Deny", "Condition": condition });
        json!([grant, granting(&members)])
    };
    check(&deny(json!({ "StringNotEquals": { "aws:SourceArn": TRAIL } })), "source_arn");
    check(&deny(json!({ "ArnNotLike": { CONTEXT: TRAIL } })), "context");
    // A stranger is shut out; whether our own trail is, hangs on what CloudTrail says.
    let organization = json!({ "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-ours" } });
    check(&deny(organization), "unknown 1: the value of `aws:SourceOrgID` is not known");
}

#[test]
fn by_what_is_not_known() {
    let via = json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } });
    check_condition(&via, "unknown 0: the value of `kms:ViaService` is not known");
    // A stranger is not of our organization; but only if CloudTrail says so, ours is.
    check_condition(
        &json!({ "StringEquals": { "aws:SourceOrgID": "o-ours" } }),
        "unknown 0: the value of `aws:SourceOrgID` is not known",
    );
}

#[test]
fn one_statement_that_is_not_bound_is_enough() {
    let bound = granting(&json!({ "Condition": { "StringEquals": { "aws:SourceArn": TRAIL } } }));
    let loose = granting(&json!({ "Sid": "Loose", "Action": "kms:*" }));
    check(&json!([bound, loose]), "nothing 1");
    // A grant of DescribeKey gives nothing away.
    let describe = granting(&json!({ "Action": "kms:DescribeKey" }));
    check(&json!([bound, describe]), "source_arn");
}
