//! What is known while the run goes on: accounts, coverage, sightings, and which trails are ready.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::channel::mpsc;
use trailseal_evaluator::{Fold, FoldedTrail, Members, TrailWork, needs_members};
use trailseal_fanout::{AccountPage, OpenedAccount, outcome_of_failure};
use trailseal_model::{
    Account, AccountId, Answer, Arn, Coverage, CoverageRow, Gap, GapId, Observed, Organization,
    Outcome, Region, RegionSet, Sighting, Target, TrailDescription,
};

/// Shared by the directory and the targets; nothing waits while it is held.
pub(super) struct Ledger(Mutex<State>);

struct State {
    accounts: BTreeMap<AccountId, Account>,
    organization: Option<Organization>,
    /// `None` while the directory is being walked.
    population: Option<Observed<()>>,
    coverage: Coverage,
    fold: Fold,
    /// Targets of an account that are still to be read.
    waiting: HashMap<AccountId, usize>,
    /// Closed when no trail can come any more.
    ready: Option<mpsc::UnboundedSender<TrailWork>>,
}

/// What the ledger holds in the end.
pub(super) struct Ended {
    pub(super) accounts: Vec<Account>,
    pub(super) organization: Option<Organization>,
    pub(super) population: Observed<()>,
    pub(super) coverage: Coverage,
    pub(super) seen_from: BTreeMap<Arn, Vec<(AccountId, RegionSet)>>,
}

impl Ledger {
    pub(super) fn new(ready: mpsc::UnboundedSender<TrailWork>) -> Self {
        Self(Mutex::new(State {
            accounts: BTreeMap::new(),
            organization: None,
            population: None,
            coverage: Coverage::default(),
            fold: Fold::default(),
            waiting: HashMap::new(),
            ready: Some(ready),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Notes the directory's end, and what it held.
    pub(super) fn end_directory(&self, failure: Option<GapId>) -> Arc<Members> {
        let mut state = self.state();
        state.population = Some(failure.map_or(Observed::Known(()), Observed::Unread));
        let accounts = state.accounts.values();
        Arc::new(Members {
            organization: state.organization.clone(),
            audited: accounts.clone().filter(|it| it.state.is_audited()).map(|it| it.id).collect(),
            all: accounts.map(|it| it.id).collect(),
        })
    }

    /// Plans an account; returns how many trails became ready.
    pub(super) fn plan(&self, opened: &OpenedAccount, gap: Option<GapId>, targets: usize) -> usize {
        let mut state = self.state();
        opened.plan(&mut state.coverage, gap);
        state.waiting.insert(opened.account, targets);
        state.queue_of_owner(opened.account)
    }

    /// Settles a target; returns how many trails became ready.
    pub(super) fn settle(
        &self,
        target: Target,
        row: CoverageRow,
        sightings: Vec<Sighting>,
    ) -> usize {
        let mut state = self.state();
        state.coverage.settle(target.account, row);
        for sighting in sightings {
            state.fold.add(sighting);
        }
        if let Some(waiting) = state.waiting.get_mut(&target.account) {
            *waiting = waiting.saturating_sub(1);
        }
        state.queue_of_owner(target.account)
    }

    /// Queues what waited for the end of the directory; returns how many.
    pub(super) fn queue_ready(&self) -> usize {
        let mut state = self.state();
        let State { fold, waiting, .. } = &mut *state;
        let ready = fold.take(|it| waiting.get(&it.owner) == Some(&0));
        state.queue(ready)
    }

    /// Queues all that is left, orphans included, and closes the queue; returns how many.
    pub(super) fn queue_rest(&self) -> usize {
        let mut state = self.state();
        let rest = state.fold.take_rest();
        let count = state.queue(rest);
        state.ready = None;
        count
    }

    pub(super) fn end(self) -> Ended {
        let state = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ended {
            accounts: state.accounts.into_values().collect(),
            organization: state.organization,
            population: state.population.expect("the directory has ended"),
            coverage: state.coverage,
            seen_from: state.fold.into_seen_from(),
        }
    }
}

impl State {
    /// An owner's trails are ready when all its targets are read: then its Regions are known.
    fn queue_of_owner(&mut self, owner: AccountId) -> usize {
        if self.waiting.get(&owner) != Some(&0) {
            return 0;
        }
        let has_ended = self.population.is_some();
        let ready = self.fold.take_of_owner(owner, |it| has_ended || !needs_members(it));
        self.queue(ready)
    }

    fn queue(&self, trails: Vec<FoldedTrail>) -> usize {
        let count = trails.len();
        for trail in trails {
            let owner_regions = self.enabled_regions(trail.description.owner);
            if let Some(ready) = &self.ready {
                // The other end stops listening only when the whole audit does.
                let _ = ready.unbounded_send(TrailWork { trail, owner_regions });
            }
        }
        count
    }

    fn enabled_regions(&self, account: AccountId) -> Vec<Region> {
        let rows = self.coverage.of_account(account).iter();
        rows.filter(|it| it.outcome != Outcome::RegionDisabled).map(|it| it.region).collect()
    }
}

/// A target's row, but for its times and gap.
pub(super) fn row(region: Region, res: &Result<Answer<Vec<TrailDescription>>, Gap>) -> CoverageRow {
    match res {
        Ok(answer) => {
            let mut row = CoverageRow::with(region, Outcome::Evaluated, None);
            row.trails_found = u16::try_from(answer.value.len()).unwrap_or(u16::MAX);
            row.api_calls = answer.evidence.attempts;
            row.throttles = answer.evidence.throttles;
            row
        }
        Err(gap) => {
            let outcome = outcome_of_failure(gap.class);
            let mut row = CoverageRow::with(region, outcome, Some(gap.class));
            row.api_calls = gap.attempts;
            row.throttles = gap.throttles;
            row
        }
    }
}
