//! `key-readers-limited`: who may decrypt, and whether that is wrong.

use trailseal_model::{DecryptGrant, Organization};

use super::*;

fn grant(grantee: &str) -> DecryptGrant {
    DecryptGrant {
        id: "0a1b".to_owned(),
        grantee: grantee.to_owned(),
        gives_decrypt: true,
        gives_re_encrypt: false,
        context_equals: None,
        context_includes: None,
    }
}

/// The policy that lets CloudTrail seal, and this principal decrypt under this condition.
fn decrypting(principal: &str, condition: &str) -> String {
    let statement = format!(
        r#"{{"Sid": "Readers", "Effect": "Allow", "Principal": {principal},
            "Action": "kms:Decrypt", "Resource": "*", "Condition": {condition}}}"#
    );
    let (before, after) = POLICY.split_once("\"Statement\": ").unwrap();
    let seal = after.trim_end().strip_suffix('}').unwrap();
    format!("{before}\"Statement\": [{seal}, {statement}]}}")
}

fn under_policy(text: &str) -> Facts {
    Facts::sealed().policy_is(Some(policy(text)))
}

#[track_caller]
fn check_facts(facts: Facts, expected: &str) -> Finding {
    check(facts, &format!("key-readers-limited {expected}"))
}

#[track_caller]
fn check_policy(principal: &str, condition: &str, expected: &str) -> Finding {
    check_facts(under_policy(&decrypting(principal, condition)), expected)
}

const EVERYBODY: &str = r#"{"AWS": "*"}"#;

#[test]
fn nobody_and_named_readers_pass() {
    let finding = check_facts(Facts::sealed(), "pass readers_limited");
    assert_eq!(finding.observed(), "no reader");
    // GetKeyPolicy and ListGrants.
    assert_eq!(finding.evidence().len(), 2);
    let role = r#"{"AWS": "arn:aws:iam::000000000002:role/LogReader"}"#;
    let finding = check_policy(role, "{}", "pass readers_limited");
    let by = "arn:aws:iam::000000000002:role/LogReader by statement 2 (`Readers`)";
    assert_eq!(finding.observed(), by);
    let condition = r#"{"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}"#;
    let finding = check_policy(role, condition, "pass readers_limited");
    let under = "Null kms:EncryptionContext:aws:cloudtrail:arn";
    assert_eq!(finding.observed(), format!("{by} under {under}"));
}

#[test]
fn the_ordinary_root_statement_is_reported_and_does_not_fail() {
    let root = r#"{"AWS": "arn:aws:iam::000000000001:root"}"#;
    let finding = check_policy(root, "{}", "pass readers_limited");
    assert_eq!(
        finding.observed(),
        "the identities that account 000000000001 chooses by statement 2 (`Readers`)"
    );
    check_policy(r#"{"AWS": "000000000002"}"#, "{}", "pass readers_limited");
}

#[test]
fn everybody_fails() {
    for principal in [EVERYBODY, r#""*""#] {
        let finding = check_policy(principal, "{}", "fail everybody_reads");
        assert_eq!(finding.observed(), "everybody by statement 2 (`Readers`)");
        assert_eq!(finding.evidence().len(), 1);
    }
    let context = r#"{"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}}"#;
    check_policy(EVERYBODY, context, "fail everybody_reads");
}

#[test]
fn everybody_of_one_account_fails() {
    let console = r#"{
        "StringEquals": {"kms:CallerAccount": "000000000001"},
        "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:000000000001:trail/*"}
    }"#;
    let finding = check_policy(EVERYBODY, console, "fail whole_account_reads");
    assert!(finding.observed().starts_with("every identity of account 000000000001 by"));
    let roles = r#"{"StringEquals": {"kms:CallerAccount": "000000000001"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/LogReader"}}"#;
    let finding = check_policy(EVERYBODY, roles, "pass readers_limited");
    assert!(finding.observed().starts_with("some identities of account 000000000001 by"));
}

