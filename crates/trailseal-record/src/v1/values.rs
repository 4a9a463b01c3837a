//! How times and gaps are written into lines.

use jiff::Timestamp;
use trailseal_model::GapId;

use crate::Time;

/// The time, where there is one.
pub(super) fn time(at: Option<Timestamp>) -> Option<Time> {
    at.map(Time::from)
}

/// How a gap's id in this run becomes its stable one.
pub(super) type GapNames<'a> = dyn Fn(GapId) -> String + 'a;

/// The names of gaps, sorted: their order must not tell which one was met first.
pub(super) fn gap_ids(gaps: impl IntoIterator<Item = GapId>, names: &GapNames<'_>) -> Vec<String> {
    let mut ids: Vec<String> = gaps.into_iter().map(names).collect();
    ids.sort_unstable();
    ids
}
