//! The end of a run: everything that was read, brought together and judged.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;

use trailseal_evaluator::{
    CollectedStore, CollectedTrail, ObjectEvidence, ObjectJudge, account_sealing, add_details,
    covered_by, judge,
};
use trailseal_model::{
    Answer, Arn, BucketFacts, DecryptGrant, GapLedger, KeyPresence, KeyRotation, LastCalls,
    MemberDelivery, Observed, OrganizationFacts, Sightings, StoreFacts, TrailAnswers, TrailFacts,
};

use super::Scheduler;
use crate::run::SampleSink;
use crate::settings::Audited;

/// Everything that a run has read; nothing of it is judged.
#[derive(Debug)]
pub(crate) struct ReadFacts {
    /// All but the trails, whose facts are assembled when their objects are judged.
    organization: OrganizationFacts,
    trails: Vec<(TrailAnswers, ObjectEvidence)>,
    sightings: BTreeMap<Arn, Sightings>,
    members: BTreeMap<Arn, MemberDelivery>,
}

/// A key as DescribeKey shows it, by what names it.
type KeyRead = (Arn, Observed<Answer<KeyPresence>>);

/// What was collected of all trails, in the order of their ARNs.
#[derive(Default)]
struct Merged {
    trails: Vec<(TrailAnswers, ObjectEvidence)>,
    keys: BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
    key_policies: BTreeMap<Arn, Observed<Answer<Arc<str>>>>,
    key_grants: BTreeMap<Arn, Observed<Answer<Arc<[DecryptGrant]>>>>,
    key_rotations: BTreeMap<Arn, Observed<Answer<KeyRotation>>>,
    buckets: BTreeMap<String, BucketFacts>,
}

impl Scheduler<'_> {
    /// Everything that was read, when nothing is under way any more.
    pub(crate) fn end(mut self) -> ReadFacts {
        self.give_up_trails();
        let listed_trails = self.miss_unseen_trails();
        let mut merged = merge(self.collected_trails());
        let (stores, keys_of_stores) = stores(std::mem::take(&mut self.stores));
        for (named, key) in keys_of_stores {
            keep_better(&mut merged.keys, named, key);
        }
        let settings = self.settings;
        let organization = OrganizationFacts {
            organization: self.organization,
            accounts: self.accounts.into_values().collect(),
            unit_names: self.unit_names,
            account_tags: self.account_tags,
            population_source: self.source,
            population: self.population.expect("a run without a population ends in an error"),
            scope: settings.scope.clone(),
            coverage: self.coverage,
            listed_trails,
            trails: Vec::new(),
            keys: merged.keys,
            key_policies: merged.key_policies,
            key_grants: merged.key_grants,
            key_rotations: merged.key_rotations,
            stores,
            buckets: merged.buckets,
            trusted_key_accounts: settings.trusted_key_accounts.clone(),
            trusted_readers: settings.trusted_readers.clone(),
            gap_kinds: self.gaps.kinds(),
            thresholds: settings.collect.thresholds,
            as_of: settings.as_of,
        };
        let (sightings, members) = (self.fold.into_sightings(), self.member_delivery);
        ReadFacts { organization, trails: merged.trails, sightings, members }
    }

    fn collected_trails(&mut self) -> BTreeMap<Arn, CollectedTrail> {
        let mut all = std::mem::take(&mut self.trails.collected);
        for (arn, trail) in &mut all {
            let grants = self.trails.grants.remove(arn).flatten();
            let rotation = self.trails.rotations.remove(arn).flatten();
            add_details(self.gaps, trail, grants, rotation);
        }
        all
    }
}

impl ReadFacts {
    /// The same facts, with when each target last answered a call that CloudTrail records.
    pub(crate) fn with_last_calls(mut self, calls: LastCalls) -> Self {
        self.organization.coverage.keep_last_calls(calls);
        self
    }

    /// Judges what was read: first the objects of all trails, now that all are known, then all else.
    ///
    /// # Errors
    /// When the sink cannot give the objects back.
    pub(crate) fn judged(
        self,
        gaps: GapLedger,
        objects: &mut (dyn SampleSink + Send),
    ) -> io::Result<Audited> {
        let Self { organization, trails, sightings, members } = self;
        let facts = assemble(organization, trails, sightings, members, objects)?;
        let findings = judge(&facts);
        let accounts = account_sealing(&facts, &findings);
        let covered_by = covered_by(&facts);
        Ok(Audited { facts, findings, accounts, covered_by, gaps: gaps.into_gaps() })
    }
}

