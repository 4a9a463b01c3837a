use std::collections::BTreeSet;

use serde_json::Value;
use trailseal_model::{ControlId, Operation, Purpose};

use super::*;

fn request(recipient: Recipient) -> IamRequest {
    let caller = Caller::parse("arn:aws:iam::111122223333:role/TrailsealCaller").unwrap();
    IamRequest::new(recipient, caller, RoleName("TrailsealAudit".to_owned()))
}

fn full(recipient: Recipient) -> IamRequest {
    IamRequest {
        external_id: Some(ExternalId("canary".to_owned())),
        organization: Some("o-a1b2c3d4e5".to_owned()),
        buckets: vec![LogBucket::parse("org-logs/o-a1b2c3d4e5").unwrap()],
        ..request(recipient)
    }
}

fn printed(request: &IamRequest) -> Value {
    serde_json::from_str(&document(request, Format::Json).unwrap()).unwrap()
}

fn statements(policy: &Value) -> Vec<Value> {
    policy["Statement"].as_array().unwrap().clone()
}

/// The statement with this Sid.
fn statement(request: &IamRequest, sid: &str) -> Option<Value> {
    statements(&printed(request)["Policy"]).into_iter().find(|it| it["Sid"] == sid)
}

fn allowed(request: &IamRequest) -> Vec<String> {
    let statements = statements(&printed(request)["Policy"]);
    let allows = statements.iter().filter(|it| it["Effect"] == "Allow");
    let actions = allows.flat_map(|it| it["Action"].as_array().unwrap());
    actions.map(|it| it.as_str().unwrap().to_owned()).collect()
}

const RECIPIENTS: [Recipient; 4] =
    [Recipient::Caller, Recipient::Member, Recipient::Management, Recipient::LogArchive];

fn audit_actions(wanted: impl Fn(Operation) -> bool) -> BTreeSet<String> {
    let audit = Operation::ALL.iter().filter(|it| it.purpose() == Purpose::Audit && wanted(**it));
    audit.filter_map(|it| it.iam_action()).map(str::to_owned).collect()
}

#[test]
fn the_caller_may_do_what_auditing_needs_and_no_more() {
    let everything = IamRequest {
        has_accounts_file: true,
        reads_account_tags: true,
        ..request(Recipient::Caller)
    };
    let allowed: BTreeSet<String> = allowed(&everything).into_iter().collect();
    assert_eq!(allowed, audit_actions(|_| true));
    let plain: BTreeSet<String> = self::allowed(&request(Recipient::Caller)).into_iter().collect();
    let missing: Vec<&String> = allowed.difference(&plain).collect();
    assert_eq!(
        missing,
        ["organizations:DescribeOrganization", "organizations:ListTagsForResource"],
        "of an accounts file, and of account tags"
    );
}

#[test]
fn roles_read_their_account_and_neither_list_the_organization_nor_assume_roles() {
    let expected = audit_actions(|it| !matches!(it.service(), "organizations" | "sts"));
    for recipient in &RECIPIENTS[1..] {
        let allowed: BTreeSet<String> = allowed(&request(*recipient)).into_iter().collect();
        assert_eq!(allowed, expected, "{recipient:?}");
        assert_eq!(
            allowed,
            actions_of(&request(*recipient)).iter().map(ToString::to_string).collect()
        );
    }
}

#[test]
fn no_statement_repeats_another_and_every_policy_denies_decrypting() {
    for recipient in RECIPIENTS {
        for request in [request(recipient), full(recipient)] {
            let statements = statements(&printed(&request)["Policy"]);
            let sids: BTreeSet<&str> =
                statements.iter().map(|it| it["Sid"].as_str().unwrap()).collect();
            assert_eq!(sids.len(), statements.len());
            assert!(
                sids.iter().all(|sid| sid.chars().all(|letter| letter.is_ascii_alphanumeric()))
            );
            let deny = statements.last().unwrap();
            assert_eq!(
                (&deny["Effect"], &deny["Action"][0]),
                (&"Deny".into(), &"kms:Decrypt".into())
            );
        }
    }
}

