//! `key-usable`: whether KMS makes data keys for the next log.

use super::{Control, ControlId, KIND_UNKNOWN, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyUsable,
    title: "The trail's key can encrypt new logs",
    fails_when: "the key is deleted, not enabled, scheduled for deletion, not a symmetric encryption key, expired, or not in the bucket's Region",
    alert_title: "Trail with a key that cannot encrypt new logs",
    description: "The key must exist, be enabled, be a symmetric encryption key and be in the bucket's Region. CloudTrail cannot deliver logs with any other key, and once a key is deleted nothing that it encrypted can be read.",
    documentation: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Key),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::WrongRegion],
            "give the trail a customer managed key in the bucket's Region, or a bucket in the key's Region",
        ),
        (
            &[R::KeyGone],
            "give the trail another customer managed key in the bucket's Region: allow CloudTrail to use it in the key policy, then replace the key's ARN on the trail; logs that the deleted key encrypted cannot be read again",
        ),
        (
            &[R::Disabled],
            "enable the key, or give the trail another customer managed key in the bucket's Region",
        ),
        (
            &[R::PendingDeletion],
            "cancel the deletion of the key, then enable it: once it is deleted, no log that it encrypted can be read",
        ),
        (
            &[R::PendingImport],
            "import the key material, or give the trail another customer managed key in the bucket's Region",
        ),
        (
            &[R::Unavailable],
            "make the key usable again, as its state or KMS's message says (usually by reconnecting its custom key store), or give the trail another customer managed key in the bucket's Region",
        ),
        (
            &[R::NotEnabled],
            "wait until KMS shows the key as Enabled, then scan again; if the state does not change, give the trail another customer managed key in the bucket's Region",
        ),
        (
            &[R::NotSymmetric],
            "give the trail a symmetric encryption key (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT) in the bucket's Region",
        ),
        (
            &[R::MaterialExpired],
            "import the key material again, or give the trail another customer managed key in the bucket's Region",
        ),
    ],
    doubts: &[
        (&[R::KeyStateUnknown, R::KeyKindUnknown], KIND_UNKNOWN),
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs kms:DescribeKey in the key's account",
        ),
        (
            &[R::BucketRegionUnknown],
            "let the audit role read the bucket's Region (HeadBucket needs s3:ListBucket in the bucket's account); if the bucket was deleted, create it again or give the trail another bucket",
        ),
    ],
};
