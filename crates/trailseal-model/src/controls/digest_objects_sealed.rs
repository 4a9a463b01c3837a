//! `digest-objects-sealed`: whether the newest digest is encrypted with the trail's key.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::DigestObjectsSealed,
    title: "The delivered digest objects are encrypted with the trail's key",
    fails_when: "the newest digest object is not encrypted with the trail's key",
    alert_title: "Digest objects not encrypted with the trail's key",
    description: "HeadObject of the newest digest must show encryption with the trail's key. Digests prove that logs were not changed or deleted; with the trail's key, fewer identities can read them. Older digests are not judged, because CloudTrail used to encrypt them with S3's own key.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    severity: Severity::Low,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Objects),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::SseS3],
            "if the trail's key was set within the last two hours, scan again later; if new digests still have SSE-S3, ask AWS Support, because CloudTrail encrypts digests with the trail's key",
        ),
        (
            &[R::AwsManagedKey],
            "if the trail's own key is managed by AWS, replace it with a customer managed key; otherwise find out what wrote the digest",
        ),
        (
            &[R::Unencrypted, R::SseC, R::WrongKey, R::ForeignKey],
            "find out what wrote the digest: look for PutObject and CopyObject events of the bucket at its time; if the trail's key was changed recently, scan again later",
        ),
    ],
    doubts: &[
        (
            &[R::NoDigest],
            "if log file validation was turned on within the last two hours, scan again later; otherwise find out why no digest is delivered (LatestDigestDeliveryError of GetTrailStatus)",
        ),
        (
            &[R::UnreadableObjects],
            "remove the cause that the message names: if a call was denied, allow the audit role s3:GetObject on the digests in the bucket's account; if a header names no key, copy the digest in place with the trail's key",
        ),
        (
            &[R::BucketGone],
            "create the bucket again in an account of yours, or give the trail another; trail-delivering fails for the same reason",
        ),
        (
            &[R::Unread],
            "remove the cause that the message names: if a call was denied, allow the audit role s3:ListBucket and s3:GetObject on the digests in the bucket's account; if no call failed, scan a shorter time (--window)",
        ),
    ],
};
