//! What each condition operator says of the same pairs: one that is taken for another, or negated,
//! shows here.

use std::collections::BTreeMap;

use super::*;

/// What the policy has, and what the request has.
const PAIRS: &[(&str, &str)] = &[
    ("a", "a"),
    ("a", "A"),
    ("a*", "ab"),
    ("1", "2"),
    ("2", "1"),
    ("1", "1.0"),
    ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
    ("10.0.0.0/8", "10.1.2.3"),
    ("10.0.0.0/8", "11.1.2.3"),
    ("true", "true"),
    ("YQ==", "YQ=="),
    ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/x"),
    ("arn:aws:iam::1:role/*", "arn:aws:iam::2:role/x"),
];

/// One letter a pair: `y` it holds, `n` it does not, `?` nobody can say. Written by hand from the IAM
/// user guide, *IAM JSON policy elements: Condition operators*; what is no number, date, address or
/// ARN at all is left open where it could be one.
const ANSWERS: &[(&str, &str)] = &[
    ("StringEquals", "ynnnnnnnnnnyynn"),
    ("StringNotEquals", "nyyyyyyyyyynnyy"),
    ("StringEqualsIgnoreCase", "yynnnnnnnnnyynn"),
    ("StringNotEqualsIgnoreCase", "nnyyyyyyyyynnyy"),
    ("StringLike", "ynynnnnnnnnyyyn"),
    ("StringNotLike", "nynyyyyyyyynnny"),
    ("ArnEquals", "?n?nn?nnnnn??yn"),
    ("ArnLike", "?n?nn?nnnnn??yn"),
    ("ArnNotEquals", "?????????????ny"),
    ("ArnNotLike", "?????????????ny"),
    ("Bool", "???????????y???"),
    ("BinaryEquals", "y??????????yy??"),
    ("NumericEquals", "???nny?????????"),
    ("NumericNotEquals", "???yyn?????????"),
    ("NumericLessThan", "???nyn?????????"),
    ("NumericLessThanEquals", "???nyy?????????"),
    ("NumericGreaterThan", "???ynn?????????"),
    ("NumericGreaterThanEquals", "???yny?????????"),
    ("DateEquals", "??????nny??????"),
    ("DateNotEquals", "??????yyn??????"),
    ("DateLessThan", "??????nyn??????"),
    ("DateLessThanEquals", "??????nyy??????"),
    ("DateGreaterThan", "??????ynn??????"),
    ("DateGreaterThanEquals", "??????yny??????"),
    ("IpAddress", "?????????yn????"),
    ("NotIpAddress", "?????????ny????"),
];

/// Two names for the same (there, *ARN condition operators*).
const SYNONYMS: [[&str; 2]; 2] = [["ArnEquals", "ArnLike"], ["ArnNotEquals", "ArnNotLike"]];

fn answer(operator: &str, wanted: &str, found: &str) -> char {
    let request = delivery(BucketKey::Unknown).with("aws:Something", ContextValue::one(found));
    let statement = granting(&json!({ "Condition": { operator: { "aws:Something": wanted } } }));
    let policy = json!({ "Version": "2012-10-17", "Statement": statement });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    match evaluate(&policy, &request) {
        Decision::Allow { .. } => 'y',
        Decision::NotAllowed => 'n',
        Decision::Unknown { .. } => '?',
        Decision::Deny { .. } => 'd',
    }
}

#[test]
fn every_operator_answers_as_documented() {
    let found: Vec<String> = ANSWERS
        .iter()
        .map(|(operator, _)| {
            let answers: String = PAIRS.iter().map(|it| answer(operator, it.0, it.1)).collect();
            format!("{operator} {answers}")
        })
        .collect();
    let expected: Vec<String> =
        ANSWERS.iter().map(|(operator, answers)| format!("{operator} {answers}")).collect();
    assert_eq!(found.join("\n"), expected.join("\n"));
}

#[test]
fn no_two_operators_answer_alike() {
    let mut by_answers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (operator, answers) in ANSWERS {
        by_answers.entry(answers).or_default().push(operator);
    }
    let alike: Vec<Vec<&str>> = by_answers.into_values().filter(|it| it.len() > 1).collect();
    assert_eq!(alike.len(), SYNONYMS.len(), "{alike:?}");
    assert!(SYNONYMS.iter().all(|it| alike.iter().any(|alike| alike == it)), "{alike:?}");
}
