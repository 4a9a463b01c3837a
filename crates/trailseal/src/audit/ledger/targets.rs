//! The two listings of each target. Trails are used as soon as they are listed, whatever keeps the
//! other listing; the target's row of coverage is settled when both are in.

use futures::channel::oneshot;
use trailseal_evaluator::StoreWork;
use trailseal_fanout::outcome_of_failure;
use trailseal_model::{
    AccountId, Answer, CoverageRow, Gap, GapClass, Outcome, Region, Sighting, StoreListed, Target,
};

use super::{Ledger, State};

/// What one listing of a target resulted in, and what it took.
pub(in crate::audit) struct Listing {
    /// How many were found, or why none could be listed.
    pub(in crate::audit) found: Result<u16, Box<Gap>>,
    attempts: u8,
    throttles: u8,
    /// When it began and ended, in milliseconds after the run's start.
    times: (u32, u32),
}

impl Listing {
    /// The listing, and what it shows.
    pub(in crate::audit) fn new<T>(
        res: Result<Answer<Vec<T>>, Gap>,
        times: (u32, u32),
    ) -> (Self, Option<Answer<Vec<T>>>) {
        match res {
            Ok(answer) => {
                let found = Ok(u16::try_from(answer.value.len()).unwrap_or(u16::MAX));
                let (attempts, throttles) = (answer.evidence.attempts, answer.evidence.throttles);
                (Self { found, attempts, throttles, times }, Some(answer))
            }
            Err(gap) => {
                let (attempts, throttles) = (gap.attempts, gap.throttles);
                (Self { found: Err(Box::new(gap)), attempts, throttles, times }, None)
            }
        }
    }

    fn class(&self) -> Option<GapClass> {
        self.found.as_ref().err().map(|gap| gap.class)
    }
}

/// The two listings of a target.
pub(in crate::audit) struct Listings {
    pub(in crate::audit) trails: Listing,
    pub(in crate::audit) stores: Listing,
    /// Whether the account listed its Regions itself, so that this one is enabled.
    is_listed: bool,
}

impl Listings {
    /// Whether only both listings together tell that the Region is disabled, so that the trails of
    /// the account wait until the target is settled.
    pub(in crate::audit) fn are_needed_together(&self) -> bool {
        is_in_doubt(&self.trails, self.is_listed)
    }

    /// A Region is not called disabled against better knowledge: the account lists it as enabled, or
    /// it answered one of the listings.
    pub(in crate::audit) fn doubted(mut self, refused: impl Fn(Gap) -> Gap) -> Self {
        if self.is_listed || self.trails.found.is_ok() || self.stores.found.is_ok() {
            for listing in [&mut self.trails, &mut self.stores] {
                let found = std::mem::replace(&mut listing.found, Ok(0));
                listing.found = found.map_err(|gap| Box::new(refused(*gap)));
            }
        }
        self
    }

    /// The target's row, but for its gap.
    pub(in crate::audit) fn row(&self, region: Region) -> CoverageRow {
        let Self { trails, stores, .. } = self;
        let (outcome, reason) = match (trails.class(), stores.class()) {
            (None, None) => (Outcome::Evaluated, None),
            (None, Some(class)) | (Some(class), None) => (Outcome::Partial, Some(class)),
            (Some(class), Some(_)) => (outcome_of_failure(class), Some(class)),
        };
        let mut row = CoverageRow::with(region, outcome, reason);
        let count = |listing: &Listing| *listing.found.as_ref().unwrap_or(&0);
        row.trails_listed = trails.found.is_ok();
        (row.trails_found, row.stores_found) = (count(trails), count(stores));
        row.api_calls = trails.attempts.saturating_add(stores.attempts);
        row.throttles = trails.throttles.saturating_add(stores.throttles);
        row.started = trails.times.0.min(stores.times.0);
        row.finished = trails.times.1.max(stores.times.1);
        row
    }
}

/// The listing of a target that came first; few targets wait for the second one at a time.
pub(super) enum Half {
    Trails(Listing, bool),
    Stores(Listing),
}

/// Whether a refused token may mean that the Region is disabled, for all that one listing tells.
fn is_in_doubt(trails: &Listing, is_listed: bool) -> bool {
    !is_listed && trails.class() == Some(GapClass::RegionDisabled)
}

impl Ledger {
    /// Takes in the trails of a target. Returns how many trails became ready, and both listings of
    /// the target if this was the second one.
    pub(in crate::audit) fn hear_trails(
        &self,
        target: Target,
        trails: Listing,
        sightings: Vec<Sighting>,
    ) -> (usize, Option<Listings>) {
        let mut state = self.state();
        for sighting in sightings {
            state.show(&sighting);
            state.note_bucket(&sighting.description);
            state.fold.add(sighting);
        }
        let is_listed = state.listing.contains(&target.account);
        let ready = if is_in_doubt(&trails, is_listed) {
            state.in_doubt += 1;
            0
        } else {
            state.note_trails_read(target.account)
        };
        let both = match state.halves.remove(&target) {
            Some(Half::Stores(stores)) => Some(Listings { trails, stores, is_listed }),
            Some(Half::Trails(..)) | None => {
                state.halves.insert(target, Half::Trails(trails, is_listed));
                None
            }
        };
        (ready, both)
    }

    /// Takes in the event data stores of a target. Returns both listings of the target if this was
    /// the second one.
    pub(in crate::audit) fn hear_stores(
        &self,
        target: Target,
        stores: Listing,
        listed: Vec<StoreListed>,
    ) -> Option<Listings> {
        let mut state = self.state();
        for listed in listed {
            // The other end stops listening only when the whole audit does.
            let queue = state.stores.as_ref();
            let _ = queue.map(|queue| queue.unbounded_send(StoreWork { listed, target }));
        }
        match state.halves.remove(&target) {
            Some(Half::Trails(trails, is_listed)) => Some(Listings { trails, stores, is_listed }),
            Some(Half::Stores(_)) | None => {
                state.halves.insert(target, Half::Stores(stores));
                None
            }
        }
    }

    /// Settles a target; returns how many trails became ready by it.
    pub(in crate::audit) fn settle(
        &self,
        target: Target,
        row: CoverageRow,
        was_in_doubt: bool,
    ) -> usize {
        let mut state = self.state();
        state.coverage.settle(target.account, row);
        if !was_in_doubt {
            return 0;
        }
        state.in_doubt = state.in_doubt.saturating_sub(1);
        if state.in_doubt == 0
            && let Some(told) = state.told.take()
        {
            // The other end stops listening only when the whole audit does.
            let _ = told.send(());
        }
        state.note_trails_read(target.account)
    }

    /// Ends when no target waits for its second listing to tell whether its Region is disabled; for
    /// use when the trails of all targets are listed.
    pub(in crate::audit) fn no_doubt_left(&self) -> oneshot::Receiver<()> {
        let (told, listening) = oneshot::channel();
        let mut state = self.state();
        if state.in_doubt == 0 {
            let _ = told.send(());
        } else {
            state.told = Some(told);
        }
        listening
    }

    /// No further event data store will be listed.
    pub(in crate::audit) fn end_stores(&self) {
        self.state().stores = None;
    }
}

impl State {
    /// The trails of one more target of an account are read; returns how many became ready.
    fn note_trails_read(&mut self, account: AccountId) -> usize {
        if let Some(waiting) = self.waiting.get_mut(&account) {
            *waiting = waiting.saturating_sub(1);
        }
        self.queue_of_owner(account)
    }
}
