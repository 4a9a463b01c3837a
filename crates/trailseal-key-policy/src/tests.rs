//! Policies as people write them, and what CloudTrail gets from each.

use serde_json::{Value, json};

use super::*;

mod corpus;
mod malformed;
mod odd_case;
mod operators;
mod properties;
mod readers;
mod readers_left_over;
mod scoping;

use self::readers::reading;

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/logs";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const DELIVERY: CloudTrailDelivery<'static> = CloudTrailDelivery {
    trail_arn: TRAIL,
    trail_owner_account: "111122223333",
    key_arn: KEY,
    bucket: "sealed",
    key_prefix: None,
    bucket_key: BucketKey::Unknown,
    time: Some(1_793_434_150),
};

fn delivery(bucket_key: BucketKey) -> RequestContext {
    RequestContext::cloudtrail_delivery(&CloudTrailDelivery { bucket_key, ..DELIVERY })
}

/// `allow 0`, `deny 0`, `not_allowed`, or `unknown 0: why`, with the statement's place.
fn summary(decision: &Decision) -> String {
    match decision {
        Decision::Allow { statement } => format!("allow {}", statement.index),
        Decision::Deny { statement } => format!("deny {}", statement.index),
        Decision::NotAllowed => "not_allowed".to_owned(),
        Decision::Unknown { statement, why } => format!("unknown {}: {why}", statement.index),
    }
}

#[track_caller]
fn check_in(context: &RequestContext, statements: &Value, expected: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    assert_eq!(summary(&evaluate(&policy, context)), expected, "{statements:#}");
}

#[track_caller]
fn check(statements: &Value, expected: &str) {
    check_in(&delivery(BucketKey::Unknown), statements, expected);
}

/// The statement that lets CloudTrail in, with these members put over it; `null` takes one away.
fn granting(members: &Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "cloudtrail.amazonaws.com" },
        "Action": "kms:GenerateDataKey*",
        "Resource": "*",
    });
    for (name, value) in members.as_object().unwrap() {
        statement[name] = value.clone();
        if value.is_null() {
            statement.as_object_mut().unwrap().remove(name);
        }
    }
    statement
}

#[track_caller]
fn check_grant(members: &Value, expected: &str) {
    check(&granting(members), expected);
}

#[track_caller]
fn check_condition(condition: &Value, expected: &str) {
    check_grant(&json!({ "Condition": condition }), expected);
}

/// A plain grant, then a denial with these members put over it.
#[track_caller]
fn check_denial(members: &Value, expected: &str) {
    let mut denial =
        json!({ "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*" });
    for (name, value) in members.as_object().unwrap() {
        denial[name] = value.clone();
    }
    if members.get("NotPrincipal").is_some() {
        denial.as_object_mut().unwrap().remove("Principal");
    }
    check(&json!([granting(&json!({})), denial]), expected);
}

fn root() -> Value {
    json!({
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": "kms:*",
        "Resource": "*",
    })
}

const UNSURE_SOURCE: &str = "the value of `aws:SourceOrgID` is not known";
const UNSURE_ORGANIZATION: &str = "the value of `aws:PrincipalOrgID` is not known";

#[test]
fn nothing_for_cloudtrail() {
    check(&json!([]), "not_allowed");
    check(&root(), "not_allowed");
    let role = json!({ "AWS": "arn:aws:iam::111122223333:role/Admin" });
    check_grant(&json!({ "Principal": role }), "not_allowed");
    check_grant(&json!({ "Principal": { "Service": "logs.amazonaws.com" } }), "not_allowed");
}

#[test]
fn the_documented_policy() {
    let seal = granting(&json!({ "Condition": {
        "StringEquals": { "aws:SourceArn": TRAIL },
        "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/*"
        },
    } }));
    let describe = granting(&json!({
        "Action": "kms:DescribeKey",
        "Condition": { "StringEquals": { "aws:SourceArn": TRAIL } },
    }));
    check(&json!([root(), seal, describe]), "allow 1");
    check(&json!([root(), describe]), "not_allowed");
}

