//! What the probes showed, reduced to the numbers that the estimate needs. Pure.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_evaluator::key_arn;
use trailseal_model::{
    AccountId, Arn, MemberStatusScope, PopulationSource, Reading, Region, RegionSet, Scope,
};

use super::bounds::TRAILS_A_REGION;
use super::population::Population;
use super::probe::{AccountRow, Reached, Standing};
use super::resources::{BucketAnswer, BucketRow, KeyRow, key_reader, trails};

/// The settings that the number of calls depends on.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) caller: AccountId,
    pub(super) sample_size: u64,
    pub(super) listing_budget: u64,
    pub(super) member_status: MemberStatusScope,
    pub(super) asks_tags: bool,
    /// Roles that are tried where the first one refuses.
    pub(super) fallbacks: u64,
    pub(super) log_archives: Vec<AccountId>,
    pub(super) configured: Vec<(String, AccountId)>,
}

impl Asked {
    /// Whether something is read that not only skipped controls need.
    pub(super) fn reads(&self, reading: Reading) -> bool {
        reading.is_asked(&self.scope.skipped_controls)
    }
}

/// An account that was opened.
#[derive(Debug, Clone)]
pub(super) struct SeenAccount {
    pub(super) id: AccountId,
    /// The Region that was looked into, or the first one.
    pub(super) home: Region,
    /// Targets that a scan reads.
    pub(super) targets: u64,
    /// Those of them that are certainly enabled.
    pub(super) certain_targets: u64,
    pub(super) target_regions: RegionSet,
    /// Regions that it has enabled, in scope or not.
    pub(super) enabled: u64,
    /// Those of them that are certainly enabled.
    pub(super) certain: u64,
    pub(super) lists_regions: bool,
    /// Event data stores in the Region that was looked into.
    pub(super) stores: u64,
    /// Targets whose event data stores are not known.
    pub(super) unseen_store_targets: u64,
    /// Trails that were seen by name alone.
    pub(super) named_trails: u64,
    /// Trails that may be there and were not seen at all.
    pub(super) hidden_trails: u64,
    /// Whether trails that were not seen may be of every Region.
    pub(super) unseen_are_wide: bool,
}

/// A trail that an account shows.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct SeenTrail {
    pub(super) owner: AccountId,
    pub(super) home: Region,
    pub(super) is_wide: bool,
    pub(super) is_organization: bool,
    pub(super) bucket: Option<String>,
    /// Whether its owner shows it, so that a scan reads it for certain.
    pub(super) is_certain: bool,
    /// Whether its owner and home are read by themselves, not as support of what is in scope.
    pub(super) is_home_read: bool,
    /// Whether its home is read only because something in scope depends on it.
    pub(super) is_support: bool,
    /// Members that show it in its home Region, besides its owner.
    pub(super) members_at_home: u64,
    /// Whether its bucket could be listed.
    pub(super) is_bucket_listed: bool,
}

/// A key that a trail names.
#[derive(Debug, Clone)]
pub(super) struct SeenKey {
    /// Whether a scan describes it for certain.
    pub(super) is_certain: bool,
    /// Whether DescribeKey said that the customer manages it.
    pub(super) is_customers: bool,
}

/// Everything that the estimate is made from.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) asked: Asked,
    pub(super) source: PopulationSource,
    /// Accounts that are listed, whatever their state.
    pub(super) accounts: u64,
    /// Requests of ListAccounts that the plan itself made.
    pub(super) account_pages: u64,
    pub(super) units: u64,
    pub(super) asks_units_for_accounts: bool,
    /// Whether DescribeOrganization is asked.
    pub(super) describes_organization: bool,
    /// Accounts in scope, whatever their state.
    pub(super) in_scope: u64,
    /// Accounts in use and in scope, the caller's included.
    pub(super) in_use: u64,
    /// Accounts in use, in scope or not.
    pub(super) all_in_use: u64,
    pub(super) has_caller: bool,
    pub(super) opened: Vec<SeenAccount>,
    pub(super) trails: Vec<SeenTrail>,
    pub(super) keys: Vec<SeenKey>,
    /// Regions of the partition.
    pub(super) partition_regions: u64,
}

/// Everything that the probes brought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) population: &'a Population,
    pub(super) rows: &'a [AccountRow],
    pub(super) keys: &'a [KeyRow],
    pub(super) buckets: &'a [BucketRow],
}

impl Seen {
    /// The numbers behind what was found.
    pub(super) fn new(
        found: Found<'_>,
        asked: Asked,
        account_pages: u64,
        partition_regions: u64,
    ) -> Self {
        let Found { population, rows, .. } = found;
        let is_in_use = |row: &&AccountRow| row.account.state.is_audited();
        let is_asked = |row: &&AccountRow| {
            matches!(row.standing, Standing::Reached(_) | Standing::Unreachable(_))
        };
        let in_scope = rows.iter().filter(|row| asked.scope.includes(&row.account));
        let asked_rows = || rows.iter().filter(is_asked);
        Self {
            source: population.source,
            accounts: population.accounts.len() as u64,
            account_pages,
            units: population.units.len() as u64,
            asks_units_for_accounts: population.asks_units_for_accounts,
            describes_organization: population.describes_organization,
            in_scope: in_scope.count() as u64,
            in_use: asked_rows().count() as u64,
            all_in_use: rows.iter().filter(is_in_use).count() as u64,
            has_caller: asked_rows().any(|row| row.account.id == asked.caller),
            opened: opened(rows),
            trails: seen_trails(found, &asked.scope),
            keys: seen_keys(found),
            partition_regions,
            asked,
        }
    }

