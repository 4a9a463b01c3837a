//! Readers that are left over where a policy seems to leave none.

use super::readers::{check, check_in, decrypting, reading};
use super::*;

fn deny(members: &Value) -> Value {
    let mut statement = decrypting(members);
    statement["Effect"] = json!("Deny");
    statement
}

/// A denial of everyone but these.
fn deny_but(principal: &Value, action: &Value) -> Value {
    let mut statement = deny(&json!({ "Action": action, "NotPrincipal": principal }));
    statement.as_object_mut().unwrap().remove("Principal");
    statement
}

const PARTNER: &str = "arn:aws:iam::444455556666:role/Partner";
const PARTNER_ROOT: &str = "arn:aws:iam::444455556666:root";

fn unsure(name: &str) -> String {
    format!("whether the principal `{name}` stands for the caller is not known")
}

#[test]
fn those_whom_a_denial_leaves_out_read() {
    let everybody = || decrypting(&json!({ "Principal": "*" }));
    let but = |principal: Value| deny_but(&principal, &json!("kms:Decrypt"));
    let of = |principal: Value, expected: &[&str]| {
        check(&json!([root(), everybody(), but(principal)]), expected);
    };
    let own = "0 account 111122223333 by kms:ReEncryptFrom";
    of(json!({ "AWS": PARTNER }), &[own, "1 Partner of 444455556666"]);
    let whole = format!("1 every identity of 444455556666? {}", unsure("444455556666"));
    of(json!({ "AWS": "444455556666" }), &[own, &whole]);
    let member = "arn:aws:iam::122223333444:root";
    let whole = format!("1 every identity of 122223333444? {}", unsure(member));
    of(json!({ "AWS": member }), &[own, &whole]);
    of(json!({ "Service": "logs.amazonaws.com" }), &[own, "1 service logs.amazonaws.com"]);
    let google = "accounts.google.com";
    of(json!({ "Federated": google }), &[own, &format!("1 other {google}? {}", unsure(google))]);
    of(json!({ "AWS": "AROAEXAMPLE1234567890" }), &[own]);
}

#[test]
fn an_account_may_hand_on_to_whom_a_denial_leaves_out() {
    let account = decrypting(&json!({ "Principal": { "AWS": PARTNER_ROOT } }));
    let but = deny_but(&json!({ "AWS": PARTNER }), &json!("kms:*"));
    check(
        &json!([account, but]),
        &[&format!("0 account 444455556666? {}", unsure(PARTNER)), "0 Partner of 444455556666"],
    );
    let other = deny_but(&json!({ "AWS": "arn:aws:iam::111122223333:role/a" }), &json!("kms:*"));
    check(&json!([account, other]), &[]);
}

#[test]
fn two_denials_leave_out_only_whom_both_do() {
    let everybody = decrypting(&json!({ "Principal": "*" }));
    let role = "arn:aws:iam::444455556666:role/Other";
    let one = deny_but(&json!({ "AWS": [PARTNER, role] }), &json!("kms:Decrypt"));
    let two = deny_but(&json!({ "AWS": role }), &json!("kms:Decrypt"));
    check(&json!([everybody, one, two]), &["0 Other of 444455556666"]);
    let three = deny_but(&json!({ "AWS": PARTNER }), &json!("kms:Decrypt"));
    check(&json!([everybody, two, three]), &[]);
}

#[test]
fn a_grant_to_an_account_may_be_one_to_whom_a_denial_leaves_out() {
    let but = deny_but(&json!({ "AWS": PARTNER }), &json!("kms:Decrypt"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [root(), but] }).to_string();
    let policy = KeyPolicy::parse(&policy).unwrap();
    let is_denied = |arn: &str| is_reader_denied(&policy, &reading(), arn, Way::Decrypt);
    assert!(!is_denied(PARTNER) && !is_denied(PARTNER_ROOT));
    assert!(is_denied("arn:aws:iam::444455556666:role/Other"));
    assert!(is_denied("arn:aws:iam::111122223333:root"));
}

