//! The words of the truth: controls, statuses, and rows of them that cases are written with.

/// A control, as the product names it. The first twelve judge a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// The trail names a KMS key.
    TrailKmsEncrypted,
    /// The key is the customer's.
    KeyCustomerManaged,
    /// The key works.
    KeyUsable,
    /// The key lets CloudTrail seal.
    KeyPolicyAllowsCloudtrail,
    /// The key lets CloudTrail look at it.
    KeyPolicyDescribeKey,
    /// The key lets CloudTrail seal for this trail only.
    KeyPolicyScoped,
    /// The key can be read with by few.
    KeyReadersLimited,
    /// The key rotates.
    KeyRotationEnabled,
    /// Logs arrive.
    TrailDelivering,
    /// The logs that arrived are sealed.
    LogObjectsSealed,
    /// The digests that arrived are sealed.
    DigestObjectsSealed,
    /// Older logs are sealed.
    HistorySealed,
    /// Every Region of the account is covered by a trail.
    AccountCovered,
    /// The CloudTrail Lake store is sealed.
    EventDataStoreKmsEncrypted,
}

impl Control {
    /// Every control.
    pub const ALL: [Self; 14] = [
        Self::TrailKmsEncrypted,
        Self::KeyCustomerManaged,
        Self::KeyUsable,
        Self::KeyPolicyAllowsCloudtrail,
        Self::KeyPolicyDescribeKey,
        Self::KeyPolicyScoped,
        Self::KeyReadersLimited,
        Self::KeyRotationEnabled,
        Self::TrailDelivering,
        Self::LogObjectsSealed,
        Self::DigestObjectsSealed,
        Self::HistorySealed,
        Self::AccountCovered,
        Self::EventDataStoreKmsEncrypted,
    ];

    /// Its id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::TrailKmsEncrypted => "trail-kms-encrypted",
            Self::KeyCustomerManaged => "key-customer-managed",
            Self::KeyUsable => "key-usable",
            Self::KeyPolicyAllowsCloudtrail => "key-policy-allows-cloudtrail",
            Self::KeyPolicyDescribeKey => "key-policy-describe-key",
            Self::KeyPolicyScoped => "key-policy-scoped",
            Self::KeyReadersLimited => "key-readers-limited",
            Self::KeyRotationEnabled => "key-rotation-enabled",
            Self::TrailDelivering => "trail-delivering",
            Self::LogObjectsSealed => "log-objects-sealed",
            Self::DigestObjectsSealed => "digest-objects-sealed",
            Self::HistorySealed => "history-sealed",
            Self::AccountCovered => "account-covered",
            Self::EventDataStoreKmsEncrypted => "event-data-store-kms-encrypted",
        }
    }
}

/// The status of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be, and seen to be so.
    Pass,
    /// Seen not to be so.
    Fail,
    /// What would tell could not be seen, or says too little.
    NotProven,
    /// The control does not speak of such a subject.
    NotApplicable,
}

impl Status {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotProven => "not_proven",
            Self::NotApplicable => "not_applicable",
        }
    }
}

use Control::{
    DigestObjectsSealed, HistorySealed, KeyCustomerManaged, KeyPolicyAllowsCloudtrail,
    KeyPolicyDescribeKey, KeyPolicyScoped, KeyReadersLimited, KeyRotationEnabled, KeyUsable,
    LogObjectsSealed, TrailDelivering, TrailKmsEncrypted,
};
use Status::{Fail, NotApplicable, NotProven, Pass};

/// What an audit must say of one trail: a status for each of the twelve controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row([Status; 12]);

impl Row {
    /// The controls that judge a trail, in order.
    #[must_use]
    pub fn controls() -> &'static [Control] {
        &Control::ALL[..12]
    }

    /// The status for a trail's control; the two others are not about trails.
    #[must_use]
    pub const fn status(self, control: Control) -> Status {
        let index = control as usize;
        if index < self.0.len() { self.0[index] } else { NotApplicable }
    }

    /// The same but for these.
    #[must_use]
    pub const fn but(mut self, differences: &[(Control, Status)]) -> Self {
        let mut index = 0;
        while index < differences.len() {
            self.0[differences[index].0 as usize] = differences[index].1;
            index += 1;
        }
        self
    }
}

/// Everything as it should be.
pub(super) const SEALED: Row = Row([Pass; 12]);

/// Sealed until deliveries began to fail, inside the window of the samples.
pub(super) const FAILING: Row = SEALED.but(&[(TrailDelivering, Fail)]);

/// Nobody knows what the trail is.
pub(super) const UNKNOWN: Row = Row([NotProven; 12]);

/// Nothing that can be examined was ever delivered.
pub(super) const EMPTY: Row = SEALED.but(&[
    (LogObjectsSealed, NotProven),
    (DigestObjectsSealed, NotProven),
    (HistorySealed, NotProven),
]);

/// Without `KmsKeyId` there is no key to judge, and CloudTrail asks S3 for AES256 by itself.
pub(super) const KEYLESS: Row = SEALED.but(&[
    (TrailKmsEncrypted, Fail),
    (KeyCustomerManaged, NotApplicable),
    (KeyUsable, NotApplicable),
    (KeyPolicyAllowsCloudtrail, NotApplicable),
    (KeyPolicyDescribeKey, NotApplicable),
    (KeyPolicyScoped, NotApplicable),
    (KeyReadersLimited, NotApplicable),
    (KeyRotationEnabled, NotApplicable),
    (LogObjectsSealed, Fail),
    (DigestObjectsSealed, NotApplicable),
    (HistorySealed, NotApplicable),
]);

/// What is not known of a key that can be described by nobody, and its policy read by nobody.
pub(super) const UNREAD_KEY: &[(Control, Status)] = &[
    (KeyCustomerManaged, NotProven),
    (KeyUsable, NotProven),
    (KeyPolicyAllowsCloudtrail, NotProven),
    (KeyPolicyDescribeKey, NotProven),
    (KeyPolicyScoped, NotProven),
    (KeyReadersLimited, NotProven),
    (KeyRotationEnabled, NotProven),
];

/// What is not known of a key whose policy cannot be read.
pub(super) const UNREAD_POLICY: &[(Control, Status)] = &[
    (KeyPolicyAllowsCloudtrail, NotProven),
    (KeyPolicyDescribeKey, NotProven),
    (KeyPolicyScoped, NotProven),
    (KeyReadersLimited, NotProven),
];

/// A policy that lets CloudTrail do nothing for this trail: there is no grant to be bound.
pub(super) const NOTHING_GRANTED: &[(Control, Status)] = &[
    (KeyPolicyAllowsCloudtrail, Fail),
    (KeyPolicyDescribeKey, Fail),
    (KeyPolicyScoped, NotApplicable),
];

/// A policy that lets CloudTrail describe the key, but not seal for this trail.
pub(super) const ONLY_DESCRIBED: &[(Control, Status)] =
    &[(KeyPolicyAllowsCloudtrail, Fail), (KeyPolicyScoped, NotApplicable)];
