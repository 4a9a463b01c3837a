//! Whom a policy lets decrypt a trail's logs.

use super::*;

/// The organization is `o-ours`, with accounts that begin with `1`. Of one the unit is not known.
fn membership(account: &str) -> Membership {
    match account.as_bytes().first() {
        Some(b'1') => Membership::Member { path: path(account) },
        Some(b'9') => Membership::Unknown,
        _ => Membership::Stranger,
    }
}

fn path(account: &str) -> Option<String> {
    let unit = match account {
        "111122223333" | "122223333444" => "ou-ab12-logs/ou-ab12-deep/",
        "133334444555" => "ou-ab12-logs/",
        "144445555666" => "",
        _ => return None,
    };
    Some(format!("o-ours/r-ab12/{unit}"))
}

fn members() -> Vec<Member> {
    let accounts = ["111122223333", "122223333444", "133334444555", "144445555666"];
    accounts.map(|it| Member { account: it.to_owned(), path: path(it) }).to_vec()
}

fn unplaced_members() -> Vec<Member> {
    members().into_iter().map(|it| Member { path: None, ..it }).collect()
}

pub(super) fn reading() -> LogReading<'static> {
    LogReading {
        delivery: DELIVERY,
        organization: Some("o-ours"),
        membership: &membership,
        members: &members,
        is_complete: true,
    }
}

/// `0 everybody`, `1 every role of 1111…`, `0 everybody? why`: the statement, who, and the doubt.
fn line(reader: &Reader) -> String {
    let accounts = |it: &Accounts| match it {
        Accounts::Organization => "organization".to_owned(),
        Accounts::One(account) => account.clone(),
        Accounts::Several { ids, unit } => {
            format!("{} under {}", ids.len(), unit.as_deref().unwrap_or("root"))
        }
    };
    let who = match &reader.who {
        Who::Everybody => "everybody".to_owned(),
        Who::OtherOrganization(id) => format!("other {id}"),
        Who::Whole { accounts: of, kind } => format!("every {kind} of {}", accounts(of)),
        Who::Part { accounts: of, is_creatable } => {
            format!("{} of {}", if *is_creatable { "creatable" } else { "part" }, accounts(of))
        }
        Who::Account(account) => format!("account {account}"),
        Who::Identity { account, arn } => {
            format!("{} of {account}", arn.rsplit('/').next().unwrap())
        }
        Who::Deleted(id) => format!("deleted {id}"),
        Who::Service(name) => format!("service {name}"),
        Who::Other(name) => format!("other {name}"),
    };
    let way = match reader.way {
        Way::Decrypt => String::new(),
        way => format!(" by {}", way.action()),
    };
    let doubt = reader.doubt.as_ref().map(|it| format!("? {it}"));
    format!("{} {who}{way}{}", reader.statement.index, doubt.unwrap_or_default())
}

#[track_caller]
pub(super) fn check_in(reading: &LogReading<'_>, statements: &Value, expected: &[&str]) {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    let found: Vec<String> = readers(&policy, reading).iter().map(line).collect();
    assert_eq!(found, expected, "{statements:#}");
}

#[track_caller]
pub(super) fn check(statements: &Value, expected: &[&str]) {
    check_in(&reading(), statements, expected);
}

/// A statement that lets everybody decrypt, with these members put over it.
pub(super) fn decrypting(members: &Value) -> Value {
    let everybody = json!({ "Principal": { "AWS": "*" }, "Action": "kms:Decrypt" });
    let mut statement = granting(&everybody);
    for (name, value) in members.as_object().unwrap() {
        statement[name] = value.clone();
    }
    statement
}

#[track_caller]
fn check_condition(condition: &Value, expected: &[&str]) {
    check(&decrypting(&json!({ "Condition": condition })), expected);
}

#[track_caller]
fn check_principal(principal: &Value, expected: &[&str]) {
    check(&decrypting(&json!({ "Principal": principal })), expected);
}

#[test]
fn the_ordinary_statement_leaves_it_to_the_account() {
    check(&root(), &["0 account 111122223333"]);
    check(&granting(&json!({})), &[]);
    check(&json!([]), &[]);
}