#[test]
fn a_grant_by_the_encryption_context_alone() {
    let context = json!({ "StringLike": {
        "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/*"
    } });
    let both = json!(["kms:GenerateDataKey*", "kms:DescribeKey"]);
    let seal = granting(&json!({ "Action": both, "Condition": context }));
    let describe = granting(&json!({ "Action": "kms:DescribeKey" }));
    check(&json!([root(), seal, describe]), "allow 1");

    // DescribeKey has no encryption context, so a grant under one never applies to it.
    let describing = RequestContext::cloudtrail_describes_key(&DELIVERY);
    check_in(&describing, &json!([root(), seal]), "not_allowed");
    check_in(&describing, &json!([root(), seal, describe]), "allow 2");
}

#[test]
fn a_source_arn_that_is_not_the_trails() {
    for arn in [
        "arn:aws:cloudtrail:eu-west-1:111122223333:trail/other",
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/logs",
        "arn:aws:cloudtrail:eu-west-1:444455556666:trail/logs",
        "arn:aws-cn:cloudtrail:eu-west-1:111122223333:trail/logs",
        "arn:aws:cloudtrail:eu-west-1:111122223333:trail/Logs",
    ] {
        check_condition(&json!({ "StringEquals": { "aws:SourceArn": arn } }), "not_allowed");
        check_condition(&json!({ "ArnLike": { "aws:SourceArn": arn } }), "not_allowed");
    }
    check_condition(
        &json!({ "StringEquals": { "aws:SourceAccount": "444455556666" } }),
        "not_allowed",
    );
    check_condition(&json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }), "allow 0");
    // Quotation marks are optional for numbers.
    check_condition(
        &json!({ "StringEquals": { "aws:SourceAccount": 111_122_223_333_u64 } }),
        "allow 0",
    );
    check_condition(
        &json!({ "StringEqualsIgnoreCase": { "aws:SourceArn": TRAIL.to_uppercase() } }),
        "allow 0",
    );
}

#[test]
fn wildcards_expand_under_like_only() {
    let arn = "arn:aws:cloudtrail:*:111122223333:trail/*";
    check_condition(&json!({ "StringEquals": { "aws:SourceArn": arn } }), "not_allowed");
    check_condition(&json!({ "StringEqualsIgnoreCase": { "aws:SourceArn": arn } }), "not_allowed");
    check_condition(&json!({ "StringLike": { "aws:SourceArn": arn } }), "allow 0");
    check_condition(&json!({ "ArnLike": { "aws:SourceArn": arn } }), "allow 0");
    check_condition(&json!({ "ArnEquals": { "aws:SourceArn": arn } }), "allow 0");
    check_condition(&json!({ "StringLike": { "aws:SourceArn": "*:trail/log?" } }), "allow 0");
    check_condition(&json!({ "StringNotEquals": { "aws:SourceArn": arn } }), "allow 0");
    check_condition(&json!({ "StringNotLike": { "aws:SourceArn": arn } }), "not_allowed");
    check_condition(&json!({ "ArnNotEquals": { "aws:SourceArn": arn } }), "not_allowed");
}

