//! Finds the time of a switch of encryption or key inside the window, so that the sample can be
//! drawn again from what is newer.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::Selection;

use super::classify::switch;
use super::clusters::ClusterSample;
use super::log_location::Listed;
use super::objects::Examination;
use crate::ports::CollectPorts;

/// More halvings than a year of minutes has.
const STEPS: u32 = 20;

impl<P: CollectPorts> Examination<'_, P> {
    /// The time of the newest object before a clean switch, by halving what lies between the
    /// objects that were drawn. `None` where no clean switch shows.
    pub(super) async fn locate(&mut self, objects: &[Listed]) -> Option<Timestamp> {
        let (mut old, new) = self.ends()?;
        let lies_between = |it: &&Listed| old < it.at() && it.at() < new;
        let mut between: Vec<Listed> = objects.iter().filter(lies_between).copied().collect();
        between.sort_unstable_by_key(|it| (it.at(), *it));
        for _ in 0..STEPS {
            let middle = between.len() / 2;
            let Some(listed) = between.get(middle).copied() else { break };
            match self.probe(listed).await {
                Some(true) => between.truncate(middle),
                Some(false) => {
                    old = listed.at();
                    between.drain(..=middle);
                }
                None => {
                    between.remove(middle);
                }
            }
        }
        Some(old)
    }

    /// The same where objects are not listed: halves the time, and looks for an object there.
    pub(super) async fn locate_by_listing(
        &mut self,
        draw: &mut ClusterSample<'_, P>,
    ) -> Option<Timestamp> {
        let (mut old, mut new) = self.ends()?;
        // Both cells are known to hold objects about then.
        let at = |time: Timestamp| move |it: &&super::heads::Look| it.listed.at() == time;
        let looks = self.looks.all.iter();
        let cells = [looks.clone().find(at(old)), looks.clone().find(at(new))];
        let cells: Vec<u32> = cells.into_iter().flatten().map(|it| it.listed.cell).collect();
        let mut after = old;
        for _ in 0..STEPS {
            let half = new.duration_since(after) / 2;
            // Names have whole minutes.
            if half < SignedDuration::from_mins(1) {
                break;
            }
            let middle = after + half;
            let mut found = None;
            for cell in &cells {
                if found.is_none() {
                    found = draw.first_from(*cell, middle, new).await;
                }
            }
            let Some(listed) = found else {
                // Nothing was delivered there from the middle on.
                new = middle;
                continue;
            };
            match self.probe(listed).await {
                Some(true) => new = listed.at(),
                Some(false) => (old, after) = (listed.at(), listed.at()),
                None => after = listed.at(),
            }
        }
        Some(old)
    }

    /// The newest object before a clean switch, and the oldest one after it.
    fn ends(&self) -> Option<(Timestamp, Timestamp)> {
        let seen = self.all_seen();
        let (old, new) = switch(self.context, &seen, self.collector.tolerance())?;
        Some((old.at, new.at))
    }

    /// Whether this object lies under the trail's key, where that can be said.
    async fn probe(&mut self, listed: Listed) -> Option<bool> {
        let look = self.looks.look_at(listed, Selection::KeyChange).await.clone();
        self.context.is_sealed(&self.seen(&look))
    }
}
