//! The statements that fixes propose, always for review.
//!
//! Sources: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail", "Amazon S3 bucket
//! policy for CloudTrail" and "Encrypting CloudTrail log files, digest files, and event data stores
//! with AWS KMS keys"; KMS developer guide, "AWS KMS condition keys": DescribeKey has no encryption
//! context, so it is in a statement of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailseal_model::{Arn, FixStep, TrailDescription};

use super::json::shown;

/// A statement to review, for this policy.
pub(super) fn step(into: impl Into<String>, statement: &Value) -> FixStep {
    FixStep::Statement { into: into.into(), json: shown(statement) }
}

/// One text by itself, several as a list: as people write policies.
fn one_or_list(texts: &[String]) -> Value {
    match texts {
        [one] => json!(one),
        several => json!(several),
    }
}

/// The ARNs of trails, for `aws:SourceArn`.
pub(super) fn source_arns(trails: &[&TrailDescription]) -> Value {
    let arns: Vec<String> = trails.iter().map(|trail| trail.arn.to_string()).collect();
    one_or_list(&arns)
}

/// Lets CloudTrail encrypt the logs of these trails.
pub(super) fn seals(trails: &[&TrailDescription]) -> Value {
    let patterns: BTreeSet<String> = trails
        .iter()
        .map(|trail| format!("arn:{}:cloudtrail:*:{}:trail/*", trail.arn.partition(), trail.owner))
        .collect();
    let patterns: Vec<String> = patterns.into_iter().collect();
    json!({
        "Sid": "CloudTrailSealsLogs",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "kms:GenerateDataKey*",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceArn": source_arns(trails)},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": one_or_list(&patterns)},
        },
    })
}

/// Lets CloudTrail describe the key of these trails: without an encryption context, which that request
/// never has.
pub(super) fn describes(trails: &[&TrailDescription]) -> Value {
    json!({
        "Sid": "CloudTrailLooksAtTheKey",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "kms:DescribeKey",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceArn": source_arns(trails)}},
    })
}

/// Lets named roles of the key's account decrypt logs, and nothing else. The role's name is the
/// reader's to fill in: KMS refuses a policy with a role that does not exist.
pub(super) fn readers(key: &Arn) -> Value {
    let account = key.account().map(|it| it.to_string()).unwrap_or_default();
    let role = format!("arn:{}:iam::{account}:role/ROLE-THAT-READS-LOGS", key.partition());
    json!({
        "Sid": "ReadersDecryptLogs",
        "Effect": "Allow",
        "Principal": {"AWS": [role]},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"Null": {"kms:EncryptionContext:aws:cloudtrail:arn": "false"}},
    })
}

/// The two statements of a bucket's policy by which CloudTrail delivers the logs of a trail, of its
/// organization's members too where it has the organization's id.
pub(super) fn delivers(trail: &TrailDescription, organization: Option<&str>) -> [Value; 2] {
    let bucket = trail.bucket.as_deref().unwrap_or_default();
    let bucket = format!("arn:{}:s3:::{bucket}", trail.arn.partition());
    let prefix = trail.prefix.as_deref().map(|it| format!("{it}/")).unwrap_or_default();
    let folders = [Some(trail.owner.to_string()), organization.map(str::to_owned)];
    let folders = folders.into_iter().flatten();
    let folders: Vec<String> =
        folders.map(|folder| format!("{bucket}/{prefix}AWSLogs/{folder}/*")).collect();
    let arn = trail.arn.as_str();
    let (effect, principal) = ("Allow", json!({"Service": "cloudtrail.amazonaws.com"}));
    [
        json!({
            "Sid": "CloudTrailLooksAtTheBucket",
            "Effect": effect,
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": {"StringEquals": {"aws:SourceArn": arn}},
        }),
        json!({
            "Sid": "CloudTrailDeliversLogs",
            "Effect": effect,
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": one_or_list(&folders),
            "Condition": {"StringEquals": {
                "aws:SourceArn": arn,
                "s3:x-amz-acl": "bucket-owner-full-control",
            }},
        }),
    ]
}

/// The two statements of the policy of an event data store's key. AWS supports neither
/// `aws:SourceArn` nor `aws:SourceAccount` there.
pub(super) fn seals_store() -> [Value; 2] {
    let principal = json!({"Service": "cloudtrail.amazonaws.com"});
    [
        json!({
            "Sid": "CloudTrailSealsTheStore",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
            "Resource": "*",
        }),
        json!({
            "Sid": "CloudTrailLooksAtTheKey",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:DescribeKey",
            "Resource": "*",
        }),
    ]
}

/// Lets the audit role call these actions on one resource.
pub(super) fn grants(actions: &BTreeSet<&str>, resource: &str) -> Value {
    let actions: Vec<String> = actions.iter().map(|it| (*it).to_owned()).collect();
    json!({
        "Sid": "TrailsealReads",
        "Effect": "Allow",
        "Action": one_or_list(&actions),
        "Resource": resource,
    })
}
