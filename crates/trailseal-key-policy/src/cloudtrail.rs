//! What CloudTrail asks of KMS for a trail, condition key by condition key.
//!
//! The decision about each key, with its source, is in the table of the crate's documentation.

use crate::arn::arn_parts;
use crate::context::{ContextValue, Possibility, RequestContext};

/// A delivery of CloudTrail, as far as a trail's own settings tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudTrailDelivery<'a> {
    /// The trail's ARN, with its home Region and its owner.
    pub trail_arn: &'a str,
    /// The account that owns the trail: of an organization trail the management account.
    pub trail_owner_account: &'a str,
    /// The ARN of the key, never an alias.
    pub key_arn: &'a str,
    /// The name of the bucket.
    pub bucket: &'a str,
    /// The trail's key prefix in the bucket, if it has one.
    pub key_prefix: Option<&'a str>,
    /// Whether the bucket uses an S3 Bucket Key.
    pub bucket_key: BucketKey,
    /// The time for which the policy is asked, in seconds since 1970, if one is given.
    pub time: Option<i64>,
}

/// Whether a bucket uses an S3 Bucket Key. With one, S3 names the bucket to KMS and not the object
/// (S3 user guide, *Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketKey {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
    /// It is not known.
    Unknown,
}

pub(crate) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
pub(crate) const TRAIL_CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";
const OBJECT_CONTEXT: &str = "kms:EncryptionContext:aws:s3:arn";
const CONTEXT_KEYS: &str = "kms:EncryptionContextKeys";
const ENCRYPTION_CONTEXT: &str = "kms:EncryptionContext";
const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// Condition keys of KMS for parameters that neither GenerateDataKey nor DescribeKey has (KMS
/// developer guide, *AWS KMS condition keys*).
const OF_OTHER_OPERATIONS: &[&str] = &[
    "kms:BypassPolicyLockoutSafetyCheck",
    "kms:DataKeyPairSpec",
    "kms:ExpirationModel",
    "kms:GrantConstraintType",
    "kms:GrantIsForAWSResource",
    "kms:GrantOperations",
    "kms:GranteePrincipal",
    "kms:KeyAgreementAlgorithm",
    "kms:MacAlgorithm",
    "kms:MessageType",
    "kms:PrimaryRegion",
    "kms:ReEncryptOnSameKey",
    "kms:ReplicaRegion",
    "kms:RetiringPrincipal",
    "kms:RotationPeriodInDays",
    "kms:ScheduleKeyDeletionPendingWindowInDays",
    "kms:SigningAlgorithm",
    "kms:ValidTo",
    "kms:WrappingAlgorithm",
    "kms:WrappingKeySpec",
];

impl RequestContext {
    /// CloudTrail's request for the data key of a log or digest file.
    ///
    /// Known are `aws:SourceArn` and `aws:SourceAccount` (CloudTrail user guide, *Configure AWS KMS
    /// key policies for CloudTrail*) and the encryption context: the trail, and the object or, with
    /// an S3 Bucket Key, the bucket (there, *How AWS CloudTrail uses AWS KMS*). That context is
    /// complete, so every other key `kms:EncryptionContext:` is absent.
    #[must_use]
    pub fn cloudtrail_delivery(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:GenerateDataKey", delivery).with_log_context(delivery)
    }

    /// CloudTrail's request for the key's description, which it makes for a trail: as a delivery's,
    /// but without an encryption context and its algorithm, because only cryptographic operations and
    /// CreateGrant have one (KMS developer guide, *AWS KMS condition keys*, "kms:EncryptionContext").
    #[must_use]
    pub fn cloudtrail_describes_key(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:DescribeKey", delivery).without_log_context()
    }

    /// The same as if it had the encryption context of a delivery: what is allowed only so, is never
    /// allowed.
    #[must_use]
    pub fn cloudtrail_describes_key_in_context(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:DescribeKey", delivery).with_log_context(delivery)
    }

    fn of_trail(action: &str, delivery: &CloudTrailDelivery<'_>) -> Self {
        let mut context = Self::of_service(CLOUDTRAIL, action, delivery.key_arn)
            .with("aws:SourceArn", ContextValue::one(delivery.trail_arn))
            .with("aws:SourceAccount", ContextValue::one(delivery.trail_owner_account))
            .of_symmetric_key()
            .at(delivery.time);
        for key in OF_OTHER_OPERATIONS {
            context = context.with(key, ContextValue::Absent);
        }
        context.without_family("kms:RecipientAttestation:")
    }

    /// CloudTrail takes symmetric encryption keys only (CloudTrail user guide, *How AWS CloudTrail
    /// uses AWS KMS*).
    pub(crate) fn of_symmetric_key(self) -> Self {
        self.with("kms:KeySpec", ContextValue::one(SYMMETRIC))
            .with("kms:CustomerMasterKeySpec", ContextValue::one(SYMMETRIC))
            .with("kms:KeyUsage", ContextValue::one("ENCRYPT_DECRYPT"))
            .with("kms:CustomerMasterKeyUsage", ContextValue::one("ENCRYPT_DECRYPT"))
    }

    /// A request at this time.
    pub(crate) fn at(self, time: Option<i64>) -> Self {
        match time {
            Some(seconds) => {
                let moment = ContextValue::OneOf(vec![Possibility::Moment(seconds)]);
                self.with("aws:CurrentTime", moment)
                    .with("aws:EpochTime", ContextValue::one(&seconds.to_string()))
            }
            None => self,
        }
    }

