//! KMS keys.

use std::sync::Arc;

use jiff::Timestamp;

use super::account::AccountId;
use super::region::Region;

/// `KeyState` of the KMS API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In the making.
    Creating,
    /// Usable.
    Enabled,
    /// Switched off.
    Disabled,
    /// Its deletion is scheduled.
    PendingDeletion,
    /// Its material has not been imported yet, or has expired.
    PendingImport,
    /// Its deletion waits for its replicas'.
    PendingReplicaDeletion,
    /// Its custom key store cannot be reached.
    Unavailable,
    /// Usable; its primary Region is being changed.
    Updating,
}

impl KeyState {
    /// AWS's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingImport => "PendingImport",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::Unavailable => "Unavailable",
            Self::Updating => "Updating",
        }
    }
}

/// A key's place among its copies in other Regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MultiRegion {
    /// It has no copies.
    No,
    /// The primary key, with its replicas' Regions.
    Primary(Vec<Region>),
    /// A replica of the primary in this Region; the other replicas' Regions, its own included.
    Replica(Region, Vec<Region>),
}

/// Automatic rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Off.
    Off,
    /// Every so many days.
    Every(u32),
    /// KMS has none for such a key and answers UnsupportedOperationException.
    Unsupported,
}

/// One key.
#[derive(Debug, Clone)]
pub struct Key {
    /// The account it lives in; it may be outside the organization.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// A UUID, or `mrk-` and 32 hexadecimal digits.
    pub id: Box<str>,
    /// Names of it, each with `alias/`.
    pub aliases: Vec<Box<str>>,
    /// Whether AWS manages it: `KeyManager`.
    pub is_aws_managed: bool,
    /// Its state.
    pub state: KeyState,
    /// `SYMMETRIC_DEFAULT` and so on.
    pub spec: Box<str>,
    /// `ENCRYPT_DECRYPT` and so on.
    pub usage: Box<str>,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`.
    pub origin: Box<str>,
    /// When it will be gone.
    pub deletion_date: Option<Timestamp>,
    /// When its imported material expires.
    pub valid_to: Option<Timestamp>,
    /// Its copies.
    pub multi_region: MultiRegion,
    /// Its rotation.
    pub rotation: Rotation,
    /// Its policy: any text, so that a malformed one can be shown too.
    pub policy: Arc<str>,
    /// Its grants.
    pub grants: Vec<Grant>,
    /// Members of `KeyMetadata` that DescribeKey leaves out, as answers of earlier years do.
    pub omits: &'static [&'static str],
    /// The message of the KMSInvalidStateException that DescribeKey and GetKeyRotationStatus get.
    pub invalid_state: Option<Box<str>>,
}

/// One grant, as ListGrants shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its friendly name.
    pub name: Option<Box<str>>,
    /// Who got it.
    pub grantee: Grantee,
    /// `RetiringPrincipal`.
    pub retiring: Option<Box<str>>,
    /// `GenerateDataKey` and so on.
    pub operations: Vec<&'static str>,
    /// `EncryptionContextSubset`.
    pub subset: Vec<(Box<str>, Box<str>)>,
    /// `EncryptionContextEquals`.
    pub equals: Vec<(Box<str>, Box<str>)>,
}

/// Who got a grant, as ListGrants tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// `GranteePrincipal`: an ARN, a service's name, or the id of an identity that was deleted.
    Principal(Box<str>),
    /// `GranteeServicePrincipal`, and the `SourceArn` that such a grant must be bound to.
    Service {
        /// The service's name.
        name: Box<str>,
        /// The resource that the service must act for.
        source_arn: Box<str>,
    },
}

impl Key {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        key_arn(self.region, self.account, &self.id)
    }
}

/// The ARN of a key with this id.
#[must_use]
pub fn key_arn(region: Region, account: AccountId, id: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:key/{id}", region.partition())
}
