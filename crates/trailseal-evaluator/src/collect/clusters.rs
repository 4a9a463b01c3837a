//! A draw in two stages, for a window with more to list than the budget allows: clusters (account x
//! Region x day) are drawn with replacement, and in each a random object. What that estimates is
//! the rate in which every cluster that holds objects weighs the same.

use std::collections::HashMap;

use futures::StreamExt as _;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Answer, ClusterFrame, ClusterUse, Evidence, GapId, SampledCluster, Window};

use super::IN_FLIGHT;
use super::draw::Draw;
use super::log_location::{Listed, LogLocation, Walk, days};
use super::object_source::{Examiner, ObjectSource};

/// Draws at most, for each call of the budget: clusters that are known to be empty cost no call.
const DRAWS_PER_LIST: u32 = 4;

/// Pages of one cluster at most, so that something is left for a second draw.
const MAX_PAGES: u32 = 4;

/// A draw in two stages under way.
pub(super) struct ClusterSample<'a, S> {
    examiner: &'a Examiner<'a, S>,
    place: &'a LogLocation,
    draw: Draw<'a>,
    /// What can be drawn: each cluster on each day.
    clusters: Vec<u32>,
    days: Vec<Date>,
    window: Window,
    /// Number of the next draw.
    next: u32,
    walks: HashMap<(u32, Date), Walk>,
    empty: u32,
    /// What the draws resulted in.
    pub(super) sampled: Vec<SampledCluster>,
    /// Calls that are left.
    pub(super) budget: u32,
    pub(super) lists: u32,
    pub(super) evidence: Option<Evidence>,
    pub(super) gaps: Vec<GapId>,
}

impl<'a, S: ObjectSource> ClusterSample<'a, S> {
    pub(super) fn new(
        examiner: &'a Examiner<'a, S>,
        place: &'a LogLocation,
        draw: Draw<'a>,
        clusters: Vec<u32>,
        budget: u32,
    ) -> Self {
        let (window, days) = (place.window, days(place.window));
        let (walks, sampled, gaps) = (HashMap::new(), Vec::new(), Vec::new());
        let (next, empty, lists, evidence) = (0, 0, 0, None);
        Self {
            examiner,
            place,
            draw,
            clusters,
            days,
            window,
            next,
            walks,
            empty,
            sampled,
            budget,
            lists,
            evidence,
            gaps,
        }
    }

    /// The draw from what is newer than a change of key, with what is left of the budget.
    pub(super) fn again(&mut self, changed_at: Timestamp) {
        // Names have whole minutes.
        self.window.start = changed_at + SignedDuration::from_mins(1);
        self.days = days(self.window);
        self.draw = self.draw.again();
        (self.next, self.empty) = (0, 0);
        self.walks.clear();
        self.sampled.clear();
    }

    pub(super) fn frame(&self) -> ClusterFrame {
        ClusterFrame { clusters: self.frame_size(), drawn: self.next, empty: self.empty }
    }

    fn frame_size(&self) -> u64 {
        (self.clusters.len() * self.days.len()) as u64
    }

    /// How many log objects were listed in the clusters that were drawn.
    pub(super) fn listed(&self) -> u64 {
        self.walks.values().map(|it| it.names.len() as u64).sum()
    }

    /// Draws that could not be listed, or not far enough.
    pub(super) fn unlisted(&self) -> u32 {
        let unlisted = self.sampled.iter().filter(|it| it.used == ClusterUse::Unlisted).count();
        u32::try_from(unlisted).unwrap_or(u32::MAX)
    }

    /// Objects of this number of further clusters, or fewer where no more can be drawn. Empty clusters are noted,
    /// and replaced by further draws.
    pub(super) async fn objects(&mut self, count: usize) -> Vec<Listed> {
        let mut objects = Vec::with_capacity(count);
        while objects.len() < count && self.can_draw() {
            let missing = count - objects.len();
            let drawn: Vec<(u32, Date)> =
                (self.next..).take(missing).map(|it| self.cluster(it)).collect();
            self.list(&drawn).await;
            for cluster in drawn {
                if !self.settle(cluster, &mut objects).await {
                    return objects;
                }
            }
        }
        objects
    }

    /// The first object of a cluster in this span of time, for one call of the budget.
    pub(super) async fn first_from(
        &mut self,
        cluster: u32,
        start: Timestamp,
        end: Timestamp,
    ) -> Option<Listed> {
        if self.budget == 0 || !self.gaps.is_empty() {
            return None;
        }
        let window = Window { start, end };
        (self.budget, self.lists) = (self.budget - 1, self.lists + 1);
        let span = self.place.span(cluster, window);
        match self.examiner.first(self.place, span, window).await {
            Ok(first) => first.value,
            Err(gap) => {
                self.gaps.push(self.examiner.gap(gap));
                None
            }
        }
    }

    fn can_draw(&self) -> bool {
        let most = self.examiner.settings.thresholds.listing_budget * DRAWS_PER_LIST;
        self.frame_size() > 0 && self.gaps.is_empty() && self.next < most
    }

