//! The objects of a bucket, in the order of their keys.
//!
//! What trails deliver is a function of seed, place and time, and none of it is kept: every
//! question is answered by going down the parts of a key, from the trail's prefix through account,
//! kind, Region and day to the file. Foreign objects and those that were put are merged in.

mod delivered;
mod layout;
mod order;
mod schedule;
mod series;
#[cfg(test)]
mod tests;
mod walk;

use jiff::Timestamp;

pub use layout::Layout;
pub use order::{after, behind};
pub use series::Delivered;
pub use walk::{Object, Objects, Walk};

use self::series::{Kind, Series};
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::region::Region;
use crate::world::trail::Trail;

/// When the trail delivered its newest log file of this account and Region, up to now.
#[must_use]
pub fn latest_log(
    world: &World,
    trail: &Trail,
    account: AccountId,
    region: Region,
    now: Timestamp,
) -> Option<Timestamp> {
    latest(world, trail, (account, region), Kind::Log, now)
}

/// When the trail delivered its newest digest file of this account and Region, up to now.
#[must_use]
pub fn latest_digest(
    world: &World,
    trail: &Trail,
    account: AccountId,
    region: Region,
    now: Timestamp,
) -> Option<Timestamp> {
    latest(world, trail, (account, region), Kind::Digest, now)
}

fn latest(
    world: &World,
    trail: &Trail,
    (account, region): (AccountId, Region),
    kind: Kind,
    now: Timestamp,
) -> Option<Timestamp> {
    let known = world.account(account);
    let series = Series::new(world, trail, (account, known), region, kind, now)?;
    Some(series.at(series.end - 1))
}
