//! The organization itself, its root and its units.

use serde_json::{Value, json};

use super::email::email;
use super::page::page;
use super::{
    Call, Context, administration, arn, invalid, is_account, is_root, is_unit, membership, required,
};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::account::AccountId;
use crate::world::{Organization, World};

pub(super) fn describe_organization(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let organization = membership(context, call)?;
    let (partition, management) = (context.world.partition(), organization.management);
    let id = &*organization.id;
    Ok(Reply::Json(json!({
        "Organization": {
            "Id": id,
            "Arn": format!("arn:{partition}:organizations::{management}:organization/{id}"),
            "FeatureSet": "ALL",
            "MasterAccountArn": arn(context.world, organization, "account", &management.to_string()),
            "MasterAccountId": management.to_string(),
            "MasterAccountEmail": email(management),
            "AvailablePolicyTypes": policy_types(),
        }
    })))
}

fn policy_types() -> Value {
    json!([{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }])
}

pub(super) fn list_roots(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    page(context, call, ("Roots", ""), 1, |_| {
        json!({
            "Id": &*organization.root_id,
            "Arn": arn(context.world, organization, "root", &organization.root_id),
            "Name": "Root",
            "PolicyTypes": policy_types(),
        })
    })
}

pub(super) fn list_units(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let (parent, place) = place_of(context.world, organization, call)?;
    let under = context.world.units_under(place);
    page(context, call, ("OrganizationalUnits", parent), under.len(), |index| {
        unit(context.world, organization, under[index])
    })
}

pub(super) fn describe_unit(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let id = required(call, "OrganizationalUnitId", is_unit)?;
    let place = context.world.unit(id).ok_or_else(|| {
        let message = "You specified an organizational unit that doesn't exist.";
        Fault::new(400, "OrganizationalUnitNotFoundException", message)
    })?;
    Ok(Reply::Json(json!({ "OrganizationalUnit": unit(context.world, organization, place) })))
}

pub(super) fn list_children(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let (parent, place) = place_of(context.world, organization, call)?;
    let world = context.world;
    let kind = required(call, "ChildType", |_| true)?;
    let question = format!("{parent} {kind}");
    let child = |id: &str| json!({ "Id": id, "Type": kind });
    match kind {
        "ACCOUNT" => {
            let under = world.accounts_under(place);
            page(context, call, ("Children", &question), under.len(), |index| {
                child(&world.accounts()[under[index] as usize].id.to_string())
            })
        }
        "ORGANIZATIONAL_UNIT" => {
            let under = world.units_under(place);
            page(context, call, ("Children", &question), under.len(), |index| {
                child(&organization.units[under[index] as usize].id)
            })
        }
        _ => Err(invalid("INVALID_ENUM", "You specified an invalid value.")),
    }
}

pub(super) fn list_parents(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let child = required(call, "ChildId", |it| is_account(it) || is_unit(it))?;
    let parent = match child.parse::<AccountId>() {
        Ok(id) => context.world.account(id).map(|it| it.unit),
        Err(_) => context.world.unit(child).map(|place| organization.units[place as usize].parent),
    };
    let parent = parent.ok_or_else(|| {
        let message = "You specified a child that doesn't exist.";
        Fault::new(400, "ChildNotFoundException", message)
    })?;
    page(context, call, ("Parents", child), 1, |_| match parent {
        Some(place) => json!({
            "Id": &*organization.units[place as usize].id,
            "Type": "ORGANIZATIONAL_UNIT",
        }),
        None => json!({ "Id": &*organization.root_id, "Type": "ROOT" }),
    })
}

/// An account has its tags; units and the root have none in a simulated world.
pub(super) fn list_tags(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let id = required(call, "ResourceId", |it| is_account(it) || is_unit(it) || is_root(it))?;
    let found = id.parse().ok().and_then(|it| context.world.account(it));
    let is_place = context.world.unit(id).is_some() || id == &*organization.root_id;
    if found.is_none() && !is_place {
        let message = "You specified a target that doesn't exist.";
        return Err(Fault::new(400, "TargetNotFoundException", message));
    }
    let tags = found.map(|it| &*it.tags).unwrap_or_default();
    page(context, call, ("Tags", id), tags.len(), |index| {
        let (key, value) = &tags[index];
        json!({ "Key": &**key, "Value": &**value })
    })
}

/// The place that `ParentId` names, with the id.
pub(super) fn place_of<'a>(
    world: &World,
    organization: &Organization,
    call: &'a Call<'_>,
) -> Result<(&'a str, Option<u32>), Fault> {
    let id = required(call, "ParentId", |it| is_root(it) || is_unit(it))?;
    if id == &*organization.root_id {
        return Ok((id, None));
    }
    let place = world.unit(id).ok_or_else(|| {
        let message = "You specified parent that doesn't exist.";
        Fault::new(400, "ParentNotFoundException", message)
    })?;
    Ok((id, Some(place)))
}

fn unit(world: &World, organization: &Organization, place: u32) -> Value {
    let unit = &organization.units[place as usize];
    let mut value = json!({
        "Id": &*unit.id,
        "Arn": arn(world, organization, "ou", &unit.id),
        "Name": &*unit.name,
    });
    if organization.shows_paths {
        value["Path"] = path(organization, Some(place)).into();
    }
    value
}

/// The path down to a place, with a slash at its end.
pub(super) fn path(organization: &Organization, place: Option<u32>) -> String {
    let mut ids = Vec::new();
    let mut at = place;
    while let Some(place) = at {
        let unit = &organization.units[place as usize];
        ids.push(&*unit.id);
        at = unit.parent;
    }
    let mut path = format!("{}/{}/", organization.id, organization.root_id);
    for id in ids.into_iter().rev() {
        path.push_str(id);
        path.push('/');
    }
    path
}
