//! The delivery census: the newest log object of every account and Region that a trail covers. It
//! is directed and no statistics; it shows what holds now, and where nothing arrived at all.

use std::collections::{BTreeMap, HashSet};

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Answer, Evidence, Gap, NewestLog, Sample, SampleResult, Selection, Window};

use super::heads::{Head, Look};
use super::log_location::{Listed, LogLocation, Walk};
use super::objects::Examination;
use super::{CensusEntry, Collector};
use crate::ports::CollectPorts;

/// Cells that are looked into at the same time: there can be hundreds of thousands, and in the end
/// nothing else is left to do.
const IN_FLIGHT: usize = 256;
/// After so many refusals nothing more is asked.
const MAX_REFUSALS: usize = 10;
/// Deviating objects that are kept of those that nobody drew.
const MAX_DEVIATING: usize = 100;
/// How far back the newest object is looked for where a cell has more than one page, in hours.
const BACK: [i64; 4] = [2, 8, 24, 72];
/// Objects of a cell's newest minute that are looked at: names have no seconds, and CloudTrail
/// delivers several files at a time where much happens.
const MAX_NEWEST: usize = 16;

/// What was found in one cell.
struct Newest {
    lists: u32,
    evidence: Option<Evidence>,
    found: Result<Option<(Listed, Head)>, Gap>,
    /// The first page of the window.
    walk: Option<Walk>,
}

/// Which cells hold objects, or could not be listed.
#[derive(Debug)]
pub(super) enum Holding {
    /// So few that they can be counted; what was listed of them.
    Few(Vec<Walk>),
    /// More than can be counted.
    Many(Vec<u32>),
}

impl<P: CollectPorts> Collector<'_, P> {
    async fn newest_of(&self, place: &LogLocation<'_>, cell: u32) -> Newest {
        let mut newest = Newest { lists: 0, evidence: None, found: Ok(None), walk: None };
        newest.found = match self.newest_listed(place, cell, &mut newest).await {
            Ok(Some(listed)) => Ok(Some((listed, self.head(place, listed).await))),
            Ok(None) => Ok(None),
            Err(gap) => Err(gap),
        };
        newest
    }

    /// One page from the window's start mostly says it; else longer and longer spans before its end
    /// are listed until one holds an object.
    async fn newest_listed(
        &self,
        place: &LogLocation<'_>,
        cell: u32,
        newest: &mut Newest,
    ) -> Result<Option<Listed>, Gap> {
        let walk = self.walk(place, cell, place.window, 1, newest).await?;
        let (is_over, found) = (walk.is_over, latest(&walk));
        newest.walk = Some(walk);
        if is_over {
            return Ok(found);
        }
        let Window { start, end } = place.window;
        let starts = BACK.iter().map(|it| end - SignedDuration::from_hours(*it));
        for start in starts.map(|it| it.max(start)).chain([start]) {
            let window = Window { start, end };
            let walk = self.walk(place, cell, window, u32::MAX, newest).await?;
            if let Some(found) = latest(&walk) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn walk(
        &self,
        place: &LogLocation<'_>,
        cell: u32,
        window: Window,
        pages: u32,
        newest: &mut Newest,
    ) -> Result<Walk, Gap> {
        let mut walk = Walk::new(place.span(cell, window));
        let mut page = 0;
        while page < pages && !walk.is_over {
            page += 1;
            newest.lists += 1;
            let Answer { value, evidence } =
                self.page(place, &walk.span, walk.token.take()).await?;
            walk.add(value, place, window);
            newest.evidence = Some(evidence);
        }
        Ok(walk)
    }
}

fn latest(walk: &Walk) -> Option<Listed> {
    walk.listed().max_by_key(|it| (it.at(), *it))
}

impl<P: CollectPorts> Examination<'_, P> {
    /// Looks into every cell.
    pub(super) async fn census(&mut self) -> Holding {
        let (collector, place) = (self.collector, self.place);
        let ask = |cell: u32| async move { (cell, collector.newest_of(place, cell).await) };
        let (mut holding, mut newest_sealed) = (Vec::new(), None);
        let (mut walks, limit) = (Vec::new(), collector.counting_limit() as usize);
        let cells = place.all_cells();
        // One call goes ahead: a bucket that refuses it would refuse every other.
        let (first, others) = cells.split_at(1.min(cells.len()));
        'all: for part in [first, others] {
            let mut answers = futures::stream::iter(part.to_vec()).map(ask).buffered(IN_FLIGHT);
            while let Some((cell, newest)) = answers.next().await {
                self.sample.census_lists += newest.lists;
                self.sample.listed_by = newest.evidence.or(self.sample.listed_by.take());
                let entry = match newest.found {
                    Ok(None) => entry(place, cell, None, NewestLog::Missing),
                    Ok(Some((listed, head))) => {
                        holding.push(cell);
                        if holding.len() <= limit {
                            walks.extend(newest.walk);
                            self.looks.remember(listed, &head);
                        }
                        self.take_in(listed, head, &mut newest_sealed)
                    }
                    Err(gap) => {
                        holding.push(cell);
                        self.sample.gaps.push(collector.gap(gap));
                        entry(place, cell, None, NewestLog::Unlisted)
                    }
                };
                self.census.push(entry);
                if self.has_keyless_object() {
                    break 'all;
                }
                let refusals = self.sample.gaps.len();
                if refusals >= MAX_REFUSALS || refusals == self.census.len() {
                    break 'all;
                }
            }
        }
        // It is evidence; what else is sealed needs no row.
        if let Some(look) = newest_sealed {
            self.looks.keep(look);
        }
        if holding.len() > limit { Holding::Many(holding) } else { Holding::Few(walks) }
    }

    /// Of what deviates some are kept; of what is sealed, the newest.
    fn take_in(
        &mut self,
        listed: Listed,
        head: Head,
        newest_sealed: &mut Option<Look>,
    ) -> CensusEntry {
        let look = Look { listed, selection: Selection::Newest, head };
        let seen = self.seen(&look);
        let found = match self.context.is_sealed(&seen) {
            Some(true) => NewestLog::Sealed,
            Some(false) => NewestLog::Deviation,
            None => NewestLog::Unreadable,
        };
        let is_newer =
            |than: &Option<Look>| than.as_ref().is_none_or(|it| it.listed.at() < listed.at());
        if found == NewestLog::Deviation && self.looks.all.len() < MAX_DEVIATING {
            self.looks.keep(look);
        } else if found == NewestLog::Sealed && is_newer(newest_sealed) {
            *newest_sealed = Some(look);
        }
        let key = seen.head.and_then(|it| it.kms_key_id).filter(|_| found == NewestLog::Deviation);
        let entry = entry(self.place, listed.cell, Some(listed.at()), found);
        CensusEntry { deviating_key: key.map(Into::into), ..entry }
    }
}

