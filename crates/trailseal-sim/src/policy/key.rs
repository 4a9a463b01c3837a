//! The condition keys that simulated requests have.
//!
//! Every key here either has a value in the requests that it belongs to, or is known to be absent
//! from all of them. A policy with another key is refused: what a request would say is not known.

/// A condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `aws:RequestedRegion`.
    RequestedRegion,
    /// `aws:PrincipalArn`: of a session the role's ARN.
    PrincipalArn,
    /// `aws:PrincipalAccount`.
    PrincipalAccount,
    /// `aws:PrincipalOrgID`.
    PrincipalOrganization,
    /// `aws:PrincipalType`.
    PrincipalType,
    /// `aws:userid`.
    UserId,
    /// `aws:ResourceAccount`.
    ResourceAccount,
    /// `aws:ResourceOrgID`.
    ResourceOrganization,
    /// `aws:SourceIdentity`: the one that the caller's session was opened with.
    SourceIdentity,
    /// `aws:SecureTransport`: AWS's own endpoints, which this stands for, are TLS.
    SecureTransport,
    /// `aws:RequestTag/` and the tag's key: a session tag of this AssumeRole.
    RequestTag(Box<str>),
    /// `aws:TagKeys`: the keys of the session tags of this AssumeRole.
    TagKeys,
    /// `sts:ExternalId`.
    ExternalId,
    /// `sts:RoleSessionName`.
    RoleSessionName,
    /// `sts:SourceIdentity`: the one that this AssumeRole sets.
    SourceIdentityToSet,
    /// `kms:CallerAccount`: only in requests to KMS.
    KmsCallerAccount,
    /// `s3:ResourceAccount`: only in requests to S3.
    S3ResourceAccount,
    /// `s3:prefix`.
    Prefix,
    /// `s3:delimiter`.
    Delimiter,
    /// `s3:max-keys`.
    MaxKeys,
    /// `aws:ViaAWSService`, `aws:PrincipalIsAWSService`: always false.
    False,
    /// `kms:ViaService`: no simulated request comes from another service, so it is absent.
    Absent,
}

const TAG: &str = "aws:requesttag/";

impl Key {
    /// The key with this name, whose letter case does not matter.
    pub(super) fn new(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(TAG) {
            let tag = name.get(TAG.len()..).filter(|tag| !tag.is_empty())?;
            return Some(Self::RequestTag(tag.into()));
        }
        Some(match &*lower {
            "aws:requestedregion" => Self::RequestedRegion,
            "aws:principalarn" => Self::PrincipalArn,
            "aws:principalaccount" => Self::PrincipalAccount,
            "aws:principalorgid" => Self::PrincipalOrganization,
            "aws:principaltype" => Self::PrincipalType,
            "aws:userid" => Self::UserId,
            "aws:resourceaccount" => Self::ResourceAccount,
            "aws:resourceorgid" => Self::ResourceOrganization,
            "aws:sourceidentity" => Self::SourceIdentity,
            "aws:securetransport" => Self::SecureTransport,
            "aws:tagkeys" => Self::TagKeys,
            "aws:viaawsservice" | "aws:principalisawsservice" => Self::False,
            "sts:externalid" => Self::ExternalId,
            "sts:rolesessionname" => Self::RoleSessionName,
            "sts:sourceidentity" => Self::SourceIdentityToSet,
            "kms:calleraccount" => Self::KmsCallerAccount,
            "kms:viaservice" => Self::Absent,
            "s3:resourceaccount" => Self::S3ResourceAccount,
            "s3:prefix" => Self::Prefix,
            "s3:delimiter" => Self::Delimiter,
            "s3:max-keys" => Self::MaxKeys,
            _ => return None,
        })
    }

    /// Whether a request can have several values of it, so that a condition must say `ForAnyValue`
    /// or `ForAllValues`.
    pub(super) const fn has_many_values(&self) -> bool {
        matches!(self, Self::TagKeys)
    }
}
