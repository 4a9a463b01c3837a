//! Lists of KMS: keys, aliases, grants and tags. Nothing is granted, and nothing tagged.

use serde_json::{Value, json};

use super::describe::created;
use super::find::{self, Reach};
use crate::service::paging::page;
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::key::Key;

/// The grants of a key.
pub(super) fn list_grants(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    find::permitted(context.world, call, Reach::OtherAccounts)?;
    listed(context.world, call, "Grants", Limits { most: 100, usual: 50 }, std::iter::empty())
}

/// The tags of a key.
pub(super) fn list_resource_tags(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    find::permitted(context.world, call, Reach::OwnAccount)?;
    listed(context.world, call, "Tags", Limits { most: 50, usual: 50 }, std::iter::empty())
}

/// The keys of the account and Region.
pub(super) fn list_keys(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let keys =
        own_keys(context.world, call).map(|it| json!({ "KeyId": it.id, "KeyArn": it.arn() }));
    listed(context.world, call, "Keys", Limits { most: 1000, usual: 100 }, keys)
}

/// The aliases of the account and Region, or of one key. Only IAM decides about them.
pub(super) fn list_aliases(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let world = context.world;
    let of_key = call.text("KeyId").map(|_| find::resource(world, call));
    let aliases = own_keys(world, call)
        .filter(|it| of_key.as_ref().is_none_or(|arn| it.arn() == *arn))
        .flat_map(|key| {
            let at = created(world, key).as_second();
            let prefix = key.arn();
            let prefix = prefix.rsplit_once(":key/").map_or_else(String::new, |it| it.0.to_owned());
            key.aliases.iter().map(move |alias| {
                json!({
                    "AliasName": alias,
                    "AliasArn": format!("{prefix}:{alias}"),
                    "TargetKeyId": key.id,
                    "CreationDate": at,
                    "LastUpdatedDate": at,
                })
            })
        });
    listed(world, call, "Aliases", Limits { most: 100, usual: 50 }, aliases)
}

fn own_keys<'a>(world: &'a World, call: &Call<'_>) -> impl Iterator<Item = &'a Key> {
    let (account, region) = (call.session.account, call.region);
    world.keys().iter().filter(move |it| it.account == account && it.region == region)
}

/// How many entries come at once.
#[derive(Clone, Copy)]
struct Limits {
    most: i64,
    usual: i64,
}

fn listed(
    world: &World,
    call: &Call<'_>,
    member: &str,
    limits: Limits,
    list: impl Iterator<Item = Value>,
) -> Result<Reply, Fault> {
    let limit = call.number("Limit").unwrap_or(limits.usual);
    let size = usize::try_from(limit).ok().filter(|_| (1..=limits.most).contains(&limit));
    let size = size.ok_or_else(|| {
        let message = format!("1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and {}", limits.most);
        Fault::new(400, "ValidationException", message)
    })?;
    let (account, region) = (call.session.account, call.region);
    let subject = call.text("KeyId").unwrap_or_default();
    let question = format!("{member} {account} {region} {subject}");
    let (items, next) = page(world, &question, list, call.text("Marker"), size)
        .ok_or_else(|| Fault::new(400, "InvalidMarkerException", "Could not deserialize marker"))?;
    let mut output = json!({ member: items, "Truncated": next.is_some() });
    if let Some(next) = next {
        output["NextMarker"] = next.into();
    }
    Ok(Reply::Json(output))
}
