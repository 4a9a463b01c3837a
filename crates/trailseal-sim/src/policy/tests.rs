use std::collections::BTreeMap;

use super::*;

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/own";

/// A request that has these keys.
struct Request(BTreeMap<&'static str, Vec<&'static str>>);

impl Context for Request {
    fn values(&self, key: &Key) -> Vec<String> {
        let named = |it: &(&&str, &Vec<&str>)| Key::new(it.0).as_ref() == Some(key);
        let found =
            self.0.iter().find(named).map(|key| key.1.iter().map(|text| (*text).to_owned()));
        found.into_iter().flatten().collect()
    }
}

fn request() -> Request {
    Request(
        [
            ("aws:RequestedRegion", vec!["eu-west-1"]),
            ("aws:PrincipalArn", vec!["arn:aws:iam::111111111111:role/audit/Trailseal"]),
            ("aws:PrincipalAccount", vec!["111111111111"]),
            ("aws:SecureTransport", vec!["true"]),
            ("aws:TagKeys", vec!["stage", "team"]),
            ("aws:RequestTag/Team", vec!["Audit"]),
            ("s3:max-keys", vec!["100"]),
            ("s3:prefix", vec!["AWSLogs/o-1/"]),
        ]
        .into(),
    )
}

fn decide(text: &str, action: &str, resource: &str) -> Decision {
    let policy = Policy::new(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    policy.decide(&Asked { action, resource, context: &request() })
}

/// Whether a statement with these conditions matches.
fn is_met(conditions: &str) -> bool {
    let text = format!(
        r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{conditions}}}}}"#
    );
    decide(&text, "cloudtrail:GetTrail", TRAIL) == Decision::Allowed
}

