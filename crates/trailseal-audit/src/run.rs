//! The loop of a run: asks what the scheduler wants to know, and hands it the answers.

use std::io;

use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;
use trailseal_evaluator::{Collector, ExaminedObject, ObjectClass};
use trailseal_fanout::{guarded, open_account, walk_tree};
use trailseal_model::question::{
    DescribeOrganization, DescribeTrails, GetTrailStatus, ListAccounts, ListEventDataStores,
    ListRegions, ListTagsForResource, ListTrails,
};
use trailseal_model::{Answer, Answers, Arn, EventSink, Gap, GapLedger, SampledCluster, ask};

use crate::event::{Event, Times, Work};
use crate::last_calls::NotesLastCalls;
use crate::scheduler::Scheduler;
use crate::settings::{AuditError, AuditSettings, Audited};

mod panicked;

/// Where the examined objects of each trail wait until the record is written, so that memory does not
/// grow with them.
pub trait SampleSink {
    /// Keeps the listed clusters and the examined objects of one trail, all of one bucket.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn keep(
        &mut self,
        trail: &Arn,
        bucket: &str,
        clusters: &[SampledCluster],
        objects: &[ExaminedObject],
    ) -> io::Result<()>;

    /// The examined objects of one trail, in the order of selection.
    ///
    /// # Errors
    /// When they cannot be read back.
    fn objects(&mut self, trail: &Arn) -> io::Result<Vec<ExaminedObject>>;

    /// Notes what the objects of one trail, in the order of selection, were judged to show.
    fn judge(&mut self, trail: &Arn, classes: Vec<ObjectClass>);
}

/// Audits an organization.
///
/// The scheduler begins work as soon as its inputs are known; only judging waits for all.
///
/// # Errors
/// When there is no population, or the samples cannot be kept. Everything else becomes a gap.
pub async fn audit(
    answers: &dyn Answers,
    settings: &AuditSettings,
    progress: &dyn EventSink,
    samples: &mut (dyn SampleSink + Send),
) -> Result<Audited, AuditError> {
    let gaps = GapLedger::default();
    let notes = NotesLastCalls::new(answers);
    let facts = {
        let answers: &dyn Answers = &notes;
        let collector = Collector::new(&answers, &gaps, settings.collect.clone())
            .skipping(&settings.scope.skipped_controls)
            .watched_by(progress);
        let start = Instant::now();
        let asker = Asker { answers, collector, settings, gaps: &gaps, start };
        let (mut scheduler, mut to_do) = Scheduler::begin(settings, &gaps, progress);
        let mut running = FuturesUnordered::new();
        loop {
            running.extend(to_do.drain(..).filter_map(|work| asker.begin(work)));
            let Some(event) = running.next().await else { break };
            let event = keep_objects(event, samples)?;
            to_do = scheduler.on(event)?;
        }
        scheduler.end()
    };
    Ok(facts.with_last_calls(notes.into_calls()).judged(gaps, samples)?)
}

/// Takes the examined objects out of an event: only the sink keeps them.
fn keep_objects(mut event: Event, sink: &mut (dyn SampleSink + Send)) -> io::Result<Event> {
    if let Event::ObjectsExamined { trail, objects, .. } = &mut event {
        let description = &trail.trail.description;
        let bucket = description.bucket.as_deref().unwrap_or_default();
        let clusters = std::mem::take(&mut objects.clusters);
        let examined = std::mem::take(&mut objects.objects);
        sink.keep(&description.arn, bucket, &clusters, &examined)?;
    }
    Ok(event)
}

/// The answer without the call that showed it, where no finding cites that.
fn value_of<T>(res: Result<Answer<T>, Gap>) -> Result<T, Gap> {
    res.map(|answer| answer.value)
}

/// Asks what work needs, and nothing else.
struct Asker<'a> {
    answers: &'a dyn Answers,
    collector: Collector<'a, &'a dyn Answers>,
    settings: &'a AuditSettings,
    gaps: &'a GapLedger,
    start: Instant,
}