#[test]
fn a_grant_is_given_to_whom_the_caller_likes() {
    let both = json!(["kms:Decrypt", "kms:ReEncryptFrom"]);
    let granting = |principal: &Value| {
        decrypting(&json!({ "Principal": principal, "Action": "kms:CreateGrant" }))
    };
    let partner = granting(&json!({ "AWS": PARTNER_ROOT }));
    // The caller cannot read, but whom the caller chooses can.
    let caller = json!({ "StringEquals": { "kms:CallerAccount": "444455556666" } });
    let caller = deny(&json!({ "Action": both, "Condition": caller }));
    check(&json!([partner, caller]), &["0 account 444455556666 by kms:CreateGrant"]);
    let named = deny(&json!({ "Principal": { "AWS": PARTNER }, "Action": both }));
    check(&json!([partner, named]), &["0 account 444455556666 by kms:CreateGrant"]);
    // Who is outside cannot read, but a member whom the caller chooses.
    let outside = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-ours" } });
    let outside = deny(&json!({ "Action": both, "Condition": outside }));
    let doubt = "the value of `aws:PrincipalOrgID` is not known";
    check(
        &json!([partner, outside]),
        &[&format!("0 account 444455556666 by kms:CreateGrant? {doubt}")],
    );
    check(&json!([partner, deny(&json!({ "Action": both }))]), &[]);
    let everybody = granting(&json!({ "AWS": "*" }));
    check(
        &json!([everybody, deny(&json!({ "Action": "kms:Decrypt" }))]),
        &["0 everybody by kms:CreateGrant"],
    );
    check(
        &json!([everybody, deny(&json!({ "Action": "kms:ReEncrypt*" }))]),
        &["0 everybody by kms:CreateGrant"],
    );
    check(&json!([everybody, deny(&json!({ "Action": both }))]), &[]);
    // The operations of a grant decide what must be denied.
    let only = |operation: &str| {
        let condition =
            json!({ "ForAllValues:StringEquals": { "kms:GrantOperations": operation } });
        let members = json!({ "Action": "kms:CreateGrant", "Condition": condition });
        decrypting(&members)
    };
    check(&json!([only("Decrypt"), deny(&json!({ "Action": "kms:Decrypt" }))]), &[]);
    check(
        &json!([only("ReEncryptFrom"), deny(&json!({ "Action": "kms:Decrypt" }))]),
        &["0 everybody by kms:CreateGrant"],
    );
}

#[test]
fn logs_are_sealed_with_and_without_a_bucket_key() {
    let arn = "kms:EncryptionContext:aws:s3:arn";
    for bucket_key in [BucketKey::Enabled, BucketKey::Disabled, BucketKey::Unknown] {
        let delivery = CloudTrailDelivery { bucket_key, ..DELIVERY };
        let reading = LogReading { delivery, ..reading() };
        let check = |operator: &str, pattern: &str, expected: &[&str]| {
            let condition = json!({ operator: { arn: pattern } });
            check_in(&reading, &decrypting(&json!({ "Condition": condition })), expected);
        };
        check("StringLike", "arn:aws:s3:::sealed/*", &["0 everybody"]);
        check("StringEquals", "arn:aws:s3:::sealed", &["0 everybody"]);
        check("ArnNotEquals", "arn:aws:s3:::sealed", &["0 everybody"]);
        check("StringLike", "arn:aws:s3:::other/*", &[]);
        // A denial of one form leaves the other.
        let condition = json!({ "StringLike": { arn: "arn:aws:s3:::sealed/*" } });
        let denial = deny(&json!({ "Condition": condition }));
        let everybody = decrypting(&json!({}));
        check_in(&reading, &json!([everybody, denial]), &["0 everybody"]);
        let condition = json!({ "StringLike": { arn: "arn:aws:s3:::sealed*" } });
        let denial = deny(&json!({ "Condition": condition }));
        check_in(&reading, &json!([everybody, denial]), &[]);
    }
}

#[test]
fn a_stranger_s_organization_is_not_known() {
    let partner = |condition: Value| {
        decrypting(&json!({ "Principal": { "AWS": PARTNER }, "Condition": condition }))
    };
    let doubt = "0 Partner of 444455556666? the value of `aws:PrincipalOrgID` is not known";
    check(&partner(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-partner" } })), &[doubt]);
    check(&partner(json!({ "Null": { "aws:PrincipalOrgID": "true" } })), &[doubt]);
    check(&partner(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } })), &[]);
    let caller = |operator: &str, value: &str| {
        let mut condition = json!({ operator: { "aws:PrincipalOrgID": value } });
        condition["StringLike"] = json!({ "kms:CallerAccount": "444455556666" });
        decrypting(&json!({ "Condition": condition }))
    };
    let whole = "0 every identity of 444455556666? the value of `aws:PrincipalOrgID` is not known";
    check(&caller("StringEquals", "o-partner"), &[whole]);
    check(&caller("Null", "true"), &[whole]);
    check(&caller("StringEquals", "o-ours"), &[]);
}

#[test]
fn a_service_by_a_wildcard_may_be_any() {
    for name in ["*", "*.amazonaws.com"] {
        let statement = decrypting(&json!({ "Principal": { "Service": name } }));
        check(&statement, &[&format!("0 other {name}? {}", unsure(name))]);
    }
}
