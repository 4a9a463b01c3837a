//! What holds for any policy at all.

use std::mem::discriminant;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

/// Any JSON, without regard to policies.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map("[A-Za-z:]{0,12}", inner, 0..5).prop_map(|it| json!(it)),
        ]
    })
}

fn one_or_list(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(words).prop_map(Value::from),
        subsequence(words, 0..=words.len().min(3)).prop_map(|it| json!(it)),
    ]
}

const PRINCIPALS: &[&str] = &[
    "*",
    "cloudtrail.amazonaws.com",
    "CLOUDTRAIL.amazonaws.com",
    "logs.amazonaws.com",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:role/*",
    "",
];
const ACTIONS: &[&str] = &[
    "*",
    "kms:*",
    "kms:GenerateDataKey*",
    "KMS:generatedatakey",
    "kms:Decrypt",
    "*:*",
    "",
    "${a}",
];
const RESOURCES: &[&str] =
    &["*", KEY, "arn:aws:kms:*:*:key/*", "arn:aws:kms:*", "arn:aws:s3:::*", "key", "", "${a}"];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLikeIfExists",
    "ArnLike",
    "ArnNotEquals",
    "Bool",
    "BoolIfExists",
    "Null",
    "NumericLessThan",
    "NumericNotEqualsIfExists",
    "DateGreaterThan",
    "IpAddress",
    "NotIpAddress",
    "BinaryEquals",
    "ForAllValues:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringLikeIfExists",
    "ForAnyValue:StringNotEquals",
    "Unheard",
];
const UNKNOWN_KEYS: &[&str] =
    &["kms:ViaService", "aws:SourceOrgID", "AWS:SecureTransport", "aws:SourceIp", "x", ""];
const KEYS: &[&str] = &[
    "aws:SourceArn",
    "AWS:sourceaccount",
    "aws:PrincipalIsAWSService",
    "kms:EncryptionContextKeys",
    "kms:EncryptionContext:aws:s3:arn",
    "kms:EncryptionContext:Department",
    "kms:ViaService",
    "x",
];
const VALUES: &[&str] = &[
    "*",
    "",
    TRAIL,
    "arn:aws:cloudtrail:*:111122223333:trail/*",
    "arn:aws:s3:::sealed/*",
    "111122223333",
    "true",
    "false",
    "aws:*",
    "${aws:SourceArn}",
    "2026-01-01T00:00:00Z",
    "0.0.0.0/0",
];

fn conditions(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let under_one = btree_map(select(keys), one_or_list(VALUES), 1..3);
    btree_map(select(OPERATORS), under_one, 1..3).prop_map(|it| json!(it))
}

/// A statement, mostly well formed.
fn statement(condition: impl Strategy<Value = Option<Value>>) -> impl Strategy<Value = Value> {
    let principal = prop_oneof![
        Just(json!("*")),
        Just(json!({ "Service": "cloudtrail.amazonaws.com" })),
        (select(vec!["AWS", "Service", "Federated", "Martian"]), one_or_list(PRINCIPALS))
            .prop_map(|(kind, names)| json!({ kind: names })),
    ];
    let part = |name, opposite| select(vec![name, name, name, opposite]);
    (
        select(vec!["Allow", "Allow", "Deny"]),
        (part("Principal", "NotPrincipal"), principal),
        (part("Action", "NotAction"), one_or_list(ACTIONS)),
        (part("Resource", "NotResource"), one_or_list(RESOURCES)),
        condition,
    )
        .prop_map(|(effect, principal, action, resource, condition)| {
            let mut statement = json!({
                "Effect": effect,
                principal.0: principal.1,
                action.0: action.1,
                resource.0: resource.1,
            });
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    vec(statement(proptest::option::of(conditions(KEYS))), 0..5)
}

fn decide(statements: &[Value]) -> Decision {
    evaluate(&policy_of(statements), &delivery(BucketKey::Unknown))
}

fn is_allowed(decision: &Decision) -> bool {
    matches!(decision, Decision::Allow { .. })
}

fn policy_of(statements: &[Value]) -> KeyPolicy {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    KeyPolicy::parse(&policy).unwrap()
}

fn denying(mut statement: Value) -> Value {
    statement["Effect"] = json!("Deny");
    statement
}

/// A statement like those of readers: on kms:Decrypt, for identities, under their conditions.
fn reading_statement() -> impl Strategy<Value = Value> {
    const WHO: &[&str] = &[
        "*",
        "111122223333",
        "444455556666",
        "arn:aws:iam::111122223333:role/Reader",
        "arn:aws:sts::444455556666:assumed-role/a/b",
        "AROAEXAMPLE1234567890",
    ];
    const KEYS: &[&str] = &[
        "kms:CallerAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalTag/a",
        "aws:userid",
        "aws:SourceIp",
        "aws:PrincipalIsAWSService",
        "kms:EncryptionContext:aws:cloudtrail:arn",
        "x",
    ];
    let who = prop_oneof![Just(json!("*")), one_or_list(WHO).prop_map(|it| json!({ "AWS": it })),];
    (statement(proptest::option::of(conditions(KEYS))), who).prop_map(|(mut statement, who)| {
        statement["Action"] = json!("kms:Decrypt");
        statement["Principal"] = who;
        for name in ["NotAction", "NotPrincipal"] {
            statement.as_object_mut().unwrap().remove(name);
        }
        statement
    })
}

/// Who reads, and whether that is certain, whatever the statement.
fn who_reads(statements: &[Value]) -> Vec<(Who, bool)> {
    let found = readers(&policy_of(statements), &reading());
    let mut who: Vec<_> = found.into_iter().map(|it| (it.who, it.doubt.is_none())).collect();
    who.sort();
    who
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = KeyPolicy::parse(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        let _ = KeyPolicy::parse(&json.to_string());
    }

    #[test]
    fn a_policy_of_any_elements_is_answered(
        effect in select(vec!["Allow", "Deny"]),
        elements in btree_map(
            select(vec!["Sid", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
                "NotResource", "Condition", "Other"]),
            any_json(),
            0..9,
        ),
    ) {
        let mut statement = json!(elements);
        statement["Effect"] = json!(effect);
        let policy = KeyPolicy::parse(&json!({ "Statement": statement }).to_string());
        // None of these elements can be understood as a grant to CloudTrail.
        prop_assert!(!is_allowed(&evaluate(&policy.unwrap(), &delivery(BucketKey::Unknown))));
    }

    #[test]
    fn a_denial_of_all_never_leaves_an_allow(
        mut statements in statements(),
        place in any::<prop::sample::Index>(),
    ) {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" });
        statements.insert(place.index(statements.len() + 1), deny);
        let is_denied = matches!(decide(&statements), Decision::Deny { .. });
        prop_assert!(is_denied);
    }

    #[test]
    fn no_allow_by_conditions_of_which_nothing_is_known(
        statements in vec(statement(conditions(UNKNOWN_KEYS).prop_map(Some)), 0..5),
    ) {
        prop_assert!(!is_allowed(&decide(&statements)));
    }

    #[test]
    fn the_order_of_statements_does_not_matter(
        (statements, shuffled) in statements().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let (one, other) = (decide(&statements), decide(&shuffled));
        prop_assert_eq!(discriminant(&one), discriminant(&other), "{:?} {:?}", one, other);
    }

    #[test]
    fn an_allow_stays_when_more_is_known(
        statements in statements(),
        via in proptest::option::of(select(VALUES)),
        bucket_key in select(vec![BucketKey::Enabled, BucketKey::Disabled]),
    ) {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let policy = KeyPolicy::parse(&policy).unwrap();
        let before = evaluate(&policy, &delivery(BucketKey::Unknown));
        let via = via.map_or(ContextValue::Absent, ContextValue::one);
        let after = evaluate(&policy, &delivery(bucket_key).with("kms:ViaService", via));
        match before {
            Decision::Allow { .. } => prop_assert!(is_allowed(&after), "{:?}", after),
            Decision::NotAllowed => prop_assert!(!is_allowed(&after), "{:?}", after),
            Decision::Deny { .. } => {
                prop_assert_eq!(discriminant(&before), discriminant(&after));
            }
            Decision::Unknown { .. } => {}
        }
    }

    #[test]
    fn one_more_denial_never_allows_more(
        mut statements in statements(),
        denial in statement(proptest::option::of(conditions(KEYS))).prop_map(denying),
        place in any::<prop::sample::Index>(),
    ) {
        let before = decide(&statements);
        statements.insert(place.index(statements.len() + 1), denial);
        let after = decide(&statements);
        match before {
            Decision::Allow { .. } => {}
            Decision::Deny { .. } => {
                prop_assert_eq!(discriminant(&before), discriminant(&after));
            }
            Decision::NotAllowed | Decision::Unknown { .. } => {
                prop_assert!(!is_allowed(&after), "{:?} after {:?}", after, before);
            }
        }
    }

    #[test]
    fn a_bound_grant_stays_bound_under_one_more_denial(
        mut statements in statements(),
        denial in statement(proptest::option::of(conditions(KEYS))).prop_map(denying),
    ) {
        let lets_in = |it: &[Value]| {
            matches!(binding(&policy_of(it), &DELIVERY), Binding::Nothing { .. })
        };
        let before = lets_in(&statements);
        statements.push(denial);
        prop_assert!(before || !lets_in(&statements));
    }

    #[test]
    fn who_reads_does_not_depend_on_the_order_of_statements(
        (statements, shuffled) in vec(reading_statement(), 0..5)
            .prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        prop_assert_eq!(who_reads(&statements), who_reads(&shuffled));
    }

    #[test]
    fn one_more_denial_never_lets_anybody_read(
        mut statements in vec(reading_statement(), 0..5),
        denial in reading_statement().prop_map(denying),
    ) {
        let is_certain = |it: &[Value]| -> Vec<Who> {
            let certain = who_reads(it).into_iter().filter(|it| it.1).map(|it| it.0);
            certain.map(|who| match who {
                Who::Part { accounts, .. } => Who::Part { accounts, is_creatable: false },
                who => who,
            }).collect()
        };
        let before = is_certain(&statements);
        statements.push(denial);
        let after = is_certain(&statements);
        // Of everybody a denial may leave some, who are then named one by one.
        let is_wide = |it: &Who| {
            let part_of_one = Accounts::One("111122223333".to_owned());
            match it {
                Who::Everybody | Who::Whole { .. } => true,
                Who::Part { accounts, .. } => *accounts != part_of_one,
                _ => false,
            }
        };
        let was_wide = before.iter().any(is_wide);
        let new: Vec<&Who> = after.iter().filter(|it| !before.contains(it)).collect();
        prop_assert!(was_wide || new.is_empty(), "{:?} after {:?}", new, before);
    }

    #[test]
    fn whoever_reads_can_be_asked_of_any_policy(statements in statements()) {
        let _ = readers(&policy_of(&statements), &reading());
        let _ = binding(&policy_of(&statements), &DELIVERY);
    }
}