#[test]
fn what_only_skipped_controls_need_is_not_allowed() {
    let without = |controls: &[ControlId]| {
        let skipped_controls = controls.iter().copied().collect();
        let request = IamRequest { skipped_controls, ..request(Recipient::Member) };
        let before = allowed(&self::request(Recipient::Member));
        let after: BTreeSet<String> = allowed(&request).into_iter().collect();
        before.into_iter().filter(|it| !after.contains(it)).collect::<Vec<_>>()
    };
    assert_eq!(without(&[]), [""; 0]);
    assert_eq!(without(&[ControlId::KeyReadersLimited]), ["kms:ListGrants"]);
    assert_eq!(without(&[ControlId::KeyUsable]), [""; 0]);
    let skipped = IamRequest {
        skipped_controls: [ControlId::DigestObjectsSealed].into(),
        ..full(Recipient::LogArchive)
    };
    for request in [&skipped, &full(Recipient::LogArchive)] {
        let text = printed(request).to_string();
        assert_eq!(text.contains("CloudTrail-Digest"), request.skipped_controls.is_empty());
        assert!(text.contains("/CloudTrail/"));
    }
    // Without objects a bucket is still asked about.
    let objects =
        [ControlId::LogObjectsSealed, ControlId::DigestObjectsSealed, ControlId::HistorySealed];
    let request = IamRequest { skipped_controls: objects.into(), ..full(Recipient::LogArchive) };
    assert!(statement(&request, "SeeWhetherBucketsAndObjectsExist").is_some());
    for sid in ["ListLogObjects", "ReadHeadersOfLogObjects"] {
        assert_eq!(statement(&request, sid), None);
    }
}

#[test]
fn reads_of_s3_are_bound_to_the_folders_of_logs() {
    let request = IamRequest {
        buckets: ["b-logs/", "a-logs/", "c-logs/x"].map(|it| LogBucket::parse(it).unwrap()).into(),
        ..request(Recipient::LogArchive)
    };
    let listed = statement(&request, "ListLogObjects").unwrap();
    assert_eq!(
        listed["Resource"],
        serde_json::json!(["arn:aws:s3:::a-logs", "arn:aws:s3:::b-logs"])
    );
    let prefixes = serde_json::json!([
        "AWSLogs/*/CloudTrail-Digest/*",
        "AWSLogs/*/CloudTrail/*",
        "AWSLogs/o-*/",
    ]);
    assert_eq!(listed["Condition"]["StringLike"]["s3:prefix"], prefixes);
    let other = statement(&request, "ListLogObjects2").unwrap();
    assert_eq!(other["Resource"], serde_json::json!(["arn:aws:s3:::c-logs"]));
    let heads = statement(&request, "ReadHeadersOfLogObjects").unwrap();
    assert_eq!(heads["Resource"][1], "arn:aws:s3:::a-logs/AWSLogs/*/CloudTrail/*");
    assert_eq!(heads["Resource"].as_array().unwrap().len(), 6);
    let exist = statement(&request, "SeeWhetherBucketsAndObjectsExist").unwrap();
    assert_eq!(exist["Condition"], serde_json::json!({ "Null": { "s3:prefix": "true" } }));

    let any = self::request(Recipient::Member);
    assert_eq!(statement(&any, "SeeWhetherBucketsAndObjectsExist"), None);
    let heads = statement(&any, "ReadHeadersOfLogObjects").unwrap();
    assert_eq!(heads["Resource"][1], "arn:aws:s3:::*/AWSLogs/*/CloudTrail/*");
}

