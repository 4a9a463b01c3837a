//! Collects trails as they become ready, and brings together what they share.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use futures::channel::mpsc;
use futures::{FutureExt as _, StreamExt as _, future, stream};
use trailseal_evaluator::ports::CollectPorts;
use trailseal_evaluator::{
    CollectedTrail, Collector, ExpectedKey, KeyWork, ObjectEvidence, ObjectJudge, TrailWork,
    key_arn,
};
use trailseal_fanout::run;
use trailseal_model::record::v1::{SampledCellLine, sampled_cell_line};
use trailseal_model::{
    Account, Answer, Arn, BucketFacts, Coverage, DecryptGrant, Event, GapId, KeyPresence,
    KeyRotation, MemberDelivery, Observed, Operation, Sightings, Thresholds, TrailAnswers,
    TrailFacts,
};

use super::{AuditError, COLLECTING, Ports, Work, panic_gap};
use crate::samples::SampleSpool;

/// What was collected of all trails, sorted.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) trails: Vec<(TrailAnswers, ObjectEvidence)>,
    pub(super) keys: BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
    pub(super) key_policies: BTreeMap<Arn, Observed<Answer<Arc<str>>>>,
    pub(super) key_grants: BTreeMap<Arn, Observed<Answer<Arc<[DecryptGrant]>>>>,
    pub(super) key_rotations: BTreeMap<Arn, Observed<Answer<KeyRotation>>>,
    pub(super) buckets: BTreeMap<String, BucketFacts>,
}

/// Collects every trail that comes, and what no essential control needs of its key beside that.
pub(super) async fn collect<P: Ports>(
    work: &Work<'_, P>,
    collector: &Collector<'_, P>,
    ready: mpsc::UnboundedReceiver<TrailWork>,
    samples: &mut SampleSpool,
) -> Result<Collected, AuditError> {
    let (to_grants, grants) = mpsc::unbounded();
    let (to_rotations, rotations) = mpsc::unbounded();
    let trails = collect_trails(work, collector, ready, [to_grants, to_rotations], samples);
    let grants = work.read_grants(collector, grants);
    let rotations = work.read_rotations(collector, rotations);
    let (trails, mut grants, mut rotations) = futures::join!(trails, grants, rotations);
    let mut all = trails?;
    for (trail, collected) in &mut all {
        let grants = grants.remove(trail).flatten();
        collector.add_details(collected, grants, rotations.remove(trail).flatten());
    }
    Ok(merge(all))
}

/// Collects every trail that comes, lets its samples go to the spool, and hands its key on. A trail
/// whose bucket misses its owner is put back until all targets are read, so that it keeps no other one
/// waiting.
async fn collect_trails<P: Ports>(
    work: &Work<'_, P>,
    collector: &Collector<'_, P>,
    ready: mpsc::UnboundedReceiver<TrailWork>,
    keys: [mpsc::UnboundedSender<KeyWork>; 2],
    samples: &mut SampleSpool,
) -> Result<BTreeMap<Arn, CollectedTrail>, AuditError> {
    let (put_back, later) = mpsc::unbounded();
    let at_once = run(ready, COLLECTING, |it: TrailWork| async move {
        let must_wait = collector.waits_for_owner(&it).await;
        if must_wait { None } else { Some(collector.collect(it).await) }
    });
    let later = async {
        collector.can_ask_all().await;
        run(later, COLLECTING, |it| async move { Some(collector.collect(it).await) })
    };
    // The end of the first stream, so that nothing can be put back any more.
    let at_once = at_once.map(Some).chain(stream::once(future::ready(None)));
    let mut done = std::pin::pin!(stream::select(at_once, later.flatten_stream().map(Some)));
    let (mut all, mut put_back) = (BTreeMap::new(), Some(put_back));
    while let Some(next) = done.next().await {
        let Some((trail, res)) = next else {
            put_back = None;
            continue;
        };
        let mut collected = match res {
            Ok(Some(collected)) => collected,
            Ok(None) => {
                // The other end is in this function.
                if let Some(put_back) = &put_back {
                    let _ = put_back.unbounded_send(trail);
                }
                continue;
            }
            Err(panicked) => {
                let gap = panic_gap(Operation::GetTrailStatus, &panicked.message);
                let description = &trail.trail.description;
                let gap = gap.at(description.owner, Some(description.home_region));
                panicked_trail(trail, work.gap(gap.on("collecting the trail")), work)
            }
        };
        keep_objects(&mut collected, samples)?;
        if let Some(key) = collected.key_work() {
            for details in &keys {
                // The other ends stop listening only when the whole audit does.
                let _ = details.unbounded_send(key.clone());
            }
        }
        let arn = collected.answers.description.arn.clone();
        work.events.emit(&Event::TrailCollected { trail: &arn });
        all.insert(arn, collected);
    }
    Ok(all)
}

fn keep_objects(collected: &mut CollectedTrail, spool: &mut SampleSpool) -> Result<(), AuditError> {
    let description = &collected.answers.description;
    let (arn, bucket) = (&description.arn, description.bucket.as_deref().unwrap_or_default());
    let objects = std::mem::take(&mut collected.objects);
    let clusters = std::mem::take(&mut collected.clusters);
    let clusters: Vec<SampledCellLine> =
        clusters.iter().map(|cluster| sampled_cell_line(arn, bucket, cluster)).collect();
    Ok(spool.keep(arn, bucket, &clusters, &objects)?)
}

