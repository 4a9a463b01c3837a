//! KMS: keys, their policies and rotation.

mod describe;
mod find;
mod lists;
mod policy;
mod rotation;
#[cfg(test)]
mod tests;

pub(crate) use find::names_caller;

use serde_json::json;

use super::{Answer, Call, Context, Operation, Payer, Quota};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    operation("DescribeKey", "kms:DescribeKey", 2000, find::resource, describe::describe_key),
    operation("GetKeyPolicy", "kms:GetKeyPolicy", 1000, find::resource, get_key_policy),
    operation(
        "GetKeyRotationStatus",
        "kms:GetKeyRotationStatus",
        1000,
        find::resource,
        rotation::get_key_rotation_status,
    ),
    operation("ListGrants", "kms:ListGrants", 100, find::resource, lists::list_grants),
    operation("ListAliases", "kms:ListAliases", 500, every_resource, lists::list_aliases),
    operation("ListKeys", "kms:ListKeys", 500, every_resource, lists::list_keys),
    operation(
        "ListResourceTags",
        "kms:ListResourceTags",
        2000,
        find::resource,
        lists::list_resource_tags,
    ),
];

/// KMS developer guide, "Request quotas": so many a second; the account that asks pays.
const fn operation(
    name: &'static str,
    action: &'static str,
    per_second: u32,
    resource: fn(&World, &Call<'_>) -> String,
    answer: Answer,
) -> Operation {
    let quota = Quota { bucket: action, per_second, burst: per_second, payer: Payer::RegionStatus };
    Operation { name, action: Some(action), is_read: true, quota, resource, answer }
}

/// KMS names `*` where an operation is about no key.
fn every_resource(_: &World, _: &Call<'_>) -> String {
    "*".to_owned()
}

/// The policy, as text. There is one, and its name is `default`.
fn get_key_policy(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    const ONLY_NAME: &str = "default";
    let key = find::permitted(context.world, call, find::Reach::OwnAccount)?;
    let name = call.text("PolicyName").unwrap_or(ONLY_NAME);
    if name != ONLY_NAME {
        let message = format!("No such policy exists: {name}");
        return Err(Fault::new(400, "NotFoundException", message));
    }
    Ok(Reply::Json(json!({ "Policy": &*key.policy, "PolicyName": ONLY_NAME })))
}
