//! What is known while the run goes on: accounts, coverage, sightings, and which trails are ready.

mod settled;
mod targets;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::channel::{mpsc, oneshot};
use trailseal_evaluator::ports::TrailListed;
use trailseal_evaluator::{Fold, FoldedTrail, Members, StoreWork, TrailWork, needs_members};
use trailseal_fanout::{AccountPage, OpenedAccount, RegionStatus, Tree};
use trailseal_model::{
    Account, AccountId, Arn, Coverage, Delivery, GapClass, GapId, MemberStatusScope, Observed,
    Organization, Outcome, Partition, PopulationSource, Region, Scope, Sighting, Sightings, Target,
};

use self::targets::Half;
use super::AuditSettings;

pub(super) use self::targets::{Listing, Listings};

/// Shared by all parts of the work; nothing waits while it is held.
pub(super) struct Ledger(Mutex<State>);

struct State {
    caller: AccountId,
    partition: Partition,
    accounts: BTreeMap<AccountId, Account>,
    organization: Option<Organization>,
    source: PopulationSource,
    /// `None` while the directory is being walked.
    population: Option<Observed<()>>,
    unit_names: BTreeMap<String, String>,
    account_tags: BTreeMap<AccountId, BTreeMap<String, String>>,
    coverage: Coverage,
    fold: Fold,
    /// Trails by the accounts that list them.
    named: Vec<(AccountId, TrailListed)>,
    /// Accounts in use that could not be opened.
    unopened: BTreeMap<AccountId, GapId>,
    /// Buckets, with the owners of the trails that name them.
    delivering: BTreeMap<String, BTreeSet<AccountId>>,
    /// Targets of an account whose trails are still to be read.
    waiting: HashMap<AccountId, usize>,
    /// Targets of which one listing is in.
    halves: HashMap<Target, Half>,
    /// Targets whose second listing tells whether their Region is disabled.
    in_doubt: usize,
    /// What listens for the end of these.
    told: Option<oneshot::Sender<()>>,
    /// Accounts that listed their Regions themselves.
    listing: HashSet<AccountId>,
    /// Enabled Regions of accounts that are read as support only.
    support: HashMap<AccountId, Vec<Region>>,
    /// Closed when nothing can come any more.
    ready: Option<mpsc::UnboundedSender<TrailWork>>,
    stores: Option<mpsc::UnboundedSender<StoreWork>>,
    /// Organization trails, and where a member shows them.
    shown: Option<mpsc::UnboundedSender<(Arn, Target)>>,
    member_status: MemberStatusScope,
}

/// What the ledger holds in the end.
pub(super) struct Ended {
    pub(super) accounts: Vec<Account>,
    pub(super) organization: Option<Organization>,
    pub(super) source: PopulationSource,
    pub(super) population: Observed<()>,
    pub(super) unit_names: BTreeMap<String, String>,
    pub(super) account_tags: BTreeMap<AccountId, BTreeMap<String, String>>,
    pub(super) coverage: Coverage,
    pub(super) sightings: BTreeMap<Arn, Sightings>,
}

