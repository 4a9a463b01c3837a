//! Targets: accounts are opened, and each of their Regions is asked for trails and event data stores.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_evaluator::{CollectedStore, EnabledRegions, StoreWork};
use trailseal_fanout::{Access, OpenedAccount, Sign};
use trailseal_model::{
    AccountId, Answer, Arn, Event as Progress, Gap, GapClass, Observed, Operation, Outcome,
    Reading, Region, RegionSet, RegionStatus, Sighting, StoreListed, Target, TrailDescription,
    TrailListed,
};

use super::Scheduler;
use super::listings::{Half, Listing, Listings};
use crate::event::Times;

impl Scheduler<'_> {
    /// Plans an account: a row for each of its Regions, and two listings for each that is read; one
    /// where only a skipped control needs the other.
    pub(super) fn account_opened(&mut self, opened: &OpenedAccount) {
        self.lanes.open.end_one();
        let account = opened.account;
        let gap = match &opened.access {
            Access::Failed(gap) => Some(self.gap(gap.clone())),
            Access::Open | Access::NotActive | Access::Excluded => None,
        };
        let targets = opened.targets(&self.settings.scope);
        self.progress.emit(&Progress::AccountOpened { account, targets: targets.len() });
        opened.plan(&mut self.coverage, &self.settings.scope, gap);
        self.unopened.extend(gap.map(|gap| (account, gap)));
        if opened.lists_regions {
            self.lists_regions.insert(account);
        }
        if opened.access == Access::Open {
            self.lanes.list_trails.push(account, account);
        }
        self.unread_targets.insert(account, targets.len());
        for target in targets {
            self.lanes.describe_trails.push(target);
            if self.asks(Reading::Stores) {
                self.lanes.list_stores.push(account, target);
            }
        }
        self.queue_trails_of(account);
    }

    /// Whether every account that is opened at all has been.
    pub(super) fn has_opened_all(&self) -> bool {
        self.population.is_some() && self.unplaced.is_empty() && self.lanes.open.is_idle()
    }

    /// Trails are used as soon as they are listed, whatever delays the other listing of the target.
    pub(super) fn trails_described(
        &mut self,
        target: Target,
        trails: Result<Answer<Vec<TrailDescription>>, Gap>,
        times: Times,
    ) {
        self.lanes.describe_trails.end_one();
        let (listing, answer) = Listing::new(trails, times);
        for sighting in answer.into_iter().flat_map(|answer| sightings(target, answer)) {
            self.note_member(&sighting);
            self.note_bucket(&sighting.description);
            self.fold.add(sighting);
        }
        let is_region_listed = self.lists_regions.contains(&target.account);
        if !self.asks(Reading::Stores) {
            let (trails, stores) = (listing, None);
            self.settle(target, Listings { trails, stores, is_region_listed });
            return self.target_read(target.account);
        }
        if listing.is_in_doubt(is_region_listed) {
            self.in_doubt += 1;
        } else {
            self.target_read(target.account);
        }
        match self.halves.remove(&target) {
            Some(Half::Stores(stores)) => {
                let (trails, stores) = (listing, Some(stores));
                self.settle(target, Listings { trails, stores, is_region_listed });
            }
            Some(Half::Trails(..)) | None => {
                self.halves.insert(target, Half::Trails(listing, is_region_listed));
            }
        }
    }

    /// Event data stores are read as they are listed.
    pub(super) fn stores_listed(
        &mut self,
        target: Target,
        stores: Result<Answer<Vec<StoreListed>>, Gap>,
        times: Times,
    ) {
        let sign = Sign::of(Operation::ListEventDataStores, stores.as_ref().err());
        self.lanes.list_stores.settle(target.account, sign);
        let (stores, answer) = Listing::new(stores, times);
        for listed in answer.into_iter().flat_map(|answer| answer.value) {
            self.lanes.read_stores.push(target.account, StoreWork { listed, target });
        }
        match self.halves.remove(&target) {
            Some(Half::Trails(trails, is_region_listed)) => {
                let stores = Some(stores);
                self.settle(target, Listings { trails, stores, is_region_listed });
            }
            Some(Half::Stores(_)) | None => {
                self.halves.insert(target, Half::Stores(stores));
            }
        }
    }

    /// Settles a target once its listings are in.
    fn settle(&mut self, target: Target, listings: Listings) {
        let was_in_doubt = listings.are_needed_together();
        let listings = listings.doubted();
        let mut row = listings.row(target.region);
        let request_id = listings.trails.request_id;
        let is_disabled = row.outcome == Outcome::RegionDisabled;
        row.gap = listings.trails.found.err().map(|gap| self.gap(*gap));
        // That a disabled Region refuses the other listing too is the same news a second time.
        if let Some(Listing { found: Err(gap), .. }) = listings.stores
            && !is_disabled
        {
            let gap = self.gap(*gap);
            row.gap.get_or_insert(gap);
        }
        self.progress.emit(&Progress::TargetSettled { target, outcome: row.outcome });
        if self.coverage.settle(target.account, row)
            && let Some(id) = request_id
        {
            self.coverage.note_request_id(target, &id);
        }
        if was_in_doubt {
            self.in_doubt = self.in_doubt.saturating_sub(1);
            self.target_read(target.account);
        }
    }

    /// The trails of one more target of an account are known.
    fn target_read(&mut self, account: AccountId) {
        if let Some(unread) = self.unread_targets.get_mut(&account) {
            *unread = unread.saturating_sub(1);
        }
        self.queue_trails_of(account);
    }

    /// Whether the trails of every target are known, support included.
    pub(super) fn has_read_all_targets(&self) -> bool {
        self.is_support_asked && self.lanes.support.is_idle()
    }

    /// Once all targets are read: asks at home about trails that were seen from elsewhere only, and
    /// whose home is not read by itself, because the user left it out or its account was never
    /// listed. Nothing else there is judged, and the targets stay `excluded`.
    pub(super) fn ask_support(&mut self) {
        let are_targets_read = self.lanes.describe_trails.is_idle() && self.in_doubt == 0;
        if self.is_support_asked || !are_targets_read {
            return;
        }
        self.is_support_asked = true;
        for home in self.fold.homes_of_orphans() {
            let row = self.coverage.of_target(home);
            if row.is_none_or(|row| row.outcome == Outcome::Excluded) {
                self.lanes.support.push(home);
            }
        }
    }

    /// Takes in what was read as support: nothing but trails that are known already.
    pub(super) fn support_read(
        &mut self,
        home: Target,
        trails: Result<Answer<Vec<TrailDescription>>, Gap>,
        regions: &[RegionStatus],
    ) {
        self.lanes.support.end_one();
        match trails {
            Ok(answer) => {
                for sighting in sightings(home, answer) {
                    if self.fold.has_seen(&sighting.description.arn) {
                        self.note_bucket(&sighting.description);
                        self.fold.add(sighting);
                    }
                }
            }
            Err(gap) => {
                self.gap(gap);
            }
        }
        let enabled: Vec<Region> =
            regions.iter().filter(|status| status.is_enabled).map(|status| status.region).collect();
        if !enabled.is_empty() {
            self.lists_regions.insert(home.account);
            self.support_regions.insert(home.account, enabled);
        }
    }

    /// Every target is read: what waited for that can go on.
    pub(super) fn end_targets(&mut self) {
        let set = |account| {
            let mut set = RegionSet::default();
            self.enabled_regions(account).into_iter().for_each(|region| set.insert(region));
            set
        };
        let enabled = self.accounts.keys().map(|account| (*account, set(*account))).collect();
        self.enabled = Some(Arc::new(EnabledRegions(enabled)));
        self.open_bucket_searches();
        self.queue_rest();
        self.examine_organization_trails();
        self.ask_first_members();
    }

    /// The Regions that an account has, as far as is known: also those that the user left out.
    pub(super) fn enabled_regions(&self, account: AccountId) -> Vec<Region> {
        if let Some(regions) = self.support_regions.get(&account) {
            return regions.clone();
        }
        let rows = self.coverage.of_account(account);
        if rows.is_empty() {
            return self.settings.partition.regions();
        }
        let enabled = rows.iter().filter(|row| row.outcome != Outcome::RegionDisabled);
        enabled.map(|row| row.region).collect()
    }

    pub(super) fn store_read(&mut self, target: Target, store: CollectedStore) {
        let sign = self.sign(Operation::GetEventDataStore, Some(&store.facts.description));
        self.lanes.read_stores.settle(target.account, sign);
        self.stores.push(store);
    }

    /// What something that was observed shows of the operation it was asked with.
    pub(super) fn sign<T>(&self, operation: Operation, found: Option<&Observed<T>>) -> Sign {
        match found {
            None => Sign::Nothing,
            Some(Observed::Known(_)) => Sign::of(operation, None),
            Some(Observed::Unread(gap)) => Sign::of(operation, Some(&self.gaps.get(*gap))),
        }
    }

    pub(super) fn trails_listed(
        &mut self,
        account: AccountId,
        trails: Result<Vec<TrailListed>, Gap>,
    ) {
        let sign = Sign::of(Operation::ListTrails, trails.as_ref().err());
        self.lanes.list_trails.settle(account, sign);
        match trails {
            Ok(listed) => {
                self.named.insert(account, listed);
            }
            Err(gap) => {
                self.gap(gap);
            }
        }
    }

    /// In the end: a trail that ListTrails names and that no Region showed makes its home Region
    /// partial. A trail that is not listed means nothing, for AWS does not say that the list is whole. Returns what it names.
    pub(super) fn miss_unseen_trails(&mut self) -> BTreeMap<AccountId, Vec<Arn>> {
        let mut named = std::mem::take(&mut self.named);
        for trails in named.values_mut() {
            trails.sort_by(|one, other| one.arn.cmp(&other.arn));
            trails.dedup_by(|one, other| one.arn == other.arn);
        }
        for (account, listed) in
            named.iter().flat_map(|(account, trails)| trails.iter().map(|it| (*account, it)))
        {
            let home = Target { account, region: listed.home_region };
            let row = self.coverage.of_target(home);
            let is_left_out = row.is_some_and(|row| row.outcome == Outcome::Excluded);
            if is_left_out || self.fold.has_seen(&listed.arn) {
                continue;
            }
            let gap = Gap::new(GapClass::NotShown, Operation::ListTrails)
                .at(account, Some(home.region))
                .on(listed.arn.as_str())
                .saying("ListTrails names this trail, and no Region that was read shows it");
            let gap = self.gap(gap);
            self.coverage.miss_trail(home, GapClass::NotShown, gap);
        }
        let arns = |trails: Vec<TrailListed>| trails.into_iter().map(|trail| trail.arn).collect();
        named.into_iter().map(|(account, trails)| (account, arns(trails))).collect()
    }
}

/// Each trail of an answer, with the answer as its evidence.
fn sightings(target: Target, answer: Answer<Vec<TrailDescription>>) -> Vec<Sighting> {
    let Answer { value, evidence } = answer;
    let sighting = |description| Sighting { target, description, evidence: evidence.clone() };
    value.into_iter().map(sighting).collect()
}
