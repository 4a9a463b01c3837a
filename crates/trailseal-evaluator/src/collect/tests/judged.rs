//! A trail that was collected, with what its objects show where it is judged alone.

use std::collections::BTreeMap;

use trailseal_model::{AccountState, MemberDelivery, NewestLog, Sample, Sightings, TrailFacts};

use super::*;
use crate::judge::{ObjectJudge, sample};
use crate::test_support::member;

/// A collected trail whose objects are judged.
pub(super) struct JudgedTrail {
    pub(super) facts: TrailFacts,
    pub(super) key: Option<Observed<Answer<KeyPresence>>>,
    pub(super) key_policy: Option<Observed<Answer<Arc<str>>>>,
    pub(super) key_grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>,
    pub(super) key_rotation: Option<Observed<Answer<KeyRotation>>>,
    pub(super) expected_key: Option<Arn>,
    pub(super) bucket: Option<BucketFacts>,
    pub(super) samples: Vec<Sample>,
    pub(super) clusters: Vec<SampledCluster>,
    pub(super) census: Vec<(Target, Option<jiff::Timestamp>, NewestLog)>,
}

/// Judges a collected trail as if there were no other.
pub(super) fn judged(collected: CollectedTrail, members: &Members) -> JudgedTrail {
    let CollectedTrail {
        answers,
        key,
        key_policy,
        key_grants,
        key_rotation,
        bucket,
        evidence,
        objects,
        clusters,
    } = collected;
    let keys: BTreeMap<_, _> = answers.key.clone().zip(key.clone()).into_iter().collect();
    let accounts: Vec<_> =
        members.all.iter().map(|it| member(it.number(), AccountState::Active)).collect();
    let trails = [&answers];
    let judge = ObjectJudge::new(&trails, &keys, &accounts, Thresholds::DEFAULT);
    let judged = judge.judge(0, evidence, objects.clone());
    let bucket_name = answers.description.bucket.clone().unwrap_or_default();
    let rows = objects.into_iter().zip(&judged.classes).zip(0u32..);
    let samples =
        rows.map(|((object, class), number)| sample(&bucket_name, object, *class, number));
    let (samples, expected_key) = (samples.collect(), answers.expected_key.clone());
    let (sightings, told) = (Sightings::default(), MemberDelivery::default());
    JudgedTrail {
        samples,
        expected_key,
        facts: TrailFacts::assemble(answers, sightings, told, judged.facts),
        key,
        key_policy,
        key_grants,
        key_rotation,
        bucket,
        clusters,
        census: judged.newest_logs,
    }
}
