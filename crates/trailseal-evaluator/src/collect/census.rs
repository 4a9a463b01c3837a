//! The delivery census: the newest log object of every account and Region that a trail covers. It
//! is directed and no statistics; it shows what holds now, and where nothing arrived at all.

use std::collections::{BTreeMap, HashSet};

use futures::StreamExt as _;
use jiff::SignedDuration;
use trailseal_model::{Answer, Evidence, Gap, Selection, Window};

use super::examination::Examination;
use super::log_location::{Listed, LogLocation, Walk};
use super::object_source::{Examiner, ObjectSource};
use crate::encryption::EncryptionHeaders;
use crate::examined_object::{Census, HeadAnswer, Newest};

/// Clusters that are examined at the same time: there can be hundreds of thousands, and in the end
/// nothing else is left to do.
const IN_FLIGHT: usize = 256;
/// After so many refusals nothing more is asked.
const MAX_REFUSALS: usize = 10;
/// Deviating objects that are kept of those that nobody drew.
const MAX_DEVIATING: usize = 100;
/// How far back the newest object is looked for where a cluster has more than one page, in hours.
const BACK: [i64; 4] = [2, 8, 24, 72];
/// Objects of a cluster's newest minute that are examined: names have no seconds, and CloudTrail
/// delivers several files at a time where much happens.
const MAX_NEWEST: usize = 16;

/// What was found in one cluster.
struct Found {
    lists: u32,
    evidence: Option<Evidence>,
    newest: Result<Option<(Listed, HeadAnswer)>, Gap>,
    /// The first page of the window.
    walk: Option<Walk>,
}

/// Which clusters hold objects, or could not be listed.
#[derive(Debug)]
pub(super) enum Holding {
    /// So few that they can be counted; what was listed of them.
    Few(Vec<Walk>),
    /// More than can be counted.
    Many(Vec<u32>),
}

impl<S: ObjectSource> Examiner<'_, S> {
    async fn newest_of(&self, place: &LogLocation, cluster: u32) -> Found {
        let mut found = Found { lists: 0, evidence: None, newest: Ok(None), walk: None };
        found.newest = match self.newest_listed(place, cluster, &mut found).await {
            Ok(Some(listed)) => Ok(Some((listed, self.head(place, listed).await))),
            Ok(None) => Ok(None),
            Err(gap) => Err(gap),
        };
        found
    }

    /// One page from the window's start mostly says it; else longer and longer spans before its end
    /// are listed until one holds an object.
    async fn newest_listed(
        &self,
        place: &LogLocation,
        cluster: u32,
        found: &mut Found,
    ) -> Result<Option<Listed>, Gap> {
        let walk = self.walk(place, cluster, place.window, 1, found).await?;
        let (is_over, newest) = (walk.is_over, latest(&walk));
        found.walk = Some(walk);
        if is_over {
            return Ok(newest);
        }
        let Window { start, end } = place.window;
        let starts = BACK.iter().map(|hours| end - SignedDuration::from_hours(*hours));
        for start in starts.map(|before| before.max(start)).chain([start]) {
            let window = Window { start, end };
            let walk = self.walk(place, cluster, window, u32::MAX, found).await?;
            if let Some(newest) = latest(&walk) {
                return Ok(Some(newest));
            }
        }
        Ok(None)
    }

    async fn walk(
        &self,
        place: &LogLocation,
        cluster: u32,
        window: Window,
        pages: u32,
        found: &mut Found,
    ) -> Result<Walk, Gap> {
        let mut walk = Walk::new(place.span(cluster, window));
        let mut page = 0;
        while page < pages && !walk.is_over {
            page += 1;
            found.lists += 1;
            let Answer { value, evidence } = self.page(&walk.span, walk.next.take()).await?;
            walk.add(value, place, window);
            found.evidence = Some(evidence);
        }
        Ok(walk)
    }
}

fn latest(walk: &Walk) -> Option<Listed> {
    walk.listed().max_by_key(|listed| (listed.at(), *listed))
}