#[test]
fn every_operator_compares_as_iam_does() {
    for (conditions, expected) in [
        (r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#, true),
        (r#"{"stringequals":{"AWS:requestedregion":["us-east-1","eu-west-1"]}}"#, true),
        (r#"{"StringEquals":{"aws:RequestedRegion":"EU-WEST-1"}}"#, false),
        (r#"{"StringEquals":{"aws:RequestedRegion":"eu-*"}}"#, false),
        (r#"{"StringNotEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}"#, false),
        (r#"{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}"#, true),
        (r#"{"StringEqualsIgnoreCase":{"aws:RequestedRegion":"EU-WEST-1"}}"#, true),
        (r#"{"StringNotEqualsIgnoreCase":{"aws:RequestedRegion":"EU-WEST-1"}}"#, false),
        (r#"{"StringLike":{"s3:prefix":["other/*","AWSLogs/*"]}}"#, true),
        (r#"{"StringLike":{"s3:prefix":"AWSLogs/o-?/"}}"#, true),
        (r#"{"StringLike":{"s3:prefix":"awslogs/*"}}"#, false),
        (r#"{"StringNotLike":{"s3:prefix":"AWSLogs/*"}}"#, false),
        (r#"{"StringNotLike":{"s3:prefix":"other/*"}}"#, true),
        (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#, true),
        (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/*/Trailseal"}}"#, true),
        (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:*:role/audit/Trailseal:*:*"}}"#, false),
        (r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#, false),
        (r#"{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::2*:role/*"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":true}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"False"}}"#, false),
        (r#"{"Null":{"sts:ExternalId":"true"}}"#, true),
        (r#"{"Null":{"sts:ExternalId":false}}"#, false),
        (r#"{"Null":{"s3:prefix":"false"}}"#, true),
        (r#"{"Null":{"aws:TagKeys":"false"}}"#, true),
        (r#"{"NumericEquals":{"s3:max-keys":100}}"#, true),
        (r#"{"NumericNotEquals":{"s3:max-keys":"100"}}"#, false),
        (r#"{"NumericLessThan":{"s3:max-keys":"100"}}"#, false),
        (r#"{"NumericLessThan":{"s3:max-keys":"1000"}}"#, true),
        (r#"{"NumericLessThanEquals":{"s3:max-keys":"100"}}"#, true),
        (r#"{"NumericGreaterThan":{"s3:max-keys":"99"}}"#, true),
        (r#"{"NumericGreaterThanEquals":{"s3:max-keys":"101"}}"#, false),
        // A value that is no number compares with none.
        (r#"{"NumericGreaterThan":{"s3:prefix":"0"}}"#, false),
        (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["team","cost"]}}"#, true),
        (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":"cost"}}"#, false),
        (r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":"team"}}"#, true),
        (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["stage","team","cost"]}}"#, true),
        (r#"{"forallvalues:stringlike":{"aws:TagKeys":["t*","cost"]}}"#, false),
        (r#"{"ForAllValues:StringNotEquals":{"aws:TagKeys":"cost"}}"#, true),
        (r#"{"StringEquals":{"aws:RequestTag/Team":"Audit"}}"#, true),
        (r#"{"StringEquals":{"aws:requesttag/team":"Audit"}}"#, false),
        // All keys and all operators must be met.
        (r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1","s3:prefix":"x"}}"#, false),
        (r#"{"StringEquals":{"s3:prefix":"x"},"Bool":{"aws:SecureTransport":"true"}}"#, false),
        ("{}", true),
    ] {
        assert_eq!(is_met(conditions), expected, "{conditions}");
    }
}

#[test]
fn a_key_that_a_request_does_not_have_is_compared_as_iam_does() {
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringLike", false),
        ("StringNotEquals", true),
        ("StringNotLike", true),
        ("StringEqualsIfExists", true),
        ("StringLikeIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringEqualsIfExists", true),
        ("ForAllValues:StringNotEquals", true),
    ] {
        let conditions = format!(r#"{{"{operator}":{{"sts:ExternalId":"x"}}}}"#);
        assert_eq!(is_met(&conditions), expected, "{operator}");
    }
    assert!(
        !is_met(r#"{"StringEqualsIfExists":{"s3:prefix":"x"}}"#),
        "it is compared if it exists"
    );
    assert!(!is_met(r#"{"Bool":{"kms:ViaService":"true"}}"#));
    assert!(is_met(r#"{"BoolIfExists":{"kms:ViaService":"true"}}"#));
    assert!(is_met(r#"{"ArnNotEqualsIfExists":{"aws:SourceIdentity":"arn:aws:iam::1:x"}}"#));
    assert!(!is_met(r#"{"NumericLessThan":{"sts:ExternalId":1}}"#));
}

#[test]
fn statements_are_about_actions_and_resources() {
    let about = |rest: &str| {
        let text =
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{rest}}}]}}"#);
        decide(&text, "cloudtrail:GetTrailStatus", TRAIL) == Decision::Allowed
    };
    for (rest, expected) in [
        (r#""Action":"*","Resource":"*""#, true),
        (r#""Action":"cloudtrail:*","Resource":"*""#, true),
        (r#""Action":"CloudTrail:gettrail*","Resource":"*""#, true),
        (r#""Action":["kms:*","cloudtrail:GetTrailStatu?"],"Resource":"*""#, true),
        (r#""Action":"cloudtrail:GetTrail","Resource":"*""#, false),
        (r#""Action":"kms:*","Resource":"*""#, false),
        (r#""NotAction":"kms:*","Resource":"*""#, true),
        (r#""NotAction":["kms:*","cloudtrail:Get*"],"Resource":"*""#, false),
        (r#""Action":"*","Resource":"arn:aws:cloudtrail:*:*:trail/*""#, true),
        (r#""Action":"*","Resource":["arn:aws:s3:::*","arn:*:cloudtrail:eu-west-?:*:*"]"#, true),
        (r#""Action":"*","Resource":"arn:aws:cloudtrail:us-east-1:*:*""#, false),
        (r#""Action":"*","NotResource":"arn:aws:s3:::*""#, true),
        (r#""Action":"*","NotResource":["arn:aws:cloudtrail:*:*:*"]"#, false),
    ] {
        assert_eq!(about(rest), expected, "{rest}");
    }
}

#[test]
fn an_action_about_no_resource_needs_all_of_them() {
    for (resource, expected) in
        [("*", Decision::Allowed), ("arn:aws:cloudtrail:*:*:*", Decision::Unmentioned)]
    {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"cloudtrail:*","Resource":"{resource}"}}}}"#
        );
        assert_eq!(decide(&text, "cloudtrail:DescribeTrails", "*"), expected, "{resource}");
    }
}

#[test]
fn a_deny_wins_wherever_it_is() {
    let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let deny = r#"{"Sid":"No","Effect":"Deny","Action":"cloudtrail:Get*","Resource":"*"}"#;
    let elsewhere = r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}"#;
    let decide = |statements: &str| {
        decide(&format!(r#"{{"Statement":{statements}}}"#), "cloudtrail:GetTrail", TRAIL)
    };
    assert_eq!(decide(&format!("[{allow},{deny}]")), Decision::Denied);
    assert_eq!(decide(&format!("[{deny},{allow}]")), Decision::Denied);
    assert_eq!(decide(&format!("[{allow},{elsewhere}]")), Decision::Allowed);
    assert_eq!(decide(elsewhere), Decision::Unmentioned);
    assert_eq!(decide(allow), Decision::Allowed);
}

#[test]
fn what_is_not_understood_is_refused_in_one_line() {
    let statement = |rest: &str| format!(r#"{{"Statement":[{{"Effect":"Allow",{rest}}}]}}"#);
    let plain = |rest: &str| statement(&format!(r#""Action":"*","Resource":"*",{rest}"#));
    let condition = |it: &str| plain(&format!(r#""Condition":{it}"#));
    for (text, expected) in [
        (String::new(), "it is no JSON: EOF while parsing a value at line 1 column 0"),
        ("[]".to_owned(), "it is no JSON object"),
        ("{}".to_owned(), "it has no statement"),
        (r#"{"Statement":[]}"#.to_owned(), "it has no statement"),
        (r#"{"Statement":["x"]}"#.to_owned(), "statement 1: it is no object"),
        (
            r#"{"Version":"2012-10-18","Statement":[]}"#.to_owned(),
            "`Version` is neither `2012-10-17` nor `2008-10-17`",
        ),
        (r#"{"Statements":[]}"#.to_owned(), "`Statements` is no element of a policy"),
        (plain(r#""Principal":"*""#), "statement 1: `Principal` is no element of an identity policy"),
        (plain(r#""Actions":"*""#), "statement 1: `Actions` is no element of an identity policy"),
        (plain(r#""Sid":"a b""#), "statement 1: `Sid` has other characters than letters and digits"),
        (plain(r#""NotAction":"*""#), "statement 1: it has both `Action` and `NotAction`"),
        (plain(r#""NotResource":"*""#), "statement 1: it has both `Resource` and `NotResource`"),
        (statement(r#""Resource":"*""#), "statement 1: `Action` is missing"),
        (statement(r#""Action":"*""#), "statement 1: `Resource` is missing"),
        (statement(r#""Action":[],"Resource":"*""#), "statement 1: `Action` is no list of texts"),
        (statement(r#""Action":[null],"Resource":"*""#), "statement 1: `Action` is no list of texts"),
        (statement(r#""Action":"s3","Resource":"*""#), "statement 1: `s3` is no action"),
        (statement(r#""Action":"*:Get*","Resource":"*""#), "statement 1: `*:Get*` is no action"),
        (statement(r#""Action":"s3=Get","Resource":"*""#), "statement 1: `s3=Get` is no action"),
        (
            statement(r#""Action":"*","Resource":"bucket/*""#),
            "statement 1: `bucket/*` is neither `*` nor an ARN",
        ),
        (
            statement(r#""Action":"*","Resource":"arn:aws:s3:*""#),
            "statement 1: `arn:aws:s3:*` is neither `*` nor an ARN",
        ),
        (
            r#"{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}"#.to_owned(),
            "statement 1: `Effect` is neither `Allow` nor `Deny`",
        ),
        (
            r#"{"Statement":[{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}]}"#.to_owned(),
            "two statements have the `Sid` A",
        ),
        (condition("[]"), "statement 1: `Condition` is no object"),
        (condition(r#"{"Bool":"true"}"#), "statement 1: `Bool` is no object"),
        (
            condition(r#"{"IpAddress":{"aws:RequestedRegion":"10.0.0.0/8"}}"#),
            "statement 1: the operator `IpAddress` is not simulated",
        ),
        (
            condition(r#"{"NullIfExists":{"s3:prefix":"true"}}"#),
            "statement 1: the operator `NullIfExists` is not simulated",
        ),
        (
            condition(r#"{"ForSomeValues:StringEquals":{"s3:prefix":"x"}}"#),
            "statement 1: the operator `ForSomeValues:StringEquals` is not simulated",
        ),
        (
            condition(r#"{"StringEquals":{"aws:PrincipalTag/team":"audit"}}"#),
            "statement 1: the condition key `aws:PrincipalTag/team` is not simulated",
        ),
        (
            condition(r#"{"StringEquals":{"aws:TagKeys":"team"}}"#),
            "statement 1: `aws:TagKeys` has many values: `StringEquals` needs `ForAnyValue:` or `ForAllValues:` in front",
        ),
        (
            condition(r#"{"StringEquals":{"s3:prefix":{}}}"#),
            "statement 1: the values of `s3:prefix` are no list of texts",
        ),
        (
            condition(r#"{"Bool":{"aws:SecureTransport":"yes"}}"#),
            "statement 1: `Bool` cannot compare with `yes`",
        ),
        (
            condition(r#"{"NumericLessThan":{"s3:max-keys":"many"}}"#),
            "statement 1: `NumericLessThan` cannot compare with `many`",
        ),
        (
            condition(r#"{"ArnLike":{"aws:PrincipalArn":"role/Trailseal"}}"#),
            "statement 1: `ArnLike` cannot compare with `role/Trailseal`",
        ),
        (
            condition(r#"{"StringLike":{"s3:prefix":"${aws:username}/*"}}"#),
            "policy variables (`${`) are not simulated",
        ),
    ] {
        let error = Policy::new(&text).expect_err(&text).to_string();
        assert_eq!(error, expected, "{text}");
    }
    let twice = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Effect":"Deny"}}"#;
    let error = Policy::new(twice).unwrap_err().to_string();
    assert!(error.starts_with("it is no JSON: `Effect` is given twice"), "{error}");
}

fn trust(statements: &str, caller: &Caller<'_>) -> Trust {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    let policy = TrustPolicy::new(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    policy.decide(caller, "sts:AssumeRole", &request())
}

#[test]
fn a_trust_policy_names_principals() {
    let user = Caller {
        account: "111111111111",
        arn: "arn:aws:iam::111111111111:user/auditor",
        principal_arn: "arn:aws:iam::111111111111:user/auditor",
    };
    let session = Caller {
        account: "111111111111",
        arn: "arn:aws:sts::111111111111:assumed-role/Trailseal/run",
        principal_arn: "arn:aws:iam::111111111111:role/audit/Trailseal",
    };
    for (principal, of_user, of_session) in [
        (r#""*""#, Trust::Itself, Trust::Itself),
        (r#"{"AWS":"*"}"#, Trust::Itself, Trust::Itself),
        (r#"{"AWS":"111111111111"}"#, Trust::Account, Trust::Account),
        (
            r#"{"AWS":["222222222222","arn:aws:iam::111111111111:root"]}"#,
            Trust::Account,
            Trust::Account,
        ),
        (r#"{"AWS":"arn:aws:iam::222222222222:root"}"#, Trust::Unmentioned, Trust::Unmentioned),
        (r#"{"AWS":"arn:aws:iam::111111111111:user/auditor"}"#, Trust::Itself, Trust::Unmentioned),
        (
            r#"{"AWS":"arn:aws:iam::111111111111:role/audit/Trailseal"}"#,
            Trust::Unmentioned,
            Trust::Itself,
        ),
        (
            r#"{"AWS":"arn:aws:iam::111111111111:role/Trailseal"}"#,
            Trust::Unmentioned,
            Trust::Unmentioned,
        ),
        (
            r#"{"AWS":["111111111111","arn:aws:sts::111111111111:assumed-role/Trailseal/run"]}"#,
            Trust::Account,
            Trust::Itself,
        ),
        (r#"{"Service":"ec2.amazonaws.com"}"#, Trust::Unmentioned, Trust::Unmentioned),
        (r#"{"Federated":"accounts.google.com"}"#, Trust::Unmentioned, Trust::Unmentioned),
    ] {
        let statement =
            format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#);
        assert_eq!(trust(&statement, &user), of_user, "{principal}");
        assert_eq!(trust(&statement, &session), of_session, "{principal}");
    }
    let allow = r#"{"Effect":"Allow","Principal":"*","Action":"sts:*"}"#;
    let deny = r#"{"Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}"#;
    assert_eq!(trust(&format!("[{allow},{deny}]"), &user), Trust::Denied);
    let other = r#"{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"}"#;
    assert_eq!(trust(other, &user), Trust::Unmentioned);
}

#[test]
fn a_trust_policy_that_is_not_understood_is_refused() {
    let statement = |rest: &str| format!(r#"{{"Statement":{{"Effect":"Allow",{rest}}}}}"#);
    let named = |principal: &str| {
        statement(&format!(r#""Action":"sts:AssumeRole","Principal":{principal}"#))
    };
    for (text, expected) in [
        (statement(r#""Action":"sts:AssumeRole""#), "statement 1: `Principal` is missing"),
        (
            statement(r#""Action":"sts:AssumeRole","Principal":"*","Resource":"*""#),
            "statement 1: `Resource` is no element of a trust policy",
        ),
        (
            statement(r#""Action":"sts:AssumeRole","NotPrincipal":"*""#),
            "statement 1: `NotPrincipal` is no element of a trust policy",
        ),
        (named(r#""111111111111""#), "statement 1: `Principal` is neither `*` nor an object"),
        (named("{}"), "statement 1: `Principal` is neither `*` nor an object"),
        (named(r#"{"AWS":[]}"#), "statement 1: the principals of `AWS` are no list of texts"),
        (named(r#"{"Aws":"*"}"#), "statement 1: there are no principals `Aws`"),
        (named(r#"{"AWS":"1111"}"#), "statement 1: `1111` is no principal"),
        (
            named(r#"{"AWS":"arn:aws:iam::111111111111:role/*"}"#),
            "statement 1: `arn:aws:iam::111111111111:role/*` is no principal",
        ),
        (
            named(r#"{"AWS":"arn:aws:iam::*:root"}"#),
            "statement 1: `arn:aws:iam::*:root` is no principal",
        ),
        (
            named(r#"{"AWS":"arn:aws:iam::111111111111:group/auditors"}"#),
            "statement 1: `arn:aws:iam::111111111111:group/auditors` is no principal",
        ),
    ] {
        let error = TrustPolicy::new(&text).expect_err(&text).to_string();
        assert_eq!(error, expected, "{text}");
    }
}
