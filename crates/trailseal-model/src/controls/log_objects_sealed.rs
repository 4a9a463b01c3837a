//! `log-objects-sealed`: whether the delivered logs are encrypted with the trail's key.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::LogObjectsSealed,
    title: "The delivered log objects are encrypted with the trail's key",
    fails_when: "a sampled log object is not encrypted with the trail's key",
    alert_title: "Log objects not encrypted with the trail's key",
    description: "HeadObject of sampled log objects must show encryption with the trail's key. A key on the trail is a setting; the objects show what CloudTrail delivered. A pass also needs a sample large enough for the tolerable rate of deviations.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Objects),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::NoKmsKey],
            "create a customer managed key in the bucket's Region, allow CloudTrail to use it in the key policy, then set the key's ARN on the trail",
        ),
        (
            &[R::Unencrypted, R::SseS3, R::PreviousKey, R::WrongKey],
            "find out what wrote these objects: look for PutObject, CopyObject and UpdateTrail events at their times; if the trail's key was changed recently, scan again when new logs have arrived",
        ),
        (
            &[R::SseC],
            "find the writer that encrypts these objects with keys of its own, and stop it",
        ),
        (
            &[R::AwsManagedKey],
            "if the trail's own key is managed by AWS, replace it with a customer managed key; otherwise find out what writes or copies these objects",
        ),
        (
            &[R::ForeignKey],
            "find out what wrote these objects, and stop it: the account that owns their key can take it away",
        ),
    ],
    doubts: &[
        (
            &[R::SampleTooSmall],
            "draw a larger sample (--sample-size), or from a shorter time (--window), until the upper bound is within --tolerable-rate",
        ),
        (
            &[R::PopulationDeclared],
            "scan where Organizations lists the accounts (the management account or a delegated administrator), instead of with --accounts-file",
        ),
        (
            &[R::NoObjects],
            "wait until the trail has delivered logs to the prefix that the message names, or sample a longer time (--window)",
        ),
        (
            &[R::UnreadableObjects],
            "remove the cause that the message names: if a call was denied, allow the audit role s3:GetObject on the logs in the bucket's account; if a header names no key, copy the objects in place with the trail's key",
        ),
        (&[R::SharedPrefix], "give each trail a bucket or prefix of its own"),
        (
            &[R::BucketGone],
            "create the bucket again in an account of yours, or give the trail another; trail-delivering fails for the same reason",
        ),
        (
            &[R::Unread],
            "remove the cause that the message names: if a call was denied, allow the audit role s3:ListBucket and s3:GetObject on the logs in the bucket's account; if no call failed, scan a shorter time (--window)",
        ),
    ],
};