    /// The encryption context of a log of this trail, complete, and its algorithm.
    pub(crate) fn with_log_context(self, delivery: &CloudTrailDelivery<'_>) -> Self {
        let encryption_context = ["aws:cloudtrail:arn", "aws:s3:arn"].map(str::to_owned).to_vec();
        self.without_family(ENCRYPTION_CONTEXT)
            .with(TRAIL_CONTEXT, ContextValue::one(delivery.trail_arn))
            .with(OBJECT_CONTEXT, sealed_arn(delivery))
            .with(CONTEXT_KEYS, ContextValue::Known(encryption_context))
            .with("kms:EncryptionAlgorithm", ContextValue::one(SYMMETRIC))
    }

    /// The same for a log that was sealed with an S3 Bucket Key, and for one that was sealed without:
    /// a bucket that uses one today holds older logs of the other form, and the other way round.
    pub(crate) fn with_log_contexts(&self, delivery: &CloudTrailDelivery<'_>) -> [Self; 2] {
        [BucketKey::Enabled, BucketKey::Disabled].map(|bucket_key| {
            self.clone().with_log_context(&CloudTrailDelivery { bucket_key, ..*delivery })
        })
    }

    /// A request that has no encryption context, nor an algorithm.
    pub(crate) fn without_log_context(self) -> Self {
        self.without_family(ENCRYPTION_CONTEXT)
            .with(TRAIL_CONTEXT, ContextValue::Absent)
            .with(OBJECT_CONTEXT, ContextValue::Absent)
            .with(CONTEXT_KEYS, ContextValue::Absent)
            .with("kms:EncryptionAlgorithm", ContextValue::Absent)
    }
}

/// The `aws:s3:arn` of a delivery: log and digest files are below `[prefix/]AWSLogs/`, and their
/// names are not known before.
fn sealed_arn(delivery: &CloudTrailDelivery<'_>) -> ContextValue {
    let Some([_, partition, ..]) = arn_parts(delivery.trail_arn) else {
        return ContextValue::Unknown;
    };
    let bucket = format!("arn:{partition}:s3:::{}", delivery.bucket);
    let prefix = match delivery.key_prefix {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/"),
        _ => String::new(),
    };
    let object = Possibility::StartsWith(format!("{bucket}/{prefix}AWSLogs/"));
    let bucket = Possibility::Exact(bucket);
    ContextValue::OneOf(match delivery.bucket_key {
        BucketKey::Enabled => vec![bucket],
        BucketKey::Disabled => vec![object],
        BucketKey::Unknown => vec![object, bucket],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: CloudTrailDelivery<'_> = CloudTrailDelivery {
        trail_arn: "arn:aws-us-gov:cloudtrail:us-gov-west-1:111122223333:trail/logs",
        trail_owner_account: "111122223333",
        key_arn: "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1",
        bucket: "sealed",
        key_prefix: Some("prod"),
        bucket_key: BucketKey::Unknown,
        time: Some(1_793_434_150),
    };

    #[track_caller]
    fn check(key: &str, expected: &ContextValue) {
        assert_eq!(RequestContext::cloudtrail_delivery(&DELIVERY).value(key), expected, "{key}");
    }

    #[test]
    fn what_is_known_of_a_delivery() {
        check("AWS:sourcearn", &ContextValue::one(DELIVERY.trail_arn));
        check("aws:SourceAccount", &ContextValue::one("111122223333"));
        check("aws:PrincipalIsAWSService", &ContextValue::one("true"));
        check("kms:EncryptionContext:AWS:CloudTrail:Arn", &ContextValue::one(DELIVERY.trail_arn));
        check("kms:EncryptionContext:Department", &ContextValue::Absent);
        let bucket = "arn:aws-us-gov:s3:::sealed";
        let object = Possibility::StartsWith(format!("{bucket}/prod/AWSLogs/"));
        let either = vec![object, Possibility::Exact(bucket.to_owned())];
        check("kms:EncryptionContext:aws:s3:arn", &ContextValue::OneOf(either));
    }

    #[test]
    fn an_empty_prefix_is_none() {
        let sealed = |key_prefix| sealed_arn(&CloudTrailDelivery { key_prefix, ..DELIVERY });
        assert_eq!(sealed(Some("")), sealed(None));
        assert_ne!(sealed(Some("prod")), sealed(None));
    }

    /// Each row of the table is what the code does: `value`, `absent` or `unknown` for the delivery,
    /// and where it differs for DescribeKey, after a slash.
    #[test]
    fn the_table_of_the_documentation_is_what_the_requests_have() {
        let word = |context: &RequestContext, key: &str| match context.value(key) {
            ContextValue::Absent => "absent",
            ContextValue::Unknown => "unknown",
            _ => "value",
        };
        let delivery = RequestContext::cloudtrail_delivery(&DELIVERY);
        let describe = RequestContext::cloudtrail_describes_key(&DELIVERY);
        let mut keys = Vec::new();
        for row in include_str!("cloudtrail_request.md").lines() {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, key, decision, why, source, _] = cells[..] else { continue };
            let Some(key) = key.strip_prefix('`').and_then(|it| it.strip_suffix('`')) else {
                continue;
            };
            let (of_delivery, of_describe) =
                decision.split_once(" / ").unwrap_or((decision, decision));
            let key = key.replace("${TagKey}", "any").replace("${Key}", "any");
            assert_eq!(word(&delivery, &key), of_delivery, "{key}");
            assert_eq!(word(&describe, &key), of_describe, "{key}");
            assert!(!why.is_empty() && source.starts_with('['), "{key}");
            keys.push(key);
        }
        let named = crate::context::ABSENT_OF_SERVICES.iter().chain(OF_OTHER_OPERATIONS);
        for key in named {
            assert!(keys.iter().any(|it| it == key), "{key} has no row");
        }
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
