//! Key policies and requests drawn from a seed, each with what `trailseal-key-policy` answers, for a
//! simulator that others wrote to answer as well.
//!
//! What we call not known of a request is left open in it; the other simulator knows no such thing, so
//! each case comes with several complete requests that it may turn out to be.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use trailseal_key_policy::{
    BucketKey, Caller, CloudTrailDelivery, ContextValue, Decision, KeyPolicy, RequestContext, Why,
    evaluate,
};
use trailseal_sim::draw::Draw;

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";
const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/logs";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ROLE: &str = "arn:aws:iam::111122223333:role/Reader";
const PARTNER: &str = "arn:aws:iam::444455556666:role/Partner";
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
const DELIVERY: CloudTrailDelivery<'static> = CloudTrailDelivery {
    trail_arn: TRAIL,
    trail_owner_account: ACCOUNT,
    key_arn: KEY,
    bucket: "sealed",
    key_prefix: None,
    bucket_key: BucketKey::Unknown,
    time: None,
};

/// How many complete requests stand for one of which something is not known.
const COMPLETIONS: u64 = 6;

/// One case as a JSON object. The same seed and number give the same.
#[must_use]
pub fn case(seed: u64, number: u64) -> Value {
    let draw = Draw::new(seed).number(number);
    let (known, completions) = request(draw.word("request"));
    let policy = policy(draw.word("policy"));
    let (answer, why) = our_answer(&policy, &known.context);
    // Whether it is denied shows where everything is allowed.
    let denied = match our_answer(&allowing_all(&policy), &known.context).0 {
        "allow" => "no",
        "deny" => "yes",
        _ => "unknown",
    };
    json!({
        "id": number,
        "policy": policy,
        "principal": known.principal,
        "delegate": known.is_delegate,
        "action": known.action,
        "resource": KEY,
        "contexts": completions,
        "answer": answer,
        "why": why,
        "denied": denied,
    })
}

/// Our answer, and where it is unknown what kind of thing is not known.
fn our_answer(policy: &Value, context: &RequestContext) -> (&'static str, Option<&'static str>) {
    match KeyPolicy::parse(&policy.to_string()).map(|it| evaluate(&it, context)) {
        Ok(Decision::Allow { .. }) => ("allow", None),
        Ok(Decision::Deny { .. }) => ("deny", None),
        Ok(Decision::NotAllowed) => ("not_allowed", None),
        Ok(Decision::Unknown { why, .. }) => ("unknown", Some(kind(&why))),
        Err(_) => ("malformed", None),
    }
}

fn allowing_all(policy: &Value) -> Value {
    let mut statements = match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        one => vec![one.clone()],
    };
    statements.push(json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }));
    let mut policy = policy.clone();
    policy["Statement"] = statements.into();
    policy
}

fn kind(why: &Why) -> &'static str {
    match why {
        Why::ContextKey(_) => "context_key",
        Why::ContextKeyInPart(_) => "context_key_in_part",
        Why::SeveralValues(_) => "several_values",
        Why::Operator(_) => "operator",
        Why::AbsentUnderSetOperator(_) => "absent_under_set_operator",
        Why::PolicyVariable(_) => "policy_variable",
        Why::Value(_) => "value",
        Why::Principal(_) => "principal",
        Why::Pattern(_) => "pattern",
        Why::Element(_) => "element",
        _ => "other",
    }
}

/// A request as far as it is known.
struct Request {
    context: RequestContext,
    principal: String,
    is_delegate: bool,
    action: &'static str,
}

type Completion = Map<String, Value>;

fn request(draw: Draw) -> (Request, Vec<Completion>) {
    let (request, base) = match draw.word("caller").below(10) {
        0..6 => of_trail(draw),
        _ => of_identity(draw),
    };
    let Request { mut context, principal, is_delegate, action } = request;
    let mut completions = base;
    for (key, values) in EXTRAS {
        let draw = draw.word(key);
        match draw.word("state").below(3) {
            0 => {
                let value = values[pick(draw.word("value"), values.len())];
                context = context.with(key, ContextValue::Known(strings(value)));
                for completion in &mut completions {
                    insert(completion, key, value);
                }
            }
            1 => context = context.with(key, ContextValue::Absent),
            _ => {
                context = context.with(key, ContextValue::Unknown);
                for (number, completion) in (0..).zip(&mut completions) {
                    let draw = draw.number(number);
                    // The first goes without all of them.
                    if number > 0 && draw.word("there").below(3) > 0 {
                        insert(completion, key, values[pick(draw, values.len())]);
                    }
                }
            }
        }
    }
    completions.dedup();
    (Request { context, principal, is_delegate, action }, completions)
}

