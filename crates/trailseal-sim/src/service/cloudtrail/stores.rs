//! ListEventDataStores and GetEventDataStore.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::find::parse_arn;
use super::selectors::advanced;
use crate::service::paging::page;
use crate::service::times::{seconds, within_second};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::trail::EventDataStore;

const MOST_A_PAGE: i64 = 1000;

/// The stores of the account and Region: their ARNs and names. AWS no longer tells more here.
pub(super) fn list_event_data_stores(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let (account, region) = (call.session.account, call.region);
    let size = call.number("MaxResults").unwrap_or(MOST_A_PAGE);
    let size = usize::try_from(size).ok().filter(|_| (1..=MOST_A_PAGE).contains(&size));
    let size = size.ok_or_else(|| {
        let message = format!("MaxResults must be between 1 and {MOST_A_PAGE}.");
        Fault::new(400, "InvalidMaxResultsException", message)
    })?;
    let (stores, next) = page(
        context.world,
        &format!("ListEventDataStores {account} {region}"),
        context.world.stores_of(account, region),
        call.text("NextToken"),
        size,
    )
    .ok_or_else(|| Fault::new(400, "InvalidNextTokenException", "NextToken is not valid."))?;
    let stores: Vec<_> = stores
        .into_iter()
        .map(|it| json!({ "EventDataStoreArn": it.arn(), "Name": it.name }))
        .collect();
    let mut output = json!({ "EventDataStores": stores });
    if let Some(next) = next {
        output["NextToken"] = next.into();
    }
    Ok(Reply::Json(output))
}

/// One store; only here the key shows.
pub(super) fn get_event_data_store(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let text = call.text("EventDataStore").unwrap_or_default();
    let store = store(context.world, call, text)?;
    Ok(Reply::Json(described(context.world, store)))
}

/// The store with this ARN, or with this id at its end.
pub(super) fn store<'a>(
    world: &'a World,
    call: &Call<'_>,
    text: &str,
) -> Result<&'a EventDataStore, Fault> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "._/-:".contains(it);
    let has_form = (3..=256).contains(&text.len()) && text.chars().all(is_plain);
    let invalid = || {
        let message = format!("Event data store ARN {text} is not valid.");
        Fault::new(400, "EventDataStoreARNInvalidException", message)
    };
    let here = (call.region, call.session.account);
    let (place, id) = if text.starts_with("arn:") {
        let (region, account, resource) = parse_arn(world, text).ok_or_else(invalid)?;
        ((region, account), resource.strip_prefix("eventdatastore/").ok_or_else(invalid)?)
    } else {
        (here, text)
    };
    let is_here = place == here;
    let found = world.stores_of(here.1, here.0).find(|it| is_here && *it.id == *id);
    found.ok_or_else(|| {
        if !has_form {
            return invalid();
        }
        let message = format!("Event data store {text} does not exist.");
        Fault::new(400, "EventDataStoreNotFoundException", message)
    })
}

/// The ARN of the store that the request names.
pub(super) fn named_store(_: &World, call: &Call<'_>) -> String {
    let text = call.text("EventDataStore").unwrap_or_default();
    if text.is_empty() || text.starts_with("arn:") {
        return text.to_owned();
    }
    let (region, account) = (call.region, call.session.account);
    format!("arn:{}:cloudtrail:{region}:{account}:eventdatastore/{text}", region.partition())
}

fn described(world: &World, store: &EventDataStore) -> Value {
    let age = world.draw("event data store").word(&store.id).below(700);
    let age = SignedDuration::from_hours(24 * (30 + i64::try_from(age).unwrap_or_default()));
    let created = world.start().saturating_sub(age).unwrap_or_default();
    let created = seconds(within_second(world.draw("event data store").word(&store.id), created));
    let mut output = json!({
        "EventDataStoreArn": store.arn(),
        "Name": store.name,
        "Status": store.status,
        "AdvancedEventSelectors": advanced(),
        "MultiRegionEnabled": store.is_multi_region,
        "OrganizationEnabled": store.is_organization,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": &*store.status != "PENDING_DELETION",
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
        "FederationStatus": "DISABLED",
        "CreatedTimestamp": created,
        "UpdatedTimestamp": created,
    });
    if let Some(key) = &store.key {
        output["KmsKeyId"] = (**key).into();
    }
    output
}
