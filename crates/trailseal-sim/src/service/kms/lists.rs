//! Lists of KMS: keys, aliases, grants and tags. Nothing is tagged.

use serde_json::{Map, Value, json};

use super::describe::{created, draw};
use super::find::{self, Reach};
use crate::service::paging::page;
use crate::service::times::{seconds, within_second};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::key::{Grant, Grantee, Key};

/// The grants of a key, or those of them that the request is about.
pub(super) fn list_grants(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let world = context.world;
    let key = find::permitted(world, call, Reach::OtherAccounts)?;
    let is_asked = |entry: &Value| {
        ["GrantId", "GranteePrincipal"]
            .iter()
            .all(|name| call.text(name).is_none_or(|wanted| entry[*name] == wanted))
    };
    let grants = (0..).zip(&key.grants).map(|(index, grant)| granted(world, key, index, grant));
    let grants = grants.filter(is_asked);
    listed(world, call, "Grants", Limits { most: 100, usual: 50 }, grants)
}

/// KMS API reference, "GrantListEntry": what is not set is absent.
fn granted(world: &World, key: &Key, index: u64, grant: &Grant) -> Value {
    let draw = draw(world, key).word("grant").number(index);
    let mut entry = json!({
        "KeyId": key.arn(),
        "GrantId": draw.text("0123456789abcdef", 64),
        "CreationDate": seconds(within_second(draw, created(world, key))),
        "IssuingAccount": format!("arn:{}:iam::{}:root", world.partition(), key.account),
        "Operations": grant.operations,
    });
    let context = |pairs: &[(Box<str>, Box<str>)]| {
        let pairs = pairs.iter().map(|(name, value)| (name.to_string(), Value::from(&**value)));
        Value::Object(pairs.collect())
    };
    let mut constraints = Map::new();
    if !grant.subset.is_empty() {
        constraints.insert("EncryptionContextSubset".to_owned(), context(&grant.subset));
    }
    if !grant.equals.is_empty() {
        constraints.insert("EncryptionContextEquals".to_owned(), context(&grant.equals));
    }
    match &grant.grantee {
        Grantee::Principal(name) => entry["GranteePrincipal"] = (**name).into(),
        Grantee::Service { name, source_arn } => {
            entry["GranteeServicePrincipal"] = (**name).into();
            constraints.insert("SourceArn".to_owned(), (**source_arn).into());
        }
    }
    if let Some(name) = &grant.name {
        entry["Name"] = (**name).into();
    }
    if let Some(name) = &grant.retiring {
        entry["RetiringPrincipal"] = (**name).into();
    }
    if !constraints.is_empty() {
        entry["Constraints"] = constraints.into();
    }
    entry
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
            let at = seconds(created(world, key));
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
