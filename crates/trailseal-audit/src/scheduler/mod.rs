//! Decides what is asked next: the whole state of a run in one struct.
//!
//! Each file here is one part of a run; a part reads and changes the state, and puts work into lanes.
//! [`Scheduler::on`] takes in an event, lets what waited for it go on, and begins what has room.

mod buckets;
mod facts;
mod listings;
mod members;
mod owner_sweep;
mod population;
mod room;
mod targets;
mod trails;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use trailseal_evaluator::{CollectedStore, EnabledRegions, Fold, Members};
use trailseal_model::{
    Account, AccountId, Arn, Coverage, Event as Progress, EventSink, Gap, GapId, GapLedger,
    MemberDelivery, Observed, Organization, PopulationSource, Reading, Region, Target, TrailListed,
};

use crate::event::{Event, Work};
use crate::settings::{AuditError, AuditSettings};
use buckets::BucketSearches;
use listings::Half;
use members::MemberQuestions;
use room::Lanes;
use trails::Trails;

/// The state of a run.
pub struct Scheduler<'a> {
    settings: &'a AuditSettings,
    gaps: &'a GapLedger,
    progress: &'a dyn EventSink,
    lanes: Lanes,

    /// Every account that was listed.
    accounts: BTreeMap<AccountId, Account>,
    organization: Option<Organization>,
    source: PopulationSource,
    /// `None` until the accounts are listed.
    population: Option<Observed<()>>,
    members: Arc<Members>,
    unit_names: BTreeMap<String, String>,
    is_tree_walked: bool,
    account_tags: BTreeMap<AccountId, BTreeMap<String, String>>,
    /// Accounts that wait for their place in the tree, by which the scope decides.
    unplaced: Vec<AccountId>,

    coverage: Coverage,
    /// Accounts in use that could not be opened.
    unopened: BTreeMap<AccountId, GapId>,
    /// Targets of an account whose trails are still to be read.
    unread_targets: HashMap<AccountId, usize>,
    /// Targets of which one listing is in.
    halves: HashMap<Target, Half>,
    /// Targets whose second listing tells whether their Region is disabled.
    in_doubt: usize,
    /// Accounts that listed their Regions themselves.
    lists_regions: HashSet<AccountId>,
    /// Enabled Regions of accounts that are read as support only.
    support_regions: HashMap<AccountId, Vec<Region>>,
    is_support_asked: bool,
    /// The enabled Regions of every account; `None` until every target is read.
    enabled: Option<Arc<EnabledRegions>>,

    fold: Fold,
    /// Trails by the accounts that list them.
    named: BTreeMap<AccountId, Vec<TrailListed>>,
    trails: Trails,
    buckets: BucketSearches,
    /// Buckets, with the owners of the trails that name them.
    delivering: BTreeMap<String, BTreeSet<AccountId>>,
    member_questions: MemberQuestions,
    member_delivery: BTreeMap<Arn, MemberDelivery>,
    stores: Vec<CollectedStore>,
}

impl<'a> Scheduler<'a> {
    /// A run that has not asked anything yet, and what it asks first.
    #[must_use]
    pub fn begin(
        settings: &'a AuditSettings,
        gaps: &'a GapLedger,
        progress: &'a dyn EventSink,
    ) -> (Self, Vec<Work>) {
        let scheduler = Self {
            settings,
            gaps,
            progress,
            lanes: Lanes::new(settings.max_in_flight),
            accounts: BTreeMap::new(),
            organization: None,
            source: PopulationSource::Organizations,
            population: None,
            members: Arc::default(),
            unit_names: BTreeMap::new(),
            is_tree_walked: false,
            account_tags: BTreeMap::new(),
            unplaced: Vec::new(),
            coverage: Coverage::default(),
            unopened: BTreeMap::new(),
            unread_targets: HashMap::new(),
            halves: HashMap::new(),
            in_doubt: 0,
            lists_regions: HashSet::new(),
            support_regions: HashMap::new(),
            is_support_asked: false,
            enabled: None,
            fold: Fold::of_caller(settings.caller),
            named: BTreeMap::new(),
            trails: Trails::default(),
            buckets: BucketSearches::default(),
            delivering: BTreeMap::new(),
            member_questions: MemberQuestions::default(),
            member_delivery: BTreeMap::new(),
            stores: Vec::new(),
        };
        (scheduler, vec![Work::ListAccounts])
    }

    /// Takes in what work resulted in; returns what can begin now.
    ///
    /// # Errors
    /// When there is no population to audit, or the scope does not fit it.
    pub fn on(&mut self, event: Event) -> Result<Vec<Work>, AuditError> {
        match event {
            Event::AccountsListed(listed) => self.accounts_listed(listed)?,
            Event::OrganizationDescribed(described) => self.organization_described(described)?,
            Event::TreeWalked(tree) => self.tree_walked(tree)?,
            Event::TagsRead { account, tags } => self.tags_read(account, tags),
            Event::AccountOpened(opened) => self.account_opened(&opened),
            Event::TrailsListed { account, trails } => self.trails_listed(account, trails),
            Event::TrailsDescribed { target, trails, times } => {
                self.trails_described(target, trails, times);
            }
            Event::StoresListed { target, stores, times } => {
                self.stores_listed(target, stores, times);
            }
            Event::SupportRead { home, trails, regions } => {
                self.support_read(home, trails, &regions);
            }
            Event::MemberAnswered { trail, target, status } => {
                self.member_answered(trail, target, status);
            }
            Event::StoreRead { target, store } => self.store_read(target, *store),
            Event::TrailRead { trail, read } => self.trail_read(&trail, *read),
            Event::GrantsRead { key, grants } => self.grants_read(&key, grants),
            Event::RotationRead { key, rotation } => self.rotation_read(&key, rotation),
            Event::OwnersAnswered { bucket, trail_owner, answers } => {
                self.owners_answered((bucket, trail_owner), answers);
            }
            Event::BucketHeaded { bucket, trail_owner, presence } => {
                self.bucket_headed(&(bucket, trail_owner), presence);
            }
            Event::BucketsListed { account, owned } => self.buckets_listed(account, &owned),
            Event::ObjectsExamined { trail, objects, .. } => {
                self.objects_examined(&trail, *objects);
            }
        }
        self.go_on();
        Ok(self.lanes.begin(&self.members))
    }

    /// Lets begin what waited for the end of something else.
    fn go_on(&mut self) {
        if self.has_opened_all() {
            self.lanes.end_of_targets();
            self.ask_support();
            if self.enabled.is_none() && self.has_read_all_targets() {
                self.end_targets();
            }
        }
        if self.lanes.list_stores.is_over() {
            self.lanes.read_stores.end();
        }
        if self.enabled.is_some() && self.trails.are_all_read() {
            self.lanes.grants.end();
            self.lanes.rotations.end();
        }
        self.go_on_with_members();
        self.go_on_with_buckets();
    }

    /// Whether this is read: not where only skipped controls need it.
    fn asks(&self, reading: Reading) -> bool {
        reading.is_asked(&self.settings.scope.skipped_controls)
    }

    fn gap(&self, gap: Gap) -> GapId {
        self.progress.emit(&Progress::GapRecorded { gap: &gap });
        self.gaps.record(gap)
    }

    /// Whether the caller, who can list the accounts, is not their management account.
    fn caller_is_administrator(&self) -> bool {
        let management = self.organization.as_ref().map(|it| it.management_account);
        self.source == PopulationSource::Organizations
            && management.is_some_and(|account| account != self.settings.caller)
    }
}

impl fmt::Debug for Scheduler<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scheduler").field("lanes", &self.lanes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
