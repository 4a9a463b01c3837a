//! The calls about keys, event data stores and the owners of buckets.

use std::collections::BTreeSet;

use trailseal_model::{AccountId, Operation, Reading};

use super::super::bounds;
use super::super::calls::Calls;
use super::super::seen::Seen;

/// Trails that may be there besides those that were seen: known by name, and all.
pub(super) fn more_trails(seen: &Seen) -> (u64, u64) {
    let named: u64 = seen.opened.iter().map(|account| account.named_trails).sum();
    let hidden: u64 = seen.opened.iter().map(|account| account.hidden_trails).sum();
    (named, named + hidden)
}

/// One for each event data store that was seen, and for those that other Regions may hold.
pub(super) fn stores(seen: &Seen) -> Calls {
    let known: u64 = seen.opened.iter().map(|account| account.stores).sum();
    let unseen: u64 = seen.opened.iter().map(|account| account.unseen_store_targets).sum();
    Calls::between(known, known, known + unseen * bounds::STORES_A_REGION)
}

/// One for each key, however many trails and stores name it.
pub(super) fn described(seen: &Seen) -> Calls {
    let certain = seen.keys.iter().filter(|key| key.is_certain).count() as u64;
    let all = seen.keys.len() as u64;
    let (named, more) = more_trails(seen);
    let stores = if seen.asked.reads(Reading::StoreKeys) { stores(seen) } else { Calls::default() };
    if !seen.asked.reads(Reading::TrailKeys) {
        return Calls { low: 0, ..stores };
    }
    let low = if seen.asked.scope.is_limited() { 0 } else { certain };
    Calls::between(low, all + named + stores.about, all + more + stores.high)
}

/// What is asked about each key of a trail.
pub(super) fn of_keys(operation: Operation, seen: &Seen) -> Calls {
    let customers = seen.keys.iter().filter(|key| key.is_certain && key.is_customers);
    let customers = customers.count() as u64;
    let (named, more) = more_trails(seen);
    let all = seen.keys.len() as u64;
    let pages = match operation {
        Operation::ListGrants => bounds::GRANTS_A_KEY.div_ceil(bounds::GRANTS_A_PAGE),
        _ => 1,
    };
    let is_certain = operation != Operation::GetKeyRotationStatus && !seen.asked.scope.is_limited();
    let low = if is_certain { customers } else { 0 };
    Calls::between(low, all + named, (all + more).saturating_mul(pages))
}

/// The accounts that are asked which buckets they own: first those that are likely, and where none of
/// them owns a bucket, all others.
pub(super) fn owners(seen: &Seen) -> Calls {
    let of_trails = seen.trails.iter().map(|trail| trail.owner);
    let configured = seen.asked.configured.iter().map(|entry| entry.1);
    let archives = seen.asked.log_archives.iter().copied();
    let first: BTreeSet<AccountId> = of_trails.chain(configured).chain(archives).collect();
    let (_, more) = more_trails(seen);
    if seen.trails.is_empty() && more == 0 {
        return Calls::default();
    }
    let opened = first.iter().filter(|account| seen.account(**account).is_some()).count() as u64;
    Calls::between(0, opened, seen.all_in_use)
}