#[test]
fn every_arn_is_of_the_caller_s_partition() {
    for partition in ["aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
        for recipient in RECIPIENTS {
            let caller =
                Caller::parse(&format!("arn:{partition}:iam::111122223333:user/scan")).unwrap();
            let request = IamRequest { caller, ..full(recipient) };
            for format in [Format::Json, Format::Cloudformation, Format::Terraform] {
                let text = document(&request, format).unwrap();
                let arns = text.matches("\"arn:").count();
                assert!(arns > 3);
                assert_eq!(arns, text.matches(&format!("\"arn:{partition}:")).count(), "{text}");
            }
        }
    }
}

#[test]
fn the_trust_names_the_caller_its_organization_and_the_external_id() {
    let trust = &printed(&full(Recipient::Member))["TrustPolicy"];
    let expected = serde_json::json!([{
        "Sid": "LetTheCallerIn",
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111122223333:root" },
        "Action": ["sts:AssumeRole"],
        "Condition": {
            "ArnEquals": { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/TrailsealCaller" },
            "StringEquals": {
                "aws:PrincipalOrgID": "o-a1b2c3d4e5",
                "sts:ExternalId": "canary",
            },
        },
    }]);
    assert_eq!(trust["Statement"], expected);
    let plain = printed(&request(Recipient::Member));
    let conditions = plain["TrustPolicy"]["Statement"][0]["Condition"].as_object().unwrap();
    assert_eq!(conditions.len(), 1);
    assert_eq!(printed(&full(Recipient::Caller)).get("TrustPolicy"), None);
}

#[test]
fn marked_sessions_take_actions_of_their_own_on_both_sides() {
    let marked = |recipient| IamRequest {
        tags_sessions: true,
        sets_source_identity: true,
        fallbacks: vec![RoleName("AWSControlTowerExecution".to_owned())],
        ..full(recipient)
    };
    let trust = statements(&printed(&marked(Recipient::Member))["TrustPolicy"]);
    assert_eq!(trust[1]["Action"], serde_json::json!(["sts:SetSourceIdentity", "sts:TagSession"]));
    assert_eq!(trust[1]["Condition"]["StringEquals"].get("sts:ExternalId"), None);
    let opens = statement(&marked(Recipient::Caller), "OpenOtherAccounts").unwrap();
    let actions = serde_json::json!(["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]);
    assert_eq!(opens["Action"], actions);
    let roles = serde_json::json!([
        "arn:aws:iam::*:role/AWSControlTowerExecution",
        "arn:aws:iam::*:role/TrailsealAudit",
    ]);
    assert_eq!(opens["Resource"], roles);
}

#[test]
fn only_the_json_document_shows_the_external_id() {
    for recipient in RECIPIENTS {
        let request = full(recipient);
        assert!(!format!("{request:?}").contains("canary"));
        for (format, expected) in [
            (Format::Json, recipient != Recipient::Caller),
            (Format::Cloudformation, false),
            (Format::Terraform, false),
        ] {
            let text = document(&request, format).unwrap();
            assert_eq!(text.contains("canary"), expected, "{recipient:?} {format:?}");
        }
    }
}

#[test]
fn templates_are_as_kept() {
    let path = RoleName("audit/TrailsealAudit".to_owned());
    let role = IamRequest { role: path, ..full(Recipient::LogArchive) };
    let caller = request(Recipient::Caller);
    for (request, format, expected) in [
        (&role, Format::Cloudformation, include_str!("tests/log-archive.yaml")),
        (&role, Format::Terraform, include_str!("tests/log-archive.tf")),
        (&caller, Format::Cloudformation, include_str!("tests/caller.yaml")),
        (&caller, Format::Terraform, include_str!("tests/caller.tf")),
    ] {
        assert_eq!(document(request, format).unwrap(), expected);
    }
}

#[test]
fn a_policy_that_iam_would_refuse_is_refused_here() {
    let buckets = (0..200).map(|it| LogBucket::parse(&format!("bucket-{it:03}/x{it}")).unwrap());
    let request = IamRequest { buckets: buckets.collect(), ..request(Recipient::LogArchive) };
    let error = document(&request, Format::Json).unwrap_err();
    assert!(error.to_string().contains("IAM takes 10240"), "{error}");
}