    /// An opened account.
    pub(super) fn account(&self, id: AccountId) -> Option<&SeenAccount> {
        let index = self.opened.binary_search_by_key(&id, |account| account.id).ok()?;
        self.opened.get(index)
    }
}

fn set(regions: impl Iterator<Item = Region>) -> RegionSet {
    let mut set = RegionSet::default();
    regions.for_each(|region| set.insert(region));
    set
}

fn opened(rows: &[AccountRow]) -> Vec<SeenAccount> {
    let shown: BTreeSet<Arn> = trails(rows).into_iter().map(|trail| trail.arn.clone()).collect();
    let seen = |row: &AccountRow| {
        let reached = row.reached()?;
        let targets = reached.targets.len() as u64;
        let is_shown = reached.looked_in.is_some() && reached.trails.is_ok();
        let named = match &reached.listed {
            Some(Ok(listed)) => {
                Some(listed.iter().filter(|trail| !shown.contains(&trail.arn)).count() as u64)
            }
            Some(Err(_)) | None => None,
        };
        // In a Region that is not enabled after all, the session may be refused before it is used.
        let is_certain = |region: Region| reached.lists_regions || !region.is_opt_in();
        let certain_targets = reached.targets.iter().filter(|target| is_certain(target.region));
        let enabled = reached.regions.iter().filter(|status| status.is_enabled);
        Some(SeenAccount {
            certain_targets: certain_targets.count() as u64,
            certain: enabled.filter(|status| is_certain(status.region)).count() as u64,
            id: row.account.id,
            home: reached.looked_in.or_else(|| Some(reached.regions.first()?.region))?,
            targets,
            target_regions: set(reached.targets.iter().map(|target| target.region)),
            enabled: reached.enabled(),
            lists_regions: reached.lists_regions,
            stores: reached.stores.as_ref().copied().unwrap_or_default(),
            unseen_store_targets: targets
                - u64::from(reached.looked_in.is_some() && reached.stores.is_ok()),
            named_trails: named.unwrap_or_default(),
            hidden_trails: if named.is_some() { 0 } else { hidden(reached) },
            unseen_are_wide: !is_shown,
        })
    };
    rows.iter().filter_map(seen).collect()
}

/// Trails that the Regions that were not looked into can hold: CloudTrail has a quota, which what is
/// seen of every Region counts against.
fn hidden(reached: &Reached) -> u64 {
    let targets = reached.targets.len() as u64;
    match (&reached.trails, reached.looked_in) {
        (Ok(trails), Some(region)) => {
            let is_wide = |home: Region, is_multi: bool| is_multi || home != region;
            let wide =
                trails.iter().filter(|trail| is_wide(trail.home_region, trail.is_multi_region));
            (targets - 1) * TRAILS_A_REGION.saturating_sub(wide.count() as u64)
        }
        _ => targets * TRAILS_A_REGION,
    }
}

fn seen_trails(found: Found<'_>, scope: &Scope) -> Vec<SeenTrail> {
    let Found { rows, buckets, .. } = found;
    let mut shown_by: BTreeMap<&Arn, Vec<(AccountId, Option<Region>)>> = BTreeMap::new();
    for row in rows {
        let Some(reached) = row.reached() else { continue };
        for trail in reached.trails.iter().flatten() {
            shown_by.entry(&trail.arn).or_default().push((row.account.id, reached.looked_in));
        }
    }
    let listed: BTreeSet<&str> = buckets
        .iter()
        .filter(|row| matches!(row.answer, BucketAnswer::Listed(_)))
        .map(|row| row.bucket.as_str())
        .collect();
    let seen = trails(rows).into_iter().map(|trail| {
        let (owner, home) = (trail.owner, trail.home_region);
        let shown_by = shown_by.get(&trail.arn).map_or(&[][..], Vec::as_slice);
        let targets = super::probe::row_of(rows, owner).and_then(AccountRow::reached);
        let is_home_read =
            targets.is_some_and(|it| it.targets.iter().any(|target| target.region == home));
        let is_support = match super::probe::row_of(rows, owner).map(|row| &row.standing) {
            None | Some(Standing::LeftOut) => true,
            Some(Standing::Reached(_)) => !is_home_read && !scope.includes_region(home),
            Some(Standing::NotInUse | Standing::Unreachable(_)) => false,
        };
        let at_home = shown_by.iter().filter(|seen| seen.0 != owner && seen.1 == Some(home));
        SeenTrail {
            owner,
            home,
            is_wide: trail.is_multi_region,
            is_organization: trail.is_organization_trail,
            bucket: trail.bucket.clone(),
            is_certain: shown_by.iter().any(|seen| seen.0 == owner),
            is_home_read,
            is_support,
            members_at_home: at_home.count() as u64,
            is_bucket_listed: trail.bucket.as_deref().is_some_and(|name| listed.contains(name)),
        }
    });
    seen.collect()
}

fn seen_keys(found: Found<'_>) -> Vec<SeenKey> {
    let Found { rows, keys, .. } = found;
    let mut seen: BTreeMap<Arn, bool> = BTreeMap::new();
    for trail in trails(rows) {
        let Some(key) = key_arn(trail) else { continue };
        let reader = key_reader(&key, trail, rows);
        let owner = super::probe::row_of(rows, trail.owner);
        let is_certain = reader.is_some() && owner.is_some_and(|row| row.reached().is_some());
        *seen.entry(key).or_default() |= is_certain;
    }
    let customers: BTreeSet<&Arn> = keys
        .iter()
        .filter(|row| matches!(row.answer, Some(Ok(true))))
        .filter(|row| row.key.account() == Some(row.asked_in.account))
        .map(|row| &row.key)
        .collect();
    seen.into_iter()
        .map(|(key, is_certain)| SeenKey { is_customers: customers.contains(&key), is_certain })
        .collect()
}