/// Condition keys beside those that a kind of request always has, and what they may be.
const EXTRAS: &[(&str, &[&[&str]])] = &[
    ("kms:ViaService", &[&["s3.eu-west-1.amazonaws.com"], &["ebs.eu-west-1.amazonaws.com"]]),
    ("aws:SourceOrgID", &[&["o-ours"], &["o-others"]]),
    ("aws:CurrentTime", &[&["2026-06-30T12:00:00Z"], &["2020-01-01T00:00:00Z"]]),
    ("aws:SourceIp", &[&["203.0.113.9"], &["198.51.100.1"], &["2001:db8::1"]]),
    ("x:Size", &[&["10"], &["9.5"], &["-1"]]),
    ("x:Digest", &[&["YWJj"], &["YWJk"]]),
    ("x:Tags", &[&["a"], &["a", "b"], &["c", "A", "b"]]),
];

fn of_trail(draw: Draw) -> (Request, Vec<Completion>) {
    let bucket_key = [BucketKey::Enabled, BucketKey::Disabled, BucketKey::Unknown]
        [pick(draw.word("bucket key"), 3)];
    let delivery = CloudTrailDelivery { bucket_key, ..DELIVERY };
    let is_delivery = draw.word("delivery").below(4) > 0;
    let (context, action) = if is_delivery {
        (RequestContext::cloudtrail_delivery(&delivery), "kms:GenerateDataKey")
    } else {
        (RequestContext::cloudtrail_describes_key(&delivery), "kms:DescribeKey")
    };
    let completions = (0..COMPLETIONS).map(|number| {
        let mut completion = Completion::new();
        for (key, value) in [
            ("aws:SourceArn", TRAIL),
            ("aws:SourceAccount", ACCOUNT),
            ("aws:PrincipalIsAWSService", "true"),
            ("aws:PrincipalServiceName", CLOUDTRAIL),
        ] {
            insert(&mut completion, key, &[value]);
        }
        if is_delivery {
            insert(&mut completion, "kms:EncryptionContext:aws:cloudtrail:arn", &[TRAIL]);
            let sealed = sealed_arn(bucket_key, number);
            insert(&mut completion, "kms:EncryptionContext:aws:s3:arn", &[&sealed]);
            let keys = &["aws:cloudtrail:arn", "aws:s3:arn"];
            insert(&mut completion, "kms:EncryptionContextKeys", keys);
        }
        completion
    });
    let completions = completions.collect();
    (Request { context, principal: CLOUDTRAIL.to_owned(), is_delegate: false, action }, completions)
}

/// One of the objects that a delivery may be of, or the bucket.
fn sealed_arn(bucket_key: BucketKey, number: u64) -> String {
    let object = match number % 3 {
        0 => "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/30/a.json.gz",
        1 => "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/06/30/b.json.gz",
        _ => "AWSLogs/444455556666/CloudTrail/us-east-1/2026/06/30/c.json.gz",
    };
    let is_bucket = match bucket_key {
        BucketKey::Enabled => true,
        BucketKey::Disabled => false,
        BucketKey::Unknown => number % 2 == 1,
    };
    if is_bucket {
        "arn:aws:s3:::sealed".to_owned()
    } else {
        format!("arn:aws:s3:::sealed/{object}")
    }
}

fn of_identity(draw: Draw) -> (Request, Vec<Completion>) {
    let account = if draw.word("account").below(2) == 0 { ACCOUNT } else { OTHER };
    let named = if account == ACCOUNT { ROLE } else { PARTNER };
    // No policy of these names such a role.
    let unnamed = format!("arn:aws:iam::{account}:role/Somebody");
    let (caller, principal) = match draw.word("who").below(4) {
        0 | 1 => (Caller::Identity { arn: named.to_owned() }, named.to_owned()),
        2 => (Caller::Someone { account: account.to_owned() }, unnamed),
        _ => (Caller::Delegate { account: account.to_owned() }, unnamed),
    };
    let is_delegate = matches!(caller, Caller::Delegate { .. });
    let context = RequestContext::of_identity(caller, "kms:Decrypt", KEY)
        .with("aws:PrincipalOrgID", ContextValue::one("o-ours"))
        .without_family("kms:EncryptionContext")
        .with("kms:EncryptionContext:aws:cloudtrail:arn", ContextValue::one(TRAIL));
    let completion: Completion = [
        ("kms:CallerAccount", account),
        ("aws:PrincipalAccount", account),
        ("aws:PrincipalArn", principal.as_str()),
        ("aws:ResourceAccount", ACCOUNT),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalOrgID", "o-ours"),
        ("kms:EncryptionContext:aws:cloudtrail:arn", TRAIL),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), json!(value)))
    .collect();
    let completions = (0..COMPLETIONS).map(|_| completion.clone()).collect();
    (Request { context, principal, is_delegate, action: "kms:Decrypt" }, completions)
}

