//! Which bucket a call is about, and whether it lets the caller in.

use super::{bucket_arn, request};
use crate::authorization::decision;
use crate::denial::{binding, denied_by};
use crate::policy::Decision;
use crate::service::{Call, Context};
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::bucket::{Bucket, Readers};
use crate::world::denial::{PolicyKind, matches_action};

/// Whether it matters which Region a request was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Routing {
    /// Another Region than the bucket's redirects.
    Strict,
    /// Every Region answers.
    Anywhere,
}

/// The bucket that a call is about, where its Region, its owner and its policy let the caller in.
pub(super) fn enter<'a>(
    context: &Context<'a>,
    call: &Call<'_>,
    routing: Routing,
) -> Result<&'a Bucket, Fault> {
    let request = request(call)?;
    let name = request.bucket.as_deref().unwrap_or_default();
    let Some(bucket) = context.world.bucket(name) else {
        let fault = Fault::new(404, "NoSuchBucket", "The specified bucket does not exist");
        return Err(fault.element("BucketName", name));
    };
    // S3 API reference, "HeadBucket": the Region is told whatever the permissions.
    let here = |fault: Fault| fault.header("x-amz-bucket-region", bucket.region.name());
    if routing == Routing::Strict && call.region != bucket.region {
        return Err(here(redirect(bucket)));
    }
    if let Some(expected) = request.header("x-amz-expected-bucket-owner") {
        let Ok(expected) = expected.parse::<AccountId>() else {
            return Err(here(Fault::new(
                400,
                "InvalidBucketOwnerAWSAccountID",
                "The value of the expected bucket owner parameter must be an AWS account ID",
            )));
        };
        if expected != bucket.owner {
            return Err(here(Fault::new(403, "AccessDenied", "Access Denied")));
        }
    }
    admit(context.world, bucket, call).map_err(here)?;
    Ok(bucket)
}

fn redirect(bucket: &Bucket) -> Fault {
    const MESSAGE: &str = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    let suffix = match bucket.region.partition().name() {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    Fault::new(301, "PermanentRedirect", MESSAGE)
        .element("Endpoint", format!("{}.s3.{}.{suffix}", bucket.name, bucket.region))
        .element("Bucket", &*bucket.name)
}

fn admit(world: &World, bucket: &Bucket, call: &Call<'_>) -> Result<(), Fault> {
    let action = call.operation.action.unwrap_or_default();
    let is_denied = denies(bucket, action);
    let caller = call.session.account;
    let is_let_in =
        caller == bucket.owner || (call.operation.is_read && reads(world, bucket, caller));
    if is_let_in && !is_denied {
        return Ok(());
    }
    // S3 user guide, "Troubleshoot access denied (403 Forbidden) errors": only callers of the same
    // account or organization are told why.
    let is_in = |id| world.organization().is_some() && world.account(id).is_some();
    let is_told = caller == bucket.owner || (is_in(caller) && is_in(bucket.owner));
    let kind = if is_told { PolicyKind::Resource } else { PolicyKind::Untold };
    let resource = (call.operation.resource)(world, call);
    Err(denied_by(kind, is_denied, None, call, &resource))
}

fn denies(bucket: &Bucket, action: &str) -> bool {
    bucket.denied_actions.iter().any(|it| matches_action(it, action))
}

fn reads(world: &World, bucket: &Bucket, caller: AccountId) -> bool {
    match &bucket.readers {
        Readers::OwnerOnly => false,
        Readers::Organization => world.organization().is_some() && world.account(caller).is_some(),
        Readers::Accounts(accounts) => accounts.contains(&caller),
    }
}

/// What a caller gets for a key that does not exist: 404 only with permission to list the bucket
/// (S3 API reference, "HeadObject").
pub(super) fn no_such_key(context: &Context<'_>, call: &Call<'_>, bucket: &Bucket) -> Fault {
    let world = context.world;
    let arn = bucket_arn(world, &bucket.name);
    let may_list = !denies(bucket, super::LIST_BUCKET)
        && binding(world, call, super::LIST_BUCKET, &arn).is_none()
        && decision(world, call, super::LIST_BUCKET, &arn) == Decision::Allowed;
    if !may_list {
        return Fault::new(403, "AccessDenied", "Access Denied");
    }
    let key = request(call).ok().and_then(|it| it.key.as_deref()).unwrap_or_default();
    Fault::new(404, "NoSuchKey", "The specified key does not exist.").element("Key", key)
}
