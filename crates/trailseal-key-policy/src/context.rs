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

/// A request of an AWS service, made as itself, on a KMS key.
///
/// A condition key of which nothing was said is [`ContextValue::Unknown`]. Condition keys match in
/// any case, those of the encryption context too (KMS developer guide, *AWS KMS condition keys*,
/// "Case sensitivity of the encryption context condition").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    service: String,
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

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

impl RequestContext {
    /// A request of `service` (`cloudtrail.amazonaws.com`) for `action` (`kms:GenerateDataKey`) on
    /// the key. Only what makes it a request of a service is known: `aws:PrincipalIsAWSService` and
    /// `aws:PrincipalServiceName` (IAM user guide, *AWS global condition context keys*).
    #[must_use]
    pub fn of_service(service: &str, action: &str, key_arn: &str) -> Self {
        let context = Self {
            service: service.to_owned(),
            action: action.to_owned(),
            key_arn: key_arn.to_owned(),
            values: BTreeMap::new(),
            absent_families: Vec::new(),
        };
        context
            .with("aws:PrincipalIsAWSService", ContextValue::one("true"))
            .with("aws:PrincipalServiceName", ContextValue::one(service))
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
        let encryption_context = ["aws:cloudtrail:arn", "aws:s3:arn"].map(str::to_owned).to_vec();
        Self::of_service(CLOUDTRAIL, "kms:GenerateDataKey", delivery.key_arn)
            .with("aws:SourceArn", ContextValue::one(delivery.trail_arn))
            .with("aws:SourceAccount", ContextValue::one(delivery.trail_owner_account))
            .without_family("kms:EncryptionContext:")
            .with("kms:EncryptionContext:aws:cloudtrail:arn", ContextValue::one(delivery.trail_arn))
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

    /// The calling service's principal.
    pub(crate) fn service(&self) -> &str {
        &self.service
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
    fn an_empty_value_is_no_value() {
        let context = RequestContext::of_service("s", "kms:Decrypt", "k");
        let context = context.with("a", ContextValue::Known(Vec::new()));
        assert_eq!(context.value("A"), &ContextValue::Absent);
        let context = context.with("A", ContextValue::OneOf(Vec::new()));
        assert_eq!(context.value("a"), &ContextValue::Unknown);
    }
}
