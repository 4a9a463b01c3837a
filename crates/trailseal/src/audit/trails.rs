//! Collects trails as they become ready, and brings together what they share.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use futures::channel::mpsc;
use futures::{FutureExt as _, StreamExt as _, future, stream};
use trailseal_evaluator::ports::CollectPorts;
use trailseal_evaluator::{CensusEntry, CollectedTrail, Collector, KeyWork, TrailWork, key_arn};
use trailseal_fanout::run;
use trailseal_model::record::v1::{SampleLine, SampledCellLine, sample_line, sampled_cell_line};
use trailseal_model::{
    Answer, Arn, BucketFacts, DecryptGrant, DigestSample, Event, GapId, HistorySample, KeyPresence,
    KeyRotation, LogSample, MemberDelivery, NewestLog, Observed, Operation, OrganizationFacts,
    Target, TrailFacts,
};

use super::{AuditError, COLLECTING, Ports, Work, panic_gap};
use crate::samples::SampleSpool;

/// What was collected of all trails, sorted.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) trails: Vec<TrailFacts>,
    pub(super) keys: BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
    pub(super) key_policies: BTreeMap<Arn, Observed<Answer<Arc<str>>>>,
    pub(super) key_grants: BTreeMap<Arn, Observed<Answer<Arc<[DecryptGrant]>>>>,
    pub(super) key_rotations: BTreeMap<Arn, Observed<Answer<KeyRotation>>>,
    pub(super) buckets: BTreeMap<String, BucketFacts>,
    /// The census of each trail, in their order.
    pub(super) census: Vec<Vec<CensusEntry>>,
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
        keep_samples(work, &mut collected, samples)?;
        if let Some(key) = collected.key_work() {
            for details in &keys {
                // The other ends stop listening only when the whole audit does.
                let _ = details.unbounded_send(key.clone());
            }
        }
        let arn = collected.facts.description.arn.clone();
        work.events.emit(&Event::TrailCollected { trail: &arn });
        all.insert(arn, collected);
    }
    Ok(all)
}

fn keep_samples<P: Ports>(
    work: &Work<'_, P>,
    collected: &mut CollectedTrail,
    spool: &mut SampleSpool,
) -> Result<(), AuditError> {
    let names = |gap: GapId| work.gaps.get(gap).stable_id();
    let arn = &collected.facts.description.arn;
    let expected = collected.expected_key.as_ref();
    let samples = std::mem::take(&mut collected.samples);
    let lines: Vec<SampleLine> =
        samples.iter().map(|it| sample_line(arn, expected, it, &names)).collect();
    let bucket = collected.facts.description.bucket.as_deref().unwrap_or_default();
    let cells = std::mem::take(&mut collected.cells);
    let cells: Vec<SampledCellLine> =
        cells.iter().map(|it| sampled_cell_line(arn, bucket, it)).collect();
    Ok(spool.keep(arn, &cells, &lines)?)
}

/// A trail whose collection panicked: everything about it is unread, and it stays visible.
fn panicked_trail<P: CollectPorts>(
    trail: TrailWork,
    gap: GapId,
    work: &Work<'_, P>,
) -> CollectedTrail {
    let description = trail.trail.description;
    let mut sample = LogSample::nothing(work.settings.collect.window);
    sample.gaps.push(gap);
    let key = key_arn(&description);
    let facts = TrailFacts {
        status: vec![(description.home_region, Observed::Unread(gap))],
        management_events: Observed::Unread(gap),
        key: key.clone(),
        described_from: trail.trail.described_from,
        described_by: trail.trail.described_by,
        seen_from: Vec::new(),
        differing: Vec::new(),
        members: MemberDelivery::default(),
        sample,
        prefixes: None,
        history: HistorySample { gaps: vec![gap], ..HistorySample::default() },
        digest: DigestSample { gaps: vec![gap], ..DigestSample::default() },
        description,
    };
    let key = key.map(|_| Observed::Unread(gap));
    CollectedTrail {
        facts,
        key,
        key_policy: None,
        key_grants: None,
        key_rotation: None,
        expected_key: None,
        bucket: None,
        samples: Vec::new(),
        cells: Vec::new(),
        census: Vec::new(),
    }
}

/// In the order of the trails' ARNs, so that the result does not depend on who came first.
fn merge(all: BTreeMap<Arn, CollectedTrail>) -> Collected {
    let mut collected = Collected::default();
    for trail in all.into_values() {
        if let (Some(named), Some(key)) = (&trail.facts.key, trail.key) {
            keep_better(&mut collected.keys, named.clone(), key);
        }
        if let (Some(named), Some(rotation)) = (&trail.facts.key, trail.key_rotation) {
            keep_better(&mut collected.key_rotations, named.clone(), rotation);
        }
        if let (Some(named), Some(policy)) = (&trail.facts.key, trail.key_policy) {
            keep_better(&mut collected.key_policies, named.clone(), policy);
        }
        if let (Some(named), Some(grants)) = (&trail.facts.key, trail.key_grants) {
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
        collected.census.push(trail.census);
        collected.trails.push(trail.facts);
    }
    collected
}

/// Notes the newest log object of each account and Region. What lies under another key of a trail's
/// group is known to be sealed only now.
pub(super) fn note_newest_logs(facts: &mut OrganizationFacts, census: Vec<Vec<CensusEntry>>) {
    let OrganizationFacts { coverage, trails, .. } = facts;
    for (trail, entries) in trails.iter().zip(census) {
        let group_keys = &trail.sample.group_keys;
        for CensusEntry { cell, at, found, deviating_key } in entries {
            let is_of_group =
                deviating_key.is_some_and(|it| group_keys.iter().any(|key| **key == *it));
            let found = if is_of_group { NewestLog::Sealed } else { found };
            let target = Target { account: cell.account, region: cell.region };
            coverage.note_newest_log(target, at, found);
        }
    }
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
