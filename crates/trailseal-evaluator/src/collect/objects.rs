//! Examines delivered log objects: all of a small population, a random sample of a larger one, and
//! random clusters where there is too much to list. Nothing is judged here.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    AccountPrefixes, Answer, Answers, Arn, BucketFacts, GapId, KeyPresence, Observed, Population,
    Reader, Reading, SampleMethod, SampledCluster, Selection, Target, TrailDescription, Window,
};

use super::census::Holding;
use super::clusters::ClusterSample;
use super::examination::Examination;
use super::examined::Examined;
use super::listing::Reach;
use super::log_location::{Listed, LogLocation, Walk, no_organization_id};
use super::object_source::{Examiner, LiveObjects, ObjectSource};
use super::{Collector, EnabledRegions, Members, TrailWork, census, covered_clusters};
use crate::encryption::ExpectedKey;
use crate::examined_object::{
    DigestListing, ExaminedObject, HistorySearch, Newest, ObjectEvidence, WindowListing,
};
use crate::object_name::log_root;

/// The key that objects should be encrypted with: the canonical ARN from DescribeKey, else the ARN that
/// the trail names; `None` for an alias that could not be resolved, and without a key.
pub(super) fn expected_key(
    named: Option<&Arn>,
    key: Option<&Observed<Answer<KeyPresence>>>,
) -> Option<Arn> {
    if let Some(KeyPresence::Exists(facts)) = key.and_then(|it| it.known()).map(|it| &it.value) {
        return Some(facts.arn.clone());
    }
    named.filter(|it| it.resource().starts_with("key/")).cloned()
}

/// What was read of one trail's objects.
#[derive(Debug, Clone)]
pub struct ReadObjects {
    /// What was listed for them; nothing of it is judged.
    pub evidence: ObjectEvidence,
    /// Every object that was examined: those of the window, older ones and the newest digest, each
    /// in the order of selection.
    pub objects: Vec<ExaminedObject>,
    /// Every cluster that holds objects or was drawn.
    pub clusters: Vec<SampledCluster>,
    /// Whose folders lie in the bucket, for an organization trail.
    pub prefixes: Option<AccountPrefixes>,
}

impl ReadObjects {
    /// Nothing was read, because of these gaps or because there is nothing to read.
    #[must_use]
    pub fn nothing(expected: ExpectedKey, window: Window, gaps: Vec<GapId>) -> Self {
        let evidence = ObjectEvidence::nothing(expected, window, gaps);
        Self { evidence, objects: Vec::new(), clusters: Vec::new(), prefixes: None }
    }
}

impl<A: Answers> Collector<'_, A> {
    /// Lists and examines the objects of one trail.
    pub(super) async fn objects(
        &self,
        work: &TrailWork,
        bucket: &BucketFacts,
        expected: ExpectedKey,
        members: &Members,
        enabled: &EnabledRegions,
    ) -> ReadObjects {
        let description = &work.trail.description;
        let window = self.settings.window;
        if bucket.is_gone() {
            return ReadObjects::nothing(expected, window, Vec::new());
        }
        let is_organization_trail = description.is_organization_trail;
        if is_organization_trail && members.organization.is_none() {
            let gap = self.gap(no_organization_id());
            return ReadObjects::nothing(expected, window, vec![gap]);
        }
        let organization = members.organization.as_ref().map(|it| it.id.as_str());
        let organization = organization.filter(|_| is_organization_trail);
        let owner = bucket.owner.account();
        let region = bucket.region().unwrap_or(description.home_region);
        let target = Target { account: owner.unwrap_or(description.owner), region };
        let reader = Reader { target, expected_owner: owner };
        let place = LogLocation {
            root: log_root(description.prefix.as_deref(), organization),
            clusters: covered_clusters(work, members, enabled),
            window,
        };
        let source = LiveObjects { answers: &self.answers, reader, bucket: &bucket.name };
        let (gaps, settings, skipped) = (self.gaps, &self.settings, &self.skipped);
        let progress = self.progress;
        let examiner = Examiner { source, gaps, settings, skipped, progress };
        let mut read = examiner.read(&place, description, expected).await;
        // A bucket that refused to be listed would refuse this too.
        let of_window = &read.evidence.window;
        let is_listed = of_window.listed_by.is_some() || has_no_gap(of_window, &read.objects);
        if is_organization_trail && is_listed && self.asks(Reading::LogObjects) {
            read.prefixes = Some(examiner.prefixes(&place, members).await);
        }
        read
    }
}

