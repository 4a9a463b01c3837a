//! How many calls a scan makes of each operation, how long they take at the share, and what S3 bills for
//! them. Pure: numbers of what was seen go in, ranges come out. `docs/operations/cost.md` says the same in
//! words.

mod keys;

use std::collections::{BTreeMap, BTreeSet};

use trailseal_fanout::RateShare;
use trailseal_model::{
    AccountId, LimitScope, MemberStatusScope, Operation, PopulationSource, Reading,
};

use super::bounds;
use super::calls::{Calls, End, Range};
use super::seen::{Seen, SeenAccount, SeenTrail};
use keys::{described, more_trails, of_keys, owners, stores};

/// The calls of one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OperationCalls {
    pub(crate) operation: Operation,
    pub(crate) calls: Calls,
}

/// What a scan costs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Estimate {
    /// The operations that a scan may make, in the order of [`Operation::ALL`].
    pub(crate) operations: Vec<OperationCalls>,
    /// All calls together.
    pub(crate) total: Calls,
    /// Seconds, if AWS throttles nothing.
    pub(crate) seconds: Range,
    /// The operation whose quota takes longest.
    pub(crate) slowest: Operation,
    /// USD for requests to S3.
    pub(crate) usd: Range,
}

/// The pace of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaceSettings {
    pub(super) share: RateShare,
    pub(super) max_in_flight: u32,
}