fn entry(
    place: &LogLocation<'_>,
    cell: u32,
    at: Option<Timestamp>,
    found: NewestLog,
) -> CensusEntry {
    CensusEntry { cell: place.cell(cell), at, found, deviating_key: None }
}

/// The newest objects of each cell, those of one minute together.
pub(super) fn newest_of_each(objects: &[Listed]) -> Vec<Listed> {
    let mut newest: BTreeMap<u32, Vec<Listed>> = BTreeMap::new();
    for it in objects {
        let known = newest.entry(it.cell).or_default();
        match known.first() {
            Some(first) if first.at() > it.at() => {}
            Some(first) if first.at() == it.at() => known.push(*it),
            _ => *known = vec![*it],
        }
    }
    newest.into_values().flat_map(|it| it.into_iter().take(MAX_NEWEST)).collect()
}

/// Every cell without objects: they are missing there for certain.
pub(super) fn of_counted(place: &LogLocation<'_>, objects: &[Listed]) -> Vec<CensusEntry> {
    let holding: HashSet<u32> = objects.iter().map(|it| it.cell).collect();
    let empty = place.all_cells().into_iter().filter(|it| !holding.contains(it));
    empty.map(|it| entry(place, it, None, NewestLog::Missing)).collect()
}

/// Adds the newest object that was looked at in each cell of which there is no entry yet. Where the
/// window was counted that is the newest there is; of one minute the worst stands.
pub(super) fn add_looked_at(
    census: &mut Vec<CensusEntry>,
    place: &LogLocation<'_>,
    listed: &[Listed],
    samples: &[Sample],
) {
    let known: HashSet<_> = census.iter().map(|it| it.cell).collect();
    let mut newest: BTreeMap<u32, CensusEntry> = BTreeMap::new();
    let is_of_cell = |it: &Sample| matches!(it.selection, Selection::All | Selection::Newest);
    for (listed, sample) in listed.iter().zip(samples).filter(|it| is_of_cell(it.1)) {
        let (at, found) = (Some(sample.named_at), of_result(sample.result));
        let kept = newest.get(&listed.cell);
        let is_newer = kept.is_none_or(|it| (it.at, it.found) < (at, found));
        if is_newer && !known.contains(&place.cell(listed.cell)) {
            let key = sample.kms_key_id.as_deref().filter(|_| found == NewestLog::Deviation);
            let deviating_key = key.map(Into::into);
            let entry = CensusEntry { deviating_key, ..entry(place, listed.cell, at, found) };
            newest.insert(listed.cell, entry);
        }
    }
    census.extend(newest.into_values());
}

/// What deviates and is not newer than what a switch sets aside is set aside itself.
pub(super) fn set_aside(census: &mut [CensusEntry], samples: &[Sample]) {
    let is_old =
        |it: &&Sample| matches!(it.result, SampleResult::PreEnablement | SampleResult::PreviousKey);
    let Some(cut) = samples.iter().filter(is_old).map(|it| it.named_at).max() else { return };
    for it in census.iter_mut().filter(|it| it.found == NewestLog::Deviation) {
        if it.at <= Some(cut) {
            it.found = NewestLog::Older;
        }
    }
}

const fn of_result(result: SampleResult) -> NewestLog {
    match result {
        SampleResult::Pass | SampleResult::SharedPrefixKey => NewestLog::Sealed,
        SampleResult::Deviation => NewestLog::Deviation,
        SampleResult::PreEnablement | SampleResult::PreviousKey => NewestLog::Older,
        SampleResult::Unreadable => NewestLog::Unreadable,
        SampleResult::Replaced => NewestLog::Missing,
    }
}