impl<S: ObjectSource> Examination<'_, S> {
    /// Looks into every cluster.
    pub(super) async fn census(&mut self) -> Holding {
        let (examiner, place) = (self.examiner, self.place);
        let ask = |cluster: u32| async move { (cluster, examiner.newest_of(place, cluster).await) };
        let (mut holding, mut newest_sealed) = (Vec::new(), None);
        let (mut walks, limit) = (Vec::new(), examiner.counting_limit() as usize);
        let clusters = place.all_clusters();
        // One call goes ahead: a bucket that refuses it would refuse every other.
        let queued = examiner.queue(clusters.len());
        let (first, others) = clusters.split_at(1.min(clusters.len()));
        'all: for part in [first, others] {
            let mut answers = futures::stream::iter(part.to_vec()).map(ask).buffered(IN_FLIGHT);
            while let Some((cluster, found)) = answers.next().await {
                queued.end_one();
                self.window.census_lists += found.lists;
                self.window.listed_by = found.evidence.or(self.window.listed_by.take());
                match found.newest {
                    Ok(None) => self.census.add(place.cluster(cluster), None, Newest::Missing),
                    Ok(Some((listed, answer))) => {
                        holding.push(cluster);
                        if holding.len() <= limit {
                            walks.extend(found.walk);
                            self.examined.remember(listed, &answer);
                        }
                        self.take_in(listed, answer, &mut newest_sealed);
                    }
                    Err(gap) => {
                        holding.push(cluster);
                        self.window.gaps.push(examiner.gap(gap));
                        self.census.add(place.cluster(cluster), None, Newest::Unlisted);
                    }
                }
                if self.has_keyless_object() {
                    break 'all;
                }
                let refusals = self.window.gaps.len();
                if refusals >= MAX_REFUSALS || refusals == self.census.len() {
                    break 'all;
                }
            }
        }
        // It is evidence; what else is sealed needs no row.
        if let Some((listed, answer)) = newest_sealed {
            self.examined.keep(listed, Selection::Newest, answer);
        }
        if holding.len() > limit { Holding::Many(holding) } else { Holding::Few(walks) }
    }

    /// Of what deviates some are kept; of what is sealed, the newest.
    fn take_in(
        &mut self,
        listed: Listed,
        answer: HeadAnswer,
        newest_sealed: &mut Option<(Listed, HeadAnswer)>,
    ) {
        self.census.add(self.place.cluster(listed.cluster), Some(listed.at()), Newest::of(&answer));
        let encryption = answer.head().map(EncryptionHeaders::of);
        let is_sealed = encryption.and_then(|headers| self.expected.seals(headers));
        let is_newer = |than: &Option<(Listed, HeadAnswer)>| {
            than.as_ref().is_none_or(|(newest, _)| newest.at() < listed.at())
        };
        if is_sealed == Some(false) && self.examined.objects.len() < MAX_DEVIATING {
            self.examined.keep(listed, Selection::Newest, answer);
        } else if is_sealed == Some(true) && is_newer(newest_sealed) {
            *newest_sealed = Some((listed, answer));
        }
    }
}

/// The newest objects of each cluster, those of one minute together.
pub(super) fn newest_of_each(objects: &[Listed]) -> Vec<Listed> {
    let mut newest: BTreeMap<u32, Vec<Listed>> = BTreeMap::new();
    for it in objects {
        let known = newest.entry(it.cluster).or_default();
        match known.first() {
            Some(first) if first.at() > it.at() => {}
            Some(first) if first.at() == it.at() => known.push(*it),
            _ => *known = vec![*it],
        }
    }
    newest.into_values().flat_map(|newest| newest.into_iter().take(MAX_NEWEST)).collect()
}

/// Notes every cluster without objects: they are missing there for certain.
pub(super) fn note_empty(census: &mut Census, place: &LogLocation, objects: &[Listed]) {
    let holding: HashSet<u32> = objects.iter().map(|listed| listed.cluster).collect();
    for empty in place.all_clusters().into_iter().filter(|cluster| !holding.contains(cluster)) {
        census.add(place.cluster(empty), None, Newest::Missing);
    }
}