impl Asker<'_> {
    /// Begins work; none is left to wait for where it only changes how later work is asked.
    fn begin(&self, work: Work) -> Option<impl Future<Output = Event> + '_> {
        if let Work::AskOnce { operation } = work {
            self.answers.ask_once(operation);
            return None;
        }
        Some(async {
            let event = guarded(self.perform(work.clone())).await;
            event.unwrap_or_else(|panicked| self.panicked(work, &panicked.message))
        })
    }

    /// One arm for each kind of work. What keeps much between its calls is boxed, so that the
    /// thousands of small ones stay small.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of work, and no decision")]
    async fn perform(&self, work: Work) -> Event {
        let answers = &self.answers;
        match work {
            Work::ListAccounts => Event::AccountsListed(value_of(ask(answers, ListAccounts).await)),
            Work::DescribeOrganization => {
                Event::OrganizationDescribed(value_of(ask(answers, DescribeOrganization).await))
            }
            Work::WalkTree { organization, depth } => {
                Event::TreeWalked(walk_tree(answers, &organization, depth).boxed().await)
            }
            Work::ReadTags { account } => {
                let tags = ask(answers, ListTagsForResource { account }).await;
                Event::TagsRead { account, tags: value_of(tags) }
            }
            Work::OpenAccount { account } => {
                let (scope, partition) = (&self.settings.scope, self.settings.partition);
                let opened = open_account(answers, &account, scope, partition).boxed();
                Event::AccountOpened(opened.await)
            }
            Work::ListTrails { account } => {
                let trails = value_of(ask(answers, ListTrails { account }).await);
                Event::TrailsListed { account, trails }
            }
            Work::DescribeTrails { target } => {
                let begun = Instant::now();
                let trails = ask(answers, DescribeTrails { target }).await;
                Event::TrailsDescribed { target, trails, times: self.times(begun) }
            }
            Work::ListStores { target } => {
                let begun = Instant::now();
                let stores = ask(answers, ListEventDataStores { target }).await;
                Event::StoresListed { target, stores, times: self.times(begun) }
            }
            Work::ReadSupport { home } => {
                let trails = ask(answers, DescribeTrails { target: home }).await;
                // Where they cannot be listed, every Region is asked; one that is disabled says so.
                let regions = value_of(ask(answers, ListRegions { account: home.account }).await);
                Event::SupportRead { home, trails, regions: regions.unwrap_or_default() }
            }
            Work::AskMember { trail, target } => {
                let question = GetTrailStatus { trail: trail.clone(), asked_in: target };
                let status = ask(answers, question).await;
                Event::MemberAnswered { trail, target, status }
            }
            Work::ReadStore { store, members } => {
                let target = store.target;
                let store = self.collector.collect_store(store, &members).boxed().await;
                Event::StoreRead { target, store: Box::new(store) }
            }
            Work::ReadTrail { trail, members } => {
                let read = self.collector.read_trail(&trail, &members).boxed().await;
                Event::TrailRead { trail, read: Box::new(read) }
            }
            Work::ReadGrants { key, members } => {
                let grants = self.collector.grants(&key, &members).boxed().await;
                Event::GrantsRead { key, grants }
            }
            Work::ReadRotation { key, members } => {
                let rotation = self.collector.rotation(&key, &members).boxed().await;
                Event::RotationRead { key, rotation }
            }
            Work::FindBucketOwner { bucket, trail_owner, accounts, needed } => {
                let answers = self.collector.owner_among(&bucket, &accounts, needed.as_deref());
                let answers = answers.boxed().await;
                Event::OwnersAnswered { bucket, trail_owner, answers }
            }
            Work::HeadBucket { bucket, trail_owner, account } => {
                let presence = self.collector.head_bucket(account, &bucket).boxed().await;
                Event::BucketHeaded { bucket, trail_owner, presence }
            }
            Work::ListBuckets { account, needed } => {
                let owned = self.collector.buckets_owned(account, Some(&needed)).boxed().await;
                Event::BucketsListed { account, owned }
            }
            Work::ExamineObjects { trail, read, bucket, members, enabled } => {
                let objects = self.collector.examine(&trail, &read, &bucket, &members, &enabled);
                let objects = Box::new(objects.boxed().await);
                Event::ObjectsExamined { trail, read, objects }
            }
            Work::AskOnce { .. } => unreachable!("it is no question: see `begin`"),
        }
    }

    fn times(&self, begun: Instant) -> Times {
        let since = |time: Instant| {
            let passed = time.saturating_duration_since(self.start).as_millis();
            u32::try_from(passed).unwrap_or(u32::MAX)
        };
        (since(begun), since(Instant::now()))
    }
}
