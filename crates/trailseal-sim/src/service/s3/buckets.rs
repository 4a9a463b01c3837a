//! Buckets: which there are, where they are, and how they encrypt.

use jiff::SignedDuration;

use super::access::{Routing, enter};
use super::{bucket_arn, document, invalid_argument, iso, limit, request};
use crate::service::paging::{text_place, text_token};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::bucket::Bucket;
use crate::world::region::Region;
use crate::world::trail::Seal;

/// Some time of the year before the world's start.
fn created(world: &World, bucket: &Bucket) -> String {
    let seconds = world.draw("bucket").word(&bucket.name).below(31_536_000).cast_signed();
    iso(world.start() - SignedDuration::from_hours(24) - SignedDuration::from_secs(seconds))
}

/// The canonical id of an account.
fn canonical_id(world: &World, account: u64) -> String {
    world.draw("canonical").number(account).text("0123456789abcdef", 64)
}

/// ListBuckets: the caller's own buckets.
pub(super) fn list(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let world = context.world;
    let request = request(call)?;
    let most = limit(request, "max-buckets", 10_000)?;
    if most == 0 {
        const RANGE: &str = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(invalid_argument(RANGE, "max-buckets", "0"));
    }
    let region = match request.parameter("bucket-region") {
        Some(name) => Some(Region::new(name).ok_or_else(|| {
            let fault = Fault::new(
                400,
                "InvalidArgument",
                format!("Argument value {name} is not a valid AWS Region"),
            );
            fault.element("ArgumentName", "bucket-region")
        })?),
        None => None,
    };
    let prefix = request.parameter("prefix");
    // Regions come once one of the parameters is there.
    let asked = ["max-buckets", "continuation-token", "prefix", "bucket-region"];
    let with_region = asked.iter().any(|it| request.parameter(it).is_some());
    let (seed, question) = (world.draw("buckets").value(), call.session.account.to_string());
    let mut buckets = world.buckets_of(call.session.account);
    buckets.retain(|it| {
        it.name.starts_with(prefix.unwrap_or_default())
            && region.is_none_or(|region| region == it.region)
    });
    if let Some(token) = request.parameter("continuation-token").filter(|it| !it.is_empty()) {
        let last = text_place(seed, &question, token).ok_or_else(|| {
            let fault = Fault::new(400, "InvalidArgument", super::list::WRONG_TOKEN);
            fault.element("ArgumentName", "continuation-token")
        })?;
        buckets.retain(|it| *it.name > *last);
    }
    let is_whole = buckets.len() <= most;
    buckets.truncate(most);
    Ok(document(Vec::new(), "ListAllMyBucketsResult", |xml| {
        xml.nested("Owner", |it| {
            it.element("ID", &canonical_id(world, call.session.account.number()));
        });
        xml.nested("Buckets", |xml| {
            for bucket in &buckets {
                xml.nested("Bucket", |it| {
                    it.element("Name", &bucket.name);
                    it.element("CreationDate", &created(world, bucket));
                    it.optional("BucketRegion", with_region.then(|| bucket.region.name()));
                    it.element("BucketArn", &bucket_arn(world, &bucket.name));
                });
            }
        });
        xml.optional("Prefix", prefix);
        if let (false, Some(last)) = (is_whole, buckets.last()) {
            xml.element("ContinuationToken", &text_token(seed, &question, &last.name));
        }
    }))
}

/// HeadBucket.
pub(super) fn head(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let bucket = enter(context, call, Routing::Strict)?;
    let headers = vec![
        ("x-amz-bucket-region", bucket.region.name().to_owned()),
        ("x-amz-bucket-arn", bucket_arn(context.world, &bucket.name)),
        ("x-amz-access-point-alias", "false".to_owned()),
        ("content-type", "application/xml".to_owned()),
    ];
    Ok(Reply::S3 { status: 200, headers, body: bytes::Bytes::new() })
}

/// GetBucketLocation: nothing for us-east-1, and an answer in every Region.
pub(super) fn location(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let bucket = enter(context, call, Routing::Anywhere)?;
    Ok(document(Vec::new(), "LocationConstraint", |xml| {
        if bucket.region.name() != "us-east-1" {
            xml.raw(bucket.region.name());
        }
    }))
}

/// GetBucketEncryption.
pub(super) fn encryption(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let bucket = enter(context, call, Routing::Strict)?;
    let (algorithm, key) = match &bucket.default_seal {
        Seal::Aes256 | Seal::CustomerProvided => ("AES256", None),
        Seal::Kms(key) => ("aws:kms", Some(&**key)),
        Seal::KmsWithoutKey => ("aws:kms", None),
        Seal::Dsse(key) => ("aws:kms:dsse", Some(&**key)),
        Seal::Undocumented { algorithm, key } => (&**algorithm, Some(&**key)),
        Seal::Unencrypted => {
            let fault = Fault::new(
                404,
                "ServerSideEncryptionConfigurationNotFoundError",
                "The server side encryption configuration was not found",
            );
            return Err(fault.element("BucketName", &*bucket.name));
        }
    };
    let uses_bucket_key = algorithm == "aws:kms"
        && context.world.trails_into(&bucket.name).any(|it| it.deliveries.uses_bucket_key);
    Ok(document(Vec::new(), "ServerSideEncryptionConfiguration", |xml| {
        xml.nested("Rule", |it| {
            it.element("BucketKeyEnabled", if uses_bucket_key { "true" } else { "false" });
            it.nested("ApplyServerSideEncryptionByDefault", |it| {
                it.element("SSEAlgorithm", algorithm).optional("KMSMasterKeyID", key);
            });
        });
    }))
}
