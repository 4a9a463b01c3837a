//! What older logs show, together with those of the window. Pure.

use trailseal_model::{HistorySample, Sample, SampleResult};

use super::summary;
use crate::examined_object::HistorySearch;

/// What logs of any age show.
pub(super) fn of(search: HistorySearch, window: &[&Sample], older: &[&Sample]) -> HistorySample {
    let HistorySearch { was_made, oldest, since, lists, oldest_read_by, listed_by, gaps } = search;
    let mut history = HistorySample {
        oldest,
        lists,
        oldest_read_by,
        listed_by,
        gaps,
        ..HistorySample::default()
    };
    if !was_made {
        return history;
    }
    let both = || window.iter().chain(older).copied();
    let is_read =
        |log: &Sample| !matches!(log.result, SampleResult::Unreadable | SampleResult::Replaced);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    history.examined = count(older.iter().filter(|log| is_read(log)).count());
    let unreadable = |log: &&Sample| log.result == SampleResult::Unreadable;
    history.unreadable = count(both().filter(unreadable).count());
    for gap in older.iter().filter_map(|log| log.gap) {
        if !history.gaps.contains(&gap) {
            history.gaps.push(gap);
        }
    }
    history.deviating = summary::deviating(both());
    history.unreadable_objects = summary::unreadable(both());
    let is_after = |log: &Sample| since.is_some_and(|since| log.named_at >= since);
    let has_later_deviation = both().any(|log| log.deviation.is_some() && is_after(log));
    let has_other_trails = both().any(|log| log.result == SampleResult::SharedPrefixKey);
    history.sealed_since = if history.deviating.is_empty() && has_other_trails {
        // The search knows the trail's own key alone, and was misled by the others of the group.
        oldest.filter(|_| history.oldest_read_by.is_some())
    } else {
        since.filter(|_| !has_later_deviation)
    };
    history
}