impl Ledger {
    pub(super) fn new(
        settings: &AuditSettings,
        ready: mpsc::UnboundedSender<TrailWork>,
        stores: mpsc::UnboundedSender<StoreWork>,
        shown: mpsc::UnboundedSender<(Arn, Target)>,
    ) -> Self {
        Self(Mutex::new(State {
            caller: settings.caller,
            partition: settings.partition,
            accounts: BTreeMap::new(),
            organization: None,
            source: PopulationSource::Organizations,
            population: None,
            unit_names: BTreeMap::new(),
            account_tags: BTreeMap::new(),
            coverage: Coverage::default(),
            fold: Fold::of_caller(settings.caller),
            named: Vec::new(),
            unopened: BTreeMap::new(),
            delivering: BTreeMap::new(),
            waiting: HashMap::new(),
            halves: HashMap::new(),
            in_doubt: 0,
            told: None,
            listing: HashSet::new(),
            support: HashMap::new(),
            ready: Some(ready),
            stores: Some(stores),
            shown: Some(shown),
            member_status: settings.member_status,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the accounts come from elsewhere than Organizations.
    pub(super) fn comes_from(&self, source: PopulationSource) {
        self.state().source = source;
    }

    /// Whether the accounts are those that Organizations lists.
    pub(super) fn is_of_organizations(&self) -> bool {
        self.state().source == PopulationSource::Organizations
    }

    /// Notes a page; returns its accounts that no page before had.
    pub(super) fn list(&self, page: AccountPage) -> Vec<Account> {
        let mut state = self.state();
        if state.organization.is_none() {
            state.organization = page.organization;
        }
        let mut new = page.accounts;
        new.retain(|it| state.accounts.insert(it.id, it.clone()).is_none());
        new
    }

    /// Every account that was listed so far.
    pub(super) fn account_ids(&self) -> BTreeSet<AccountId> {
        self.state().accounts.keys().copied().collect()
    }

    /// Notes the directory's end, and what it held.
    pub(super) fn end_directory(&self, failure: Option<GapId>) -> Arc<Members> {
        let mut state = self.state();
        state.population = Some(failure.map_or(Observed::Known(()), Observed::Unread));
        let accounts = state.accounts.values();
        Arc::new(Members {
            organization: state.organization.clone(),
            audited: accounts.clone().filter(|it| it.state.is_audited()).map(|it| it.id).collect(),
            all: accounts.map(|it| it.id).collect(),
            delegated_administrator: state.caller_is_administrator().then_some(state.caller),
        })
    }

    /// Notes the units' names, and the places of accounts that came without.
    pub(super) fn place(&self, tree: Tree) {
        let mut state = self.state();
        for (account, path) in tree.paths {
            if let Some(account) = state.accounts.get_mut(&account) {
                account.ou_path.get_or_insert(path);
            }
        }
        state.unit_names = tree.names;
    }

    /// These accounts as they are known by now.
    pub(super) fn placed(&self, accounts: &[AccountId]) -> Vec<Account> {
        let state = self.state();
        accounts.iter().filter_map(|it| state.accounts.get(it)).cloned().collect()
    }

    /// Whether an account stands under this root or unit.
    pub(super) fn has_unit(&self, unit: &str) -> bool {
        let state = self.state();
        let mut paths = state.accounts.values().filter_map(|it| it.ou_path.as_deref());
        paths.any(|it| it.split('/').any(|it| it == unit))
    }

    /// Whether the scope leaves every account out, though there are some.
    pub(super) fn includes_nothing(&self, scope: &Scope) -> bool {
        let state = self.state();
        let is_complete = matches!(state.population, Some(Observed::Known(())));
        is_complete && scope.is_limited() && !state.accounts.values().any(|it| scope.includes(it))
    }

    pub(super) fn tag(&self, account: AccountId, tags: BTreeMap<String, String>) {
        self.state().account_tags.insert(account, tags);
    }

    pub(super) fn name_trails(&self, account: AccountId, listed: Vec<TrailListed>) {
        self.state().named.extend(listed.into_iter().map(|it| (account, it)));
    }

    /// Trails that an account lists and nothing showed, but where the user left their home out.
    pub(super) fn unseen_trails(&self) -> Vec<(AccountId, TrailListed)> {
        let state = self.state();
        let is_unseen = |(account, listed): &&(AccountId, TrailListed)| {
            let home = Target { account: *account, region: listed.home_region };
            let row = state.coverage.of_target(home);
            !state.fold.has_seen(&listed.arn)
                && row.is_none_or(|it| it.outcome != Outcome::Excluded)
        };
        let mut unseen: Vec<_> = state.named.iter().filter(is_unseen).cloned().collect();
        unseen.sort_by(|one, other| (one.0, &one.1.arn).cmp(&(other.0, &other.1.arn)));
        unseen
    }

    pub(super) fn miss_trail(&self, home: Target, gap: GapId) {
        self.state().coverage.miss_trail(home, GapClass::NotShown, gap);
    }

    pub(super) fn note_member_delivery(&self, target: Target, delivery: Delivery) {
        self.state().coverage.note_member_delivery(target, delivery);
    }

    /// Plans an account; returns how many trails became ready.
    pub(super) fn plan(
        &self,
        opened: &OpenedAccount,
        scope: &Scope,
        gap: Option<GapId>,
        targets: usize,
    ) -> usize {
        let mut state = self.state();
        opened.plan(&mut state.coverage, scope, gap);
        state.unopened.extend(gap.map(|it| (opened.account, it)));
        state.waiting.insert(opened.account, targets);
        if opened.lists_regions {
            state.listing.insert(opened.account);
        }
        state.queue_of_owner(opened.account)
    }

    /// Homes of trails that were seen from elsewhere, and that are not read by themselves: the user
    /// left them out, or their account was never listed.
    pub(super) fn homes_out_of_scope(&self) -> Vec<Target> {
        let state = self.state();
        let is_left_out = |it: &Target| {
            state.coverage.of_target(*it).is_none_or(|row| row.outcome == Outcome::Excluded)
        };
        state.fold.homes_of_orphans().into_iter().filter(is_left_out).collect()
    }

    /// Notes what was read as support: nothing but trails that are known already.
    pub(super) fn support(
        &self,
        account: AccountId,
        sightings: Vec<Sighting>,
        regions: &[RegionStatus],
    ) {
        let mut state = self.state();
        for sighting in sightings {
            if state.fold.has_seen(&sighting.description.arn) {
                state.note_bucket(&sighting.description);
                state.fold.add(sighting);
            }
        }
        let enabled: Vec<Region> =
            regions.iter().filter(|it| it.is_enabled).map(|it| it.region).collect();
        if !enabled.is_empty() {
            state.listing.insert(account);
            state.support.insert(account, enabled);
        }
    }

    /// Queues what waited for the end of the directory; returns how many.
    pub(super) fn queue_ready(&self) -> usize {
        let mut state = self.state();
        let State { fold, waiting, .. } = &mut *state;
        let ready = fold.take(|it| waiting.get(&it.owner) == Some(&0));
        state.queue(ready)
    }

    /// Queues all trails that are left, orphans included, and closes their queues; returns how many.
    pub(super) fn queue_rest(&self) -> usize {
        let mut state = self.state();
        let is_administrator = state.caller_is_administrator();
        let rest = state.fold.take_rest(is_administrator);
        let count = state.queue(rest);
        (state.ready, state.shown) = (None, None);
        count
    }

    pub(super) fn end(self) -> Ended {
        let state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ended {
            accounts: state.accounts.into_values().collect(),
            organization: state.organization,
            source: state.source,
            population: state.population.expect("the directory has ended"),
            unit_names: state.unit_names,
            account_tags: state.account_tags,
            coverage: state.coverage,
            sightings: state.fold.into_sightings(),
        }
    }
}

impl State {
    /// An owner's trails are ready when those of all its targets are read: then its Regions are known.
    fn queue_of_owner(&mut self, owner: AccountId) -> usize {
        if self.waiting.get(&owner) != Some(&0) {
            return 0;
        }
        let has_ended = self.population.is_some();
        let ready = self.fold.take_of_owner(owner, |it| has_ended || !needs_members(it));
        self.queue(ready)
    }

    /// Queues what a member shows of an organization trail, where it is to be asked for its status.
    fn show(&self, sighting: &Sighting) {
        let Sighting { target, description, .. } = sighting;
        let is_of_member = description.is_organization_trail && target.account != description.owner;
        let is_asked = self.member_status.is_asked(target.region == description.home_region);
        if let Some(shown) = self.shown.as_ref().filter(|_| is_of_member && is_asked) {
            // The other end stops listening only when the whole audit does.
            let _ = shown.unbounded_send((description.arn.clone(), *target));
        }
    }

    fn queue(&self, trails: Vec<FoldedTrail>) -> usize {
        let count = trails.len();
        for trail in trails {
            let owner = trail.description.owner;
            let owner_regions = self.enabled_regions(owner);
            let are_regions_listed = self.listing.contains(&owner);
            if let Some(ready) = &self.ready {
                // The other end stops listening only when the whole audit does.
                let _ =
                    ready.unbounded_send(TrailWork { trail, owner_regions, are_regions_listed });
            }
        }
        count
    }

    /// Whether the caller, who can list the accounts, is not their management account.
    fn caller_is_administrator(&self) -> bool {
        let management = self.organization.as_ref().map(|it| it.management_account);
        self.source == PopulationSource::Organizations
            && management.is_some_and(|it| it != self.caller)
    }

    /// The Regions that an account has, as far as is known: also those that the user left out.
    fn enabled_regions(&self, account: AccountId) -> Vec<Region> {
        if let Some(regions) = self.support.get(&account) {
            return regions.clone();
        }
        let rows = self.coverage.of_account(account);
        if rows.is_empty() {
            return self.partition.regions();
        }
        let enabled = rows.iter().filter(|it| it.outcome != Outcome::RegionDisabled);
        enabled.map(|it| it.region).collect()
    }
}
