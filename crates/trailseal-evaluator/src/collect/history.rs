//! Looks at logs that are older than the window: since when are all of them sealed?
//!
//! The oldest one is looked at, then the time between it and the oldest one that is known to be
//! sealed is halved, and a dozen random ones confirm what comes out. It is no statistics.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Answer, HistorySample, Sample, SampleResult, Selection, Window};

use super::Collector;
use super::classify::Context;
use super::draw::Draw;
use super::heads::{Head, Looks};
use super::log_location::{Listed, LogLocation};
use super::summary;
use super::trace::Trace;
use crate::object_name::AccountRegion;
use crate::ports::CollectPorts;

/// Halvings: more than four thousand days.
const STEPS: u32 = 12;
/// Random objects that confirm the result.
const PROBES: u32 = 12;
/// Where the home Region holds none, so many other cells are tried.
const OTHER_CELLS: usize = 3;

/// The history of one trail under way.
struct History<'a, P> {
    collector: &'a Collector<'a, P>,
    place: &'a LogLocation<'a>,
    context: &'a Context<'a>,
    draw: Draw<'a>,
    looks: Looks<'a, P>,
    /// What was looked at in the window already.
    known: HashMap<Listed, &'a Sample>,
    sample: HistorySample,
}

impl<P: CollectPorts> Collector<'_, P> {
    /// What older logs show; `samples` are those of the window, and `listed` says which.
    pub(super) async fn history(
        &self,
        place: &LogLocation<'_>,
        context: &Context<'_>,
        listed: &[Listed],
        samples: &[Sample],
    ) -> (HistorySample, Vec<Trace>) {
        let mut history = History {
            collector: self,
            place,
            context,
            draw: Draw::new(self.settings.seed, &context.description.arn),
            looks: Looks::new(self, place),
            known: listed.iter().copied().zip(samples).collect(),
            sample: HistorySample::default(),
        };
        history.examine(samples).await;
        history.end()
    }
}