    fn cluster(&self, number: u32) -> (u32, Date) {
        let days = self.days.len() as u64;
        let chosen = self.draw.cluster(number, self.frame_size());
        let index = |it: u64| usize::try_from(it).unwrap_or_default();
        (self.clusters[index(chosen / days)], self.days[index(chosen % days)])
    }

    /// Lists what was drawn and is not listed yet, each to its end where its share of the budget
    /// allows that.
    async fn list(&mut self, drawn: &[(u32, Date)]) {
        let mut new: Vec<(u32, Date)> = Vec::new();
        for cluster in drawn {
            if !self.walks.contains_key(cluster) && !new.contains(cluster) {
                new.push(*cluster);
            }
        }
        new.truncate(self.budget as usize);
        let share = self.share(new.len(), drawn.len());
        let (examiner, place, window) = (self.examiner, self.place, self.window);
        let walk = |cluster: (u32, Date)| async move {
            let mut walk = Walk::new(place.span_of_day(cluster.0, cluster.1, window));
            let (mut lists, mut last) = (0, None);
            while !walk.is_over && lists < share {
                lists += 1;
                match examiner.page(&walk.span, walk.next.take()).await {
                    Ok(Answer { value, evidence }) => {
                        walk.add(value, place, window);
                        last = Some(evidence);
                    }
                    Err(gap) => return (cluster, lists, Err(gap)),
                }
            }
            (cluster, lists, Ok((walk, last)))
        };
        // One call goes ahead: a bucket that refuses it would refuse every other.
        let (first, others) = new.split_at(usize::from(self.lists == 0).min(new.len()));
        for part in [first, others] {
            let mut walks = futures::stream::iter(part.to_vec()).map(walk).buffered(IN_FLIGHT);
            while let Some((cluster, lists, walked)) = walks.next().await {
                self.lists += lists;
                self.budget = self.budget.saturating_sub(lists);
                match walked {
                    Ok((walk, evidence)) => {
                        self.evidence = evidence.or(self.evidence.take());
                        self.walks.insert(cluster, walk);
                    }
                    Err(gap) => {
                        self.gaps.push(self.examiner.gap(gap));
                        return;
                    }
                }
            }
        }
    }

    /// Pages for each new cluster: an equal share of the budget, where one call is left for each draw
    /// whose cluster turns out to have more.
    fn share(&self, new: usize, drawn: usize) -> u32 {
        let count = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
        let share = self.budget.saturating_sub(count(drawn)) / count(new.max(1));
        share.clamp(1, MAX_PAGES)
    }

    /// Takes the next draw, which chose this cluster; false where nothing more can be drawn.
    async fn settle(&mut self, cluster: (u32, Date), objects: &mut Vec<Listed>) -> bool {
        let number = self.next;
        let Some(walk) = self.walks.get(&cluster) else {
            // The first that is missing is the one that was refused, or that no call was left for.
            if !self.gaps.is_empty() {
                self.next += 1;
                let walk = Walk::new(self.place.span_of_day(cluster.0, cluster.1, self.window));
                self.sampled.push(walk.sampled(self.place, ClusterUse::Unlisted, number));
            }
            return false;
        };
        let used = match walk.names.len() as u64 {
            0 if walk.is_over => ClusterUse::Empty,
            _ => ClusterUse::Drawn,
        };
        let row = walk.sampled(self.place, used, number);
        self.next += 1;
        if used == ClusterUse::Empty {
            self.empty += 1;
            self.sampled.push(row);
            return true;
        }
        let object = self.object(cluster, number).await;
        let used = if object.is_some() { used } else { ClusterUse::Unlisted };
        self.sampled.push(SampledCluster { used, ..row });
        objects.extend(object);
        object.is_some()
    }

    /// A random object of a cluster. Where not all of it could be listed, the first one after a random
    /// minute: then an object is the likelier, the longer nothing came before it.
    async fn object(&mut self, cluster: (u32, Date), number: u32) -> Option<Listed> {
        let walk = &self.walks[&cluster];
        let pick = |index: u64| {
            let name = usize::try_from(index).ok().and_then(|it| walk.names.get(it));
            name.map(|it| Listed { cluster: cluster.0, name: *it })
        };
        if walk.is_over {
            return pick(self.draw.object(number, walk.names.len() as u64));
        }
        let first = pick(0);
        let minutes = self.draw.object(number, 24 * 60);
        let midnight = jiff::tz::Offset::UTC.to_timestamp(cluster.1.at(0, 0, 0, 0)).ok()?;
        let minute =
            midnight + SignedDuration::from_mins(i64::try_from(minutes).unwrap_or_default());
        let day_end = midnight + SignedDuration::from_hours(24);
        let start = minute.max(self.window.start);
        if self.budget == 0 {
            return None;
        }
        self.first_from(cluster.0, start, day_end.min(self.window.end)).await.or(first)
    }
}
