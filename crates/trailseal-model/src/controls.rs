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

/// The links of the chain from a trail to encrypted objects: each breaks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealLink {
    /// The trail names a key.
    Trail,
    /// The key is the customer's and works.
    Key,
    /// The key's policy and grants.
    Policy,
    /// Logs arrive.
    Delivery,
    /// What arrived is encrypted with the key.
    Objects,
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

/// Everything about one control that does not depend on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Its id.
    pub id: ControlId,
    /// Its title: what is true when it passes.
    pub title: &'static str,
    /// When it fails.
    pub fails_when: &'static str,
    /// What an alert of it is called: what is wrong.
    pub alert_title: &'static str,
    /// Where AWS explains what it is about.
    pub documentation: &'static str,
    /// How much a failure matters.
    pub severity: Severity,
    /// Whether the subject's verdict depends on it.
    pub essential: bool,
    /// What it judges.
    pub subject: SubjectKind,
    /// Which link of the seal chain it belongs to; `None` where it judges no trail.
    pub link: Option<SealLink>,
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

/// Every control, in the order of [`ControlId::ALL`].
pub const CONTROLS: &[Control] = &[
    Control {
        id: ControlId::TrailKmsEncrypted,
        title: "The trail names a KMS key for its logs",
        fails_when: "the trail has no KmsKeyId; a bucket's default encryption does not help, because CloudTrail then asks S3 for AES256 itself",
        alert_title: "Trail without a KMS key",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Trail),
        is_built: true,
    },
    Control {
        id: ControlId::KeyCustomerManaged,
        title: "The trail's key is managed by the customer",
        fails_when: "the key's manager is AWS",
        alert_title: "Trail under a key that AWS manages",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Key),
        is_built: true,
    },
    Control {
        id: ControlId::KeyUsable,
        title: "The trail's key can seal new logs",
        fails_when: "the key is gone, not enabled, scheduled for deletion, not a symmetric encryption key, expired, or not in the bucket's Region",
        alert_title: "Trail under a key that cannot seal new logs",
        documentation: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Key),
        is_built: true,
    },
    Control {
        id: ControlId::KeyPolicyAllowsCloudtrail,
        title: "The key policy lets CloudTrail seal this trail's logs",
        fails_when: "simulated for this trail, the key policy does not let CloudTrail call GenerateDataKey",
        alert_title: "Key policy that keeps CloudTrail from sealing",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Policy),
        is_built: true,
    },
    Control {
        id: ControlId::KeyPolicyDescribeKey,
        title: "The key policy lets CloudTrail describe the key",
        fails_when: "simulated for this trail, the key policy does not let CloudTrail call DescribeKey; a grant under a condition on the encryption context never applies to it",
        alert_title: "Key policy without an effective DescribeKey grant",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
        severity: Severity::Low,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Policy),
        is_built: true,
    },
    Control {
        id: ControlId::KeyPolicyScoped,
        title: "The key policy binds CloudTrail's grant to this trail",
        fails_when: "simulated for a stranger's trail, the key policy lets CloudTrail seal it too: the grant is bound neither by aws:SourceArn nor by the trail in the encryption context",
        alert_title: "Key policy not bound to the trail",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
        severity: Severity::Medium,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Policy),
        is_built: true,
    },
    Control {
        id: ControlId::KeyReadersLimited,
        title: "Few may decrypt the logs",
        fails_when: "kms:Decrypt, or an action that leads to it, is granted to everybody, to an account outside the organization that is not among trusted_readers, or to every identity (or every role, every user) of accounts or of the organization",
        alert_title: "Key policy that lets too many decrypt the logs",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
        severity: Severity::Medium,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Policy),
        is_built: true,
    },
    Control {
        id: ControlId::KeyRotationEnabled,
        title: "The trail's key rotates automatically",
        fails_when: "automatic rotation is off",
        alert_title: "Trail under a key that does not rotate",
        documentation: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
        severity: Severity::Low,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Key),
        is_built: true,
    },
    Control {
        id: ControlId::TrailDelivering,
        title: "Logs are being delivered",
        fails_when: "logging is off, the latest delivery failed, or the bucket is gone or owned by another than configured",
        alert_title: "Trail whose logs are not being delivered",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Delivery),
        is_built: true,
    },
    Control {
        id: ControlId::LogObjectsSealed,
        title: "The delivered log objects are sealed under the trail's key",
        fails_when: "an examined log object is not encrypted under the trail's key",
        alert_title: "Log objects not sealed under the trail's key",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Objects),
        is_built: true,
    },
    Control {
        id: ControlId::DigestObjectsSealed,
        title: "The delivered digest objects are sealed under the trail's key",
        fails_when: "the newest digest objects are not encrypted under the trail's key",
        alert_title: "Digest objects not sealed under the trail's key",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        severity: Severity::Low,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Objects),
        is_built: true,
    },
    Control {
        id: ControlId::HistorySealed,
        title: "All older logs are sealed too",
        fails_when: "older logs in the bucket lie under another encryption",
        alert_title: "Older logs under another encryption",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
        severity: Severity::Note,
        essential: false,
        subject: SubjectKind::Trail,
        link: Some(SealLink::Objects),
        is_built: true,
    },
    Control {
        id: ControlId::AccountCovered,
        title: "Every enabled Region of the account is recorded by a trail",
        fails_when: "an enabled Region of an active account has no trail that logs read and write management events",
        alert_title: "Account with a Region that no trail records",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
        severity: Severity::High,
        essential: true,
        subject: SubjectKind::Account,
        link: None,
        is_built: true,
    },
    Control {
        id: ControlId::EventDataStoreKmsEncrypted,
        title: "The CloudTrail Lake store is sealed under a customer managed key",
        fails_when: "the event data store has no customer managed key",
        alert_title: "CloudTrail Lake store without a customer managed key",
        documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake.html",
        severity: Severity::Medium,
        essential: false,
        subject: SubjectKind::EventDataStore,
        link: None,
        is_built: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_ids() {
        assert_eq!(CONTROLS.len(), ControlId::ALL.len());
        for (control, id) in CONTROLS.iter().zip(ControlId::ALL) {
            assert_eq!(control.id, *id);
            assert_eq!(id.entry().id, *id);
        }
    }

    #[test]
    fn a_control_of_trails_is_a_link_of_the_chain() {
        for control in CONTROLS {
            let id = control.id;
            assert_eq!(control.link.is_some(), control.subject == SubjectKind::Trail, "{id}");
        }
    }

    #[test]
    fn seven_controls_are_essential() {
        let essential: Vec<&str> =
            CONTROLS.iter().filter(|row| row.essential).map(|row| row.id.as_str()).collect();
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