/// What a scan makes of what was seen.
pub(super) fn estimate(seen: &Seen, pace: PaceSettings) -> Estimate {
    let all = Operation::ALL.iter().map(|operation| OperationCalls {
        operation: *operation,
        calls: calls_of(*operation, seen),
    });
    let skipped = &seen.asked.scope.skipped_controls;
    let all = all.filter(|it| it.calls.high > 0 && it.operation.is_asked(skipped));
    let operations: Vec<OperationCalls> = all.collect();
    let total: Calls = operations.iter().map(|it| it.calls).sum();
    let calls = |operation| {
        let found = operations.iter().find(|it| it.operation == operation);
        found.map_or_else(Calls::default, |it| it.calls)
    };
    let groups = groups(seen, &operations);
    let slowest = groups.iter().max_by(|one, other| {
        let time = |group: &(&Operation, &Calls)| pace.share.time_of(*group.0, group.1.about);
        time(one).cmp(&time(other))
    });
    Estimate {
        total,
        seconds: Range::of(|end| seconds(&groups, total, pace, end)),
        slowest: slowest.map_or(Operation::ListAccounts, |group| *group.0),
        usd: Range::of(|end| {
            let thousands = |operation| thousand(calls(operation).at(end));
            let lists = thousands(Operation::ListObjectsV2) + thousands(Operation::ListBuckets);
            let heads = thousands(Operation::HeadObject) + thousands(Operation::HeadBucket);
            lists * bounds::USD_FOR_1000_LISTS + heads * bounds::USD_FOR_1000_HEADS
        }),
        operations,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a price needs no more than 15 digits")]
fn thousand(calls: u64) -> f64 {
    calls as f64 / 1000.0
}

/// The calls that draw from the quota key which is used most, by the operation that names its quota.
fn groups(seen: &Seen, operations: &[OperationCalls]) -> BTreeMap<Operation, Calls> {
    let mut groups: BTreeMap<Operation, Calls> = BTreeMap::new();
    for OperationCalls { operation, calls } in operations {
        let group = groups.entry(operation.quota().shared_with).or_default();
        *group = *group + busiest(*operation, *calls, seen);
    }
    groups
}

/// The seconds at one end: accounts are listed before anything else is asked; then the slowest quota key
/// decides, or the number of calls that may be on their way.
fn seconds(groups: &BTreeMap<Operation, Calls>, total: Calls, pace: PaceSettings, end: End) -> f64 {
    let time =
        |group: (&Operation, &Calls)| pace.share.time_of(*group.0, group.1.at(end)).as_secs_f64();
    let (listing, others): (Vec<_>, Vec<_>) =
        groups.iter().partition(|group| *group.0 == Operation::ListAccounts);
    let listing: f64 = listing.into_iter().map(time).sum();
    let slowest = others.into_iter().map(time).fold(0.0, f64::max);
    let in_flight =
        thousand(total.at(end)) * 1000.0 * bounds::SECONDS_A_CALL / f64::from(pace.max_in_flight);
    listing + slowest.max(in_flight)
}

/// Of the calls of an operation, those that one quota key pays for.
fn busiest(operation: Operation, calls: Calls, seen: &Seen) -> Calls {
    let few =
        |most: u64| Calls::between(calls.low.min(1), calls.about.min(1), calls.high.min(most));
    match (operation.quota().scope, operation) {
        (LimitScope::Account, _) => few(2),
        (LimitScope::BucketPrefix, _) => {
            // Each account has a folder of its own, with a key of its own. All trails may share it.
            let in_one_folder = seen.trails.iter().map(|trail| {
                let trail = SeenTrail { is_organization: false, ..trail.clone() };
                of_trail(operation, &trail, seen)
            });
            let about = in_one_folder.clone().map(|calls| calls.about).max().unwrap_or_default();
            let high = in_one_folder.map(|calls| calls.high).sum::<u64>();
            let high = if more_trails(seen).1 > 0 { calls.high } else { calls.high.min(high) };
            Calls::between(0, about.min(calls.about), high)
        }
        (LimitScope::RegionStatus, Operation::GetTrailStatus | Operation::GetEventSelectors) => {
            let owned =
                seen.trails.iter().fold(BTreeMap::<AccountId, u64>::new(), |mut all, it| {
                    *all.entry(it.owner).or_default() += 1;
                    all
                });
            let most = owned.into_values().max().unwrap_or_default();
            let high = calls.high.min(2 * bounds::TRAILS_A_REGION);
            Calls::between(0, most.min(calls.about), high)
        }
        (LimitScope::RegionStatus, Operation::GetEventDataStore) => few(bounds::STORES_A_REGION),
        (LimitScope::RegionStatus, operation) if operation.service() == "cloudtrail" => few(2),
        // The caller pays for all; and all keys may be in one account and Region, all buckets of one.
        (LimitScope::Caller | LimitScope::RegionStatus, _) => calls,
    }
}

/// The calls of one operation.
fn calls_of(operation: Operation, seen: &Seen) -> Calls {
    use Operation as O;
    match operation {
        O::GetCallerIdentity => {
            let probed = seen.opened.iter().filter(|account| !account.lists_regions).count();
            Calls::between(1, 1, 1 + probed as u64)
        }
        O::ListAccounts
        | O::DescribeOrganization
        | O::ListRoots
        | O::ListOrganizationalUnitsForParent
        | O::ListAccountsForParent
        | O::ListTagsForResource => of_directory(operation, seen),
        O::AssumeRole => assumed(seen),
        O::ListRegions | O::ListTrails => {
            let opened = seen.opened.len() as u64;
            let is_regions = operation == O::ListRegions;
            let (support, outside) =
                if is_regions { (support(seen), outside(seen)) } else { (0, 0) };
            Calls::between(opened, opened + support, opened + support + outside)
        }
        O::DescribeTrails => {
            let (support, targets) = (support(seen), targets(seen));
            // Whether the role lets a scan in there is not known.
            Calls::between(targets.low, targets.about + support, targets.high + support)
        }
        O::ListEventDataStores => targets(seen),
        O::GetTrailStatus
        | O::GetEventSelectors
        | O::HeadBucket
        | O::ListObjectsV2
        | O::HeadObject => of_trails(operation, seen),
        O::GetEventDataStore => stores(seen),
        O::DescribeKey => described(seen),
        O::GetKeyPolicy | O::ListGrants | O::GetKeyRotationStatus => of_keys(operation, seen),
        O::ListBuckets => owners(seen),
        // A scan publishes nothing.
        O::PutObject => Calls::default(),
    }
}

fn of_directory(operation: Operation, seen: &Seen) -> Calls {
    let is_listed = seen.source == PopulationSource::Organizations;
    let walks = is_listed && seen.units > 0;
    match operation {
        Operation::ListAccounts if is_listed => {
            let pages = seen.accounts.div_ceil(bounds::ACCOUNTS_A_PAGE).max(1);
            Calls::between(pages, seen.account_pages, seen.account_pages)
        }
        Operation::ListAccounts => Calls::exact(1),
        Operation::DescribeOrganization => Calls::exact(u64::from(seen.describes_organization)),
        Operation::ListRoots => Calls::exact(u64::from(is_listed)),
        Operation::ListOrganizationalUnitsForParent if walks => Calls::exact(seen.units),
        Operation::ListAccountsForParent if walks && seen.asks_units_for_accounts => {
            Calls::exact(seen.units)
        }
        Operation::ListTagsForResource if seen.asked.asks_tags => Calls::exact(seen.in_scope),
        _ => Calls::default(),
    }
}

/// Accounts in use that are not in scope: some of them may be opened for a question of their own.
fn outside(seen: &Seen) -> u64 {
    seen.all_in_use - seen.in_use
}

/// One for each account but the caller's, and one for each further role where the first one refuses.
fn assumed(seen: &Seen) -> Calls {
    let others = seen.in_use - u64::from(seen.has_caller);
    let refused = seen.in_use - seen.opened.len() as u64;
    let about = others + refused * seen.asked.fallbacks;
    // The owners of trails may be accounts that are not listed.
    let high = (others + outside(seen) + support(seen)) * (1 + seen.asked.fallbacks);
    Calls::between(others, about, high)
}

/// One for each target.
fn targets(seen: &Seen) -> Calls {
    let of_account = |account: &SeenAccount| {
        Calls::between(account.certain_targets, account.targets, account.targets)
    };
    seen.opened.iter().map(of_account).sum()
}

/// Homes of trails that are read only because something in scope depends on them.
fn support(seen: &Seen) -> u64 {
    let homes = seen.trails.iter().filter(|trail| trail.is_support);
    homes.map(|trail| (trail.owner, trail.home)).collect::<BTreeSet<_>>().len() as u64
}

/// The Regions in which a trail's owner is asked.
fn owner_regions(trail: &SeenTrail, seen: &Seen) -> u64 {
    if !trail.is_wide {
        return 1;
    }
    seen.account(trail.owner).map_or(seen.partition_regions, |owner| owner.enabled)
}

/// The accounts and Regions in which a trail delivers, at most.
fn account_regions(trail: &SeenTrail, seen: &Seen) -> u64 {
    if !trail.is_organization {
        return owner_regions(trail, seen);
    }
    if !trail.is_wide {
        return seen.all_in_use;
    }
    let opened: u64 = seen.opened.iter().map(|account| account.enabled).sum();
    opened + (seen.all_in_use - seen.opened.len() as u64) * seen.partition_regions
}

/// The calls of one operation for one trail.
fn of_trail(operation: Operation, trail: &SeenTrail, seen: &Seen) -> Calls {
    let again = if trail.is_organization { 2 } else { 1 };
    let places = account_regions(trail, seen);
    match operation {
        Operation::GetTrailStatus => {
            let own = owner_regions(trail, seen);
            let (low, about, high) = members(trail, seen);
            let certain = seen.account(trail.owner).map_or(1, |owner| owner.certain);
            let own = if seen.asked.reads(Reading::TrailStatus) { own } else { 0 };
            let low = if is_read(trail) { own.min(certain) + low } else { 0 };
            Calls::between(low, own + about, again * own + high)
        }
        Operation::GetEventSelectors => Calls::between(u64::from(is_read(trail)), 1, again),
        Operation::HeadBucket => Calls::between(0, 1, 2),
        Operation::ListObjectsV2 => {
            let folders = seen.accounts.div_ceil(bounds::FOLDERS_A_PAGE);
            let folders = if trail.is_organization { folders } else { 0 };
            let high = bounds::lists_of_a_trail(seen.asked.listing_budget) + places + folders;
            let about = places + if places > 1 { 10 } else { 15 } + folders;
            Calls::between(0, about, high)
        }
        Operation::HeadObject => {
            let of_places = bounds::HEADS_OF_AN_ACCOUNT_REGION * places;
            let high = bounds::heads_of_a_trail(seen.asked.sample_size) + of_places;
            Calls::between(0, seen.asked.sample_size + 10 + places, high)
        }
        _ => Calls::default(),
    }
}

/// What members are asked about an organization trail.
fn members(trail: &SeenTrail, seen: &Seen) -> (u64, u64, u64) {
    if !trail.is_organization || !seen.asked.reads(Reading::MemberStatus) {
        return (0, 0, 0);
    }
    let others = seen.opened.iter().filter(|account| account.id != trail.owner);
    let others: Vec<&SeenAccount> = others.collect();
    let targets = others.iter().map(|account| account.targets).sum();
    match seen.asked.member_status {
        MemberStatusScope::Off => (0, 0, 0),
        MemberStatusScope::Home => {
            let have_home = |account: &&&SeenAccount| account.target_regions.contains(trail.home);
            let with_home = others.iter().filter(have_home).count() as u64;
            (trail.members_at_home.min(with_home), with_home, others.len() as u64)
        }
        MemberStatusScope::All => (trail.members_at_home, targets, targets),
    }
}

/// The calls for all trails: those that were seen, those that are known by name, and those that may be
/// in Regions that were not looked into.
fn of_trails(operation: Operation, seen: &Seen) -> Calls {
    let shown: Calls = seen.trails.iter().map(|trail| of_trail(operation, trail, seen)).sum();
    let unseen = seen.opened.iter().map(|account| unseen(operation, account, seen));
    let all = shown + unseen.sum();
    // A bucket that could be listed is asked for once more by a scan. Trails that share one ask once.
    let listed = seen.trails.iter().filter(|trail| trail.is_bucket_listed && is_read(trail));
    let listed: BTreeSet<&str> = listed.filter_map(|trail| trail.bucket.as_deref()).collect();
    let named = seen.trails.iter().filter_map(|trail| trail.bucket.as_deref());
    let shared = seen.trails.len() as u64 - named.collect::<BTreeSet<_>>().len() as u64;
    let listed = listed.len() as u64;
    match operation {
        Operation::HeadBucket => Calls::between(listed, all.about.saturating_sub(shared), all.high),
        Operation::ListObjectsV2 => {
            let listed = if seen.asked.reads(Reading::LogObjects) { listed } else { 0 };
            Calls::between(listed, all.about, all.high)
        }
        _ => all,
    }
}

/// Whether a scan reads a trail for certain.
const fn is_read(trail: &SeenTrail) -> bool {
    trail.is_certain && trail.is_home_read
}

/// The calls for trails of an account that its one Region does not show.
fn unseen(operation: Operation, account: &SeenAccount, seen: &Seen) -> Calls {
    let trail = SeenTrail {
        owner: account.id,
        home: account.home,
        is_wide: account.unseen_are_wide,
        is_organization: false,
        bucket: None,
        is_certain: false,
        is_home_read: false,
        is_support: false,
        members_at_home: 0,
        is_bucket_listed: false,
    };
    let one = of_trail(operation, &trail, seen);
    let times = |number: u64, calls: u64| number.saturating_mul(calls);
    Calls::between(
        0,
        times(account.named_trails, one.about),
        times(account.named_trails + account.hidden_trails, one.high),
    )
}

#[cfg(test)]
mod tests;
