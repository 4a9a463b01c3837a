//! Examines delivered log objects: all of a small population, a random sample of a larger one, and
//! random cells where there is too much to list.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    AccountPrefixes, Answer, Arn, BucketFacts, DigestSample, HistorySample, KeyPresence, LogSample,
    NewestLog, Observed, Population, Sample, SampleMethod, SampleResult, SampledCluster, Selection,
    Target,
};

use super::census::Holding;
use super::classify::{Context, Expected, Seen, judge_all};
use super::clusters::ClusterSample;
use super::draw::Draw;
use super::heads::{Look, Looks};
use super::listing::Reach;
use super::log_location::{Listed, LogLocation, Walk, no_organization_id};
use super::trace::Trace;
use super::{
    CensusEntry, Collector, EnabledRegions, Members, TrailWork, cells, census, history, summary,
};
use crate::object_name::log_root;
use crate::ports::{CollectPorts, Reader};

/// The key that objects should lie under: the canonical ARN from DescribeKey, else the ARN that
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

/// What the objects of one trail came to.
#[derive(Debug, Clone)]
pub struct ExaminedObjects {
    /// What they show together.
    pub sample: LogSample,
    /// What older logs show.
    pub history: HistorySample,
    /// The newest digest.
    pub digest: DigestSample,
    /// Every object that was looked at, in the order of selection.
    pub samples: Vec<Sample>,
    /// Every cell that holds objects or was drawn.
    pub cells: Vec<SampledCluster>,
    /// The newest object of every cell that was looked into.
    pub census: Vec<CensusEntry>,
    /// Whose folders lie in the bucket, for an organization trail.
    pub prefixes: Option<AccountPrefixes>,
}

impl ExaminedObjects {
    /// What could not be looked for in the window could not be beside it.
    #[must_use]
    pub fn nothing(sample: LogSample) -> Self {
        let gaps = sample.gaps.clone();
        Self {
            history: HistorySample { gaps: gaps.clone(), ..HistorySample::default() },
            digest: DigestSample { gaps, ..DigestSample::default() },
            sample,
            samples: Vec::new(),
            cells: Vec::new(),
            census: Vec::new(),
            prefixes: None,
        }
    }
}

impl<P: CollectPorts> Collector<'_, P> {
    /// Lists and looks at the objects of one trail.
    pub(super) async fn objects(
        &self,
        work: &TrailWork,
        bucket: &BucketFacts,
        expected: &Expected<'_>,
        members: &Members,
        enabled: &EnabledRegions,
    ) -> ExaminedObjects {
        let description = &work.trail.description;
        let mut nothing = LogSample::nothing(self.settings.window);
        if bucket.is_gone() {
            return ExaminedObjects::nothing(nothing);
        }
        let is_organization_trail = description.is_organization_trail;
        if is_organization_trail && members.organization.is_none() {
            nothing.gaps.push(self.gap(no_organization_id()));
            return ExaminedObjects::nothing(nothing);
        }
        let organization = members.organization.as_ref().map(|it| it.id.as_str());
        let organization = organization.filter(|_| is_organization_trail);
        let owner = bucket.owner.account();
        let region = bucket.region().unwrap_or(description.home_region);
        let target = Target { account: owner.unwrap_or(description.owner), region };
        let place = LogLocation {
            bucket: &bucket.name,
            reader: Reader { target, expected_owner: owner },
            root: log_root(description.prefix.as_deref(), organization),
            cells: cells(work, members, enabled),
            window: self.settings.window,
        };
        let context = Context { description, expected, members };
        let mut examination = Examination::new(self, &place, &context);
        examination.examine().await;
        let Ended { seen, listed, sample, cells, mut census } = examination.end();
        let mut samples = judge_all(&context, seen, self.tolerance());
        census::add_looked_at(&mut census, &place, &listed, &samples);
        census::set_aside(&mut census, &samples);
        let sample = summary::of(sample, &samples);
        let (history, digest) = self.others(&place, &context, &sample, &listed, &mut samples).await;
        // A bucket that refused to be listed would refuse this too.
        let is_listed = sample.listed_by.is_some() || sample.gaps.is_empty();
        let prefixes = if is_organization_trail && is_listed {
            Some(self.prefixes(&place, members).await)
        } else {
            None
        };
        ExaminedObjects { sample, history, digest, samples, cells, census, prefixes }
    }

    /// What lies beside the window; the samples of it are added to those of the window. Where no
    /// object could be read, none of these can be.
    async fn others(
        &self,
        place: &LogLocation<'_>,
        context: &Context<'_>,
        sample: &LogSample,
        listed: &[Listed],
        samples: &mut Vec<Sample>,
    ) -> (HistorySample, DigestSample) {
        if context.description.kms_key_id.is_none() {
            return (HistorySample::default(), DigestSample::default());
        }
        let was_looked = samples.iter().any(|it| it.result == SampleResult::Unreadable);
        let is_refused = (sample.listed_by.is_none() && !sample.gaps.is_empty())
            || (was_looked && sample.newest.is_none() && !sample.gaps.is_empty());
        if is_refused {
            let gaps = sample.gaps.clone();
            let digest = DigestSample { gaps: gaps.clone(), ..DigestSample::default() };
            return (HistorySample { gaps, ..HistorySample::default() }, digest);
        }
        let (history, traces) = self.history(place, context, listed, samples).await;
        let older: Vec<Seen> = traces.into_iter().map(|it| it.seen(place)).collect();
        let older = context.judge_alone(older, samples.len());
        let history = history::of(history, samples, &older);
        samples.extend(older);
        let (mut digest, trace) = self.digest(context.description, place).await;
        let newest: Vec<Seen> = trace.into_iter().map(|it| it.seen(place)).collect();
        let newest = context.judge_alone(newest, samples.len());
        digest.newest = newest.first().cloned().map(Box::new);
        samples.extend(newest);
        (history, digest)
    }

    pub(super) const fn tolerance(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings.thresholds.switch_tolerance_seconds)
    }
}

