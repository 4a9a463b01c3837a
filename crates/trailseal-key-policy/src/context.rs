//! Who asks for what, and what is known of the request.

use std::collections::BTreeMap;

use crate::pattern::arn_parts;

/// What is known of one condition key in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The request has the key with exactly these values; without any value it counts as absent.
    Known(Vec<String>),
    /// The request has the key with one value, which is one of these.
    OneOf(Vec<Possibility>),
    /// The request does not have the key.
    Absent,
    /// Nothing is known, not even whether the request has the key.
    Unknown,
}

/// One value that a condition key may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possibility {
    /// This value.
    Exact(String),
    /// Any value that starts so, this one included.
    StartsWith(String),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// An AWS service, as itself, by its principal (`cloudtrail.amazonaws.com`).
    Service(String),
    /// A user or role of this account that the policy does not name, with nothing but what the key
    /// policy gives.
    Someone {
        /// The account's id.
        account: String,
    },
    /// The same, to which the account's own policies hand on whatever the key policy gives the
    /// account.
    Delegate {
        /// The account's id.
        account: String,
    },
    /// A user, role or session by its ARN, with nothing but what the key policy gives.
    Identity {
        /// The ARN, of IAM or STS.
        arn: String,
    },
}

impl Caller {
    /// The account of an identity.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Service(_) => None,
            Self::Someone { account } | Self::Delegate { account } => Some(account),
            Self::Identity { arn } => arn_parts(arn).map(|it| it[4]),
        }
    }
}

/// A request on a KMS key.
///
/// A condition key of which nothing was said is [`ContextValue::Unknown`]. Condition keys match in
/// any case, those of the encryption context too (KMS developer guide, *AWS KMS condition keys*,
/// "Case sensitivity of the encryption context condition").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    caller: Caller,
    action: String,
    key_arn: String,
    values: BTreeMap<String, ContextValue>,
    absent_families: Vec<String>,
}

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
}

/// Whether a bucket uses an S3 Bucket Key. With one, S3 names the bucket to KMS and not the object
/// (S3 user guide, *Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketKey {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
    /// Nobody looked.
    Unknown,
}

pub(crate) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
pub(crate) const TRAIL_CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";
const ENCRYPTION_CONTEXT: &str = "kms:EncryptionContext";

impl RequestContext {
    /// A request of `service` (`cloudtrail.amazonaws.com`) for `action` (`kms:GenerateDataKey`) on
    /// the key. Only what makes it a request of a service is known: `aws:PrincipalIsAWSService` and
    /// `aws:PrincipalServiceName` (IAM user guide, *AWS global condition context keys*).
    #[must_use]
    pub fn of_service(service: &str, action: &str, key_arn: &str) -> Self {
        Self::of(Caller::Service(service.to_owned()), action, key_arn)
            .with("aws:PrincipalIsAWSService", ContextValue::one("true"))
            .with("aws:PrincipalServiceName", ContextValue::one(service))
    }

    /// A request of an identity of some account, which makes it itself or has a service make it in
    /// its name.
    ///
    /// Known are its account and, as far as the caller is, its ARN; that it is no service, so that
    /// it brings nothing of what services bring (IAM user guide, *AWS global condition context
    /// keys*); and that KMS is reached over TLS only (KMS developer guide, *Infrastructure
    /// security*). Its organization is not known.
    #[must_use]
    pub fn of_identity(caller: Caller, action: &str, key_arn: &str) -> Self {
        let account = caller.account().map_or(ContextValue::Unknown, ContextValue::one);
        let arn = principal_arn(&caller, key_arn);
        let owner = arn_parts(key_arn).map_or(ContextValue::Unknown, |it| ContextValue::one(it[4]));
        let mut context = Self::of(caller, action, key_arn)
            .with("kms:CallerAccount", account.clone())
            .with("aws:PrincipalAccount", account)
            .with("aws:PrincipalArn", arn)
            .with("aws:ResourceAccount", owner)
            .with("aws:PrincipalIsAWSService", ContextValue::one("false"))
            .with("aws:SecureTransport", ContextValue::one("true"));
        for key in [
            "aws:PrincipalServiceName",
            "aws:PrincipalServiceNamesList",
            "aws:SourceAccount",
            "aws:SourceArn",
            "aws:SourceOrgID",
            "aws:SourceOrgPaths",
        ] {
            context = context.with(key, ContextValue::Absent);
        }
        context
    }

    fn of(caller: Caller, action: &str, key_arn: &str) -> Self {
        Self {
            caller,
            action: action.to_owned(),
            key_arn: key_arn.to_owned(),
            values: BTreeMap::new(),
            absent_families: Vec::new(),
        }
    }

