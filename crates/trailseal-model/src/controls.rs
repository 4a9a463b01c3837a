//! Every control there is, in the order of the seal chain.

use crate::word_enum::word_enum;

word_enum! {
    /// How much a failure matters.
    pub enum Severity {
        /// Information.
        Note = "note",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

word_enum! {
    /// What a control judges.
    pub enum SubjectKind {
        /// A trail.
        Trail = "trail",
        /// An account.
        Account = "account",
        /// A CloudTrail Lake event data store.
        EventDataStore = "event_data_store",
    }
}

word_enum! {
    /// The id of a control: public API, never reused.
    pub enum ControlId {
        /// The trail names a KMS key.
        TrailKmsEncrypted = "trail-kms-encrypted",
        /// The key is the customer's.
        KeyCustomerManaged = "key-customer-managed",
        /// The key works.
        KeyUsable = "key-usable",
        /// The key lets CloudTrail seal.
        KeyPolicyAllowsCloudtrail = "key-policy-allows-cloudtrail",
        /// The key lets CloudTrail look at it.
        KeyPolicyDescribeKey = "key-policy-describe-key",
        /// The key lets CloudTrail seal for this trail only.
        KeyPolicyScoped = "key-policy-scoped",
        /// The key can be read with by few.
        KeyReadersLimited = "key-readers-limited",
        /// The key rotates.
        KeyRotationEnabled = "key-rotation-enabled",
        /// Logs arrive.
        TrailDelivering = "trail-delivering",
        /// The logs that arrived are sealed.
        LogObjectsSealed = "log-objects-sealed",
        /// The digests that arrived are sealed.
        DigestObjectsSealed = "digest-objects-sealed",
        /// Older logs are sealed.
        HistorySealed = "history-sealed",
        /// Every account is covered by a trail.
        AccountCovered = "account-covered",
        /// CloudTrail Lake stores are sealed.
        EventDataStoreKmsEncrypted = "event-data-store-kms-encrypted",
    }
}

/// What the catalogue says of one control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Its id.
    pub id: ControlId,
    /// Its title: what is true when it passes.
    pub title: &'static str,
    /// When it fails.
    pub fails_when: &'static str,
    /// How much a failure matters.
    pub severity: Severity,
    /// Whether the subject's verdict hangs on it.
    pub essential: bool,
    /// What it judges.
    pub subject: SubjectKind,
    /// Whether this version judges it. An essential control that is not judged is emitted as
    /// `not_proven`, `not_built`, so that nothing is called sealed by omission.
    pub is_built: bool,
}

impl ControlId {
    /// The control's entry.
    #[must_use]
    pub fn entry(self) -> &'static Control {
        &CONTROLS[self as usize]
    }
}

const fn trail(
    id: ControlId,
    severity: Severity,
    title: &'static str,
    fails_when: &'static str,
) -> Control {
    let essential = matches!(severity, Severity::High);
    let subject = SubjectKind::Trail;
    Control { id, title, fails_when, severity, essential, subject, is_built: false }
}

const fn built(control: Control) -> Control {
    Control { is_built: true, ..control }
}

/// Every control, in the order of [`ControlId::ALL`].
pub const CONTROLS: &[Control] = &[
    built(trail(
        ControlId::TrailKmsEncrypted,
        Severity::High,
        "The trail names a KMS key for its logs",
        "the trail has no KmsKeyId; a bucket's default encryption does not help, because CloudTrail then asks S3 for AES256 itself",
    )),
    built(trail(
        ControlId::KeyCustomerManaged,
        Severity::High,
        "The trail's key is managed by the customer",
        "the key's manager is AWS",
    )),
    built(trail(
        ControlId::KeyUsable,
        Severity::High,
        "The trail's key can seal new logs",
        "the key is gone, not enabled, scheduled for deletion, not a symmetric encryption key, expired, or not in the bucket's Region",
    )),
    built(trail(
        ControlId::KeyPolicyAllowsCloudtrail,
        Severity::High,
        "The key policy lets CloudTrail seal this trail's logs",
        "simulated for this trail, the key policy does not let CloudTrail call GenerateDataKey",
    )),
    built(trail(
        ControlId::KeyPolicyDescribeKey,
        Severity::Low,
        "The key policy lets CloudTrail describe the key",
        "simulated for this trail, the key policy does not let CloudTrail call DescribeKey; a grant under a condition on the encryption context never applies to it",
    )),
    built(trail(
        ControlId::KeyPolicyScoped,
        Severity::Medium,
        "The key policy binds CloudTrail's grant to this trail",
        "simulated for a stranger's trail, the key policy lets CloudTrail seal it too: the grant is bound neither by aws:SourceArn nor by the trail in the encryption context",
    )),
    built(trail(
        ControlId::KeyReadersLimited,
        Severity::Medium,
        "Few may decrypt the logs",
        "kms:Decrypt, or an action that leads to it, is granted to everybody, to an account outside the organization that is not among trusted_readers, or to every identity (or every role, every user) of accounts or of the organization",
    )),
    built(trail(
        ControlId::KeyRotationEnabled,
        Severity::Low,
        "The trail's key rotates automatically",
        "automatic rotation is off",
    )),
    built(trail(
        ControlId::TrailDelivering,
        Severity::High,
        "Logs are being delivered",
        "logging is off, the latest delivery failed, or the bucket is gone or owned by another than configured",
    )),
    built(trail(
        ControlId::LogObjectsSealed,
        Severity::High,
        "The delivered log objects are sealed under the trail's key",
        "an examined log object is not encrypted under the trail's key",
    )),
    built(trail(
        ControlId::DigestObjectsSealed,
        Severity::Low,
        "The delivered digest objects are sealed under the trail's key",
        "the newest digest objects are not encrypted under the trail's key",
    )),
    built(trail(
        ControlId::HistorySealed,
        Severity::Note,
        "All older logs are sealed too",
        "older logs in the bucket lie under another encryption",
    )),
    Control {
        id: ControlId::AccountCovered,
        title: "Every enabled Region of the account is recorded by a trail",
        fails_when: "an enabled Region of an active account has no trail that logs read and write management events",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Account,
        is_built: true,
    },
    Control {
        id: ControlId::EventDataStoreKmsEncrypted,
        title: "The CloudTrail Lake store is sealed under a customer managed key",
        fails_when: "the event data store has no customer managed key",
        severity: Severity::Medium,
        essential: false,
        subject: SubjectKind::EventDataStore,
        is_built: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_ids() {
        assert_eq!(CONTROLS.len(), 14);
        for (control, id) in CONTROLS.iter().zip(ControlId::ALL) {
            assert_eq!(control.id, *id);
            assert_eq!(id.entry().id, *id);
        }
    }

    #[test]
    fn seven_controls_are_essential() {
        let essential: Vec<&str> =
            CONTROLS.iter().filter(|it| it.essential).map(|it| it.id.as_str()).collect();
        assert_eq!(
            essential,
            [
                "trail-kms-encrypted",
                "key-customer-managed",
                "key-usable",
                "key-policy-allows-cloudtrail",
                "trail-delivering",
                "log-objects-sealed",
                "account-covered",
            ]
        );
    }
}