impl<P: CollectPorts> History<'_, P> {
    async fn examine(&mut self, samples: &[Sample]) {
        let Some(oldest) = self.oldest(samples).await else { return };
        self.sample.oldest = Some(oldest.at());
        let is_sealed = self.look(oldest).await;
        self.sample.oldest_read_by = match self.looks.all.last().map(|it| &it.head) {
            Some(Head::Found(_, evidence)) => Some(evidence.clone()),
            Some(_) => None,
            None => self.known.get(&oldest).and_then(|it| it.evidence.clone()),
        };
        let since = match is_sealed {
            Some(true) => Some(oldest.at()),
            Some(false) => self.switch(oldest, samples).await,
            None => None,
        };
        let Some(since) = since else { return };
        if self.confirm(since).await && !has_later_deviation(samples, since) {
            self.sample.sealed_since = Some(since);
        }
    }

    /// The oldest object of the home Region, else of another cell that holds any.
    async fn oldest(&mut self, samples: &[Sample]) -> Option<Listed> {
        let description = self.context.description;
        let home = AccountRegion { account: description.owner, region: description.home_region };
        let cells = self.place.all_cells();
        let is_home = |it: &&u32| self.place.cell(**it) == home;
        let home = cells.iter().find(is_home).or(cells.first()).copied();
        let holding = samples.iter().filter_map(|sample| {
            let holds = |it: &&u32| {
                let prefix = self.place.cell(**it).prefix(&self.place.root);
                sample.key.starts_with(&prefix)
            };
            cells.iter().find(holds).copied()
        });
        let mut candidates: Vec<u32> = home.into_iter().collect();
        for cell in holding.take(OTHER_CELLS) {
            if !candidates.contains(&cell) {
                candidates.push(cell);
            }
        }
        for cell in candidates {
            let window = Window { start: Timestamp::UNIX_EPOCH, end: self.place.window.end };
            if let Some(found) = self.first(cell, window).await {
                return Some(found);
            }
        }
        None
    }

    /// The time of the oldest object that is sealed, as are those that were looked at after it.
    async fn switch(&mut self, oldest: Listed, samples: &[Sample]) -> Option<Timestamp> {
        let sealed = samples.iter().filter(|it| it.result == SampleResult::Pass);
        let mut since = sealed.map(|it| it.named_at).min();
        let (mut old, mut new) = (oldest.at(), since.unwrap_or(self.place.window.end));
        for _ in 0..STEPS {
            let span = new.duration_since(old);
            if span < SignedDuration::from_hours(24) {
                break;
            }
            let middle = old + span / 2;
            let Some(found) = self.first(oldest.cell, Window { start: middle, end: new }).await
            else {
                new = middle;
                continue;
            };
            match self.look(found).await {
                Some(true) => {
                    new = found.at();
                    since = Some(new);
                }
                Some(false) => old = found.at(),
                None => break,
            }
        }
        since
    }

    /// Whether random objects from then on are sealed, too.
    async fn confirm(&mut self, since: Timestamp) -> bool {
        let before = self.place.window.start;
        let minutes = before.duration_since(since).as_mins();
        let Ok(minutes) = u64::try_from(minutes) else { return true };
        let mut is_sealed = true;
        for number in 0..PROBES {
            let minute = self.draw.probe("history", number, minutes.max(1));
            let cell = self.draw.probe("history-cell", number, self.place.cells.len() as u64);
            let start =
                since + SignedDuration::from_mins(i64::try_from(minute).unwrap_or_default());
            let window = Window { start, end: self.place.window.end };
            let cell = u32::try_from(cell).unwrap_or_default();
            if let Some(found) = self.first(cell, window).await {
                is_sealed &= self.look(found).await != Some(false);
            }
            if !self.sample.gaps.is_empty() {
                break;
            }
        }
        is_sealed
    }

    /// The first object of a cell in a span of time.
    async fn first(&mut self, cell: u32, window: Window) -> Option<Listed> {
        if !self.sample.gaps.is_empty() {
            return None;
        }
        self.sample.lists += 1;
        let span = self.place.span(cell, window);
        match self.collector.first(self.place, span, window).await {
            Ok(Answer { value, evidence }) => {
                self.sample.listed_by = Some(evidence);
                value
            }
            Err(gap) => {
                self.sample.gaps.push(self.collector.gap(gap));
                None
            }
        }
    }

    /// Whether it is sealed, where that can be said.
    async fn look(&mut self, listed: Listed) -> Option<bool> {
        if let Some(known) = self.known.get(&listed) {
            return match known.result {
                SampleResult::Pass => Some(true),
                SampleResult::Unreadable | SampleResult::Replaced => None,
                _ => Some(false),
            };
        }
        let look = self.looks.look_at(listed, Selection::History).await.clone();
        let trace = Trace::of(&look, self.place);
        self.context.is_sealed(&trace.seen(self.place))
    }

    fn end(self) -> (HistorySample, Vec<Trace>) {
        let mut looks = self.looks.all;
        // An object that two probes came to needs one row.
        let mut known = HashSet::new();
        looks.retain(|it| known.insert(it.listed));
        let traces = looks.iter().map(|it| Trace::of(it, self.place)).collect();
        (self.sample, traces)
    }
}

fn has_later_deviation(samples: &[Sample], since: Timestamp) -> bool {
    samples.iter().any(|it| it.deviation.is_some() && it.named_at >= since)
}

/// Brings together what the window and the history show.
pub(super) fn of(mut history: HistorySample, window: &[Sample], older: &[Sample]) -> HistorySample {
    let is_read =
        |it: &&Sample| !matches!(it.result, SampleResult::Unreadable | SampleResult::Replaced);
    let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    history.examined = count(older.iter().filter(is_read).count());
    let unreadable = |it: &&Sample| it.result == SampleResult::Unreadable;
    let both = || window.iter().chain(older);
    history.unreadable = count(both().filter(unreadable).count());
    for gap in older.iter().filter_map(|it| it.gap) {
        if !history.gaps.contains(&gap) {
            history.gaps.push(gap);
        }
    }
    history.deviating = summary::deviating(both());
    history.unreadable_objects = summary::unreadable(both());
    history
}