#[test]
fn everybody() {
    check(&decrypting(&json!({})), &["0 everybody"]);
    check_principal(&json!("*"), &["0 everybody"]);
    check(
        &json!([root(), decrypting(&json!({ "Action": "kms:*" }))]),
        &["0 account 111122223333", "1 everybody"],
    );
    let condition = |condition: Value| check_condition(&condition, &["0 everybody"]);
    condition(json!({ "Null": { "kms:EncryptionContext:aws:cloudtrail:arn": "false" } }));
    condition(json!({ "Bool": { "aws:SecureTransport": "true" } }));
    condition(json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }));
    condition(json!({ "StringNotEquals": { "aws:PrincipalAccount": "444455556666" } }));
    condition(json!({ "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-ours" } }));
    condition(json!({ "BoolIfExists": { "aws:PrincipalIsAWSService": "false" } }));
}

#[test]
fn what_is_not_about_these_logs_is_not_read() {
    for condition in [
        json!({ "StringEquals": { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } }),
        json!({ "StringEquals": { "kms:EncryptionContext:Department": "a" } }),
        json!({ "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/other"
        } }),
        json!({ "Null": { "kms:EncryptionContext:aws:cloudtrail:arn": "true" } }),
        json!({ "StringEquals": { "aws:SourceArn": TRAIL } }),
    ] {
        check_condition(&condition, &[]);
    }
    let other = "arn:aws:kms:eu-west-1:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab";
    check(&decrypting(&json!({ "Resource": other })), &[]);
    check(&decrypting(&json!({ "Action": "kms:Encrypt" })), &[]);
}

#[test]
fn the_console_s_statement_is_for_the_whole_account() {
    let condition = json!({
        "StringEquals": { "kms:CallerAccount": "111122223333" },
        "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/*"
        },
    });
    check_condition(&condition, &["0 every identity of 111122223333"]);
    let several =
        json!({ "StringEquals": { "kms:CallerAccount": ["122223333444", "444455556666"] } });
    check_condition(
        &several,
        &["0 every identity of 444455556666", "0 every identity of 122223333444"],
    );
}

