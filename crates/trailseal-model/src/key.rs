//! KMS keys, as DescribeKey prints them.

use jiff::Timestamp;

use crate::arn::Arn;

/// Who manages a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyManager {
    /// The customer.
    Customer,
    /// AWS: its policy cannot be edited by the customer.
    Aws,
}

impl KeyManager {
    /// AWS's own word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "CUSTOMER",
            Self::Aws => "AWS",
        }
    }
}

/// A key that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The canonical key ARN, whatever form was asked for.
    pub arn: Arn,
    /// `KeyManager`.
    pub manager: KeyManager,
    /// `KeyState`, verbatim, such as `Enabled`.
    pub state: String,
    /// `KeySpec`, verbatim, such as `SYMMETRIC_DEFAULT`.
    pub spec: String,
    /// `KeyUsage`, verbatim, such as `ENCRYPT_DECRYPT`.
    pub usage: String,
    /// `Origin`, verbatim, such as `AWS_KMS`.
    pub origin: Option<String>,
    /// `MultiRegion`.
    pub is_multi_region: bool,
    /// `MultiRegionConfiguration.PrimaryKey` of a replica; `None` for every other key.
    pub replica_of: Option<Arn>,
    /// `DeletionDate`, when deletion is scheduled.
    pub deletion_date: Option<Timestamp>,
    /// `ValidTo`: when imported material expires.
    pub valid_to: Option<Timestamp>,
}

/// What DescribeKey found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPresence {
    /// The key exists.
    Exists(KeyFacts),
    /// The key's own account says that it does not exist.
    Gone,
}

/// Whether a key rotates by itself, as GetKeyRotationStatus prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRotation {
    /// `KeyRotationEnabled`.
    pub is_enabled: bool,
    /// `RotationPeriodInDays`; AWS prints it only where rotation is on.
    pub period_days: Option<u32>,
}

impl KeyFacts {
    /// Whether KMS can rotate the key by itself: symmetric encryption keys whose material KMS made.
    ///
    /// Source: KMS developer guide, "Rotate AWS KMS keys".
    #[must_use]
    pub fn can_rotate(&self) -> bool {
        self.spec == "SYMMETRIC_DEFAULT"
            && self.usage == "ENCRYPT_DECRYPT"
            && self.origin.as_deref().is_none_or(|it| it == "AWS_KMS")
    }
}