#[test]
fn an_arn_pattern_with_too_few_parts() {
    let unknown = "unknown 0: the value `arn:aws:cloudtrail:*` cannot be compared";
    check_condition(&json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*" } }), unknown);
    check_condition(&json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:*" } }), "not_allowed");
    let unknown = "unknown 0: the value `arn:aws:s3:*` cannot be compared";
    check_condition(&json!({ "ArnNotLike": { "aws:SourceArn": "arn:aws:s3:*" } }), unknown);
    check_condition(
        &json!({ "ArnNotLike": { "aws:SourceArn": ["arn:aws:s3:*", TRAIL] } }),
        "not_allowed",
    );
    check_grant(
        &json!({ "Resource": null, "NotResource": "arn:aws:s3:*" }),
        "unknown 0: how far `arn:aws:s3:*` reaches is not known",
    );
}

#[test]
fn explicit_denials() {
    check_denial(&json!({}), "deny 1");
    let service = json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } });
    check_denial(&json!({ "Condition": service }), "deny 1");
    let people = json!({ "Bool": { "aws:PrincipalIsAWSService": false } });
    check_denial(&json!({ "Condition": people }), "allow 0");
    let others = json!({ "StringNotEqualsIfExists": {
        "aws:PrincipalServiceName": "cloudtrail.amazonaws.com"
    } });
    check_denial(&json!({ "Condition": others }), "allow 0");
    let strangers =
        json!({ "StringNotEquals": { "aws:SourceArn": "arn:aws:cloudtrail:::trail/x" } });
    check_denial(&json!({ "Condition": strangers }), "deny 1");
    check_denial(&json!({ "Action": "kms:ScheduleKeyDeletion" }), "allow 0");
    check_denial(&json!({ "Principal": { "AWS": "444455556666" } }), "allow 0");
}

#[test]
fn denials_that_depend_on_what_is_not_known() {
    let organization = json!({ "StringNotEquals": { "aws:SourceOrgID": "o-a" } });
    let unknown = "unknown 1: the value of `aws:SourceOrgID` is not known";
    check_denial(&json!({ "Condition": organization }), unknown);
    let with_service = json!({
        "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a" },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
    });
    check_denial(&json!({ "Condition": with_service }), "allow 0");
    for (operator, key) in [
        ("Bool", "aws:SecureTransport"),
        ("StringEquals", "kms:ViaService"),
        ("StringNotEquals", "kms:CallerAccount"),
        ("ForAllValues:StringNotLike", "aws:SourceOrgPaths"),
        ("NotIpAddress", "aws:SourceIp"),
    ] {
        let unknown = format!("unknown 1: the value of `{key}` is not known");
        check_denial(&json!({ "Condition": { operator: { key: "false" } } }), &unknown);
    }
    // Without a grant, it does not matter whether it is denied as well.
    let denial = json!({
        "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": organization
    });
    check(&json!([root(), denial]), "not_allowed");
}

#[test]
fn no_service_is_of_an_organization() {
    let of = |operator: &str, key: &str| json!({ operator: { key: "o-a" } });
    for key in ["aws:PrincipalOrgID", "AWS:principalorgid"] {
        check_condition(&of("StringEquals", key), "not_allowed");
        check_condition(&of("StringEqualsIfExists", key), "allow 0");
        check_denial(&json!({ "Condition": of("StringNotEquals", key) }), "deny 1");
        check_denial(&json!({ "Condition": of("StringNotEqualsIfExists", key) }), "deny 1");
        check_denial(&json!({ "Condition": of("StringEquals", key) }), "allow 0");
    }
    let paths = "aws:PrincipalOrgPaths";
    check_condition(&of("ForAnyValue:StringLike", paths), "not_allowed");
    check_condition(&of("ForAllValues:StringLike", paths), "allow 0");
}

#[test]
fn what_services_have_beside_their_names() {
    let check = |operator: &str, key: &str, value: &str, expected: &str| {
        check_condition(&json!({ operator: { key: value } }), expected);
    };
    check("Bool", "aws:MultiFactorAuthPresent", "true", "not_allowed");
    check("BoolIfExists", "aws:MultiFactorAuthPresent", "true", "allow 0");
    check("StringEquals", "aws:PrincipalTag/team", "a", "not_allowed");
    check("StringEquals", "aws:RequestedRegion", "eu-west-1", "allow 0");
    check("StringEquals", "aws:ResourceAccount", "111122223333", "allow 0");
    check("StringEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT", "allow 0");
    check("DateLessThan", "aws:CurrentTime", "2099-01-01T00:00:00Z", "allow 0");
    check("NumericLessThan", "aws:EpochTime", "1600000000", "not_allowed");
    let in_part = |key: &str| format!("unknown 0: the value of `{key}` is known in part only");
    check("StringLike", "aws:CurrentTime", "2026-*", &in_part("aws:CurrentTime"));
    let names = "aws:PrincipalServiceNamesList";
    check("ForAnyValue:StringEquals", names, "cloudtrail.amazonaws.com", "allow 0");
    check("ForAllValues:StringEquals", names, "logs.amazonaws.com", "not_allowed");
    check("ForAnyValue:StringEquals", names, "logs.amazonaws.com", &in_part(names));
    check("Null", names, "false", "allow 0");
    for key in ["aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:PrincipalArn"] {
        let unknown = format!("unknown 0: the value of `{key}` is not known");
        check("StringEquals", key, "a", &unknown);
    }
}

