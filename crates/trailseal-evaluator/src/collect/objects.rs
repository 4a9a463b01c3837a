//! Looks at delivered log objects with HeadObject: all of a small population, else the newest.

use std::cmp::Reverse;
use std::sync::Arc;

use futures::StreamExt as _;
use trailseal_model::{
    Answer, Arn, BucketFacts, Gap, GapClass, GapId, KeyPresence, LogSample, Observed, Population,
    Sample, SampleMethod, SampleResult, Selection, Target,
};

use super::classify::{Context, Expected, Seen, judge_all};
use super::listing::{Listed, Listing, no_organization_id};
use super::{Collector, IN_FLIGHT, TrailWork};
use crate::ports::{CollectPorts, ObjectHead, Reader};

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

/// One selected object and what HeadObject said of it.
struct Looked {
    listed: Listed,
    head: Head,
}

enum Head {
    Found(Answer<ObjectHead>),
    Vanished(Answer<()>),
    Unreadable(GapId),
}

impl<P: CollectPorts> Collector<'_, P> {
    /// Lists and looks at the objects of one trail.
    pub(super) async fn objects(
        &self,
        work: &TrailWork,
        bucket: &BucketFacts,
        expected: &Expected<'_>,
    ) -> (LogSample, Vec<Sample>) {
        let description = &work.trail.description;
        let (mut nothing, no_samples) = (LogSample::nothing(self.settings.window), Vec::new());
        if bucket.is_gone() {
            return (nothing, no_samples);
        }
        let is_organization_trail = description.is_organization_trail;
        let members =
            if is_organization_trail { self.members.clone().await } else { Arc::default() };
        if is_organization_trail && members.organization.is_none() {
            nothing.gaps.push(self.gap(no_organization_id()));
            return (nothing, no_samples);
        }
        let owner = bucket.owner.account();
        let region = bucket.region().unwrap_or(description.home_region);
        let target = Target { account: owner.unwrap_or(description.owner), region };
        let reader = Reader { target, expected_owner: owner };
        let listing = self.list(work, &members, &bucket.name, reader).await;
        let selected = self.select(&listing);
        let is_keyless = description.kms_key_id.is_none();
        let looked = self.look(&bucket.name, reader, selected, is_keyless).await;
        let seen: Vec<Seen> = looked.into_iter().map(|it| seen(&bucket.name, it)).collect();
        // Whether a stranger's key is outside the organization can be said when all of it is known.
        let has_strangers = seen.iter().any(|it| it.is_under_key_outside(description.owner));
        let members = if has_strangers { self.members.clone().await } else { members };
        let context = Context { description, expected, members: &members };
        let tolerance = self.settings.thresholds.switch_tolerance_seconds;
        let samples = judge_all(&context, seen, selection(&listing), tolerance);
        (self.summarize(listing, &samples), samples)
    }

    /// The newest objects, newest first; all of them where the population is small.
    fn select(&self, listing: &Listing) -> Vec<Listed> {
        let mut objects = listing.objects.clone();
        objects.sort_unstable_by(|a, b| (Reverse(a.at), &a.key).cmp(&(Reverse(b.at), &b.key)));
        objects.truncate(self.settings.thresholds.sample_size as usize);
        objects
    }

    async fn look(
        &self,
        bucket: &str,
        reader: Reader,
        selected: Vec<Listed>,
        is_keyless: bool,
    ) -> Vec<Looked> {
        let mut looked = Vec::with_capacity(selected.len());
        let mut waiting = selected.into_iter();
        // One at a time until one could be read: a bucket that refuses one would refuse the
        // others, and for a trail without a key one object says it all.
        for listed in waiting.by_ref() {
            let head = self.head(bucket, reader, &listed).await;
            let (is_found, refused) = match &head {
                Head::Found(_) => (true, None),
                Head::Unreadable(gap) if !self.is_about_one_object(*gap) => (false, Some(*gap)),
                Head::Vanished(_) | Head::Unreadable(_) => (false, None),
            };
            looked.push(Looked { listed, head });
            if let Some(gap) = refused {
                let rest = waiting.by_ref();
                looked.extend(rest.map(|listed| Looked { listed, head: Head::Unreadable(gap) }));
                return looked;
            }
            if is_found {
                break;
            }
        }
        if is_keyless {
            return looked;
        }
        let ask = |listed: Listed| async move {
            let head = self.head(bucket, reader, &listed).await;
            Looked { listed, head }
        };
        let mut rest = futures::stream::iter(waiting).map(ask).buffered(IN_FLIGHT);
        while let Some(it) = rest.next().await {
            looked.push(it);
        }
        looked
    }

    /// S3 answers a bare 400 for an object under a key of its writer; that says nothing of others.
    fn is_about_one_object(&self, gap: GapId) -> bool {
        self.gaps.get(gap).class == GapClass::MalformedAnswer
    }

    async fn head(&self, bucket: &str, reader: Reader, listed: &Listed) -> Head {
        let res: Result<Answer<Option<ObjectHead>>, Gap> =
            self.ports.head_object(reader, bucket, &listed.key).await;
        match res {
            Err(gap) => Head::Unreadable(self.gap(gap)),
            Ok(Answer { value: Some(head), evidence }) => {
                Head::Found(Answer { value: head, evidence })
            }
            Ok(Answer { value: None, evidence }) => Head::Vanished(Answer { value: (), evidence }),
        }
    }

    fn summarize(&self, listing: Listing, samples: &[Sample]) -> LogSample {
        let mut sample = LogSample::nothing(self.settings.window);
        let listed = listing.objects.len() as u64;
        let is_whole = listing.is_whole;
        sample.population =
            if is_whole { Population::Counted(listed) } else { Population::AtLeast(listed) };
        sample.method = match samples.first() {
            None => SampleMethod::Nothing,
            Some(it) if it.selection == Selection::All => SampleMethod::All,
            Some(_) => SampleMethod::NewestOnly,
        };
        sample.lists = listing.lists;
        sample.listed_by = listing.evidence;
        sample.gaps = listing.gaps;
        for it in samples {
            match it.result {
                SampleResult::Pass => sample.sealed += 1,
                SampleResult::Deviation => {
                    let class = it.deviation.expect("a deviation has its class");
                    *sample.deviations.entry(class).or_default() += 1;
                    sample.newest_deviation.get_or_insert_with(|| Box::new(it.clone()));
                }
                SampleResult::Unreadable => sample.unreadable += 1,
                SampleResult::PreEnablement | SampleResult::PreviousKey => {
                    sample.left_population += 1;
                }
                SampleResult::Replaced => continue,
            }
            if it.evidence.is_some() && it.result != SampleResult::Unreadable {
                sample.newest.get_or_insert_with(|| Box::new(it.clone()));
            }
            sample.gaps.extend(it.gap.filter(|gap| !sample.gaps.contains(gap)));
        }
        sample.tested = sample.sealed + sample.deviations.values().sum::<u32>();
        sample
    }
}

/// Everything was selected only if everything was listed and fits.
fn selection(listing: &Listing) -> impl Fn(usize) -> Selection + use<> {
    let (is_whole, listed) = (listing.is_whole, listing.objects.len());
    move |selected| {
        if is_whole && selected == listed { Selection::All } else { Selection::Newest }
    }
}

fn seen(bucket: &str, looked: Looked) -> Seen {
    let Listed { at, region, key } = looked.listed;
    let blank = Seen {
        bucket: bucket.to_owned(),
        key,
        at,
        region,
        head: None,
        evidence: None,
        gap: None,
        is_vanished: false,
    };
    match looked.head {
        Head::Found(answer) => {
            Seen { head: Some(answer.value), evidence: Some(answer.evidence), ..blank }
        }
        Head::Vanished(answer) => {
            Seen { evidence: Some(answer.evidence), is_vanished: true, ..blank }
        }
        Head::Unreadable(gap) => Seen { gap: Some(gap), ..blank },
    }
}
