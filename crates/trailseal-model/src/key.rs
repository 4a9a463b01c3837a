//! KMS keys, as DescribeKey prints them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::arn::Arn;
use crate::gap::GapId;
use crate::word_enum::word_enum;

/// Who manages a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyManager {
    /// The customer.
    Customer,
    /// AWS: its policy cannot be edited by the customer.
    Aws,
    /// KMS does not say, or in a word that this version does not know.
    Unknown,
}

impl KeyManager {
    /// In AWS's own word; `None` where it is not known.
    #[must_use]
    pub const fn managed_by(self) -> Option<ManagedBy> {
        match self {
            Self::Customer => Some(ManagedBy::Customer),
            Self::Aws => Some(ManagedBy::Aws),
            Self::Unknown => None,
        }
    }
}

word_enum! {
    /// Who manages a key, in AWS's own words.
    pub enum ManagedBy {
        /// The customer.
        Customer = "CUSTOMER",
        /// AWS.
        Aws = "AWS",
    }
}

word_enum! {
    /// What reading a key came to, in one word.
    pub enum KeyReading {
        /// The key exists.
        Exists = "exists",
        /// KMS does not describe the key in its present state.
        InvalidState = "invalid_state",
        /// The key's own account says that it does not exist.
        Gone = "gone",
        /// KMS did not say.
        Unread = "unread",
    }
}

/// A key that exists. KMS may omit everything but the key's id: a text that it does not print is empty
/// here, and leaves open what depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// The canonical key ARN, whatever form was asked for.
    pub arn: Arn,
    /// `KeyManager`.
    pub manager: KeyManager,
    /// `KeyState`, verbatim, such as `Enabled`.
    pub state: String,
    /// `KeySpec`, verbatim, such as `SYMMETRIC_DEFAULT`; from older answers `CustomerMasterKeySpec`.
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
    #[serde(with = "crate::serde_text::optional", default)]
    pub deletion_date: Option<Timestamp>,
    /// `ValidTo`: when imported material expires.
    #[serde(with = "crate::serde_text::optional", default)]
    pub valid_to: Option<Timestamp>,
    /// The gap of another request about the key that KMS refused because of the key's state
    /// ([`GapClass::KeyInvalidState`](crate::GapClass::KeyInvalidState)): then `state` alone does not
    /// show that the key is usable. Found while collecting, so no answer of AWS has it.
    #[serde(skip)]
    pub refused_for_state: Option<GapId>,
}

/// What DescribeKey found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyPresence {
    /// The key exists.
    Exists(KeyFacts),
    /// The key exists, and KMS refused to describe it because of its state
    /// (KMSInvalidStateException): it is not usable now. These are KMS's words, verbatim.
    InvalidState(String),
    /// The key's own account says that it does not exist.
    Gone,
}

impl KeyPresence {
    /// The same in one word.
    #[must_use]
    pub const fn reading(&self) -> KeyReading {
        match self {
            Self::Exists(_) => KeyReading::Exists,
            Self::InvalidState(_) => KeyReading::InvalidState,
            Self::Gone => KeyReading::Gone,
        }
    }
}

/// Whether a key rotates by itself, as GetKeyRotationStatus prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRotation {
    /// `KeyRotationEnabled`.
    pub is_enabled: bool,
    /// `RotationPeriodInDays`; AWS prints it only where rotation is on.
    pub period_days: Option<u32>,
}

/// A grant by which somebody may decrypt a log, or turn its data key to another KMS key, as ListGrants
/// prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecryptGrant {
    /// `GrantId`.
    pub id: String,
    /// `GranteePrincipal` or `GranteeServicePrincipal`: an ARN, the name of a service, or the unique id
    /// (`AROA…`) of an identity that was deleted.
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
    /// Whether it is a symmetric encryption key, the only kind that CloudTrail takes; `None` where KMS
    /// does not tell the kind, or in words that this version does not know.
    ///
    /// Source: KMS API reference, "KeyMetadata": all values of `KeySpec` and `KeyUsage`.
    #[must_use]
    pub fn is_symmetric(&self) -> Option<bool> {
        const OTHER_SPECS: &[&str] = &["RSA_", "ECC_", "HMAC_", "ML_DSA_", "SM2"];
        const OTHER_USAGES: &[&str] = &["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"];
        let is_other = OTHER_SPECS.iter().any(|spec| self.spec.starts_with(spec))
            || OTHER_USAGES.contains(&self.usage.as_str());
        let is_symmetric = self.spec == "SYMMETRIC_DEFAULT" && self.usage == "ENCRYPT_DECRYPT";
        match (is_symmetric, is_other) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// Whether KMS can rotate the key by itself: symmetric encryption keys whose material KMS made.
    /// `None` where the kind of the key is not known.
    ///
    /// Source: KMS developer guide, "Rotate AWS KMS keys".
    #[must_use]
    pub fn can_rotate(&self) -> Option<bool> {
        match self.origin.as_deref() {
            None | Some("AWS_KMS") => self.is_symmetric(),
            Some(_) => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_is_not_told_is_not_known() {
        let key = |spec: &str, usage: &str, origin: Option<&str>| KeyFacts {
            arn: Arn::new("arn:aws:kms:us-east-1:000000000001:key/1").unwrap(),
            manager: KeyManager::Customer,
            state: "Enabled".to_owned(),
            spec: spec.to_owned(),
            usage: usage.to_owned(),
            origin: origin.map(str::to_owned),
            is_multi_region: false,
            replica_of: None,
            deletion_date: None,
            valid_to: None,
            refused_for_state: None,
        };
        for (spec, usage, expected) in [
            ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Some(true)),
            ("SYMMETRIC_DEFAULT", "", None),
            ("", "ENCRYPT_DECRYPT", None),
            ("", "", None),
            ("SYMMETRIC_NEW", "ENCRYPT_DECRYPT", None),
            ("SYMMETRIC_DEFAULT", "SOMETHING_NEW", None),
            ("", "SIGN_VERIFY", Some(false)),
            ("RSA_4096", "", Some(false)),
            ("HMAC_256", "GENERATE_VERIFY_MAC", Some(false)),
        ] {
            assert_eq!(key(spec, usage, None).is_symmetric(), expected, "{spec} {usage}");
            assert_eq!(key(spec, usage, Some("AWS_KMS")).can_rotate(), expected, "{spec} {usage}");
            assert_eq!(key(spec, usage, Some("EXTERNAL")).can_rotate(), Some(false));
        }
    }

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