#[test]
fn denials_by_not_principal() {
    let role = "arn:aws:iam::111122223333:role/Admin";
    check_denial(&json!({ "NotPrincipal": { "AWS": ["111122223333", role] } }), "deny 1");
    check_denial(&json!({ "NotPrincipal": { "Service": "cloudtrail.amazonaws.com" } }), "allow 0");
    check_denial(&json!({ "NotPrincipal": "*" }), "allow 0");
    let unknown = "unknown 1: whether the principal `*` stands for the caller is not known";
    check_denial(&json!({ "NotPrincipal": { "AWS": "*" } }), unknown);
    let members = json!({ "Principal": null, "NotPrincipal": { "AWS": "111122223333" } });
    check_grant(&members, "unknown 0: the element `NotPrincipal` is not understood");
}

#[test]
fn who_the_principal_is() {
    let unknown = |name: &str| {
        format!("unknown 0: whether the principal `{name}` stands for the caller is not known")
    };
    let check = |principal: Value, expected: &str| {
        check_grant(&json!({ "Principal": principal }), expected);
    };
    check(json!("*"), "allow 0");
    check(json!({ "AWS": "*" }), &unknown("*"));
    check(json!({ "Service": ["logs.amazonaws.com", "cloudtrail.amazonaws.com"] }), "allow 0");
    check(json!({ "AWS": "111122223333", "Service": "cloudtrail.amazonaws.com" }), "allow 0");
    check(json!({ "Federated": "accounts.google.com" }), "not_allowed");
    check(json!({ "CanonicalUser": "79a59df9" }), "not_allowed");
    check(json!({ "AWS": "AROAEXAMPLE1234567890" }), "not_allowed");
    check(json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/a/b" }), "not_allowed");
    for name in ["CloudTrail.amazonaws.com", "cloudtrail.ap-east-1.amazonaws.com", "*"] {
        check(json!({ "Service": name }), &unknown(name));
    }
    check(
        json!({ "AWS": "arn:aws:iam::111122223333:role/*" }),
        &unknown("arn:aws:iam::111122223333:role/*"),
    );
    check(json!({ "Martian": "x" }), &unknown("x"));
    for principal in
        [json!({}), json!([]), json!("111122223333"), json!({ "Service": [] }), json!(1)]
    {
        check(principal, "unknown 0: the element `Principal` is not understood");
    }
    check_grant(
        &json!({ "Principal": null }),
        "unknown 0: the element `Principal` is not understood",
    );
}

#[test]
fn everybody_under_conditions() {
    let own =
        json!({ "Principal": "*", "Condition": { "StringEquals": { "aws:SourceArn": TRAIL } } });
    check_grant(&own, "allow 0");
    let caller = json!({ "Principal": "*", "Condition": { "StringEquals": { "kms:CallerAccount": "111122223333" } } });
    check_grant(&caller, "unknown 0: the value of `kms:CallerAccount` is not known");
}

#[test]
fn which_actions() {
    for action in [
        json!("kms:GenerateDataKey"),
        json!(["kms:Decrypt", "kms:GenerateDataKey"]),
        json!("KMS:generatedatakey"),
        json!("kms:Generate*"),
        json!("kms:?enerateDataKey"),
        json!("kms:*"),
        json!("*"),
    ] {
        check_grant(&json!({ "Action": action }), "allow 0");
    }
    for action in [
        json!("kms:GenerateDataKeyWithoutPlaintext"),
        json!(["kms:Encrypt", "kms:DescribeKey"]),
        json!("s3:GenerateDataKey"),
        json!("kms:GenerateDataKey?*"),
    ] {
        check_grant(&json!({ "Action": action }), "not_allowed");
    }
    // What is no action matches none, and so leaves out none.
    for pattern in ["kms=GenerateDataKey", "GenerateDataKey", "kms", ""] {
        check_grant(&json!({ "Action": pattern }), "not_allowed");
        check_grant(&json!({ "Action": null, "NotAction": pattern }), "allow 0");
    }
    for pattern in ["kms*", "*:*", "kms=Generate*", "${a}"] {
        let unknown = format!("unknown 0: how far `{pattern}` reaches is not known");
        check_grant(&json!({ "Action": pattern }), &unknown);
    }
    check_grant(&json!({ "Action": null, "NotAction": "kms:Decrypt" }), "allow 0");
    check_grant(&json!({ "Action": null, "NotAction": ["kms:gen*"] }), "not_allowed");
    check_grant(
        &json!({ "NotAction": "kms:Decrypt" }),
        "unknown 0: the element `NotAction` is not understood",
    );
    check_grant(&json!({ "Action": [] }), "unknown 0: the element `Action` is not understood");
    // KMS keeps such a statement, without effect.
    check_grant(&json!({ "Action": null }), "not_allowed");
}

#[test]
fn which_resources() {
    let other = "arn:aws:kms:eu-west-1:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab";
    let alias = "arn:aws:kms:eu-west-1:111122223333:alias/logs";
    let any = "arn:aws:kms:*:111122223333:key/*";
    for resource in [json!("*"), json!(KEY), json!([other, KEY]), json!(any)] {
        check_grant(&json!({ "Resource": resource }), "allow 0");
    }
    for resource in [other, alias, "arn:aws:kms:us-east-1:111122223333:key/*", "arn:aws:s3:::*"] {
        check_grant(&json!({ "Resource": resource }), "not_allowed");
    }
    for pattern in ["arn:aws:kms:*", "arn:aws:kms:*:key/*", "1234abcd-12ab-34cd-56ef-1234567890ab"]
    {
        let unknown = format!("unknown 0: how far `{pattern}` reaches is not known");
        check_grant(&json!({ "Resource": pattern }), &unknown);
    }
    check_grant(&json!({ "Resource": null, "NotResource": other }), "allow 0");
    check_grant(&json!({ "Resource": null, "NotResource": [other, any] }), "not_allowed");
    // KMS keeps such a statement, without effect.
    check_grant(&json!({ "Resource": null }), "not_allowed");
}

#[test]
fn condition_keys_in_any_case() {
    check_condition(&json!({ "StringEquals": { "AWS:sourcearn": TRAIL } }), "allow 0");
    check_condition(
        &json!({ "StringLike": { "KMS:encryptioncontext:AWS:CLOUDTRAIL:ARN": "arn:aws:cloudtrail:*" } }),
        "allow 0",
    );
    check_condition(
        &json!({ "StringEquals": { "aws:SourceArn": TRAIL, "aws:sourcearn": TRAIL } }),
        "unknown 0: the element `Condition.StringEquals.aws:sourcearn` is not understood",
    );
}

#[test]
fn several_values_keys_and_operators() {
    let other = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/other";
    check_condition(&json!({ "StringEquals": { "aws:SourceArn": [other, TRAIL] } }), "allow 0");
    check_condition(
        &json!({ "StringNotEquals": { "aws:SourceArn": [other, TRAIL] } }),
        "not_allowed",
    );
    check_condition(
        &json!({ "StringEquals": { "aws:SourceArn": TRAIL, "aws:SourceAccount": "444455556666" } }),
        "not_allowed",
    );
    check_condition(
        &json!({
            "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" },
            "ArnLike": { "aws:SourceArn": other },
        }),
        "not_allowed",
    );
    check_condition(
        &json!({ "StringEquals": { "aws:SourceArn": TRAIL, "aws:SourceOrgID": "o-a" } }),
        "unknown 0: the value of `aws:SourceOrgID` is not known",
    );
}

