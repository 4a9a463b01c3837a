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

fn under(condition: &Value) -> Value {
    decrypting(&json!({ "Condition": condition }))
}

#[test]
fn accounts_that_two_conditions_leave_are_found() {
    let account = "kms:CallerAccount";
    for condition in [
        json!({ "StringLike": { account: "4*" }, "StringNotLike": { account: "40*" } }),
        json!({
            "NumericGreaterThan": { account: "500000000000" },
            "NumericLessThan": { account: "600000000000" },
        }),
    ] {
        check(&under(&condition), &["0 everybody"]);
    }
    // Where no sample is let in, another may be.
    let condition = json!({ "StringLike": { account: "4*" }, "StringNotLike": { account: ["40*", "41*", "47*"] } });
    let doubt = format!("0 everybody? the value of `{account}` is not known");
    check(&under(&condition), &[&doubt]);
    let hole = json!({ "StringLike": { account: "4*" } });
    let denied = json!({ "StringLike": { account: ["40*", "41*", "47*"] } });
    check(&json!([under(&hole), deny(&json!({ "Condition": denied }))]), &[&doubt]);
    // Of another organization as well.
    let condition = json!({
        "StringLike": { account: "4*" },
        "StringEquals": { "aws:PrincipalOrgID": "o-partner" },
    });
    check(&under(&condition), &["0 other o-partner"]);
    // Of ours, if one may be missing.
    let condition = json!({
        "StringLike": { account: "4*" },
        "StringNotLike": { account: ["40*", "41*", "47*"] },
        "StringEquals": { "aws:PrincipalOrgID": "o-ours" },
    });
    check(&under(&condition), &[]);
    let incomplete = LogReading { is_complete: false, ..reading() };
    let doubt = format!("0 every identity of organization? the value of `{account}` is not known");
    check_in(&incomplete, &under(&condition), &[&doubt]);
    // What names each account leaves no other.
    let other = under(&json!({ "StringLike": { account: "4*" } }));
    let named = under(&json!({ "StringEquals": { account: "111122223333" } }));
    check(&json!([named, other]), &["0 every identity of 111122223333", "1 everybody"]);
}

#[test]
fn an_organization_may_be_meant_in_other_words() {
    let of =
        |operator: &str, value: &str| under(&json!({ operator: { "aws:PrincipalOrgID": value } }));
    check(&of("StringEqualsIgnoreCase", "O-OTHER12345"), &["0 other o-other12345"]);
    check(&of("StringEquals", "O-OTHER12345"), &[]);
    check(&of("StringEqualsIgnoreCase", "O-OURS"), &["0 every identity of organization"]);
    let doubt = "the value of `aws:PrincipalOrgID` is not known";
    let other = format!("0 other ?-other12345? {doubt}");
    check(&of("StringLike", "?-other12345"), &[&other]);
    let paths = under(&json!({ "ForAnyValue:StringLike": {
        "aws:PrincipalOrgPaths": "?-other12345/r-ab12/*"
    } }));
    let other = "0 other ?-other12345? the value of `aws:PrincipalOrgPaths` is not known";
    check(&paths, &[other]);
    let mut partner = of("StringLike", "?-other12345");
    partner["Principal"] = json!({ "AWS": PARTNER });
    check(&partner, &[&format!("0 Partner of 444455556666? {doubt}")]);
}

#[test]
fn a_caller_chooses_operations_and_the_safety_check() {
    let key = "kms:GrantOperations";
    let own = |action: &str, condition: Value| {
        let mut statement = under(&condition);
        statement["Action"] = json!(action);
        statement["Condition"]["StringEquals"] = json!({ "kms:CallerAccount": "111122223333" });
        statement
    };
    let all = "ForAllValues:StringEquals";
    let any = "ForAnyValue:StringEquals";
    let granting = |condition: Value| own("kms:CreateGrant", condition);
    let whole = "0 every identity of 111122223333 by kms:CreateGrant";
    for lead in ["Decrypt", "ReEncryptFrom"] {
        let both = json!({ all: { key: [lead, "DescribeKey"] }, any: { key: ["DescribeKey"] } });
        check(&granting(both), &[whole]);
        let like = json!({
            "ForAllValues:StringLike": { key: [lead, "Generate*"] },
            "ForAnyValue:StringLike": { key: ["Generate*"] },
        });
        check(&granting(like), &[whole]);
    }
    let never = json!({ all: { key: ["Encrypt", "DescribeKey"] }, any: { key: "DescribeKey" } });
    check(&granting(never), &[]);
    let many =
        ["Decrypt", "Encrypt", "ReEncryptTo", "DescribeKey", "RetireGrant", "GenerateDataKey"];
    let many = granting(json!({ all: { key: many }, any: { key: "RetireGrant" } }));
    check(&many, &[whole]);
    let without = json!({ any: { key: ["Encrypt", "DescribeKey", "CreateGrant", "ReEncryptTo"] } });
    let without = deny(&json!({ "Action": "kms:CreateGrant", "Condition": without }));
    check(&json!([many, without]), &[whole]);

    for bypass in ["true", "false"] {
        let bypass = json!({ "Bool": { "kms:BypassPolicyLockoutSafetyCheck": bypass } });
        let whole = "0 every identity of 111122223333 by kms:PutKeyPolicy";
        check(&own("kms:PutKeyPolicy", bypass), &[whole]);
    }
}

