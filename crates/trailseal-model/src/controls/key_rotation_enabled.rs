//! `key-rotation-enabled`: whether KMS replaces the key material.

use super::{Control, ControlId, KIND_UNKNOWN, SealLink, Severity, SubjectKind};
use crate::frameworks::MappingSource::Prowler;
use crate::frameworks::{Framework as F, mapping};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyRotationEnabled,
    title: "The trail's key rotates automatically",
    fails_when: "automatic rotation is off",
    alert_title: "Trail with a key that does not rotate",
    description: "GetKeyRotationStatus must show automatic rotation of the key. Rotation limits how much one version of the key material protects. Keys that KMS cannot rotate are not judged.",
    documentation: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    severity: Severity::Low,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Key),
    is_built: true,
    mappings: &[
        mapping(F::CisAwsFoundations, &["1.4.0", "1.5.0", "2.0.0"], &["3.8"], Prowler),
        mapping(F::CisAwsFoundations, &["3.0.0", "4.0", "5.0.0"], &["3.6"], Prowler),
        mapping(F::CisAwsFoundations, &["6.0", "7.0"], &["4.6"], Prowler),
        mapping(F::AwsFsbp, &[], &["KMS.4"], Prowler),
    ],
    failures: &[(
        &[R::RotationOff],
        "turn on automatic rotation of the key; for a multi-Region replica, of its primary key",
    )],
    doubts: &[
        (&[R::KeyKindUnknown], KIND_UNKNOWN),
        (
            &[R::PendingDeletion],
            "decide about the deletion first: cancel it, or give the trail another customer managed key",
        ),
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs kms:GetKeyRotationStatus and kms:DescribeKey in the key's account",
        ),
    ],
};