#[test]
fn presence_and_absence() {
    let trail = "kms:EncryptionContext:aws:cloudtrail:arn";
    let none = "kms:EncryptionContext:Department";
    check_condition(&json!({ "Null": { trail: "false" } }), "allow 0");
    check_condition(&json!({ "Null": { trail: true } }), "not_allowed");
    check_condition(&json!({ "Null": { none: "true" } }), "allow 0");
    check_condition(&json!({ "Null": { none: "false" } }), "not_allowed");
    check_condition(&json!({ "Null": { "kms:EncryptionContext:aws:s3:arn": "false" } }), "allow 0");
    let unknown = "unknown 0: the value of `aws:SourceOrgID` is not known";
    check_condition(&json!({ "Null": { "aws:SourceOrgID": "false" } }), unknown);
    check_condition(
        &json!({ "Null": { trail: "no" } }),
        "unknown 0: the value `no` cannot be compared",
    );

    check_condition(&json!({ "StringEquals": { none: "a" } }), "not_allowed");
    check_condition(&json!({ "StringNotEquals": { none: "a" } }), "allow 0");
    check_condition(&json!({ "StringEqualsIfExists": { none: "a" } }), "allow 0");
    check_condition(&json!({ "StringNotEqualsIfExists": { none: "a" } }), "allow 0");
    check_condition(&json!({ "StringEqualsIfExists": { trail: "a" } }), "not_allowed");
    check_condition(&json!({ "StringEqualsIfExists": { trail: TRAIL } }), "allow 0");
    check_condition(&json!({ "StringEqualsIfExists": { "aws:SourceOrgID": "o-a" } }), unknown);
}

