//! Objects that trails deliver, as a function of seed, place and time: none is kept.

use jiff::Timestamp;

use crate::world::World;
use crate::world::account::AccountId;
use crate::world::region::Region;
use crate::world::trail::Trail;

/// When the trail delivered its newest log file of this account and Region, up to now.
#[must_use]
pub fn latest_log(
    _world: &World,
    trail: &Trail,
    _account: AccountId,
    _region: Region,
    now: Timestamp,
) -> Option<Timestamp> {
    (trail.deliveries.from < now).then_some(now)
}

/// When the trail delivered its newest digest file of this account and Region, up to now.
#[must_use]
pub fn latest_digest(
    _world: &World,
    trail: &Trail,
    _account: AccountId,
    _region: Region,
    now: Timestamp,
) -> Option<Timestamp> {
    (trail.deliveries.from < now).then_some(now)
}