/// Whether everything of the window that was asked for was answered.
fn has_no_gap(window: &WindowListing, objects: &[ExaminedObject]) -> bool {
    let is_of_window = |object: &&ExaminedObject| {
        !matches!(object.selection, Selection::History | Selection::Digest)
    };
    let is_refused = |object: &ExaminedObject| object.answer.gap().is_some();
    window.gaps.is_empty() && !objects.iter().filter(is_of_window).any(is_refused)
}

impl<S: ObjectSource> Examiner<'_, S> {
    /// Examines the window, older logs and the newest digest.
    async fn read(
        &self,
        place: &LogLocation,
        description: &TrailDescription,
        expected: ExpectedKey,
    ) -> ReadObjects {
        let mut examination = Examination::new(self, place, description, &expected);
        if self.asks(Reading::LogObjects) {
            examination.examine().await;
        }
        let Examination { examined, window, clusters, census, .. } = examination;
        let Examined { mut objects, listed, .. } = examined;
        let beside =
            self.beside_the_window(place, description, &expected, &window, &listed, &objects);
        let (history, digest, others) = beside.await;
        objects.extend(others);
        let evidence = ObjectEvidence { expected, window, history, digest, census };
        ReadObjects { evidence, objects, clusters, prefixes: None }
    }

    /// Older logs and the newest digest. Where no object of the window could be read, none of these
    /// can be.
    async fn beside_the_window(
        &self,
        place: &LogLocation,
        description: &TrailDescription,
        expected: &ExpectedKey,
        window: &WindowListing,
        listed: &[Listed],
        objects: &[ExaminedObject],
    ) -> (HistorySearch, DigestListing, Vec<ExaminedObject>) {
        if !expected.is_named {
            return Default::default();
        }
        let is_known = |object: &ExaminedObject| object.is_sealed(expected).is_some();
        let is_unread = |object: &ExaminedObject| !object.is_gone() && !is_known(object);
        let has_read_none = objects.iter().any(is_unread) && !objects.iter().any(is_known);
        let is_answered = has_no_gap(window, objects);
        if !is_answered && (window.listed_by.is_none() || has_read_none) {
            let mut gaps = window.gaps.clone();
            for gap in objects.iter().filter_map(|object| object.answer.gap()) {
                if !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
            let history = HistorySearch { gaps: gaps.clone(), ..HistorySearch::default() };
            return (history, DigestListing { gaps, ..DigestListing::default() }, Vec::new());
        }
        let (history, mut others) = if self.asks(Reading::OlderLogs) {
            self.history(place, description, expected, listed, objects).await
        } else {
            Default::default()
        };
        let (digest, newest) = if self.asks(Reading::Digests) {
            self.digest(description, place).await
        } else {
            Default::default()
        };
        others.extend(newest);
        (history, digest, others)
    }

    pub(super) const fn tolerance(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings.thresholds.key_change_tolerance_seconds)
    }
}

impl<'a, S: ObjectSource> Examination<'a, S> {
    fn size(&self) -> usize {
        self.examiner.settings.thresholds.sample_size as usize
    }

    /// Counts and samples what the clusters hold. Where there are too many to list them all, the census
    /// tells which of them hold anything.
    async fn examine(&mut self) {
        let (examiner, place) = (self.examiner, self.place);
        let clusters = place.all_clusters();
        let walk = |cluster: u32| Walk::new(place.span(cluster, place.window));
        let holding = match examiner.counting_limit() {
            limit if clusters.len() > limit as usize => self.census().await,
            _ => Holding::Few(clusters.into_iter().map(walk).collect()),
        };
        let has_refusal = !self.window.gaps.is_empty();
        let is_refused = self.census.rows().all(|row| *row.2 == Newest::Unlisted);
        if (has_refusal && is_refused) || self.has_keyless_object() {
            return;
        }
        let listing = match holding {
            Holding::Few(walks) => examiner.count(place, walks).await,
            Holding::Many(clusters) => return self.in_two_stages(clusters).await,
        };
        self.window.lists = listing.lists;
        self.window.listed_by = listing.evidence.or(self.window.listed_by.take());
        self.window.gaps.extend(listing.gaps);
        let listed = listing.objects.len() as u64;
        if let Reach::TooMany(clusters) = listing.reach {
            return self.in_two_stages(clusters).await;
        }
        self.clusters = listing.clusters;
        let is_whole = listing.reach == Reach::Whole && !has_refusal;
        self.window.population =
            if is_whole { Population::Counted(listed) } else { Population::AtLeast(listed) };
        self.window.eligible = listed;
        if is_whole && self.census.len() == 0 {
            census::note_empty(&mut self.census, self.place, &listing.objects);
        }
        if !self.expected.is_named {
            self.without_key(newest_first(listing.objects)).await;
        } else if is_whole {
            self.counted(listing.objects).await;
        } else {
            let mut newest = newest_first(listing.objects);
            newest.truncate(self.size());
            self.window.method = SampleMethod::Partial;
            self.examined.examine(&newest, Selection::Partial).await;
        }
    }