#[test]
fn users_and_roles_may_have_paths_of_any_depth() {
    for (kind, called) in [("user", "user"), ("role", "role")] {
        for pattern in ["*/*", "*/*/*", "?*/*-*", "*/*/*-*"] {
            let condition = json!({
                "StringEquals": { "kms:CallerAccount": "111122223333" },
                "ArnLike": { "aws:PrincipalArn": format!("arn:aws:iam::111122223333:{kind}/{pattern}") },
            });
            check(&under(&condition), &[&format!("0 every {called} of 111122223333")]);
        }
    }
}

#[test]
fn only_what_an_administrator_can_give_is_called_so() {
    let ours = json!({ "aws:PrincipalOrgID": "o-ours" });
    let roots = |operator: &str, key: &str, value: &str| {
        let mut condition = json!({ "StringEquals": ours });
        condition[operator][key] = json!(value);
        under(&condition)
    };
    let root = "arn:aws:iam::*:root";
    check(&roots("StringEquals", "aws:PrincipalType", "Account"), &["0 part of organization"]);
    check(&roots("ArnLike", "aws:PrincipalArn", root), &["0 part of organization"]);
    let role = "arn:aws:iam::*:role/Reader";
    check(&roots("ArnLike", "aws:PrincipalArn", role), &["0 creatable of organization"]);
    // What another statement asks for does not matter.
    let named = json!({ "ArnLike": { "aws:PrincipalArn": role }, "StringEquals": ours });
    let typed = roots("StringEquals", "aws:PrincipalType", "Account");
    check(
        &json!([typed, under(&named)]),
        &["0 part of organization", "1 creatable of organization"],
    );
    let typed = under(&json!({ "StringEquals": { "aws:PrincipalType": "Account" } }));
    let tagged = under(&json!({ "StringEquals": { "aws:PrincipalTag/a": "b" }, "Bool": {
        "aws:PrincipalIsAWSService": "true"
    } }));
    let arn =
        under(&json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::222233334444:role/a" } }));
    let policy = json!({ "Version": "2012-10-17", "Statement": [typed, tagged, arn] }).to_string();
    let found = readers(&KeyPolicy::parse(&policy).unwrap(), &reading());
    let first = found.first().map(|it| (it.who.clone(), it.doubt.clone()));
    let why = Why::ContextKeyInPart("aws:PrincipalType".to_owned());
    assert_eq!(first, Some((Who::Everybody, Some(why))), "{found:?}");
}

#[test]
fn what_is_left_out_of_actions_and_resources() {
    let except = |effect: &str, name: &str, value: Value| {
        let mut statement = decrypting(&json!({ "Effect": effect }));
        let members = statement.as_object_mut().unwrap();
        members.remove(name.strip_prefix("Not").unwrap());
        members.insert(name.to_owned(), value);
        statement
    };
    let all = decrypting(&json!({ "Action": "kms:*" }));
    let denying = |action: Value, expected: &[&str]| {
        check(&json!([all, except("Deny", "NotAction", action)]), expected);
    };
    check(
        &except("Allow", "NotAction", json!("kms:Decrypt")),
        &["0 everybody by kms:ReEncryptFrom"],
    );
    let harmless = json!(["kms:Decrypt", "kms:ReEncrypt*", "kms:CreateGrant"]);
    check(
        &except("Allow", "NotAction", harmless),
        &["0 every identity of 111122223333 by kms:PutKeyPolicy"],
    );
    denying(json!("kms:Decrypt"), &["0 everybody"]);
    denying(json!("kms:ReEncryptFrom"), &["0 everybody by kms:ReEncryptFrom"]);
    // Such a grant gives nothing.
    denying(json!(["kms:CreateGrant", "kms:DescribeKey"]), &[]);
    denying(json!("kms:PutKeyPolicy"), &["0 every identity of 111122223333 by kms:PutKeyPolicy"]);

    let other = "arn:aws:kms:eu-west-1:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab";
    let reading = decrypting(&json!({}));
    check(&json!([reading, except("Deny", "NotResource", json!(KEY))]), &["0 everybody"]);
    check(&json!([reading, except("Deny", "NotResource", json!(other))]), &[]);
    check(&except("Allow", "NotResource", json!(other)), &["0 everybody"]);
}

#[test]
fn denials_of_what_a_request_may_lack() {
    let of = |condition: Value, expected: &[&str]| {
        let denial = deny(&json!({ "Condition": condition }));
        check(&json!([decrypting(&json!({})), denial]), expected);
    };
    let id = "aws:PrincipalOrgID";
    let organization = "0 every identity of organization";
    of(json!({ "StringNotEqualsIfExists": { id: "o-ours" } }), &[organization]);
    of(json!({ "StringNotEquals": { id: "o-ours" } }), &[organization]);
    // Who belongs to no organization is left.
    let of_some = json!({ "StringNotEquals": { id: "o-ours" }, "Null": { id: "false" } });
    of(of_some, &["0 everybody"]);
    of(json!({ "StringEqualsIfExists": { id: "o-partner" } }), &["0 everybody"]);
    let account = "kms:CallerAccount";
    let own = json!({ "StringNotEqualsIfExists": { account: "111122223333" } });
    of(own, &["0 every identity of 111122223333"]);
    of(json!({ "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } }), &[]);
    // An allow is as wide.
    check(&under(&json!({ "StringEqualsIfExists": { id: "o-ours" } })), &["0 everybody"]);
    check(&under(&json!({ "Null": { id: "true" } })), &["0 everybody"]);
}

#[test]
fn two_denials_that_leave_a_hole() {
    let of = |conditions: [Value; 2], expected: &[&str]| {
        let [one, two] = conditions.map(|it| deny(&json!({ "Condition": it })));
        check(&json!([decrypting(&json!({})), one, two]), expected);
    };
    let account = "aws:PrincipalAccount";
    of(
        [
            json!({ "NumericLessThan": { account: 444_455_550_000_u64 } }),
            json!({ "NumericGreaterThan": { account: 444_455_559_999_u64 } }),
        ],
        &["0 everybody"],
    );
    of(
        [
            json!({ "StringNotEquals": { account: ["444455556666", "111122223333"] } }),
            json!({ "StringNotEquals": { account: ["444455556666", "122223333444"] } }),
        ],
        &["0 every identity of 444455556666"],
    );
    // Both are needed to be denied.
    let id = "aws:PrincipalOrgID";
    let outside = deny(&json!({ "Condition": {
        "StringNotEquals": { id: "o-ours", account: "444455556666" },
    } }));
    check(
        &json!([decrypting(&json!({})), outside]),
        &["0 every identity of organization", "0 every identity of 444455556666"],
    );
    let arn = "aws:PrincipalArn";
    of(
        [
            json!({ "StringNotEquals": { id: "o-ours" } }),
            json!({ "ArnNotLike": { arn: ["arn:aws:iam::*:user/*/*", "arn:aws:iam::*:root"] } }),
        ],
        &["0 every user of organization"],
    );
    let halves =
        ["0.0.0.0/1", "128.0.0.0/1"].map(|it| json!({ "IpAddress": { "aws:SourceIp": it } }));
    let policy = halves.map(|it| deny(&json!({ "Condition": it })));
    let policy = json!([decrypting(&json!({})), policy[0], policy[1]]);
    // Others come from addresses of IPv6.
    check(&policy, &["0 everybody"]);
    let named = json!({ "ArnNotEquals": { arn: PARTNER } });
    of([named.clone(), named], &["0 part of 444455556666"]);
}

#[test]
fn an_allow_to_all_but_some_is_not_understood_and_not_narrow() {
    let mut statement = decrypting(&json!({}));
    statement.as_object_mut().unwrap().remove("Principal");
    statement["NotPrincipal"] = json!({ "AWS": "arn:aws:iam::111122223333:role/a" });
    let but = deny_but(&json!({ "AWS": PARTNER }), &json!("kms:Decrypt"));
    let doubt = "0 Partner of 444455556666? the element `NotPrincipal` is not understood";
    check(&json!([statement, but]), &[doubt]);
}
