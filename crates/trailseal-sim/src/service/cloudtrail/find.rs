//! Which trails an account has where, and the one that a request names.

use super::faults::{check_name, invalid_arn, unknown_trail, wrong_account};
use crate::service::Call;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::region::Region;
use crate::world::trail::Trail;

/// The trails of an account in all Regions: its own, and as a member the organization's.
///
/// CloudTrail user guide, "Creating a trail for an organization": members have a copy that keeps
/// the ARN of the owner, but none if they have not enabled the trail's home Region.
pub(super) fn trails_had(world: &World, account: AccountId) -> impl Iterator<Item = &Trail> {
    let member = world.account(account).filter(|_| world.organization().is_some());
    let copies = member.into_iter().flat_map(move |member| {
        world.organization_trails().filter(move |it| {
            it.owner != member.id
                && member.regions.is_enabled(it.home)
                && world.account(it.owner).is_some()
        })
    });
    world.trails_of(account).chain(copies)
}

/// Whether a trail that an account has shows in this Region: at home, or as a shadow.
pub(super) fn is_in(trail: &Trail, region: Region) -> bool {
    trail.is_multi_region || trail.home == region
}

/// Whether it is no shadow for this caller.
pub(super) fn is_at_home(trail: &Trail, call: &Call<'_>) -> bool {
    trail.home == call.region && trail.owner == call.session.account
}

/// How a request names a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// By its name, or by a text that cannot be one.
    Name(&'a str),
    /// By its ARN.
    Arn {
        /// The home Region.
        region: Region,
        /// The owner.
        account: AccountId,
        /// The name.
        name: &'a str,
    },
}

impl<'a> Named<'a> {
    /// Reads a name or an ARN.
    pub(super) fn read(world: &World, text: &'a str) -> Result<Self, Fault> {
        if !text.starts_with("arn:") {
            return Ok(Self::Name(text));
        }
        Self::arn(world, text).ok_or_else(|| invalid_arn(text))
    }

    fn arn(world: &World, text: &'a str) -> Option<Self> {
        let (region, account, resource) = parse_arn(world, text)?;
        let name = resource.strip_prefix("trail/").filter(|it| !it.is_empty())?;
        Some(Self::Arn { region, account, name })
    }

    /// Whether it names this trail of the caller's. A name is only good at home.
    pub(super) fn is_of(&self, trail: &Trail, call: &Call<'_>) -> bool {
        match *self {
            Self::Name(name) => *trail.name == *name && is_at_home(trail, call),
            Self::Arn { region, account, name } => {
                *trail.name == *name && trail.home == region && trail.owner == account
            }
        }
    }

    /// The full ARN; a name is one of this account and Region.
    fn to_arn(self, call: &Call<'_>) -> String {
        let (region, account, name) = match self {
            Self::Name(name) => (call.region, call.session.account, name),
            Self::Arn { region, account, name } => (region, account, name),
        };
        format!("arn:{}:cloudtrail:{region}:{account}:trail/{name}", region.partition())
    }
}

/// Region, account and resource of an ARN of CloudTrail in this world's partition.
pub(super) fn parse_arn<'a>(world: &World, text: &'a str) -> Option<(Region, AccountId, &'a str)> {
    let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
    let is_ours = parts.next()? == world.partition().name() && parts.next()? == "cloudtrail";
    let region = Region::new(parts.next()?).filter(|it| it.partition() == world.partition())?;
    let account = parts.next()?.parse().ok()?;
    let resource = parts.next()?;
    is_ours.then_some((region, account, resource))
}

/// The trail that the request names, in the Region that it came to.
///
/// A name is good at home only, for the owner only; an ARN wherever the trail shows.
pub(super) fn trail<'a>(
    world: &'a World,
    call: &Call<'_>,
    member: &str,
) -> Result<&'a Trail, Fault> {
    let text = call.text(member).unwrap_or_default();
    let named = Named::read(world, text)?;
    // Names that AWS would not take are found too: worlds have hostile ones.
    let found = trails_had(world, call.session.account)
        .find(|it| named.is_of(it, call) && is_in(it, call.region));
    let found = found.filter(|it| !it.is_deleted_after_listing);
    let found = found.ok_or_else(|| missing(world, call, named))?;
    if found.refuses_members && !is_owners(world, found, call.session.account) {
        return Err(wrong_account(call));
    }
    Ok(found)
}

/// Whether the trail is the account's, or the account administers it for the organization.
pub(super) fn is_owners(world: &World, trail: &Trail, account: AccountId) -> bool {
    let delegated = world.organization().map(|it| it.delegated.as_slice()).unwrap_or_default();
    trail.owner == account
        || delegated.iter().any(|it| it.0 == account && &*it.1 == "cloudtrail.amazonaws.com")
}

fn missing(world: &World, call: &Call<'_>, named: Named<'_>) -> Fault {
    match named {
        Named::Name(name) => {
            if let Err(invalid) = check_name(name) {
                return invalid;
            }
        }
        Named::Arn { account, .. } => {
            let is_own = account == call.session.account;
            let is_ours =
                world.is_management(account) && world.account(call.session.account).is_some();
            if !is_own && !is_ours {
                return wrong_account(call);
            }
        }
    }
    unknown_trail(call, &named.to_arn(call))
}

/// The ARN of what the request names, as messages tell it.
pub(super) fn arn_of(world: &World, call: &Call<'_>, member: &str) -> String {
    let text = call.text(member).unwrap_or_default();
    Named::read(world, text).map_or_else(|_| text.to_owned(), |it| it.to_arn(call))
}
