//! `event-data-store-kms-encrypted`: whether an event data store has a customer managed key.

use super::{Control, ControlId, KIND_UNKNOWN, Severity, SubjectKind};
use crate::frameworks::MappingSource::Aws;
use crate::frameworks::{Framework as F, mapping};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::EventDataStoreKmsEncrypted,
    title: "The event data store is encrypted with a customer managed key",
    fails_when: "the event data store has no customer managed key",
    alert_title: "Event data store without a customer managed key",
    description: "The event data store must have a customer managed key of the organization or of a trusted account. A store is a second copy of the events; without a key of its own, CloudTrail's key encrypts it, and no key policy limits who reads.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake.html",
    severity: Severity::Medium,
    essential: false,
    subject: SubjectKind::EventDataStore,
    link: None,
    is_built: true,
    mappings: &[mapping(F::AwsConfig, &[], &["event-data-store-cmk-encryption-enabled"], Aws)],
    failures: &[
        (
            &[R::NoKmsKey],
            "set a customer managed key on the event data store; choose it with care, because it cannot be changed or removed later",
        ),
        (
            &[R::KeyGone, R::AwsManaged],
            "create a new event data store with a customer managed key and stop the ingestion of this one, because the key of a store cannot be changed",
        ),
    ],
    doubts: &[
        (&[R::KeyKindUnknown], KIND_UNKNOWN),
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs cloudtrail:GetEventDataStore in the store's account and kms:DescribeKey in the key's account",
        ),
        (
            &[R::OutsideOrganization],
            "if the key's account may hold keys for the organization, add it to trusted_key_accounts in the configuration file; otherwise create a new store with a key of the organization",
        ),
    ],
};