    /// One object under S3's own key says it all. Others may be those of another trail that delivers
    /// here too.
    async fn without_key(&mut self, newest: Vec<Listed>) {
        self.window.method = SampleMethod::Partial;
        for listed in newest.into_iter().take(self.size()) {
            self.examined.examine_one(listed, Selection::Newest).await;
            if self.has_keyless_object() {
                return;
            }
        }
    }

    async fn counted(&mut self, objects: Vec<Listed>) {
        if objects.len() > self.size() {
            // They say most of what holds now, and nothing of the others.
            let newest = census::newest_of_each(&objects);
            self.examined.examine(&newest, Selection::Newest).await;
        }
        self.examine_counted(&objects).await;
        if self.window.method != SampleMethod::Random {
            return;
        }
        if let Some(changed_at) = self.locate(&objects).await {
            self.begin_again(changed_at);
            let rest: Vec<Listed> =
                objects.into_iter().filter(|listed| listed.at() > changed_at).collect();
            self.window.eligible = rest.len() as u64;
            self.examine_counted(&rest).await;
        }
    }

    /// All of them, or a simple random sample: the objects with the lowest ranks.
    async fn examine_counted(&mut self, objects: &[Listed]) {
        let size = self.size();
        if objects.len() <= size {
            self.window.method = SampleMethod::All;
            self.examined.examine(&newest_first(objects.to_vec()), Selection::All).await;
            return;
        }
        self.window.method = SampleMethod::Random;
        let rank = |listed: &Listed| (self.draw.rank(&self.place.key(*listed)), *listed);
        let mut ranked: Vec<(u64, Listed)> = objects.iter().map(rank).collect();
        ranked.sort_unstable();
        let ranked = ranked.into_iter().map(|ranked| ranked.1);
        self.examined.examine_number(ranked, size, Selection::Random).await;
    }

    async fn in_two_stages(&mut self, clusters: Vec<u32>) {
        self.window.method = SampleMethod::Clusters;
        let budget = self.examiner.settings.thresholds.listing_budget - self.window.lists;
        let draw = self.draw.clone();
        let mut draw = ClusterSample::new(self.examiner, self.place, draw, clusters, budget);
        self.draw_clusters(&mut draw).await;
        if let Some(changed_at) = self.locate_by_listing(&mut draw).await {
            self.begin_again(changed_at);
            draw.again(changed_at);
            self.draw_clusters(&mut draw).await;
        }
        self.window.frame = draw.frame();
        self.window.population = Population::AtLeast(draw.listed());
        self.window.unlisted_draws += draw.unlisted();
        self.window.lists += draw.lists;
        self.window.listed_by = draw.evidence.or(self.window.listed_by.take());
        self.window.gaps.extend(draw.gaps);
        self.clusters = draw.sampled;
    }

    /// An object of each cluster that is drawn; an object that has vanished is replaced by a further draw.
    async fn draw_clusters(&mut self, draw: &mut ClusterSample<'a, S>) {
        let is_keyless = !self.expected.is_named;
        let mut missing = self.size();
        while missing > 0 {
            let wanted = if is_keyless { 1 } else { missing };
            let objects = draw.objects(wanted).await;
            let before = self.examined.objects.len();
            self.examined.examine(&objects, Selection::Cluster).await;
            let new = &self.examined.objects[before..];
            missing -= new.iter().filter(|object| !object.is_gone()).count();
            if objects.len() < wanted || self.has_keyless_object() {
                return;
            }
        }
    }

    /// A change of key lies in the population, so what was drawn from all of it is no sample of the rest.
    fn begin_again(&mut self, changed_at: Timestamp) {
        self.window.key_changed_at = Some(changed_at);
        let drawn =
            self.examined.objects.iter_mut().filter(|object| object.selection.is_statistical());
        drawn.for_each(|object| object.selection = Selection::FirstDraw);
    }
}

fn newest_first(mut objects: Vec<Listed>) -> Vec<Listed> {
    objects.sort_unstable_by_key(|listed| Reverse(newness(*listed)));
    objects
}

/// Of two objects with the same time the first one in S3's order counts as newer.
fn newness(listed: Listed) -> (Timestamp, Reverse<Listed>) {
    (listed.at(), Reverse(listed))
}