#[test]
fn sets_of_values() {
    let key = "kms:EncryptionContextKeys";
    let (trail, object) = ("aws:cloudtrail:arn", "aws:s3:arn");
    let check = |operator: &str, values: Value, expected: &str| {
        check_condition(&json!({ operator: { key: values } }), expected);
    };
    check("ForAllValues:StringEquals", json!([trail, object]), "allow 0");
    check("ForAllValues:StringEquals", json!([trail]), "not_allowed");
    check("ForAllValues:StringLike", json!("aws:*"), "allow 0");
    check("ForAllValues:StringNotEquals", json!("Department"), "allow 0");
    check("ForAllValues:StringNotEquals", json!(trail), "not_allowed");
    check("ForAnyValue:StringEquals", json!(trail), "allow 0");
    check("ForAnyValue:StringEquals", json!("AWS:CloudTrail:ARN"), "not_allowed");
    check("ForAnyValue:StringEqualsIgnoreCase", json!("AWS:CloudTrail:ARN"), "allow 0");
    check("ForAnyValue:StringNotEquals", json!(trail), "allow 0");
    let several = format!("unknown 0: `{key}` has several values and the operator names no set");
    check("StringEquals", json!(trail), &several);
    check("StringNotEquals", json!("Department"), &several);

    let none = "kms:EncryptionContext:Department";
    check_condition(&json!({ "ForAllValues:StringEquals": { none: "a" } }), "allow 0");
    check_condition(&json!({ "ForAnyValue:StringEquals": { none: "a" } }), "not_allowed");
    check_condition(&json!({ "ForAllValues:StringNotEqualsIfExists": { none: "a" } }), "allow 0");
    for operator in [
        "ForAllValues:StringNotEquals",
        "ForAnyValue:StringNotEquals",
        "ForAnyValue:StringEqualsIfExists",
        "ForAnyValue:StringNotEqualsIfExists",
    ] {
        let unknown = format!(
            "unknown 0: AWS does not say what such a set operator means for the absent `{none}`"
        );
        check_condition(&json!({ operator: { none: "a" } }), &unknown);
    }
}