fn insert(completion: &mut Completion, key: &str, values: &[&str]) {
    let value = if let [one] = values { json!(one) } else { json!(values) };
    completion.insert(key.to_owned(), value);
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|it| (*it).to_owned()).collect()
}

fn policy(draw: Draw) -> Value {
    let count = draw.word("count").below(4) + 1;
    let statements = (0..count).map(|it| statement(draw.word("statement").number(it)));
    let mut statements: Vec<Value> = statements.collect();
    let mut policy = Map::new();
    if draw.word("version").below(10) > 0 {
        policy.insert("Version".to_owned(), json!("2012-10-17"));
    }
    let is_single = statements.len() == 1 && draw.word("single").below(2) == 0;
    let statement = if is_single { statements.remove(0) } else { json!(statements) };
    policy.insert("Statement".to_owned(), statement);
    policy.into()
}

fn statement(draw: Draw) -> Value {
    let mut statement = BTreeMap::from([("Effect", json!(effect(draw)))]);
    let is_deny = effect(draw) == "Deny";
    let negates = |word: &str| draw.word(word).below(8) == 0;
    let principal = principal(draw.word("principal"));
    let is_negated = is_deny && negates("not principal");
    statement.insert(if is_negated { "NotPrincipal" } else { "Principal" }, principal);
    let action = one_or_list(draw.word("action"), ACTIONS);
    statement.insert(if negates("not action") { "NotAction" } else { "Action" }, action);
    let resource = one_or_list(draw.word("resource"), RESOURCES);
    statement.insert(if negates("not resource") { "NotResource" } else { "Resource" }, resource);
    if draw.word("conditions").below(4) > 0 {
        let is_odd = draw.word("odd case").below(40) == 0;
        let name = if is_odd { "condition" } else { "Condition" };
        statement.insert(name, conditions(draw.word("condition")));
    }
    json!(statement)
}

fn effect(draw: Draw) -> &'static str {
    if draw.word("effect").below(10) < 7 { "Allow" } else { "Deny" }
}

fn principal(draw: Draw) -> Value {
    match draw.word("kind").below(8) {
        0 | 1 => json!("*"),
        2 | 3 => json!({ "Service": CLOUDTRAIL }),
        4 => json!({ "Service": one_or_list(draw, SERVICES) }),
        5 => json!({ "AWS": "*" }),
        _ => json!({ "AWS": one_or_list(draw, IDENTITIES) }),
    }
}