#[test]
fn the_whole_organization_and_others() {
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } }),
        &["0 every identity of organization"],
    );
    check_condition(
        &json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-ours/*" } }),
        &["0 every identity of organization"],
    );
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-partner", "o-ours"] } }),
        &["0 other o-partner", "0 every identity of organization"],
    );
    let unknown = LogReading { organization: None, ..reading() };
    let statement =
        decrypting(&json!({ "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-ours" } } }));
    check_in(
        &unknown,
        &statement,
        &[
            &format!("0 other o-ours? {UNSURE_ORGANIZATION}"),
            &format!("0 every identity of 111122223333? {UNSURE_ORGANIZATION}"),
        ],
    );
}

#[test]
fn units_are_those_in_which_accounts_are() {
    let under = |pattern: &str| {
        decrypting(&json!({ "Condition": {
            "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": pattern },
        } }))
    };
    let check = |pattern: &str, expected: &[&str]| check(&under(pattern), expected);
    check("o-ours/r-ab12/ou-ab12-logs/*", &["0 every identity of 3 under ou-ab12-logs"]);
    check("o-ours/*/ou-ab12-deep/*", &["0 every identity of 2 under ou-ab12-deep"]);
    check("o-ours/r-ab12/ou-ab12-logs/", &["0 every identity of 133334444555"]);
    check("o-ours/r-ab12/", &["0 every identity of 144445555666"]);
    // An empty set is empty.
    check("o-ours/r-ab12/ou-ab12-other/*", &[]);
    check(
        "o-others/r-ab12/*",
        &["0 other o-others? the value of `aws:PrincipalOrgPaths` is known in part only"],
    );

    let doubt = "the value of `aws:PrincipalOrgPaths` is known in part only";
    let unit = under("o-ours/r-ab12/ou-ab12-logs/*");
    let unplaced = |_: &str| Membership::Member { path: None };
    let unknown = LogReading { membership: &unplaced, members: &unplaced_members, ..reading() };
    check_in(&unknown, &unit, &[&format!("0 every identity of 4 under root? {doubt}")]);
    // Where not all are listed, another may be in the unit.
    let incomplete = LogReading { is_complete: false, ..reading() };
    check_in(
        &incomplete,
        &unit,
        &[
            &format!("0 every identity of organization? {doubt}"),
            "0 every identity of 3 under ou-ab12-logs",
        ],
    );
    // Of those in the unit, some.
    let tagged = decrypting(&json!({ "Condition": {
        "StringEquals": { "aws:PrincipalTag/team": "security" },
        "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-ours/*/ou-ab12-deep/*" },
    } }));
    check_in(&reading(), &tagged, &["0 creatable of 2 under ou-ab12-deep"]);
}

#[test]
fn some_of_an_account() {
    let role = "arn:aws:iam::122223333444:role/Reader";
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalArn": role } }),
        &["0 part of 122223333444"],
    );
    check_condition(
        &json!({ "StringEquals": {
            "kms:CallerAccount": "111122223333", "aws:PrincipalTag/Role": "audit"
        } }),
        &["0 part of 111122223333"],
    );
    check_condition(
        &json!({ "StringEquals": { "kms:CallerAccount": "111122223333" }, "Perhaps": { "a": "b" } }),
        &["0 every identity of 111122223333? the operator `Perhaps` is not evaluated"],
    );
}

/// A statement for identities of the key's account under one more condition.
#[track_caller]
fn check_own(operator: &str, key: &str, value: &Value, expected: &str) {
    let own = json!({ "StringEqualsIgnoreCase": { "kms:CallerAccount": "111122223333" } });
    let mut condition = own;
    condition[operator] = json!({ key: value });
    let expected = if expected.is_empty() {
        Vec::new()
    } else {
        vec![expected.replace("OWN", "111122223333").replacen("", "0 ", 1)]
    };
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check_condition(&condition, &expected);
}

#[test]
fn a_pattern_that_any_identity_of_a_kind_matches_narrows_nothing() {
    let arn = "aws:PrincipalArn";
    for (pattern, expected) in [
        ("arn:aws:iam::*:role/*", "every role of OWN"),
        ("arn:aws:iam::111122223333:role/*-*", "every role of OWN"),
        ("arn:aws:iam::111122223333:user/*", "every user of OWN"),
        ("arn:aws:iam::111122223333:*", "every identity of OWN"),
        ("arn:aws:sts::111122223333:federated-user/*", "every federated user of OWN"),
        (
            "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*",
            "every IAM Identity Center role of OWN",
        ),
        (
            "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/eu-central-1/*",
            "every IAM Identity Center role of OWN",
        ),
        (
            "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Audit_*",
            "part of OWN",
        ),
        ("arn:aws:iam::*:role/team/*", "part of OWN"),
        ("arn:aws:iam::*:role/Reader", "part of OWN"),
        ("arn:aws:iam::111122223333:root", "part of OWN"),
        ("arn:aws:iam::444455556666:role/*", ""),
    ] {
        check_own("ArnLike", arn, &json!(pattern), expected);
        check_own("StringLike", arn, &json!(pattern), expected);
    }
    check_own("ArnNotLike", arn, &json!("arn:aws:iam::*:role/Intern*"), "every identity of OWN");
    check_own("StringNotEquals", "aws:username", &json!("intern"), "every identity of OWN");
    check_own("StringLike", "aws:username", &json!("*"), "every user of OWN");
    check_own("StringEquals", "aws:username", &json!("alice"), "part of OWN");
    check_own("StringLike", "aws:userid", &json!("AROA*"), "every role of OWN");
    check_own("StringLike", "aws:userid", &json!("AROAEXAMPLEEXAMPLE123:*"), "part of OWN");
    // Whoever assumes a role names the session.
    let in_part = "every identity of OWN? the value of `aws:userid` is known in part only";
    check_own("StringLike", "aws:userid", &json!("*:alice"), in_part);
    let types = json!(["User", "AssumedRole"]);
    check_own("StringEquals", "aws:PrincipalType", &types, "every identity of OWN");
    check_own("StringEquals", "aws:PrincipalType", &json!("Account"), "part of OWN");
    check_own("StringNotEquals", "aws:PrincipalTag/team", &json!("x"), "every identity of OWN");
    // Not every identity has a tag, but any may be given one.
    let tag = "every identity of OWN? the value of `aws:PrincipalTag` is not known";
    check_own("StringLike", "aws:PrincipalTag/team", &json!("*"), tag);
    check_own("Null", "aws:PrincipalTag/team", &json!("false"), tag);
}

#[test]
fn keys_of_the_request_and_the_key_narrow_nothing() {
    let own = "every identity of OWN";
    for (operator, key, value) in [
        ("DateLessThan", "aws:CurrentTime", json!("2099-01-01T00:00:00Z")),
        ("NumericGreaterThan", "aws:EpochTime", json!(1_600_000_000)),
        ("IpAddress", "aws:SourceIp", json!("0.0.0.0/0")),
        ("IpAddress", "aws:SourceIp", json!("::/0")),
        ("NotIpAddress", "aws:SourceIp", json!("0.0.0.0/0")),
        ("StringEquals", "aws:RequestedRegion", json!("eu-west-1")),
        ("StringEquals", "kms:EncryptionAlgorithm", json!("SYMMETRIC_DEFAULT")),
        ("StringEquals", "kms:KeySpec", json!("SYMMETRIC_DEFAULT")),
        ("StringEquals", "kms:ViaService", json!("s3.eu-west-1.amazonaws.com")),
        ("StringEquals", "aws:ResourceAccount", json!("111122223333")),
        ("StringEquals", "aws:ResourceOrgID", json!("o-ours")),
        ("ForAnyValue:StringLike", "aws:ResourceOrgPaths", json!("o-ours/*")),
        ("Bool", "aws:SecureTransport", json!("true")),
    ] {
        check_own(operator, key, &value, own);
    }
    for (operator, key, value) in [
        ("DateLessThan", "aws:CurrentTime", json!("2020-01-01T00:00:00Z")),
        ("StringEquals", "aws:RequestedRegion", json!("us-east-1")),
        ("StringEquals", "aws:ResourceAccount", json!("444455556666")),
    ] {
        check_own(operator, key, &value, "");
    }
    for (operator, key, value) in [
        ("IpAddress", "aws:SourceIp", json!("10.0.0.0/8")),
        ("Null", "aws:SourceIp", json!("true")),
        ("StringEquals", "aws:SourceVpce", json!("vpce-1")),
        ("StringLike", "aws:UserAgent", json!("*")),
        ("Bool", "aws:MultiFactorAuthPresent", json!("true")),
        ("Bool", "aws:ViaAWSService", json!("true")),
        ("ForAnyValue:StringEquals", "aws:CalledVia", json!("athena.amazonaws.com")),
        ("StringEquals", "aws:ResourceTag/team", json!("security")),
        ("StringEquals", "kms:RequestAlias", json!("alias/logs")),
        ("StringEquals", "aws:PrincipalDepartment", json!("security")),
        ("StringEquals", "x", json!("y")),
    ] {
        let condition = json!({ operator: { key: value } });
        let own = json!({ "StringEqualsIgnoreCase": { "kms:CallerAccount": "111122223333" } });
        let mut both = own.clone();
        both[operator] = condition[operator].clone();
        let check = |statements: Value| {
            let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
            let found = readers(&KeyPolicy::parse(&policy).unwrap(), &reading());
            let [reader] = &found[..] else { panic!("{found:?}") };
            let accounts = Accounts::One("111122223333".to_owned());
            assert_eq!(reader.who, Who::Whole { accounts, kind: Kind::Identity }, "{key}");
            assert!(reader.doubt.is_some(), "{key}");
        };
        check(json!([decrypting(&json!({ "Condition": both }))]));
        if key == "aws:SourceIp" {
            // Others come from elsewhere.
            continue;
        }
        // Nor does a denial under one.
        let members = json!({ "Effect": "Deny", "Principal": "*", "Condition": condition });
        let denial = decrypting(&members);
        check(json!([decrypting(&json!({ "Condition": own })), denial]));
    }
}

#[test]
fn denials_narrow_by_the_same_rules() {
    let own = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } });
    let allowing = decrypting(&json!({ "Condition": own }));
    let deny = |condition: Value| {
        let members = json!({ "Effect": "Deny", "Principal": "*", "Condition": condition });
        decrypting(&members)
    };
    let of = |condition: Value, expected: &[&str]| {
        check(&json!([allowing, deny(condition)]), expected);
    };
    let arn = "aws:PrincipalArn";
    let interns = "arn:aws:iam::*:role/Intern*";
    of(json!({ "ArnLike": { arn: interns } }), &["0 every identity of organization"]);
    of(
        json!({ "ArnNotLike": { arn: "arn:aws:iam::*:role/Security*" } }),
        &["0 creatable of organization"],
    );
    of(
        json!({ "StringEquals": { "aws:PrincipalTag/Role": "guest" } }),
        &["0 every identity of organization"],
    );
    of(
        json!({ "ForAllValues:StringNotLike": { "aws:PrincipalOrgPaths": "o-ours/*/ou-ab12-deep/*" } }),
        &["0 every identity of 2 under ou-ab12-deep"],
    );
    let roles = json!({ "ArnNotLike": { arn: "arn:aws:iam::*:role/*" } });
    of(roles, &["0 every role of organization"]);
    // Unless one of the members is exempt.
    of(
        json!({ "StringNotEquals": { "aws:PrincipalAccount": "122223333444" } }),
        &["0 every identity of 122223333444"],
    );
}

#[test]
fn whoever_can_make_themselves_a_reader_is_one() {
    let doing = |action: &str, condition: Value| {
        let mut statement = decrypting(&json!({ "Action": action }));
        let own = json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } });
        statement["Condition"] = own;
        for (operator, keys) in condition.as_object().unwrap() {
            statement["Condition"][operator] = keys.clone();
        }
        statement
    };
    let own = |action: &str| vec![format!("0 every identity of 111122223333 by {action}")];
    let check = |statement: &Value, expected: &[String]| {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(statement, &expected);
    };
    for action in ["kms:CreateGrant", "kms:PutKeyPolicy", "kms:ReEncryptFrom"] {
        check(&doing(action, json!({})), &own(action));
    }
    check(&doing("kms:ReEncrypt*", json!({})), &own("kms:ReEncryptFrom"));
    check(&doing("kms:ReEncryptTo", json!({})), &[]);
    check(&doing("kms:Create*", json!({})), &own("kms:CreateGrant"));
    let grant = |condition: Value, expected: &[String]| {
        check(&doing("kms:CreateGrant", condition), expected);
    };
    let operations = |set: &str, names: Value| {
        let operator = format!("{set}:StringEquals");
        json!({ operator: { "kms:GrantOperations": names } })
    };
    grant(operations("ForAllValues", json!(["Encrypt", "DescribeKey"])), &[]);
    grant(operations("ForAllValues", json!(["Encrypt", "Decrypt"])), &own("kms:CreateGrant"));
    grant(operations("ForAnyValue", json!("Encrypt")), &own("kms:CreateGrant"));
    grant(json!({ "Bool": { "kms:GrantIsForAWSResource": "true" } }), &[]);
    let via = |service: &str| json!({ "StringLike": { "kms:ViaService": service } });
    grant(via("ec2.*.amazonaws.com"), &[]);
    let bound = json!({ "Null": { "kms:EncryptionContext:aws:cloudtrail:arn": "false" } });
    grant(bound, &own("kms:CreateGrant"));
    grant(json!({ "StringEquals": { "kms:EncryptionContext:Department": "a" } }), &[]);
    let to = json!({ "ArnEquals": { "kms:GranteePrincipal": "arn:aws:iam::111122223333:role/a" } });
    let unsure =
        format!("{}? the value of `kms:GranteePrincipal` is not known", own("kms:CreateGrant")[0]);
    grant(to, &[unsure]);
    check(&doing("kms:Decrypt", via("ec2.*.amazonaws.com")), &[]);
    // A key's policy is changed from its own account only.
    let anybody = |action: &str| decrypting(&json!({ "Action": action }));
    check(&anybody("kms:PutKeyPolicy"), &own("kms:PutKeyPolicy"));
    check(&anybody("kms:CreateGrant"), &["0 everybody by kms:CreateGrant".to_owned()]);
    let partner = json!({ "AWS": "arn:aws:iam::444455556666:role/Partner" });
    let changing = decrypting(&json!({ "Principal": partner, "Action": "kms:PutKeyPolicy" }));
    check(&changing, &[]);
    // What the policy denies, no grant gives; but whoever changes the policy takes the denial away.
    let denial = decrypting(&json!({ "Effect": "Deny", "Principal": "*" }));
    check(&json!([doing("kms:CreateGrant", json!({})), denial]), &own("kms:CreateGrant"));
    let reading = json!(["kms:Decrypt", "kms:ReEncryptFrom"]);
    let both = decrypting(&json!({ "Effect": "Deny", "Principal": "*", "Action": reading }));
    check(&json!([doing("kms:CreateGrant", json!({})), both]), &[]);
    check(&json!([doing("kms:PutKeyPolicy", json!({})), denial]), &own("kms:PutKeyPolicy"));
}

#[test]
fn a_pattern_of_account_ids_is_tried_with_each_member_and_with_strangers() {
    let caller = |pattern: &str| {
        decrypting(&json!({ "Condition": { "StringLike": { "kms:CallerAccount": pattern } } }))
    };
    check(&caller("1*3333*"), &["0 every identity of 3 under ou-ab12-logs"]);
    // Only members begin so.
    let ours = caller("12222*");
    check(&ours, &["0 every identity of 122223333444"]);
    check(&caller("4*"), &["0 everybody"]);
    check(&caller("9*"), &["0 everybody"]);
    // Of the organization, one that is not listed may begin so.
    let members = decrypting(&json!({ "Condition": {
        "StringLike": { "kms:CallerAccount": "5*" },
        "StringEquals": { "aws:PrincipalOrgID": "o-ours" },
    } }));
    check(&members, &[]);
    let incomplete = LogReading { is_complete: false, ..reading() };
    let doubt =
        "0 every identity of organization? the value of `kms:CallerAccount` is known in part only";
    check_in(&incomplete, &members, &[doubt]);
}

#[test]
fn a_doubt_that_no_caller_settles_stays_whatever_comes_first() {
    let own = json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } });
    let allowing = decrypting(&json!({ "Condition": own }));
    let deny = |condition: Value| {
        let members = json!({ "Effect": "Deny", "Principal": "*", "Condition": condition });
        decrypting(&members)
    };
    let by_tag = deny(json!({ "StringEquals": { "aws:PrincipalTag/Role": "guest" } }));
    let unheard = deny(json!({ "Perhaps": { "a": "b" } }));
    check(&json!([by_tag, by_tag, allowing]), &["2 every identity of 111122223333"]);
    let whole = "2 every identity of 111122223333? the operator `Perhaps` is not evaluated";
    check(&json!([by_tag, unheard, allowing]), &[whole]);
    check(&json!([unheard, by_tag, allowing]), &[whole]);
    // What is not understood can take nobody in whom a condition beside it leaves out.
    let tag_first = json!({
        "StringEquals": { "kms:CallerAccount": "111122223333", "aws:PrincipalTag/Role": "audit" },
        "Unheard": { "a": "b" },
    });
    check_condition(
        &tag_first,
        &["0 part of 111122223333? the operator `Unheard` is not evaluated"],
    );
}

#[test]
fn an_identity_has_its_own_arn_and_a_session_its_role_s() {
    let check = |principal: &str, wanted: &str, expected: &[&str]| {
        let condition = json!({ "StringEquals": { "aws:PrincipalArn": wanted } });
        let principal = json!({ "AWS": principal });
        check(&decrypting(&json!({ "Principal": principal, "Condition": condition })), expected);
    };
    let role = "arn:aws:iam::111122223333:role/a/Reader";
    check(role, role, &["0 Reader of 111122223333"]);
    check(role, "arn:aws:iam::111122223333:role/Reader", &[]);
    let session = "arn:aws:sts::111122223333:assumed-role/Reader/me";
    let in_part = "0 me of 111122223333? the value of `aws:PrincipalArn` is known in part only";
    check(session, role, &[in_part]);
    check(session, session, &[in_part]);
    check(session, "arn:aws:iam::444455556666:role/a/Reader", &[]);
}

#[test]
fn a_stranger_of_whom_it_is_not_known() {
    check_condition(
        &json!({ "StringEquals": { "aws:SourceVpce": "vpce-1" } }),
        &[
            "0 everybody? the value of `aws:SourceVpce` is not known",
            "0 every identity of organization? the value of `aws:SourceVpce` is not known",
        ],
    );
    check_condition(
        &json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/Reader" } }),
        &[
            "0 everybody? the value of `aws:PrincipalArn` is known in part only",
            "0 creatable of organization",
        ],
    );
}

#[test]
fn principals_by_name() {
    check_principal(&json!({ "AWS": "444455556666" }), &["0 account 444455556666"]);
    let role = "arn:aws:iam::444455556666:role/a/Reader";
    let session = "arn:aws:sts::111122223333:assumed-role/Reader/me";
    check_principal(
        &json!({ "AWS": [role, session, "AROAEXAMPLE1234567890"] }),
        &["0 Reader of 444455556666", "0 me of 111122223333", "0 deleted AROAEXAMPLE1234567890"],
    );
    check_principal(&json!({ "Service": "logs.amazonaws.com" }), &["0 service logs.amazonaws.com"]);
    for (kind, name) in [
        ("Federated", "accounts.google.com"),
        ("CanonicalUser", "79a59df9"),
        ("Martian", "x"),
        ("AWS", "arn:aws:iam::111122223333:role/*"),
    ] {
        let expected = format!(
            "0 other {name}? whether the principal `{name}` stands for the caller is not known"
        );
        check_principal(&json!({ kind: name }), &[&expected]);
    }
    // What nobody can do with the key, these cannot either.
    let statement = |principal: Value| {
        decrypting(&json!({ "Principal": principal, "Action": "kms:DescribeKey" }))
    };
    check(&statement(json!({ "AWS": ["AROAEXAMPLE1234567890", role] })), &[]);
    check(&statement(json!({ "Federated": "accounts.google.com" })), &[]);
}

#[test]
fn principals_that_are_not_understood() {
    let doubtful =
        |element: &str| format!("0 everybody? the element `{element}` is not understood");
    let mut statement = decrypting(&json!({}));
    statement.as_object_mut().unwrap().remove("Principal");
    let whole = |element: &str| {
        format!("0 every identity of organization? the element `{element}` is not understood")
    };
    check(&statement, &[&doubtful("Principal"), &whole("Principal")]);
    statement["NotPrincipal"] = json!({ "AWS": "444455556666" });
    check(&statement, &[&doubtful("NotPrincipal"), &whole("NotPrincipal")]);
    let statement = decrypting(&json!({ "Principal": { "AWS": "111122223333" }, "Until": "2030" }));
    check(&statement, &["0 account 111122223333? the element `Until` is not understood"]);
}

#[test]
fn denials_count() {
    let deny = |members: Value| {
        let mut statement = decrypting(&members);
        statement["Effect"] = json!("Deny");
        statement
    };
    let outside = deny(json!({
        "Principal": "*",
        "Action": "kms:*",
        "Condition": { "StringNotEquals": { "aws:PrincipalOrgID": "o-ours" } },
    }));
    check(&json!([decrypting(&json!({})), outside]), &["0 every identity of organization"]);
    let partner = decrypting(&json!({ "Principal": { "AWS": "444455556666" } }));
    check(&json!([partner, outside]), &[]);
    check(&json!([root(), outside]), &["0 account 111122223333"]);
    check(&json!([decrypting(&json!({})), deny(json!({}))]), &[]);

    let mut but = deny(json!({}));
    but.as_object_mut().unwrap().remove("Principal");
    let role = "arn:aws:iam::111122223333:role/Reader";
    but["NotPrincipal"] = json!({ "AWS": [role] });
    let reader = decrypting(&json!({ "Principal": { "AWS": role } }));
    check(
        &json!([decrypting(&json!({})), reader, but]),
        &["0 Reader of 111122223333", "1 Reader of 111122223333"],
    );
}

#[test]
fn whom_nothing_else_can_let_in() {
    let role = "arn:aws:iam::444455556666:role/Reader";
    let is_denied = |statements: Value| {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
        is_reader_denied(&policy, &reading(), role, Way::Decrypt)
    };
    let deny = |condition: Value| {
        let mut statement = decrypting(&json!({ "Condition": condition }));
        statement["Effect"] = json!("Deny");
        statement
    };
    assert!(!is_denied(json!([root()])));
    assert!(is_denied(json!([deny(
        json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-ours" } })
    )])));
    assert!(!is_denied(json!([deny(
        json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } })
    )])));
}

#[test]
fn conditions_are_shown() {
    let statement = decrypting(&json!({
        "Sid": "Readers",
        "Condition": {
            "StringEquals": { "kms:CallerAccount": "111122223333" },
            "Null": { "kms:EncryptionContext:aws:cloudtrail:arn": "false" },
        },
    }));
    let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    let found = readers(&KeyPolicy::parse(&policy).unwrap(), &reading());
    assert_eq!(found[0].statement.to_string(), "statement 1 (`Readers`)");
    assert_eq!(
        found[0].conditions,
        ["Null kms:EncryptionContext:aws:cloudtrail:arn", "StringEquals kms:CallerAccount",]
    );
}

#[test]
fn who_a_grantee_is_and_how_everybody_is_called() {
    let check = |grantee: &str, expected: &str, shown: &str| {
        let who = Who::of_grantee(grantee);
        let statement = StatementId { index: 0, sid: None };
        let way = Way::Decrypt;
        let reader =
            Reader { statement, who: who.clone(), way, conditions: Vec::new(), doubt: None };
        assert_eq!(line(&reader), format!("0 {expected}"), "{grantee}");
        assert_eq!(who.to_string(), shown);
    };
    let role = "arn:aws:iam::111122223333:role/Reader";
    check(role, "Reader of 111122223333", role);
    let root = "arn:aws:iam::111122223333:root";
    check(root, "account 111122223333", "the identities that account 111122223333 chooses");
    let service = "logs.eu-west-1.amazonaws.com";
    check(service, &format!("service {service}"), &format!("the service {service}"));
    check(
        "AROAEXAMPLE1234567890",
        "deleted AROAEXAMPLE1234567890",
        "the deleted AROAEXAMPLE1234567890",
    );
    for odd in ["*.amazonaws.com", "a:b.amazonaws.com", "a/b.amazonaws.com", "amazon"] {
        check(odd, &format!("other {odd}"), &format!("`{odd}`"));
    }
    let several = |count: u64, unit: Option<&str>| Accounts::Several {
        ids: (1..=count).map(|it| format!("{it:012}")).collect(),
        unit: unit.map(str::to_owned),
    };
    let whole = |accounts, kind| Who::Whole { accounts, kind };
    let part = |accounts, is_creatable| Who::Part { accounts, is_creatable };
    let one = || Accounts::One("1".to_owned());
    let shown = [
        (Who::Everybody, "everybody"),
        (Who::OtherOrganization("o-a".to_owned()), "every identity of the organization o-a"),
        (whole(Accounts::Organization, Kind::Identity), "every identity of the organization"),
        (whole(one(), Kind::Role), "every role of account 1"),
        (
            whole(several(2, Some("ou-a")), Kind::Identity),
            "every identity of 2 accounts under ou-a (000000000001, 000000000002)",
        ),
        (
            whole(several(6, None), Kind::User),
            "every user of 6 accounts (000000000001, 000000000002, 000000000003, 000000000004, 000000000005, …)",
        ),
        (part(one(), false), "some identities of account 1"),
        (
            part(Accounts::Organization, true),
            "some identities of the organization, by a name or tag that an administrator of any of these accounts can give",
        ),
    ];
    for (who, expected) in shown {
        assert_eq!(who.to_string(), expected);
    }
}
