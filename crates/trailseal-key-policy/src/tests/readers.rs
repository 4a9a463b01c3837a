//! Whom a policy lets decrypt a trail's logs.

use super::*;

/// The organization is `o-ours`, with accounts that begin with `1`.
fn membership(account: &str) -> Membership {
    match account.as_bytes().first() {
        Some(b'1') => Membership::Member,
        Some(b'9') => Membership::Unknown,
        _ => Membership::Stranger,
    }
}

pub(super) fn reading() -> LogReading<'static> {
    LogReading { delivery: DELIVERY, organization: Some("o-ours"), membership: &membership }
}

/// `0 everybody`, `1 whole 111122223333`, `0 everybody? why`: the statement, who, and the doubt.
fn line(reader: &Reader) -> String {
    let who = match &reader.who {
        Who::Everybody => "everybody".to_owned(),
        Who::OtherOrganization(id) => format!("other {id}"),
        Who::Organization => "organization".to_owned(),
        Who::WholeAccount(account) => format!("whole {account}"),
        Who::PartOfAccount(account) => format!("part {account}"),
        Who::Account(account) => format!("account {account}"),
        Who::Identity { account, arn } => {
            format!("{} of {account}", arn.rsplit('/').next().unwrap())
        }
        Who::Deleted(id) => format!("deleted {id}"),
        Who::Service(name) => format!("service {name}"),
        Who::Other(name) => format!("other {name}"),
    };
    let doubt = reader.doubt.as_ref().map(|it| format!("? {it}"));
    format!("{} {who}{}", reader.statement.index, doubt.unwrap_or_default())
}

#[track_caller]
fn check_in(reading: &LogReading<'_>, statements: &Value, expected: &[&str]) {
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
    let found: Vec<String> = readers(&policy, reading).iter().map(line).collect();
    assert_eq!(found, expected, "{statements:#}");
}

#[track_caller]
fn check(statements: &Value, expected: &[&str]) {
    check_in(&reading(), statements, expected);
}

/// A statement that lets everybody decrypt, with these members put over it.
fn decrypting(members: &Value) -> Value {
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
    check_condition(&condition, &["0 whole 111122223333"]);
    let several =
        json!({ "StringEquals": { "kms:CallerAccount": ["122223333444", "444455556666"] } });
    check_condition(&several, &["0 whole 122223333444", "0 whole 444455556666"]);
}

#[test]
fn the_whole_organization_and_others() {
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalOrgID": "o-ours" } }),
        &["0 organization"],
    );
    check_condition(
        &json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-ours/*" } }),
        &["0 organization"],
    );
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalOrgID": ["o-partner", "o-ours"] } }),
        &["0 other o-partner", "0 organization"],
    );
    // Below one unit: which accounts that are is not known, so some of the key's own may.
    check_condition(
        &json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-ours/r-ab12/ou-ab12-a/*" } }),
        &["0 part 111122223333"],
    );
    let unknown = LogReading { organization: None, ..reading() };
    let statement =
        decrypting(&json!({ "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-ours" } } }));
    check_in(
        &unknown,
        &statement,
        &[&format!("0 other o-ours? {UNSURE_ORGANIZATION}"), "0 part 111122223333"],
    );
}

#[test]
fn some_of_an_account() {
    let role = "arn:aws:iam::122223333444:role/Reader";
    check_condition(
        &json!({ "StringEquals": { "aws:PrincipalArn": role } }),
        &["0 part 122223333444"],
    );
    check_condition(
        &json!({ "StringEquals": {
            "kms:CallerAccount": "111122223333", "aws:PrincipalTag/Role": "audit"
        } }),
        &["0 part 111122223333"],
    );
    check_condition(
        &json!({ "StringEquals": { "kms:CallerAccount": "111122223333" }, "Perhaps": { "a": "b" } }),
        &["0 whole 111122223333? the operator `Perhaps` is not evaluated"],
    );
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
    let part = "2 part 111122223333";
    check(&json!([by_tag, by_tag, allowing]), &[part]);
    let whole = "2 whole 111122223333? the operator `Perhaps` is not evaluated";
    check(&json!([by_tag, unheard, allowing]), &[whole]);
    check(&json!([unheard, by_tag, allowing]), &[whole]);
    // The same within one statement.
    let tag_first = json!({
        "StringEquals": { "kms:CallerAccount": "111122223333", "aws:PrincipalTag/Role": "audit" },
        "Unheard": { "a": "b" },
    });
    let doubt = "0 whole 111122223333? the operator `Unheard` is not evaluated";
    check_condition(&tag_first, &[doubt]);
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
        &["0 everybody? the value of `aws:SourceVpce` is not known", "0 part 111122223333"],
    );
    check_condition(
        &json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/Reader" } }),
        &[
            "0 everybody? the value of `aws:PrincipalArn` is known in part only",
            "0 part 111122223333",
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
    let whole =
        |element: &str| format!("0 whole 111122223333? the element `{element}` is not understood");
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
    check(&json!([decrypting(&json!({})), outside]), &["0 organization"]);
    let partner = decrypting(&json!({ "Principal": { "AWS": "444455556666" } }));
    check(&json!([partner, outside]), &[]);
    check(&json!([root(), outside]), &["0 account 111122223333"]);
    check(&json!([decrypting(&json!({})), deny(json!({}))]), &[]);

    let mut but = deny(json!({}));
    but.as_object_mut().unwrap().remove("Principal");
    let role = "arn:aws:iam::111122223333:role/Reader";
    but["NotPrincipal"] = json!({ "AWS": [role] });
    let reader = decrypting(&json!({ "Principal": { "AWS": role } }));
    check(&json!([decrypting(&json!({})), reader, but]), &["1 Reader of 111122223333"]);
}

#[test]
fn whom_nothing_else_can_let_in() {
    let role = "arn:aws:iam::444455556666:role/Reader";
    let is_denied = |statements: Value| {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let policy = KeyPolicy::parse(&policy.to_string()).unwrap();
        is_reader_denied(&policy, &reading(), role)
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
        let reader = Reader { statement, who: who.clone(), conditions: Vec::new(), doubt: None };
        assert_eq!(line(&reader), format!("0 {expected}"), "{grantee}");
        assert_eq!(who.to_string(), shown);
    };
    let role = "arn:aws:iam::111122223333:role/Reader";
    check(role, "Reader of 111122223333", role);
    let root = "arn:aws:iam::111122223333:root";
    check(root, "account 111122223333", "whom account 111122223333 lets");
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
    let shown = [
        (Who::Everybody, "everybody"),
        (Who::OtherOrganization("o-a".to_owned()), "everybody of the organization o-a"),
        (Who::Organization, "everybody of the organization"),
        (Who::WholeAccount("1".to_owned()), "everybody of account 1"),
        (Who::PartOfAccount("1".to_owned()), "some of account 1"),
    ];
    for (who, expected) in shown {
        assert_eq!(who.to_string(), expected);
    }
}
