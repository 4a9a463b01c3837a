//! `history-sealed`: whether logs of any age are encrypted with the trail's key.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::HistorySealed,
    title: "Older logs are encrypted with the trail's key too",
    fails_when: "older logs in the bucket are not encrypted with the trail's key",
    alert_title: "Older logs not encrypted with the trail's key",
    description: "Log objects of any age are examined, down to the oldest in the bucket. A key on the trail encrypts only what is delivered afterwards; older logs stay readable with S3 permissions alone.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    severity: Severity::Note,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Objects),
    is_built: true,
    mappings: &[],
    failures: &[(
        &[
            R::Unencrypted,
            R::SseC,
            R::SseS3,
            R::AwsManagedKey,
            R::ForeignKey,
            R::PreviousKey,
            R::WrongKey,
        ],
        "decide whether older logs must be encrypted with the trail's key: if so, copy them in place with it; if not, record the decision",
    )],
    doubts: &[
        (
            &[R::NoObjects],
            "wait until the trail has delivered logs and scan again; a lifecycle rule may have deleted or moved older logs",
        ),
        (
            &[R::UnreadableObjects],
            "remove the cause that the message names: if a call was denied, allow the audit role s3:GetObject on the logs in the bucket's account; if a header names no key, copy the objects in place with the trail's key",
        ),
        (
            &[R::SharedPrefix],
            "give each trail a bucket or prefix of its own; logs that are there already stay mixed",
        ),
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
