//! Finds the time of a change of encryption or key inside the window, so that the sample can be
//! drawn again from what is newer.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::Selection;

use super::clusters::ClusterSample;
use super::examination::Examination;
use super::log_location::Listed;
use super::object_source::ObjectSource;
use crate::encryption::{Dated, KeyChange, key_change};

/// More halvings than a year of minutes has.
const STEPS: u32 = 20;

impl<S: ObjectSource> Examination<'_, S> {
    /// The time of the newest object before a clean change, by halving what lies between the
    /// objects that were drawn. `None` where no clean change shows.
    pub(super) async fn locate(&mut self, objects: &[Listed]) -> Option<Timestamp> {
        let (mut old, new) = self.ends()?;
        let lies_between = |listed: &&Listed| old < listed.at() && listed.at() < new;
        let mut between: Vec<Listed> = objects.iter().filter(lies_between).copied().collect();
        between.sort_unstable_by_key(|listed| (listed.at(), *listed));
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
        draw: &mut ClusterSample<'_, S>,
    ) -> Option<Timestamp> {
        let (mut old, mut new) = self.ends()?;
        // Both clusters are known to hold objects about then.
        let listed_at =
            |time: Timestamp| self.examined.listed.iter().find(|listed| listed.at() == time);
        let clusters = [listed_at(old), listed_at(new)];
        let clusters: Vec<u32> =
            clusters.into_iter().flatten().map(|listed| listed.cluster).collect();
        let mut after = old;
        for _ in 0..STEPS {
            let half = new.duration_since(after) / 2;
            // Names have whole minutes.
            if half < SignedDuration::from_mins(1) {
                break;
            }
            let middle = after + half;
            let mut found = None;
            for cluster in &clusters {
                if found.is_none() {
                    found = draw.first_from(*cluster, middle, new).await;
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

    /// The newest object before a clean change, and the oldest one after it.
    fn ends(&self) -> Option<(Timestamp, Timestamp)> {
        let objects = self.examined.objects.iter();
        let dated: Vec<Dated> = objects.map(|object| object.dated(self.expected)).collect();
        let KeyChange { newest_before, oldest_after } =
            key_change(&dated, self.examiner.tolerance())?;
        Some((newest_before, oldest_after))
    }

    /// Whether this object is encrypted with the trail's key, where that is known.
    async fn probe(&mut self, listed: Listed) -> Option<bool> {
        let expected = self.expected;
        self.examined.examine_one(listed, Selection::KeyChange).await.is_sealed(expected)
    }
}