#[test]
fn the_object_is_known_in_part() {
    let key = "kms:EncryptionContext:aws:s3:arn";
    let in_part = format!("unknown 0: the value of `{key}` is known in part only");
    let objects = "arn:aws:s3:::sealed/*";
    let check = |bucket_key, pattern: &str, expected: &str| {
        let statement = granting(&json!({ "Condition": { "StringLike": { key: pattern } } }));
        check_in(&delivery(bucket_key), &statement, expected);
    };
    check(BucketKey::Disabled, objects, "allow 0");
    check(BucketKey::Enabled, objects, "not_allowed");
    check(BucketKey::Unknown, objects, &in_part);
    check(BucketKey::Unknown, "arn:aws:s3:::sealed*", "allow 0");
    check(BucketKey::Unknown, "arn:aws:s3:::other*", "not_allowed");
    check(BucketKey::Disabled, "arn:aws:s3:::sealed/AWSLogs/111122223333/*", &in_part);
    check(BucketKey::Disabled, "arn:aws:s3:::sealed/prod/*", "not_allowed");
    check_condition(&json!({ "StringEquals": { key: "arn:aws:s3:::other" } }), "not_allowed");
    check_condition(&json!({ "StringEquals": { key: "arn:aws:s3:::sealed/AWSLogs/a" } }), &in_part);
    check_condition(&json!({ "ArnNotLike": { key: "arn:aws:s3:::other/*" } }), "allow 0");
    let open = "unknown 0: the value `true` cannot be compared";
    check_condition(&json!({ "Bool": { key: "true" } }), open);
}

#[test]
fn policy_variables() {
    let value = "arn:aws:cloudtrail:eu-west-1:${aws:SourceAccount}:trail/logs";
    let unknown = format!("unknown 0: `{value}` holds a policy variable");
    check_condition(&json!({ "StringEquals": { "aws:SourceArn": value } }), &unknown);
    check_condition(&json!({ "StringEquals": { "aws:SourceArn": [value, TRAIL] } }), "allow 0");
    check_grant(&json!({ "Resource": value }), &unknown);
    // The old language has none.
    let statement =
        granting(&json!({ "Condition": { "StringEquals": { "aws:SourceArn": value } } }));
    for policy in [
        json!({ "Statement": statement }),
        json!({ "Version": "2008-10-17", "Statement": statement }),
    ] {
        let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
        assert_eq!(evaluate(&policy, &delivery(BucketKey::Unknown)), Decision::NotAllowed);
    }
}

#[test]
fn what_is_not_understood() {
    check_condition(
        &json!({ "StringIs": { "aws:SourceArn": TRAIL } }),
        "unknown 0: the operator `StringIs` is not evaluated",
    );
    check_condition(
        &json!({ "BinaryEquals": { "aws:SourceArn": "YQ==" } }),
        "unknown 0: the value `YQ==` cannot be compared",
    );
    check_condition(
        &json!({ "Bool": { "aws:SourceArn": "true" } }),
        "unknown 0: the value `true` cannot be compared",
    );
    check_condition(
        &json!({ "NumericEquals": { "aws:SourceAccount": "x" } }),
        "unknown 0: the value `x` cannot be compared",
    );
    check_condition(
        &json!({ "StringEqualsIgnoreCase": { "aws:SourceArn": "é" } }),
        "unknown 0: the value `é` cannot be compared",
    );
    let element = |it: &str| format!("unknown 0: the element `{it}` is not understood");
    check_condition(&json!([]), &element("Condition"));
    check_condition(&json!({ "StringEquals": {} }), &element("Condition.StringEquals"));
    check_condition(&json!({ "StringEquals": { "a": [] } }), &element("Condition.StringEquals.a"));
    check_condition(
        &json!({ "NumericEquals": { "a": 1.5 } }),
        &element("Condition.NumericEquals.a"),
    );
    check_grant(&json!({ "Until": "2030" }), &element("Until"));
    check_grant(&json!({ "Sid": 1 }), &element("Sid"));
    check_denial(&json!({ "Until": "2030" }), "unknown 1: the element `Until` is not understood");
    // An element that is not known may change the meaning of all others.
    check_denial(
        &json!({ "until": "2030", "Action": "kms:Decrypt" }),
        "unknown 1: the element `until` is not understood",
    );
    check_condition(&json!({}), "allow 0");
}

