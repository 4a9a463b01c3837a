//! How times, optional values and gaps are written into lines.

use jiff::Timestamp;

use crate::GapId;

/// Milliseconds, always with `Z`.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

pub(super) fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|it| it.to_string())
}

/// How a gap's id in this run becomes its stable one.
pub(super) type GapNames<'a> = dyn Fn(GapId) -> String + 'a;

/// The names of gaps, sorted: their order must not tell which one was met first.
pub(super) fn gap_ids(gaps: impl IntoIterator<Item = GapId>, names: &GapNames<'_>) -> Vec<String> {
    let mut ids: Vec<String> = gaps.into_iter().map(names).collect();
    ids.sort_unstable();
    ids
}
