//! ListTags. Nothing is tagged.

use serde_json::{Value, json};

use super::faults::{invalid_arn, unknown_trail, wrong_account, wrong_region};
use super::find::{Named, parse_arn, trails_had};
use super::stores;
use crate::service::{Call, Context};
use crate::wire::fault::Fault;
use crate::wire::{Input, Reply};
use crate::world::World;

/// The tags of trails and stores of this account and Region; an organization's trail has them for
/// its owner only.
pub(super) fn list_tags(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let lists = resources(call).map(|arn| {
        check(context.world, call, arn)?;
        Ok(json!({ "ResourceId": arn, "TagsList": [] }))
    });
    let lists = lists.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Reply::Json(json!({ "ResourceTagList": lists })))
}

fn resources<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a str> {
    let list = match &call.input {
        Input::Json(input) => input.get("ResourceIdList").and_then(Value::as_array),
        Input::Query(_) | Input::S3(_) => None,
    };
    list.into_iter().flatten().map(|it| it.as_str().unwrap_or_default())
}

fn check(world: &World, call: &Call<'_>, arn: &str) -> Result<(), Fault> {
    let (region, account, resource) = parse_arn(world, arn).ok_or_else(|| invalid_arn(arn))?;
    if account != call.session.account {
        return Err(wrong_account(call));
    }
    if region != call.region {
        return Err(wrong_region(call));
    }
    if resource.starts_with("eventdatastore/") {
        return stores::store(world, call, arn).map(|_| ());
    }
    let named = Named::read(world, arn)?;
    let is_there =
        trails_had(world, account).any(|it| named.is_of(it, call) && !it.is_deleted_after_listing);
    let missing = unknown_trail(call, arn);
    let missing = Fault { code: "ResourceNotFoundException".into(), ..missing };
    if is_there { Ok(()) } else { Err(missing) }
}

/// The first of the ARNs: messages name one.
pub(super) fn first_resource(_: &World, call: &Call<'_>) -> String {
    resources(call).next().unwrap_or_default().to_owned()
}