#[test]
fn everybody_of_the_organization_fails() {
    let of_organization = |it: Facts| {
        it.with(|it| {
            it.organization =
                Some(Organization { id: "o-a".to_owned(), management_account: account(1) });
        })
    };
    let condition = r#"{"StringEquals": {"aws:PrincipalOrgID": "o-a"}}"#;
    let facts = || under_policy(&decrypting(EVERYBODY, condition));
    check_facts(of_organization(facts()), "fail whole_account_reads");
    // Whose organization that is, is not known.
    check_facts(facts(), "not_proven readers_unknown");
    let partner = decrypting(EVERYBODY, r#"{"StringEquals": {"aws:PrincipalOrgID": "o-b"}}"#);
    check_facts(of_organization(under_policy(&partner)), "fail outsider_reads");
}

#[test]
fn an_outsider_fails_unless_trusted() {
    for principal in [
        r#"{"AWS": "000000000077"}"#,
        r#"{"AWS": "arn:aws:iam::000000000077:root"}"#,
        r#"{"AWS": "arn:aws:iam::000000000077:role/Partner"}"#,
    ] {
        let facts = || under_policy(&decrypting(principal, "{}"));
        let finding = check_facts(facts(), "fail outsider_reads");
        let trusting = facts().with(|it| it.trusted_readers.extend([account(77)]));
        check_facts(trusting, "pass readers_limited");
        let says = "An account outside the organization can decrypt";
        assert!(finding.message().starts_with(says), "{}", finding.message());
        // To be trusted with keys is another matter.
        let trusting = facts().with(|it| it.trusted_key_accounts.extend([account(77)]));
        check_facts(trusting, "fail outsider_reads");
    }
    let caller = r#"{"StringEquals": {"kms:CallerAccount": "000000000077"}}"#;
    let facts = || under_policy(&decrypting(EVERYBODY, caller));
    check_facts(facts(), "fail outsider_reads");
    let trusting = facts().with(|it| it.trusted_readers.extend([account(77)]));
    check_facts(trusting, "fail whole_account_reads");
}

#[test]
fn to_trust_an_account_does_not_open_it_to_everybody() {
    for (trusted, id) in [(1, "000000000001"), (77, "000000000077")] {
        let caller = format!(r#"{{"StringEquals": {{"kms:CallerAccount": "{id}"}}}}"#);
        let facts = under_policy(&decrypting(EVERYBODY, &caller));
        let trusting = facts.with(|it| it.trusted_readers.extend([account(trusted)]));
        check_facts(trusting, "fail whole_account_reads");
    }
}

#[test]
fn an_outsider_may_be_a_member_that_was_not_listed() {
    let facts = under_policy(&decrypting(r#"{"AWS": "000000000077"}"#, "{}"));
    let facts = facts.with(|it| it.population = Observed::Unread(gap(1)));
    let finding = check_facts(facts, "not_proven unread");
    assert_eq!(finding.gaps(), [gap(1)]);
}

#[test]
fn the_widest_reader_gives_the_reason() {
    let both = r#"{"AWS": ["000000000077", "*"]}"#;
    let finding = check_policy(both, "{}", "fail everybody_reads");
    assert_eq!(finding.observed(), "everybody by statement 2 (`Readers`)");
}

#[test]
fn what_is_not_understood_is_not_proven_in_whatever_order_it_stands() {
    let own = r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#;
    let text = decrypting(EVERYBODY, own);
    let denial = |condition: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
                "Condition": {condition}}}"#
        )
    };
    let by_tag = denial(r#"{"StringEquals": {"aws:PrincipalTag/Role": "guest"}}"#);
    let unheard = denial(r#"{"Perhaps": {"a": "b"}}"#);
    let with = |more: &[&String]| {
        let more = more.iter().fold(String::new(), |all, it| all + ", " + it);
        under_policy(&text.replace("}]}", &format!("}}{more}]}}")))
    };
    check_facts(with(&[&by_tag]), "fail whole_account_reads");
    check_facts(with(&[&by_tag, &unheard]), "not_proven readers_unknown");
    check_facts(with(&[&unheard, &by_tag]), "not_proven readers_unknown");
}

#[test]
fn what_is_not_known_is_not_proven() {
    let vpc = r#"{"StringEquals": {"aws:SourceVpce": "vpce-1"}}"#;
    let finding = check_policy(EVERYBODY, vpc, "not_proven readers_unknown");
    assert!(finding.observed().ends_with("the value of `aws:SourceVpce` is not known"));
    check_policy(r#"{"Federated": "accounts.google.com"}"#, "{}", "not_proven readers_unknown");
    // Of one's own people a condition only lets fewer read.
    let mfa = r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#;
    check_policy(r#"{"AWS": "000000000001"}"#, mfa, "pass readers_limited");
    check_policy(r#"{"AWS": "000000000077"}"#, mfa, "not_proven readers_unknown");
    check_policy(r#"{"AWS": "000000000001"}"#, "[]", "not_proven readers_unknown");
    check_facts(under_policy("{"), "not_proven policy_malformed");
}

#[test]
fn services_and_deleted_identities_are_reported() {
    let principal = r#"{"Service": "cloudtrail.amazonaws.com", "AWS": "AROAEXAMPLE1234567890"}"#;
    let finding = check_policy(principal, "{}", "pass readers_limited");
    assert!(finding.observed().contains("the service cloudtrail.amazonaws.com by statement 2"));
    assert!(finding.observed().contains("the deleted AROAEXAMPLE1234567890 by statement 2"));
}

#[test]
fn grants_count() {
    let granting =
        |grants: &[DecryptGrant]| Facts::sealed().grants_are(Some(known(Arc::from(grants))));
    let own = "arn:aws:iam::000000000001:role/LogReader";
    let finding = check_facts(granting(&[grant(own)]), "pass readers_limited");
    assert_eq!(finding.observed(), format!("{own} by grant 0a1b"));
    let re_encrypting = DecryptGrant { gives_decrypt: false, gives_re_encrypt: true, ..grant(own) };
    let finding = check_facts(granting(&[re_encrypting]), "pass readers_limited");
    assert_eq!(finding.observed(), format!("{own} by grant 0a1b of kms:ReEncryptFrom"));
    check_facts(granting(&[grant("s3.eu-west-1.amazonaws.com")]), "pass readers_limited");
    check_facts(granting(&[grant("somebody")]), "not_proven readers_unknown");
    let outsider = grant("arn:aws:iam::000000000077:user/partner");
    let finding = check_facts(granting(std::slice::from_ref(&outsider)), "fail outsider_reads");
    assert_eq!(finding.evidence().len(), 2);
    let of_other = Some([("aws:cloudtrail:arn".to_owned(), "other".to_owned())].into());
    let elsewhere = DecryptGrant { context_includes: of_other, ..outsider.clone() };
    let finding = check_facts(granting(&[elsewhere]), "pass readers_limited");
    assert_eq!(finding.observed(), "no reader");
    // What the policy denies, no grant gives.
    let denial = POLICY.replace(
        "\"Statement\": {",
        r#""Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt",
            "Resource": "*", "Condition": {"StringNotEquals": {"kms:CallerAccount": "000000000001"}}}, {"#,
    );
    let (denial, _) = denial.rsplit_once('}').unwrap();
    let denied = granting(&[outsider]).policy_is(Some(policy(&format!("{denial}]}}"))));
    let finding = check_facts(denied, "pass readers_limited");
    assert_eq!(finding.observed(), "no reader");
}

#[test]
fn without_the_grants_nothing_passes_and_what_fails_still_does() {
    let unread = |it: Facts| it.grants_are(Some(Observed::Unread(gap(3))));
    let finding = check_facts(unread(Facts::sealed()), "not_proven unread");
    assert_eq!(finding.gaps(), [gap(3)]);
    check_facts(Facts::sealed().grants_are(None), "not_proven unread");
    let everybody = under_policy(&decrypting(EVERYBODY, "{}"));
    check_facts(unread(everybody), "fail everybody_reads");
}

#[test]
fn an_unread_policy_and_a_stranger_s_are_not_proven() {
    let unread = Facts::sealed().policy_is(Some(Observed::Unread(gap(3))));
    let finding = check_facts(unread, "not_proven unread");
    assert_eq!(finding.gaps(), [gap(3)]);
    let stranger = Facts::sealed().names_key(Some(FOREIGN_KEY)).policy_is(None).key(|_| ());
    check_facts(stranger, "not_proven outside_organization");
}

/// Under a list of accounts that the user declared, in the organization `o-ours`.
fn declared(text: &str) -> Facts {
    under_policy(text).with(|it| {
        it.population_source = PopulationSource::AccountsFile;
        let id = "o-ours".to_owned();
        it.organization = Some(Organization { id, management_account: account(1) });
    })
}

#[test]
fn an_account_that_the_file_does_not_name_may_be_a_member() {
    let member = r#"{"StringEquals": {
        "aws:PrincipalOrgID": "o-ours", "aws:PrincipalAccount": "000000000077"
    }}"#;
    let text = decrypting(EVERYBODY, member);
    let finding = check_facts(declared(&text), "not_proven readers_unknown");
    let words = "every identity of account 000000000077";
    assert!(finding.observed().starts_with(words), "{}", finding.observed());
    assert!(finding.message().ends_with("cannot be determined from the key policy and grants."));
    // Nor is it an outsider for certain.
    let role = r#"{"AWS": "arn:aws:iam::000000000077:role/Reader"}"#;
    check_facts(declared(&decrypting(role, "{}")), "not_proven readers_unknown");
    check_facts(under_policy(&decrypting(role, "{}")), "fail outsider_reads");
    // Every identity of an account is too many, whoever's account that is.
    let caller = r#"{"StringEquals": {"kms:CallerAccount": "000000000077"}}"#;
    let finding = check_facts(declared(&decrypting(EVERYBODY, caller)), "fail whole_account_reads");
    assert!(finding.observed().starts_with(words), "{}", finding.observed());
    // Those that the file names are members.
    let listed = r#"{"AWS": "arn:aws:iam::000000000002:role/Reader"}"#;
    check_facts(declared(&decrypting(listed, "{}")), "pass readers_limited");
    // A denial of strangers does not clear a grant to it.
    let denial = r#"[{"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-ours"}}}, "#;
    let (before, seal) = POLICY.split_once("\"Statement\": ").unwrap();
    let seal = seal.trim_end().strip_suffix('}').unwrap();
    let text = format!("{before}\"Statement\": {denial}{seal}]}}");
    let grants = [grant("arn:aws:iam::000000000077:role/Reader")];
    let granting = |it: Facts| it.grants_are(Some(known(Arc::from(grants.as_slice()))));
    check_facts(granting(declared(&text)), "not_proven readers_unknown");
    let listed = declared(&text).with(|it| it.population_source = PopulationSource::Organizations);
    check_facts(granting(listed), "pass readers_limited");
}

#[test]
fn who_reads_older_logs_does_not_depend_on_the_bucket_key_of_the_newest() {
    let arn = "kms:EncryptionContext:aws:s3:arn";
    let newest = |condition: &str, bucket_key| {
        let newest = under_policy(&decrypting(EVERYBODY, condition)).trail(|it| {
            it.description.bucket = Some("logs".to_owned());
            it.sample.newest.as_mut().unwrap().bucket_key = bucket_key;
        });
        check_facts(newest, "fail everybody_reads");
    };
    for bucket_key in [Some(true), Some(false), None] {
        newest(&format!(r#"{{"StringLike": {{"{arn}": "arn:aws:s3:::logs/*"}}}}"#), bucket_key);
        newest(&format!(r#"{{"StringEquals": {{"{arn}": "arn:aws:s3:::logs"}}}}"#), bucket_key);
    }
}

#[test]
fn time_is_that_of_the_policy_s_answer() {
    let until = r#"{"DateLessThan": {"aws:CurrentTime": "UNTIL"}}"#;
    let at = |hours| now() + SignedDuration::from_hours(hours);
    let read_at = |until_hours, read_hours| {
        let until = until.replace("UNTIL", &at(until_hours).to_string());
        let mut answer = policy(&decrypting(EVERYBODY, &until));
        if let Observed::Known(answer) = &mut answer {
            answer.evidence.at = at(read_hours);
        }
        Facts::sealed().policy_is(Some(answer))
    };
    check_facts(read_at(12, 23), "pass readers_limited");
    check_facts(read_at(24, 23), "fail everybody_reads");
}

/// The policy that lets CloudTrail seal, its root statement, and these statements.
fn with_statements(statements: &[&str]) -> Facts {
    let root = r#"{"Effect": "Allow", "Principal": {"AWS": "000000000001"}, "Action": "kms:*",
        "Resource": "*"}"#;
    let (before, seal) = POLICY.split_once("\"Statement\": ").unwrap();
    let seal = seal.trim_end().strip_suffix('}').unwrap();
    let statements = statements.join(", ");
    under_policy(&format!("{before}\"Statement\": [{seal}, {root}, {statements}]}}"))
}

#[test]
fn whom_a_denial_leaves_out_is_judged() {
    let everybody =
        r#"{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}"#;
    let but = |principal: &str| {
        let denial = format!(
            r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": "{principal}"}},
                "Action": "kms:Decrypt", "Resource": "*"}}"#
        );
        with_statements(&[everybody, &denial])
    };
    let finding = check_facts(but("arn:aws:iam::000000000077:role/A"), "fail outsider_reads");
    let words = "arn:aws:iam::000000000077:role/A by statement 3";
    assert!(finding.observed().starts_with(words), "{}", finding.observed());
    check_facts(but("arn:aws:iam::000000000002:role/A"), "pass readers_limited");
    for root in ["arn:aws:iam::000000000077:root", "arn:aws:iam::000000000002:root"] {
        check_facts(but(root), "not_proven readers_unknown");
    }
    check_facts(but("AROAEXAMPLE1234567890"), "pass readers_limited");
}

#[test]
fn a_grant_to_whom_a_caller_chooses_is_judged() {
    let granting = |principal: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}},
                "Action": "kms:CreateGrant", "Resource": "*"}}"#
        )
    };
    let denying = |actions: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": {actions}, "Resource": "*",
                "Condition": {condition}}}"#
        )
    };
    let both = r#"["kms:Decrypt", "kms:ReEncryptFrom"]"#;
    let caller = r#"{"StringEquals": {"kms:CallerAccount": "000000000077"}}"#;
    let partner = granting("arn:aws:iam::000000000077:root");
    let facts = with_statements(&[&partner, &denying(both, caller)]);
    check_facts(facts, "fail outsider_reads");
    check_facts(with_statements(&[&partner, &denying(both, "{}")]), "pass readers_limited");
    let everybody = granting("*");
    let facts = with_statements(&[&everybody, &denying(r#""kms:Decrypt""#, "{}")]);
    check_facts(facts, "fail everybody_reads");
    check_facts(with_statements(&[&everybody, &denying(both, "{}")]), "pass readers_limited");
}

#[test]
fn a_grant_to_cloudtrail_that_had_ended_when_the_policy_was_read_is_none() {
    let at = |hours| now() + SignedDuration::from_hours(hours);
    let read_at = |read_hours| {
        let condition = format!(r#""DateLessThan": {{"aws:CurrentTime": "{}"}}"#, at(12));
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Principal": {{"Service": "cloudtrail.amazonaws.com"}},
                "Action": "kms:GenerateDataKey*", "Resource": "*", "Condition": {{{condition}}}}}}}"#
        );
        let mut answer = policy(&text);
        if let Observed::Known(answer) = &mut answer {
            answer.evidence.at = at(read_hours);
        }
        Facts::sealed().policy_is(Some(answer)).trail(|it| it.sample.newest = None)
    };
    check(read_at(11), "key-policy-allows-cloudtrail pass policy_allows");
    check(read_at(23), "key-policy-allows-cloudtrail fail not_granted");
}