/// A trail whose collection panicked: everything about it is unread, and it stays visible.
fn panicked_trail<P: CollectPorts>(
    trail: TrailWork,
    gap: GapId,
    work: &Work<'_, P>,
) -> CollectedTrail {
    let description = trail.trail.description;
    let window = work.settings.collect.window;
    let key = key_arn(&description);
    let expected = ExpectedKey { is_named: key.is_some(), ..ExpectedKey::default() };
    let answers = TrailAnswers {
        status: vec![(description.home_region, Observed::Unread(gap))],
        management_events: Observed::Unread(gap),
        key: key.clone(),
        expected_key: None,
        described_from: trail.trail.described_from,
        described_by: trail.trail.described_by,
        prefixes: None,
        description,
    };
    CollectedTrail {
        answers,
        key: key.map(|_| Observed::Unread(gap)),
        key_policy: None,
        key_grants: None,
        key_rotation: None,
        bucket: None,
        evidence: ObjectEvidence::nothing(expected, window, vec![gap]),
        objects: Vec::new(),
        clusters: Vec::new(),
    }
}

/// In the order of the trails' ARNs, so that the result does not depend on who came first.
fn merge(all: BTreeMap<Arn, CollectedTrail>) -> Collected {
    let mut collected = Collected::default();
    for trail in all.into_values() {
        if let (Some(named), Some(key)) = (&trail.answers.key, trail.key) {
            keep_better(&mut collected.keys, named.clone(), key);
        }
        if let (Some(named), Some(rotation)) = (&trail.answers.key, trail.key_rotation) {
            keep_better(&mut collected.key_rotations, named.clone(), rotation);
        }
        if let (Some(named), Some(policy)) = (&trail.answers.key, trail.key_policy) {
            keep_better(&mut collected.key_policies, named.clone(), policy);
        }
        if let (Some(named), Some(grants)) = (&trail.answers.key, trail.key_grants) {
            keep_better(&mut collected.key_grants, named.clone(), grants);
        }
        if let Some(bucket) = trail.bucket {
            match collected.buckets.get_mut(&bucket.name) {
                Some(known) => better(known, bucket),
                None => {
                    collected.buckets.insert(bucket.name.clone(), bucket);
                }
            }
        }
        collected.trails.push((trail.answers, trail.evidence));
    }
    collected
}

/// What the facts of trails are assembled from, beside what was collected of each.
pub(super) struct Parts<'a> {
    pub(super) keys: &'a BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
    /// All that were listed, sorted by id.
    pub(super) accounts: &'a [Account],
    pub(super) thresholds: Thresholds,
    pub(super) sightings: BTreeMap<Arn, Sightings>,
    pub(super) members: BTreeMap<Arn, MemberDelivery>,
}

/// Judges the objects of all trails, now that all are known, and assembles the trails' facts. The
/// newest log object of each account and Region is noted in the coverage.
pub(super) fn assemble(
    trails: Vec<(TrailAnswers, ObjectEvidence)>,
    parts: Parts<'_>,
    coverage: &mut Coverage,
    spool: &mut SampleSpool,
) -> Result<Vec<TrailFacts>, AuditError> {
    let Parts { keys, accounts, thresholds, mut sightings, mut members } = parts;
    let (answers, evidence): (Vec<_>, Vec<_>) = trails.into_iter().unzip();
    let all: Vec<&TrailAnswers> = answers.iter().collect();
    let judge = ObjectJudge::new(&all, keys, accounts, thresholds);
    let mut objects = Vec::new();
    for (number, evidence) in evidence.into_iter().enumerate() {
        let arn = &all[number].description.arn;
        let judged = judge.judge(number, evidence, spool.objects(arn)?);
        spool.judge(arn, judged.classes);
        for (target, at, found) in judged.newest_logs {
            coverage.note_newest_log(target, at, found);
        }
        objects.push(judged.facts);
    }
    let facts = answers.into_iter().zip(objects).map(|(answers, objects)| {
        let arn = &answers.description.arn;
        let (seen, members) = (sightings.remove(arn), members.remove(arn));
        TrailFacts::assemble(
            answers,
            seen.unwrap_or_default(),
            members.unwrap_or_default(),
            objects,
        )
    });
    Ok(facts.collect())
}

/// Keeps what was read, also if another could not read it.
pub(super) fn keep_better<T>(all: &mut BTreeMap<Arn, Observed<T>>, named: Arn, found: Observed<T>) {
    match all.entry(named) {
        Entry::Vacant(free) => {
            free.insert(found);
        }
        Entry::Occupied(mut kept) if kept.get().known().is_none() && found.known().is_some() => {
            kept.insert(found);
        }
        Entry::Occupied(_) => {}
    }
}

/// What one trail's owner could not see of a bucket, another's could.
fn better(known: &mut BucketFacts, other: BucketFacts) {
    let presence_helps =
        known.presence.known().is_none() || (known.region().is_none() && other.region().is_some());
    if presence_helps {
        known.presence = other.presence;
    }
    if known.owner.account().is_none() && other.owner.account().is_some() {
        (known.owner, known.search) = (other.owner, other.search);
    }
}
