//! Names in other letter case than AWS's: read where nothing else can be meant, else certain only
//! where it makes no difference.

use super::*;

/// The statement that lets CloudTrail in, with one member under another name.
fn renamed(members: &Value, from: &str, to: &str) -> Value {
    let mut statement = granting(members);
    let value = statement.as_object_mut().unwrap().remove(from).unwrap();
    statement[to] = value;
    statement
}

#[track_caller]
fn check_renamed(from: &str, to: &str, expected: &str) {
    check(&renamed(&json!({}), from, to), expected);
}

fn element(name: &str) -> String {
    format!("unknown 0: the element `{name}` is not understood")
}

#[test]
fn elements_that_no_statement_can_do_without() {
    check_renamed("Effect", "effect", "allow 0");
    check_renamed("Principal", "PRINCIPAL", "allow 0");
    for (name, kind) in [("aws", "AWS"), ("SERVICE", "Service")] {
        let principal = |kind: &str| json!({ "Principal": { kind: "cloudtrail.amazonaws.com" } });
        let (odd, documented) = (granting(&principal(name)), granting(&principal(kind)));
        let decide = |statement: &Value| {
            let policy = json!({ "Statement": statement }).to_string();
            evaluate(&KeyPolicy::parse(&policy).unwrap(), &delivery(BucketKey::Unknown))
        };
        assert_eq!(decide(&odd), decide(&documented), "{name}");
    }
    let policy = json!({ "version": "2012-10-17", "statement": granting(&json!({})) });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    assert_eq!(summary(&evaluate(&policy, &delivery(BucketKey::Unknown))), "allow 0");
}

#[test]
fn elements_without_which_a_statement_has_no_effect() {
    check_renamed("Action", "action", &element("action"));
    check_renamed("Resource", "resource", &element("resource"));
    check(&renamed(&json!({ "Action": "kms:Decrypt" }), "Action", "action"), "not_allowed");
    check(
        &renamed(&json!({ "Resource": "arn:aws:s3:::a" }), "Resource", "RESOURCE"),
        "not_allowed",
    );
    let not_action = json!({ "Action": null, "NotAction": "kms:GenerateDataKey" });
    check(&renamed(&not_action, "NotAction", "notAction"), "not_allowed");
}

#[test]
fn a_condition_that_holds_makes_no_difference() {
    let condition =
        |arn: &str| json!({ "Condition": { "StringEquals": { "aws:SourceArn": arn } } });
    check(&renamed(&condition(TRAIL), "Condition", "condition"), "allow 0");
    check(&renamed(&condition("other"), "Condition", "condition"), &element("condition"));

    let operator = |name: &str, arn: &str| json!({ name: { "aws:SourceArn": arn } });
    check_condition(&operator("stringequals", TRAIL), "allow 0");
    check_condition(
        &operator("stringequals", "other"),
        "unknown 0: the operator `stringequals` is not evaluated",
    );
    check_condition(&operator("StringEqualsIFEXISTS", TRAIL), "allow 0");
    check_condition(&json!({ "null": { "aws:SourceArn": false } }), "allow 0");
    check_denial(&json!({ "Condition": operator("arnlike", TRAIL) }), "deny 1");
    check_denial(
        &json!({ "Condition": operator("arnlike", "arn:aws:s3:::a") }),
        "unknown 1: the operator `arnlike` is not evaluated",
    );
}

#[test]
fn two_spellings_of_one_element_are_not_understood() {
    let mut statement = granting(&json!({}));
    statement["action"] = json!("kms:GenerateDataKey");
    check(&statement, &element("action"));
    let policy = json!({ "Statement": granting(&json!({})), "statement": [] });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    let decision = evaluate(&policy, &delivery(BucketKey::Unknown));
    assert_eq!(summary(&decision), element("statement"));
}

#[test]
fn an_element_of_the_policy_that_is_not_known_is_tolerated() {
    let statements = json!([granting(&json!({})), root()]);
    let policy = json!({ "Statement": statements, "Comment": "for the auditors" });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    let decision = evaluate(&policy, &delivery(BucketKey::Unknown));
    assert_eq!(summary(&decision), element("Comment"));
}