/// The examination of one trail's objects under way.
pub(super) struct Examination<'a, P> {
    pub(super) collector: &'a Collector<'a, P>,
    pub(super) place: &'a LogLocation<'a>,
    pub(super) context: &'a Context<'a>,
    draw: Draw<'a>,
    pub(super) looks: Looks<'a, P>,
    pub(super) sample: LogSample,
    cells: Vec<SampledCluster>,
    pub(super) census: Vec<CensusEntry>,
}

/// What an examination leaves.
struct Ended {
    /// What was looked at, in the order of selection, and where it was listed.
    seen: Vec<Seen>,
    listed: Vec<Listed>,
    sample: LogSample,
    cells: Vec<SampledCluster>,
    census: Vec<CensusEntry>,
}

impl<'a, P: CollectPorts> Examination<'a, P> {
    fn new(
        collector: &'a Collector<'a, P>,
        place: &'a LogLocation<'a>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            collector,
            place,
            context,
            draw: Draw::new(collector.settings.seed, &context.description.arn),
            looks: Looks::new(collector, place),
            sample: LogSample::nothing(place.window),
            cells: Vec::new(),
            census: Vec::new(),
        }
    }

    fn size(&self) -> usize {
        self.collector.settings.thresholds.sample_size as usize
    }

    /// Counts and samples what the cells hold. Where there are too many to list them all, the census
    /// tells which of them hold anything.
    async fn examine(&mut self) {
        let (collector, place) = (self.collector, self.place);
        let cells = place.all_cells();
        let walk = |it: u32| Walk::new(place.span(it, place.window));
        let holding = match collector.counting_limit() {
            limit if cells.len() > limit as usize => self.census().await,
            _ => Holding::Few(cells.into_iter().map(walk).collect()),
        };
        let has_refusal = !self.sample.gaps.is_empty();
        let is_refused = self.census.iter().all(|it| it.found == NewestLog::Unlisted);
        if (has_refusal && is_refused) || self.has_keyless_object() {
            return;
        }
        let listing = match holding {
            Holding::Few(walks) => collector.count(place, walks).await,
            Holding::Many(cells) => return self.in_two_stages(cells).await,
        };
        self.sample.lists = listing.lists;
        self.sample.listed_by = listing.evidence.or(self.sample.listed_by.take());
        self.sample.gaps.extend(listing.gaps);
        let listed = listing.objects.len() as u64;
        if let Reach::TooMany(cells) = listing.reach {
            return self.in_two_stages(cells).await;
        }
        self.cells = listing.cells;
        let is_whole = listing.reach == Reach::Whole && !has_refusal;
        self.sample.population =
            if is_whole { Population::Counted(listed) } else { Population::AtLeast(listed) };
        self.sample.eligible = listed;
        if is_whole && self.census.is_empty() {
            self.census = census::of_counted(self.place, &listing.objects);
        }
        if self.context.description.kms_key_id.is_none() {
            self.without_key(newest_first(listing.objects)).await;
        } else if is_whole {
            self.counted(listing.objects).await;
        } else {
            let mut newest = newest_first(listing.objects);
            newest.truncate(self.size());
            self.sample.method = SampleMethod::Partial;
            self.looks.look(&newest, Selection::Partial).await;
        }
    }

    /// One object under S3's own key says it all. Others may be those of another trail that delivers
    /// here too.
    async fn without_key(&mut self, newest: Vec<Listed>) {
        self.sample.method = SampleMethod::Partial;
        for listed in newest.into_iter().take(self.size()) {
            self.looks.look_at(listed, Selection::Newest).await;
            if self.has_keyless_object() {
                return;
            }
        }
    }

    /// Whether the trail has no key, and an object shows it.
    pub(super) fn has_keyless_object(&self) -> bool {
        self.context.description.kms_key_id.is_none()
            && self.looks.all.last().is_some_and(|it| it.algorithm() == Some("AES256"))
    }

    async fn counted(&mut self, objects: Vec<Listed>) {
        if objects.len() > self.size() {
            // They say most of what holds now, and nothing of the others.
            let newest = census::newest_of_each(&objects);
            self.looks.look(&newest, Selection::Newest).await;
        }
        self.examine_counted(&objects).await;
        if self.sample.method != SampleMethod::Random {
            return;
        }
        if let Some(switched_at) = self.locate(&objects).await {
            self.begin_again(switched_at);
            let rest: Vec<Listed> =
                objects.into_iter().filter(|it| it.at() > switched_at).collect();
            self.sample.eligible = rest.len() as u64;
            self.examine_counted(&rest).await;
        }
    }

    /// All of them, or a simple random sample: the objects with the lowest ranks.
    async fn examine_counted(&mut self, objects: &[Listed]) {
        let size = self.size();
        if objects.len() <= size {
            self.sample.method = SampleMethod::All;
            self.looks.look(&newest_first(objects.to_vec()), Selection::All).await;
            return;
        }
        self.sample.method = SampleMethod::Random;
        let rank = |it: &Listed| (self.draw.rank(&self.place.key(*it)), *it);
        let mut ranked: Vec<(u64, Listed)> = objects.iter().map(rank).collect();
        ranked.sort_unstable();
        let ranked = ranked.into_iter().map(|it| it.1);
        self.looks.look_at_so_many(ranked, size, Selection::Random).await;
    }

    async fn in_two_stages(&mut self, cells: Vec<u32>) {
        self.sample.method = SampleMethod::Cells;
        let budget = self.collector.settings.thresholds.listing_budget - self.sample.lists;
        let draw = self.draw.clone();
        let mut draw = ClusterSample::new(self.collector, self.place, draw, cells, budget);
        self.draw_cells(&mut draw).await;
        if let Some(switched_at) = self.locate_by_listing(&mut draw).await {
            self.begin_again(switched_at);
            draw.again(switched_at);
            self.draw_cells(&mut draw).await;
        }
        self.sample.frame = draw.frame();
        self.sample.population = Population::AtLeast(draw.listed());
        self.sample.unreadable += draw.unlisted();
        self.sample.lists += draw.lists;
        self.sample.listed_by = draw.evidence.or(self.sample.listed_by.take());
        self.sample.gaps.extend(draw.gaps);
        self.cells = draw.sampled;
    }

    /// An object of each of so many cells; whatever has vanished is replaced by a further draw.
    async fn draw_cells(&mut self, draw: &mut ClusterSample<'a, P>) {
        let is_keyless = self.context.description.kms_key_id.is_none();
        let mut missing = self.size();
        while missing > 0 {
            let wanted = if is_keyless { 1 } else { missing };
            let objects = draw.objects(wanted).await;
            let before = self.looks.all.len();
            self.looks.look(&objects, Selection::Cell).await;
            let new = &self.looks.all[before..];
            missing -= new.iter().filter(|it| !it.has_vanished()).count();
            if objects.len() < wanted || self.has_keyless_object() {
                return;
            }
        }
    }

    /// A switch lies in the population, so what was drawn from all of it is no sample of the rest.
    fn begin_again(&mut self, switched_at: Timestamp) {
        self.sample.switched_at = Some(switched_at);
        let drawn = self.looks.all.iter_mut().filter(|it| it.selection.is_statistical());
        drawn.for_each(|it| it.selection = Selection::FirstDraw);
    }

    pub(super) fn seen(&self, look: &Look) -> Seen {
        Trace::of(look, self.place).seen(self.place)
    }

    pub(super) fn all_seen(&self) -> Vec<Seen> {
        self.looks.all.iter().map(|it| self.seen(it)).collect()
    }

    fn end(self) -> Ended {
        let seen = self.all_seen();
        let listed = self.looks.all.iter().map(|it| it.listed).collect();
        let Self { sample, cells, census, .. } = self;
        Ended { seen, listed, sample, cells, census }
    }
}

fn newest_first(mut objects: Vec<Listed>) -> Vec<Listed> {
    objects.sort_unstable_by_key(|it| Reverse(newness(*it)));
    objects
}

/// Of two objects with the same time the first one in S3's order counts as newer.
fn newness(listed: Listed) -> (Timestamp, Reverse<Listed>) {
    (listed.at(), Reverse(listed))
}
