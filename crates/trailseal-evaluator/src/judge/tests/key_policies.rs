//! Key policies as they are found, with the statuses that are right for each.
//!
//! The organization is `o-ours0000`; the accounts 1 and 5 are in the unit `ou-ab12-logs0000`, others
//! directly under the root.

use serde_json::Value;
use trailseal_model::{Account, Organization};

use super::*;

const POLICIES: &str = include_str!("key_policies.json");

/// Facts under a policy, in an organization of five accounts with their paths of units.
pub(super) fn in_organization(policy_text: &str) -> Facts {
    let old = |it: Facts| {
        it.trail(|it| {
            // Long enough ago to prove nothing of today.
            let newest = it.sample.newest.as_mut().unwrap();
            newest.named_at = now() - SignedDuration::from_hours(30);
        })
    };
    old(Facts::sealed()).policy_is(Some(policy(policy_text))).with(|facts| {
        let id = "o-ours0000".to_owned();
        facts.organization = Some(Organization { id, management_account: account(2) });
        facts.accounts = (1..=5).map(placed).collect();
    })
}

fn placed(number: u64) -> Account {
    let unit = if [1, 5].contains(&number) { "ou-ab12-logs0000/" } else { "" };
    let ou_path = Some(format!("o-ours0000/r-ab12/{unit}"));
    Account { ou_path, ..member(number, AccountState::Active) }
}

/// One policy, and the statuses that are right by control.
struct Case {
    name: String,
    policy: String,
    statuses: Vec<(String, Vec<String>)>,
}

fn cases() -> Vec<Case> {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let cases: Vec<Value> = serde_json::from_str(POLICIES).unwrap();
    let read = cases.iter().map(|case| {
        let statuses = case["statuses"].as_object().unwrap().iter();
        let statuses = statuses.map(|(control, allowed)| {
            (control.clone(), allowed.as_array().unwrap().iter().map(text).collect())
        });
        let (name, policy) = (text(&case["name"]), case["policy"].to_string());
        Case { name, policy, statuses: statuses.collect() }
    });
    read.collect()
}

fn policy_of(name: &str) -> String {
    cases().into_iter().find(|it| it.name == name).unwrap().policy
}

/// What the controls say of a case, as `control status reason: observed`.
fn judged(facts: Facts, control: &str) -> (String, String) {
    let findings = of_main(facts);
    let finding = findings.iter().find(|it| it.control().as_str() == control).unwrap();
    (finding.status().to_string(), format!("{} {}", line(finding), finding.observed()))
}

fn of(name: &str, control: &str) -> String {
    judged(in_organization(&policy_of(name)), control).1
}