/// Judges the objects of all trails, and assembles the trails' facts. The newest log object of each
/// account and Region is noted in the coverage.
fn assemble(
    mut organization: OrganizationFacts,
    trails: Vec<(TrailAnswers, ObjectEvidence)>,
    mut sightings: BTreeMap<Arn, Sightings>,
    mut members: BTreeMap<Arn, MemberDelivery>,
    objects: &mut (dyn SampleSink + Send),
) -> io::Result<OrganizationFacts> {
    let (answers, evidence): (Vec<_>, Vec<_>) = trails.into_iter().unzip();
    let all: Vec<&TrailAnswers> = answers.iter().collect();
    let OrganizationFacts { keys, accounts, thresholds, coverage, .. } = &mut organization;
    let judge = ObjectJudge::new(&all, keys, accounts, *thresholds);
    let mut judged_objects = Vec::with_capacity(all.len());
    for (number, evidence) in evidence.into_iter().enumerate() {
        let trail = &all[number].description.arn;
        let judged = judge.judge(number, evidence, objects.objects(trail)?);
        objects.judge(trail, judged.classes);
        for (target, at, found) in judged.newest_logs {
            coverage.note_newest_log(target, at, found);
        }
        judged_objects.push(judged.facts);
    }
    for (answers, objects) in answers.into_iter().zip(judged_objects) {
        let arn = answers.description.arn.clone();
        let seen = sightings.remove(&arn).unwrap_or_default();
        let members = members.remove(&arn).unwrap_or_default();
        organization.trails.push(TrailFacts::assemble(answers, seen, members, objects));
    }
    Ok(organization)
}

/// In the order of the trails' ARNs, so that the result does not depend on which came first.
fn merge(all: BTreeMap<Arn, CollectedTrail>) -> Merged {
    let mut merged = Merged::default();
    for trail in all.into_values() {
        if let Some(named) = &trail.answers.key {
            let mut keep = |key| keep_better(&mut merged.keys, named.clone(), key);
            trail.key.into_iter().for_each(&mut keep);
            let mut keep = |policy| keep_better(&mut merged.key_policies, named.clone(), policy);
            trail.key_policy.into_iter().for_each(&mut keep);
            let mut keep = |grants| keep_better(&mut merged.key_grants, named.clone(), grants);
            trail.key_grants.into_iter().for_each(&mut keep);
            let mut keep = |found| keep_better(&mut merged.key_rotations, named.clone(), found);
            trail.key_rotation.into_iter().for_each(&mut keep);
        }
        if let Some(bucket) = trail.bucket {
            match merged.buckets.get_mut(&bucket.name) {
                Some(known) => better(known, bucket),
                None => {
                    merged.buckets.insert(bucket.name.clone(), bucket);
                }
            }
        }
        merged.trails.push((trail.answers, trail.evidence));
    }
    merged
}

/// The stores by ARN, and the keys that they name. An organization's store may be listed in more than
/// one account; its own takes precedence.
fn stores(mut read: Vec<CollectedStore>) -> (Vec<StoreFacts>, Vec<KeyRead>) {
    let is_foreign = |store: &StoreFacts| store.arn.account() != Some(store.account);
    read.sort_by(|one, other| {
        let (one, other) = (&one.facts, &other.facts);
        let rank = |store: &StoreFacts| (is_foreign(store), store.account);
        one.arn.cmp(&other.arn).then_with(|| rank(one).cmp(&rank(other)))
    });
    read.dedup_by(|one, other| one.facts.arn == other.facts.arn);
    let (mut stores, mut keys) = (Vec::new(), Vec::new());
    for store in read {
        keys.extend(store.facts.key.clone().zip(store.key));
        stores.push(store.facts);
    }
    (stores, keys)
}

/// Keeps what was read, also if another could not read it.
fn keep_better<T>(all: &mut BTreeMap<Arn, Observed<T>>, named: Arn, found: Observed<T>) {
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
