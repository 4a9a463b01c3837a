//! The listings of a target, its trails and its event data stores, and the row of coverage that they
//! make together. Plain values.

use trailseal_fanout::outcome_of_failure;
use trailseal_model::{Answer, CoverageRow, Gap, GapClass, Operation, Outcome, Region};

use crate::event::Times;

/// What one listing of a target resulted in, and what it took.
#[derive(Debug)]
pub(super) struct Listing {
    /// How many were found, or why none could be listed.
    pub(super) found: Result<u16, Box<Gap>>,
    /// AWS's request id of the answer, or of the refusal of DescribeTrails itself.
    pub(super) request_id: Option<Box<str>>,
    attempts: u8,
    throttles: u8,
    times: Times,
}

impl Listing {
    /// The listing, and what it shows.
    pub(super) fn new<T>(
        res: Result<Answer<Vec<T>>, Gap>,
        times: Times,
    ) -> (Self, Option<Answer<Vec<T>>>) {
        match res {
            Ok(answer) => {
                let found = Ok(u16::try_from(answer.value.len()).unwrap_or(u16::MAX));
                let (attempts, throttles) = (answer.evidence.attempts, answer.evidence.throttles);
                let request_id = answer.evidence.request_id.clone();
                (Self { found, request_id, attempts, throttles, times }, Some(answer))
            }
            Err(gap) => {
                let (attempts, throttles) = (gap.attempts, gap.throttles);
                let is_asked = gap.operation == Operation::DescribeTrails;
                let request_id = gap.request_id.clone().filter(|_| is_asked);
                (Self { found: Err(Box::new(gap)), request_id, attempts, throttles, times }, None)
            }
        }
    }

    fn class(&self) -> Option<GapClass> {
        self.found.as_ref().err().map(|gap| gap.class)
    }

    /// Whether a refused token may mean that the Region is disabled, for all that this listing says.
    pub(super) fn is_in_doubt(&self, is_region_listed: bool) -> bool {
        !is_region_listed && self.class() == Some(GapClass::RegionDisabled)
    }
}

/// The listing of a target that came first; few targets wait for the second one at a time.
#[derive(Debug)]
pub(super) enum Half {
    Trails(Listing, bool),
    Stores(Listing),
}

/// The listings of a target.
#[derive(Debug)]
pub(super) struct Listings {
    pub(super) trails: Listing,
    /// `None` where only a skipped control needs it: then the trails speak for the target alone.
    pub(super) stores: Option<Listing>,
    /// Whether the account listed its Regions itself, so that this one is enabled.
    pub(super) is_region_listed: bool,
}

impl Listings {
    /// Whether only both listings together say that the Region is disabled, so that the trails of
    /// the account wait until the target is settled.
    pub(super) fn are_needed_together(&self) -> bool {
        self.stores.is_some() && self.trails.is_in_doubt(self.is_region_listed)
    }

    /// A Region is not called disabled against better knowledge: the account lists it as enabled, or
    /// it answered one of the listings.
    pub(super) fn doubted(mut self) -> Self {
        let has_answered = |listing: &Listing| listing.found.is_ok();
        let all = || std::iter::once(&self.trails).chain(&self.stores);
        if self.is_region_listed || all().any(has_answered) {
            for listing in std::iter::once(&mut self.trails).chain(&mut self.stores) {
                let found = std::mem::replace(&mut listing.found, Ok(0));
                listing.found = found.map_err(|gap| Box::new(refused_though_enabled(*gap)));
            }
        }
        self
    }

    /// The target's row, but for its gap.
    pub(super) fn row(&self, region: Region) -> CoverageRow {
        let Self { trails, stores, .. } = self;
        let (outcome, reason) = match (trails.class(), stores.as_ref().map(Listing::class)) {
            (None, None | Some(None)) => (Outcome::Evaluated, None),
            (None, Some(Some(class))) | (Some(class), Some(None)) => {
                (Outcome::Partial, Some(class))
            }
            (Some(class), None | Some(Some(_))) => (outcome_of_failure(class), Some(class)),
        };
        let mut row = CoverageRow::with(region, outcome, reason);
        let count = |listing: &Listing| *listing.found.as_ref().unwrap_or(&0);
        row.trails_listed = trails.found.is_ok();
        (row.trails_found, row.api_calls) = (count(trails), trails.attempts);
        (row.throttles, row.started, row.finished) =
            (trails.throttles, trails.times.0, trails.times.1);
        if let Some(stores) = stores {
            row.stores_found = count(stores);
            row.api_calls = row.api_calls.saturating_add(stores.attempts);
            row.throttles = row.throttles.saturating_add(stores.throttles);
            row.started = row.started.min(stores.times.0);
            row.finished = row.finished.max(stores.times.1);
        }
        row
    }
}

/// What a refused token means in a Region that is enabled.
fn refused_though_enabled(gap: Gap) -> Gap {
    if gap.class != GapClass::RegionDisabled {
        return gap;
    }
    let said = gap.message.as_deref().unwrap_or_default();
    let message = format!(
        "the Region is enabled and yet refuses the credentials; tokens of the global STS endpoint are not valid in Regions that accounts opt in to, those of a regional one are (AWS said: {said})"
    );
    Gap { class: GapClass::ExpiredCredentials, ..gap }.saying(&message)
}