#[test]
fn what_the_caller_adds_is_used() {
    let at_noon = delivery(BucketKey::Unknown)
        .with("aws:CurrentTime", ContextValue::one("2026-06-30T12:00:00Z"))
        .with("aws:SourceIp", ContextValue::one("203.0.113.9"))
        .with("kms:ViaService", ContextValue::Absent)
        .with("x:Size", ContextValue::one("10"))
        .with("x:Digest", ContextValue::one("YWJj"))
        .with("x:Empty", ContextValue::one(""));
    let check = |condition: Value, expected: &str| {
        check_in(&at_noon, &granting(&json!({ "Condition": condition })), expected);
    };
    check(json!({ "DateLessThan": { "aws:CurrentTime": "2026-07-01T00:00:00Z" } }), "allow 0");
    check(json!({ "DateLessThan": { "aws:CurrentTime": "2026-06-30T12:00:00Z" } }), "not_allowed");
    check(
        json!({ "IpAddress": { "aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"] } }),
        "allow 0",
    );
    check(json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }), "not_allowed");
    check(
        json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }),
        "not_allowed",
    );
    check(json!({ "NumericLessThanEquals": { "x:Size": 10 } }), "allow 0");
    check(json!({ "NumericGreaterThan": { "x:Size": 10 } }), "not_allowed");
    check(json!({ "BinaryEquals": { "x:Digest": ["YWJk", "YWJj"] } }), "allow 0");
    check(json!({ "BinaryEquals": { "x:Digest": "YWJk" } }), "not_allowed");
    check(
        json!({ "ForAllValues:StringEquals": { "x:Empty": "a" } }),
        "unknown 0: the value of `x:Empty` is not known",
    );
    check(
        json!({ "Null": { "x:Empty": "false" } }),
        "unknown 0: the value of `x:Empty` is not known",
    );
}

#[test]
fn certainty_among_statements() {
    let perhaps = |effect: &str| {
        granting(
            &json!({ "Effect": effect, "Condition": { "StringEquals": { "aws:SourceOrgID": "o-a" } } }),
        )
    };
    let plain = |effect: &str| granting(&json!({ "Effect": effect }));
    let allow_perhaps = perhaps("Allow");
    check(&json!([allow_perhaps]), &format!("unknown 0: {UNSURE_SOURCE}"));
    check(&json!([allow_perhaps, plain("Allow")]), "allow 1");
    check(
        &json!([allow_perhaps, plain("Allow"), perhaps("Deny")]),
        &format!("unknown 2: {UNSURE_SOURCE}"),
    );
    check(&json!([plain("Allow"), perhaps("Deny"), plain("Deny")]), "deny 2");
    check(&json!([perhaps("Deny"), allow_perhaps]), &format!("unknown 1: {UNSURE_SOURCE}"));
    check(&json!([perhaps("Deny"), root()]), "not_allowed");
}

#[test]
fn a_statement_is_named_as_people_count() {
    let policy = json!({ "Statement": [root(), granting(&json!({ "Sid": "Seal" }))] });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    let Decision::Allow { statement } = evaluate(&policy, &delivery(BucketKey::Unknown)) else {
        panic!("it is allowed");
    };
    assert_eq!(statement.to_string(), "statement 2 (`Seal`)");
    assert_eq!(StatementId { index: 0, sid: None }.to_string(), "statement 1");
}
