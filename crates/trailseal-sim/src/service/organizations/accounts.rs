//! Accounts and what is delegated to them.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::email::email;
use super::page::page;
use super::tree::{path, place_of};
use super::{Call, Context, administration, arn, is_account, required};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::account::{Account, AccountId, Joined};
use crate::world::{Organization, World};

pub(super) fn list_accounts(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let accounts = context.world.accounts();
    page(context, call, ("Accounts", ""), accounts.len(), |index| {
        account(context.world, organization, &accounts[index])
    })
}

pub(super) fn list_accounts_for_parent(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let (parent, place) = place_of(context.world, organization, call)?;
    let under = context.world.accounts_under(place);
    page(context, call, ("Accounts", parent), under.len(), |index| {
        let found = &context.world.accounts()[under[index] as usize];
        account(context.world, organization, found)
    })
}

pub(super) fn describe_account(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let found = known_account(context.world, call)?;
    Ok(Reply::Json(json!({ "Account": account(context.world, organization, found) })))
}

/// The account that the parameter `AccountId` names.
fn known_account<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Account, Fault> {
    let id = required(call, "AccountId", is_account)?;
    let found = id.parse().ok().and_then(|id| world.account(id));
    found.ok_or_else(|| {
        let message = "You specified an account that doesn't exist.";
        Fault::new(400, "AccountNotFoundException", message)
    })
}

pub(super) fn list_delegated_administrators(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let service = call.text("ServicePrincipal");
    let asked = organization.delegated.iter();
    let asked = asked.filter(|it| service.is_none_or(|service| &*it.1 == service));
    let mut ids: Vec<AccountId> = asked.map(|it| it.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let accounts: Vec<&Account> =
        ids.into_iter().filter_map(|it| context.world.account(it)).collect();
    let question = ("DelegatedAdministrators", service.unwrap_or_default());
    page(context, call, question, accounts.len(), |index| {
        let found = accounts[index];
        let mut value = account(context.world, organization, found);
        if let Some(members) = value.as_object_mut() {
            members.remove("Paths");
            members.insert("DelegationEnabledDate".to_owned(), delegated_at(context.world, found));
        }
        value
    })
}

pub(super) fn list_delegated_services(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let organization = administration(context, call)?;
    let found = known_account(context.world, call)?;
    let delegated = organization.delegated.iter().filter(|it| it.0 == found.id);
    let services: Vec<&str> = delegated.map(|it| &*it.1).collect();
    if services.is_empty() {
        let message = "The provided account is not a registered delegated administrator for your organization.";
        return Err(Fault::new(400, "AccountNotRegisteredException", message));
    }
    let question = format!("{:?}", found.id);
    page(context, call, ("DelegatedServices", &question), services.len(), |index| {
        json!({
            "ServicePrincipal": services[index],
            "DelegationEnabledDate": delegated_at(context.world, found),
        })
    })
}

/// An account as the API shows it.
fn account(world: &World, organization: &Organization, account: &Account) -> Value {
    let id = account.id.to_string();
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("Arn", arn(world, organization, "account", &id).into());
    put("Email", email(account.id).into());
    put("Name", (&*account.name).into());
    if let Some(status) = account.state.status().filter(|_| organization.shows_status) {
        put("Status", status.into());
    }
    if organization.shows_state {
        put("State", account.state.state().into());
    }
    if organization.shows_paths {
        put("Paths", json!([format!("{}{id}/", path(organization, account.unit))]));
    }
    let joined = match account.joined {
        Joined::Created => "CREATED",
        Joined::Invited => "INVITED",
    };
    put("JoinedMethod", joined.into());
    put("JoinedTimestamp", days_before_start(world, joined_days(world, organization, account)));
    put("Id", id.into());
    members.into()
}

/// The organization is five years old; its members came at some time since, long enough ago that
/// nothing that the world tells of them is older.
fn joined_days(world: &World, organization: &Organization, account: &Account) -> f64 {
    if account.id == organization.management {
        return 5.0 * 365.0;
    }
    400.0 + world.draw("joined").number(account.id.number()).fraction() * 1400.0
}

fn delegated_at(world: &World, account: &Account) -> Value {
    let fraction = world.draw("delegated").number(account.id.number()).fraction();
    days_before_start(world, fraction * 400.0)
}

/// JSON 1.1 has times as seconds with a fraction.
fn days_before_start(world: &World, days: f64) -> Value {
    let ago = SignedDuration::try_from_secs_f64(days * 86_400.0).unwrap_or_default();
    let time = world.start().saturating_sub(ago).unwrap_or(world.start());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our time fit a double")]
    let seconds = time.as_millisecond() as f64 / 1000.0;
    seconds.into()
}