    /// CloudTrail's request for the data key of a log or digest file.
    ///
    /// Known are `aws:SourceArn` and `aws:SourceAccount` (CloudTrail user guide, *Configure AWS KMS
    /// key policies for CloudTrail*) and the encryption context: the trail, and the object or, with
    /// an S3 Bucket Key, the bucket (there, *How AWS CloudTrail uses AWS KMS*). That context is
    /// complete, so every other key `kms:EncryptionContext:` is absent. All else is not known, such
    /// as `kms:ViaService`, `kms:CallerAccount`, `aws:SourceOrgID`, `aws:PrincipalOrgID`,
    /// `aws:SecureTransport` and the time.
    #[must_use]
    pub fn cloudtrail_delivery(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:GenerateDataKey", delivery).with_log_context(delivery)
    }

    /// CloudTrail's request for the key's description, which it makes for a trail: as a delivery's,
    /// but without an encryption context, because only cryptographic operations and CreateGrant have
    /// one (KMS developer guide, *AWS KMS condition keys*, "kms:EncryptionContext").
    #[must_use]
    pub fn cloudtrail_describes_key(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:DescribeKey", delivery).without_family(ENCRYPTION_CONTEXT)
    }

    /// The same as if it had the encryption context of a delivery: what is allowed only so, is never
    /// allowed.
    #[must_use]
    pub fn cloudtrail_describes_key_in_context(delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_trail("kms:DescribeKey", delivery).with_log_context(delivery)
    }

    fn of_trail(action: &str, delivery: &CloudTrailDelivery<'_>) -> Self {
        Self::of_service(CLOUDTRAIL, action, delivery.key_arn)
            .with("aws:SourceArn", ContextValue::one(delivery.trail_arn))
            .with("aws:SourceAccount", ContextValue::one(delivery.trail_owner_account))
    }

    /// The encryption context of a log of this trail, complete.
    pub(crate) fn with_log_context(self, delivery: &CloudTrailDelivery<'_>) -> Self {
        let encryption_context = ["aws:cloudtrail:arn", "aws:s3:arn"].map(str::to_owned).to_vec();
        self.without_family(ENCRYPTION_CONTEXT)
            .with(TRAIL_CONTEXT, ContextValue::one(delivery.trail_arn))
            .with("kms:EncryptionContext:aws:s3:arn", sealed_arn(delivery))
            .with("kms:EncryptionContextKeys", ContextValue::Known(encryption_context))
    }

    /// The same request, with this said of a condition key.
    #[must_use]
    pub fn with(mut self, key: &str, value: ContextValue) -> Self {
        let value = match value {
            ContextValue::Known(values) if values.is_empty() => ContextValue::Absent,
            ContextValue::OneOf(values) if values.is_empty() => ContextValue::Unknown,
            value => value,
        };
        self.values.insert(key.to_ascii_lowercase(), value);
        self
    }

    /// The same request, without any condition key that starts so, but for those of which something
    /// else is said.
    #[must_use]
    pub fn without_family(mut self, start: &str) -> Self {
        self.absent_families.push(start.to_ascii_lowercase());
        self
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The action, with its prefix.
    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    /// The key.
    pub(crate) fn key_arn(&self) -> &str {
        &self.key_arn
    }

    /// What is known of a condition key, in whatever case it is written.
    pub(crate) fn value(&self, key: &str) -> &ContextValue {
        let key = key.to_ascii_lowercase();
        match self.values.get(&key) {
            Some(value) => value,
            None if self.absent_families.iter().any(|it| key.starts_with(it)) => {
                &ContextValue::Absent
            }
            None => &ContextValue::Unknown,
        }
    }
}

impl ContextValue {
    /// One value, known.
    #[must_use]
    pub fn one(value: &str) -> Self {
        Self::Known(vec![value.to_owned()])
    }
}

/// The `aws:PrincipalArn` of an identity: a role's for its sessions, with a path that a session's
/// own ARN does not show.
fn principal_arn(caller: &Caller, key_arn: &str) -> ContextValue {
    match (caller, arn_parts(key_arn), caller.account()) {
        (Caller::Identity { arn }, ..) if arn.split(':').nth(2) == Some("iam") => {
            ContextValue::one(arn)
        }
        (_, Some([_, partition, ..]), Some(account)) => {
            let of =
                |service| Possibility::StartsWith(format!("arn:{partition}:{service}::{account}:"));
            ContextValue::OneOf(vec![of("iam"), of("sts")])
        }
        _ => ContextValue::Unknown,
    }
}

/// The `aws:s3:arn` of a delivery: log and digest files lie under `[prefix/]AWSLogs/`, and their
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
        for key in ["kms:ViaService", "kms:CallerAccount", "aws:SourceOrgID", "aws:CurrentTime"] {
            check(key, &ContextValue::Unknown);
        }
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

    #[test]
    fn an_empty_value_is_no_value() {
        let context = RequestContext::of_service("s", "kms:Decrypt", "k");
        let context = context.with("a", ContextValue::Known(Vec::new()));
        assert_eq!(context.value("A"), &ContextValue::Absent);
        let context = context.with("A", ContextValue::OneOf(Vec::new()));
        assert_eq!(context.value("a"), &ContextValue::Unknown);
    }
}
