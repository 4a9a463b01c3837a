//! Looks at logs that are older than the window: since when are all of them sealed?
//!
//! The oldest one is looked at, then the time between it and the oldest one that is known to be
//! sealed is halved, and a dozen random ones confirm what comes out. It is no statistics.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Answer, Selection, TrailDescription, Window};

use super::draw::Draw;
use super::examined::Examined;
use super::log_location::{Listed, LogLocation};
use super::object_source::{Examiner, ObjectSource};
use crate::encryption::ExpectedKey;
use crate::examined_object::{ExaminedObject, HistorySearch};
use crate::object_name::AccountRegion;

/// Halvings: more than four thousand days.
const STEPS: u32 = 12;
/// Random objects that confirm the result.
const PROBES: u32 = 12;
/// Where the home Region holds none, this number of other clusters is tried.
const OTHER_CLUSTERS: usize = 3;

/// The search for the history of one trail under way.
struct History<'a, S> {
    examiner: &'a Examiner<'a, S>,
    place: &'a LogLocation,
    description: &'a TrailDescription,
    expected: &'a ExpectedKey,
    draw: Draw<'a>,
    examined: Examined<'a, S>,
    /// What was examined of the window already, in the order of selection.
    window: &'a [ExaminedObject],
    /// The same by name.
    known: HashMap<Listed, &'a ExaminedObject>,
    search: HistorySearch,
}

impl<S: ObjectSource> Examiner<'_, S> {
    /// What older logs show; `window` has the objects of the window, and `listed` their names.
    pub(super) async fn history(
        &self,
        place: &LogLocation,
        description: &TrailDescription,
        expected: &ExpectedKey,
        listed: &[Listed],
        window: &[ExaminedObject],
    ) -> (HistorySearch, Vec<ExaminedObject>) {
        let mut history = History {
            examiner: self,
            place,
            description,
            expected,
            draw: Draw::new(self.settings.seed, &description.arn),
            examined: Examined::new(self, place),
            window,
            known: listed.iter().copied().zip(window).collect(),
            search: HistorySearch { was_made: true, ..HistorySearch::default() },
        };
        history.examine().await;
        history.end()
    }
}

impl<S: ObjectSource> History<'_, S> {
    async fn examine(&mut self) {
        let Some(oldest) = self.oldest().await else { return };
        self.search.oldest = Some(oldest.at());
        let is_sealed = self.is_sealed(oldest).await;
        let examined = self.examined.objects.last().or(self.known.get(&oldest).copied());
        let answer = examined.map(|object| &object.answer).filter(|answer| answer.head().is_some());
        self.search.oldest_read_by = answer.and_then(|answer| answer.evidence()).cloned();
        let since = match is_sealed {
            Some(true) => Some(oldest.at()),
            Some(false) => self.key_change(oldest).await,
            None => None,
        };
        let Some(since) = since else { return };
        self.confirm(since).await;
        self.search.since = Some(since);
    }

    /// The oldest object of the home Region, else of another cluster that holds any.
    async fn oldest(&mut self) -> Option<Listed> {
        let description = self.description;
        let home = AccountRegion { account: description.owner, region: description.home_region };
        let clusters = self.place.all_clusters();
        let is_home = |cluster: &&u32| self.place.cluster(**cluster) == home;
        let home = clusters.iter().find(is_home).or(clusters.first()).copied();
        let holding = self.window.iter().filter_map(|object| {
            let holds = |cluster: &&u32| self.place.cluster(**cluster) == object.account_region;
            clusters.iter().find(holds).copied()
        });
        let mut candidates: Vec<u32> = home.into_iter().collect();
        for cluster in holding.take(OTHER_CLUSTERS) {
            if !candidates.contains(&cluster) {
                candidates.push(cluster);
            }
        }
        for cluster in candidates {
            let window = Window { start: Timestamp::UNIX_EPOCH, end: self.place.window.end };
            if let Some(found) = self.first(cluster, window).await {
                return Some(found);
            }
        }
        None
    }

    /// The time of the oldest object that is sealed, as are those that were examined after it.
    async fn key_change(&mut self, oldest: Listed) -> Option<Timestamp> {
        let expected = self.expected;
        let sealed = self.window.iter().filter(|log| log.is_sealed(expected) == Some(true));
        let mut since = sealed.map(|log| log.named_at).min();
        let (mut old, mut new) = (oldest.at(), since.unwrap_or(self.place.window.end));
        for _ in 0..STEPS {
            let span = new.duration_since(old);
            if span < SignedDuration::from_hours(24) {
                break;
            }
            let middle = old + span / 2;
            let Some(found) = self.first(oldest.cluster, Window { start: middle, end: new }).await
            else {
                new = middle;
                continue;
            };
            match self.is_sealed(found).await {
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

    /// Examines random objects from then on: judging sees whether they are sealed, too.
    async fn confirm(&mut self, since: Timestamp) {
        let before = self.place.window.start;
        let minutes = before.duration_since(since).as_mins();
        let Ok(minutes) = u64::try_from(minutes) else { return };
        for number in 0..PROBES {
            let minute = self.draw.probe("history", number, minutes.max(1));
            let cluster = self.draw.probe("history-cell", number, self.place.clusters.len() as u64);
            let start =
                since + SignedDuration::from_mins(i64::try_from(minute).unwrap_or_default());
            let window = Window { start, end: self.place.window.end };
            let cluster = u32::try_from(cluster).unwrap_or_default();
            if let Some(found) = self.first(cluster, window).await {
                self.is_sealed(found).await;
            }
            if !self.search.gaps.is_empty() {
                break;
            }
        }
    }

    /// The first object of a cluster in a span of time.
    async fn first(&mut self, cluster: u32, window: Window) -> Option<Listed> {
        if !self.search.gaps.is_empty() {
            return None;
        }
        self.search.lists += 1;
        let span = self.place.span(cluster, window);
        match self.examiner.first(self.place, span, window).await {
            Ok(Answer { value, evidence }) => {
                self.search.listed_by = Some(evidence);
                value
            }
            Err(gap) => {
                self.search.gaps.push(self.examiner.gap(gap));
                None
            }
        }
    }

    /// Whether it is sealed, where that can be said.
    async fn is_sealed(&mut self, listed: Listed) -> Option<bool> {
        let expected = self.expected;
        if let Some(known) = self.known.get(&listed) {
            return known.is_sealed(expected);
        }
        self.examined.examine_one(listed, Selection::History).await.is_sealed(expected)
    }

    fn end(self) -> (HistorySearch, Vec<ExaminedObject>) {
        // An object that two probes came to needs one row.
        let mut known = HashSet::new();
        let Examined { objects, listed, .. } = self.examined;
        let both = listed.into_iter().zip(objects);
        let once = both.filter(|(listed, _)| known.insert(*listed));
        (self.search, once.map(|log| log.1).collect())
    }
}