#[test]
fn each_policy_gets_a_status_that_is_right() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 35);
    for Case { name, policy, statuses } in cases {
        for (control, allowed) in statuses {
            let (status, shown) = judged(in_organization(&policy), &control);
            if !allowed.contains(&status) {
                wrong.push(format!("{name}: {shown}, and not {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_is_said() {
    let readers = |name: &str| of(name, "key-readers-limited");
    for (name, said) in [
        (
            "everybody-of-one-unit",
            "every identity of 2 accounts under ou-ab12-logs0000 (000000000001, 000000000005)",
        ),
        ("every-role-of-the-organization", "every role of the organization"),
        ("every-identity-center-role", "every IAM Identity Center role of the organization"),
        (
            "roles-by-the-beginning-of-a-name",
            "some identities of the organization, by a name or tag that an administrator of any of these accounts can give",
        ),
        ("a-tag-in-a-unit", "some identities of 2 accounts under ou-ab12-logs0000"),
        (
            "creating-grants",
            "every identity of account 000000000001 by statement 3 through kms:CreateGrant",
        ),
        ("ordinary", "the identities that account 000000000001 chooses by statement 1"),
        ("denial-but-for-one-account", "every identity of account 000000000002"),
    ] {
        let found = readers(name);
        assert!(found.contains(said), "{name}: {found}");
    }
}

#[test]
fn an_unknown_path_is_a_doubt() {
    let policy = policy_of("everybody-of-one-unit");
    let unplaced = in_organization(&policy).with(|facts| {
        for account in &mut facts.accounts {
            account.ou_path = None;
        }
    });
    let (_, shown) = judged(unplaced, "key-readers-limited");
    assert!(shown.starts_with("key-readers-limited not_proven readers_unknown"), "{shown}");
    let elsewhere = in_organization(&policy).with(|facts| {
        for account in &mut facts.accounts {
            account.ou_path = Some("o-ours0000/r-ab12/".to_owned());
        }
    });
    let (_, shown) = judged(elsewhere, "key-readers-limited");
    assert!(shown.starts_with("key-readers-limited pass readers_limited"), "{shown}");
}

#[test]
fn the_bucket_key_of_the_newest_log_decides_what_is_named() {
    let policy = policy_of("objects-of-the-bucket-only");
    let newest = |bucket_key| {
        in_organization(&policy).trail(|it| {
            it.sample.newest.as_mut().unwrap().bucket_key = bucket_key;
        })
    };
    let control = "key-policy-allows-cloudtrail";
    for (bucket_key, expected) in [
        (None, "not_proven policy_unknown"),
        (Some(false), "pass policy_allows"),
        (Some(true), "fail not_granted"),
    ] {
        let (_, shown) = judged(newest(bucket_key), control);
        assert!(shown.starts_with(&format!("{control} {expected}")), "{shown}");
    }
}

mod properties {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use serde_json::{Value, json};

    use super::*;

    /// Keys of the request or the resource of which nothing is known, and such as nobody knows.
    const UNKNOWN: &[&str] = &[
        "aws:SourceVpce",
        "aws:SourceVpc",
        "aws:VpceOrgID",
        "aws:VpcSourceIp",
        "aws:UserAgent",
        "aws:referer",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:ViaAWSService",
        "aws:ResourceTag/team",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",
        "kms:RequestAlias",
        "kms:ResourceAliases",
        "kms:KeyOrigin",
        "aws:PrincipalFloor",
        "kms:Unheard",
        "x",
    ];
    const OPERATORS: &[&str] = &[
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringNotEqualsIfExists",
        "StringLikeIfExists",
        "ArnLikeIfExists",
        "ArnNotEqualsIfExists",
        "Bool",
        "BoolIfExists",
        "Null",
        "NumericLessThan",
        "DateGreaterThan",
        "IpAddress",
        "NotIpAddress",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotLike",
        "Unheard",
        "bool",
    ];
    const VALUES: &[&str] = &[
        "true",
        "false",
        "*",
        "vpce-1",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "5",
        "${aws:userid}",
        "2030-01-01T00:00:00Z",
    ];
    /// Conditions on what is known of the reading of a log, and met. One that is certainly not met, such
    /// as a date that is past, takes its statement away, which is no narrowing of who reads.
    const MET: &[(&str, &str, &str)] = &[
        ("StringLikeIfExists", "kms:ViaService", "s3.*.amazonaws.com"),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "us-east-1"),
        ("StringLikeIfExists", "kms:EncryptionAlgorithm", "SYMMETRIC_*"),
        ("StringLikeIfExists", "kms:EncryptionContext:aws:cloudtrail:arn", "arn:*"),
        ("DateGreaterThan", "aws:CurrentTime", "2000-01-01T00:00:00Z"),
        ("DateLessThan", "aws:CurrentTime", "2100-01-01T00:00:00Z"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", "::/0"),
        ("StringEqualsIgnoreCase", "aws:ResourceAccount", "000000000001"),
        ("StringEqualsIgnoreCase", "aws:ResourceOrgID", "o-ours0000"),
        ("Bool", "aws:SecureTransport", "true"),
    ];

    fn condition() -> impl Strategy<Value = (String, String, String)> {
        let unknown = (select(OPERATORS), select(UNKNOWN), select(VALUES));
        let met = select(MET);
        prop_oneof![3 => unknown, 1 => met].prop_map(|(operator, key, value)| {
            (operator.to_owned(), key.to_owned(), value.to_owned())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn a_condition_on_anything_but_who_asks_never_makes_readers_limited(
            case in any::<Index>(),
            statement in any::<Index>(),
            (operator, key, value) in condition(),
        ) {
            let cases = cases();
            let Case { name, policy, .. } = &cases[case.index(cases.len())];
            let control = "key-readers-limited";
            let (before, _) = judged(in_organization(policy), control);
            let mut policy: Value = serde_json::from_str(policy).unwrap();
            let statements = policy["Statement"].as_array_mut().unwrap();
            let place = statement.index(statements.len());
            let mut added = statements[place]["Condition"].take();
            if added.is_null() {
                added = json!({});
            }
            added[&operator][&key] = json!(value);
            statements[place]["Condition"] = added;
            let (after, shown) = judged(in_organization(&policy.to_string()), control);
            prop_assert!(before == "pass" || after != "pass", "{}: {}", name, shown);
        }
    }
}
