//! KMS keys, as DescribeKey prints them.

use std::collections::BTreeMap;

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

/// A grant by which somebody may decrypt a log, or turn its data key to another KMS key, as ListGrants
/// prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecryptGrant {
    /// `GrantId`.
    pub id: String,
    /// `GranteePrincipal` or `GranteeServicePrincipal`: an ARN, or the name of a service.
    pub grantee: String,
    /// Whether `Operations` has `Decrypt`.
    pub gives_decrypt: bool,
    /// Whether `Operations` has `ReEncryptFrom`.
    pub gives_re_encrypt: bool,
    /// `Constraints.EncryptionContextEquals`.
    pub context_equals: Option<BTreeMap<String, String>>,
    /// `Constraints.EncryptionContextSubset`.
    pub context_includes: Option<BTreeMap<String, String>>,
}

impl DecryptGrant {
    /// Whether it may serve for logs of this trail. Their encryption context holds the trail and the
    /// object or its bucket, and nothing else.
    ///
    /// Source: CloudTrail user guide, "How AWS CloudTrail uses AWS KMS"; KMS API reference,
    /// "GrantConstraints".
    #[must_use]
    pub fn may_read_logs_of(&self, trail: &Arn) -> bool {
        let fits = |context: &BTreeMap<String, String>| {
            context.iter().all(|(key, value)| match key.as_str() {
                "aws:cloudtrail:arn" => value == trail.as_str(),
                "aws:s3:arn" => true,
                _ => false,
            })
        };
        self.context_equals.as_ref().is_none_or(|it| it.len() == 2 && fits(it))
            && self.context_includes.as_ref().is_none_or(fits)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";

    #[track_caller]
    fn check(equals: Option<&[(&str, &str)]>, includes: Option<&[(&str, &str)]>, expected: bool) {
        let context = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
        };
        let grant = DecryptGrant {
            id: "1".to_owned(),
            grantee: "s3.amazonaws.com".to_owned(),
            gives_decrypt: true,
            gives_re_encrypt: false,
            context_equals: equals.map(context),
            context_includes: includes.map(context),
        };
        let found = grant.may_read_logs_of(&Arn::new(TRAIL).unwrap());
        assert_eq!(found, expected, "{equals:?} {includes:?}");
    }

    #[test]
    fn a_grant_serves_for_the_logs_of_a_trail_if_its_constraints_do() {
        let (trail, other) = (("aws:cloudtrail:arn", TRAIL), ("aws:cloudtrail:arn", "other"));
        let object = ("aws:s3:arn", "arn:aws:s3:::logs/AWSLogs/object");
        let department = ("Department", "audit");
        check(None, None, true);
        check(None, Some(&[trail]), true);
        check(None, Some(&[trail, object]), true);
        check(None, Some(&[other]), false);
        check(None, Some(&[department]), false);
        check(Some(&[trail, object]), None, true);
        check(Some(&[trail]), None, false);
        check(Some(&[]), None, false);
        check(Some(&[trail, object]), Some(&[other]), false);
        check(Some(&[other, object]), None, false);
    }
}