const SERVICES: &[&str] = &[CLOUDTRAIL, "logs.amazonaws.com", "cloudtrail.eu-west-1.amazonaws.com"];
const IDENTITIES: &[&str] = &[
    ROLE,
    PARTNER,
    ACCOUNT,
    OTHER,
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:role/Other",
    "arn:aws:iam::111122223333:user/me",
];
const ACTIONS: &[&str] = &[
    "kms:*",
    "*",
    "kms:GenerateDataKey*",
    "kms:GenerateDataKey",
    "kms:DescribeKey",
    "kms:Decrypt",
    "KMS:decrypt",
    "kms:De*",
    "kms:?e*",
    "kms:GenerateDataKeyWithoutPlaintext",
    "s3:GetObject",
];
/// Several times what should be met often.
const RESOURCES: &[&str] = &[
    "*",
    "*",
    "*",
    KEY,
    "arn:aws:kms:eu-west-1:111122223333:key/*",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:kms:us-east-1:111122223333:key/*",
    "arn:aws:kms:eu-west-1:111122223333:alias/logs",
    "arn:aws:kms:*:111122223333:*",
    "arn:aws:kms:*",
];

/// Condition keys with values that make a difference to them.
const KEYS: &[(&str, &[&str])] = &[
    ("aws:SourceArn", ARNS),
    ("AWS:sourcearn", ARNS),
    ("aws:SourceAccount", &[ACCOUNT, OTHER, "1111*"]),
    ("aws:PrincipalIsAWSService", &["true", "false"]),
    ("aws:PrincipalServiceName", &[CLOUDTRAIL, "logs.amazonaws.com", "*.amazonaws.com"]),
    ("aws:PrincipalArn", &[ROLE, PARTNER, "arn:aws:iam::*:role/*", "arn:aws:iam::1111*"]),
    ("aws:PrincipalAccount", &[ACCOUNT, OTHER]),
    ("aws:PrincipalOrgID", &["o-ours", "o-others"]),
    ("kms:CallerAccount", &[ACCOUNT, OTHER]),
    ("kms:EncryptionContext:aws:cloudtrail:arn", ARNS),
    ("kms:EncryptionContext:aws:s3:arn", OBJECTS),
    ("kms:EncryptionContext:Department", &["audit", "*"]),
    ("kms:EncryptionContextKeys", &["aws:cloudtrail:arn", "aws:s3:arn", "aws:*", "Department"]),
    ("kms:ViaService", &["s3.eu-west-1.amazonaws.com", "s3.*.amazonaws.com"]),
    ("aws:SourceOrgID", &["o-ours", "o-*"]),
    ("aws:SecureTransport", &["true", "false"]),
    ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "2026-06-30T14:00:00+02:00", "1577836800"]),
    ("aws:SourceIp", &["203.0.113.0/24", "198.51.100.1", "2001:db8::/32", "0.0.0.0/0"]),
    ("x:Size", &["10", "9.5", "0"]),
    ("x:Digest", &["YWJj", "YWJk"]),
    ("x:Tags", &["a", "b", "A", "?"]),
];
const ARNS: &[&str] = &[
    TRAIL,
    "arn:aws:cloudtrail:*:111122223333:trail/*",
    "arn:aws:cloudtrail:*:444455556666:trail/*",
    "arn:aws:cloudtrail:eu-west-1:111122223333:trail/LOGS",
    "arn:aws:cloudtrail:*:*:trail/log?",
    "arn:aws:cloudtrail:*:${aws:SourceAccount}:trail/*",
    "*",
];
const OBJECTS: &[&str] = &[
    "arn:aws:s3:::sealed",
    "arn:aws:s3:::sealed/*",
    "arn:aws:s3:::sealed*",
    "arn:aws:s3:::sealed/AWSLogs/111122223333/*",
    "arn:aws:s3:::other/*",
];

const TEXTS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
];
const NUMBERS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATES: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];

fn conditions(draw: Draw) -> Value {
    let count = draw.word("count").below(2) + 1;
    let mut conditions = Map::new();
    for number in 0..count {
        let draw = draw.number(number);
        let (key, values) = KEYS[pick(draw.word("key"), KEYS.len())];
        let is_null = draw.word("null").below(10) == 0;
        let (operator, values) = if is_null {
            ("Null".to_owned(), one_or_list(draw, &["true", "false"]))
        } else {
            (operator(draw, key), one_or_list(draw.word("value"), values))
        };
        conditions.insert(operator, json!({ key: values }));
    }
    conditions.into()
}

/// An operator that suits the key, mostly, with what may stand around it.
fn operator(draw: Draw, key: &str) -> String {
    let suiting: &[&str] = match key {
        "aws:PrincipalIsAWSService" | "aws:SecureTransport" => &["Bool"],
        "aws:CurrentTime" => DATES,
        "aws:SourceIp" => &["IpAddress", "NotIpAddress"],
        "x:Size" => NUMBERS,
        "x:Digest" => &["BinaryEquals"],
        _ => TEXTS,
    };
    let operators = if draw.word("unsuiting").below(12) == 0 { TEXTS } else { suiting };
    let operator = operators[pick(draw.word("operator"), operators.len())];
    let set = match draw.word("set").below(8) {
        0 => "ForAllValues:",
        1 => "ForAnyValue:",
        _ => "",
    };
    let if_exists = if draw.word("if exists").below(5) == 0 { "IfExists" } else { "" };
    let operator = format!("{set}{operator}{if_exists}");
    if draw.word("odd case").below(40) == 0 { operator.to_lowercase() } else { operator }
}

fn one_or_list(draw: Draw, words: &[&str]) -> Value {
    let one = words[pick(draw.word("one"), words.len())];
    match draw.word("list").below(3) {
        0 => json!([one, words[pick(draw.word("two"), words.len())]]),
        1 => json!([one]),
        _ => json!(one),
    }
}

fn pick(draw: Draw, count: usize) -> usize {
    usize::try_from(draw.below(count as u64)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_cases() {
        assert_eq!(case(1, 7), case(1, 7));
        assert_ne!(case(1, 7), case(2, 7));
        assert_ne!(case(1, 7), case(1, 8));
    }

    #[test]
    fn every_answer_comes_up_and_nothing_is_malformed() {
        let answers: BTreeSet<String> =
            (0..500).map(|it| case(1, it)["answer"].as_str().unwrap().to_owned()).collect();
        assert!(answers.iter().eq(["allow", "deny", "not_allowed", "unknown"]), "{answers:?}");
    }
}
