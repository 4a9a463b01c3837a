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
        |it: &Sample| !matches!(it.result, SampleResult::Unreadable | SampleResult::Replaced);
    let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    history.examined = count(older.iter().filter(|it| is_read(it)).count());
    let unreadable = |it: &&Sample| it.result == SampleResult::Unreadable;
    history.unreadable = count(both().filter(unreadable).count());
    for gap in older.iter().filter_map(|it| it.gap) {
        if !history.gaps.contains(&gap) {
            history.gaps.push(gap);
        }
    }
    history.deviating = summary::deviating(both());
    history.unreadable_objects = summary::unreadable(both());
    let is_after = |it: &Sample| since.is_some_and(|since| it.named_at >= since);
    let has_later_deviation = both().any(|it| it.deviation.is_some() && is_after(it));
    let has_other_trails = both().any(|it| it.result == SampleResult::SharedPrefixKey);
    history.sealed_since = if history.deviating.is_empty() && has_other_trails {
        // The search knows the trail's own key alone, and was misled by the others of the group.
        oldest.filter(|_| history.oldest_read_by.is_some())
    } else {
        since.filter(|_| !has_later_deviation)
    };
    history
}
