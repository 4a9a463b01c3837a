//! Trails: read when the targets of their owner are, examined when their bucket is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_evaluator::{
    CollectedTrail, FoldedTrail, KeyWork, ReadObjects, TrailRead, TrailWork,
};
use trailseal_model::{
    AccountId, Answer, Arn, BucketFacts, DecryptGrant, DescribedFrom, Event as Progress, Gap,
    GapClass, KeyRotation, Observed, Operation, Reading,
};

use super::Scheduler;
use super::room::Examination;

/// What was read of each trail's key, by the trail; `None` where there was nothing to ask.
type ByTrail<T> = BTreeMap<Arn, Option<Observed<Answer<T>>>>;

/// What is known of every trail that is collected.
#[derive(Debug, Default)]
pub(super) struct Trails {
    under_way: BTreeMap<Arn, TrailUnderWay>,
    unread: usize,
    pub(super) collected: BTreeMap<Arn, CollectedTrail>,
    pub(super) grants: ByTrail<Arc<[DecryptGrant]>>,
    pub(super) rotations: ByTrail<KeyRotation>,
}

/// A trail whose facts are being collected.
#[derive(Debug)]
struct TrailUnderWay {
    work: Arc<TrailWork>,
    read: Option<Arc<TrailRead>>,
    bucket: Bucket,
    is_examined: bool,
}

#[derive(Debug)]
enum Bucket {
    /// The trail names none, or only skipped controls need it.
    None,
    Searched,
    Known(Arc<BucketFacts>),
}

impl Trails {
    /// Whether no trail that is known is still to be read.
    pub(super) const fn are_all_read(&self) -> bool {
        self.unread == 0
    }
}

impl Scheduler<'_> {
    /// An owner's trails can be read when those of all its targets are known: then its Regions are.
    pub(super) fn queue_trails_of(&mut self, owner: AccountId) {
        if self.unread_targets.get(&owner) == Some(&0) {
            let ready = self.fold.take_of_owner(owner, |_| true);
            self.queue_trails(ready);
        }
    }

    /// All trails that are left, those included whose owner's home Region was not read.
    pub(super) fn queue_rest(&mut self) {
        let rest = self.fold.take_rest(self.caller_is_administrator());
        self.queue_trails(rest);
    }

    fn queue_trails(&mut self, trails: Vec<FoldedTrail>) {
        for trail in trails {
            self.progress.emit(&Progress::TrailQueued);
            let description = &trail.description;
            let owner = description.owner;
            let arn = description.arn.clone();
            let bucket = match description.bucket.clone() {
                Some(name) if self.asks(Reading::Buckets) => {
                    let id = (name.into(), owner);
                    if let Some(facts) = self.facts_of_bucket(&id) {
                        Bucket::Known(facts)
                    } else {
                        self.search_bucket(id.0, owner, arn.clone());
                        Bucket::Searched
                    }
                }
                _ => Bucket::None,
            };
            let owner_regions = self.enabled_regions(owner);
            let are_regions_listed = self.lists_regions.contains(&owner);
            let work = Arc::new(TrailWork { trail, owner_regions, are_regions_listed });
            self.lanes.read_trails.push(Arc::clone(&work));
            self.trails.unread += 1;
            self.trails
                .under_way
                .insert(arn, TrailUnderWay { work, read: None, bucket, is_examined: false });
        }
    }

    pub(super) fn trail_read(&mut self, trail: &TrailWork, read: TrailRead) {
        self.lanes.read_trails.end_one();
        self.trails.unread = self.trails.unread.saturating_sub(1);
        let description = &trail.trail.description;
        if let Some(key) = read.key_work(description) {
            let account = key.account();
            if self.asks(Reading::KeyGrants) {
                self.lanes.grants.push(account, key.clone());
            }
            if self.asks(Reading::KeyRotation) {
                self.lanes.rotations.push(account, key);
            }
        }
        if let Some(under_way) = self.trails.under_way.get_mut(&description.arn) {
            under_way.read = Some(Arc::new(read));
        }
        self.examine(&description.arn);
    }

    /// The bucket of a trail is known.
    pub(super) fn bucket_known(&mut self, trail: &Arn, bucket: Arc<BucketFacts>) {
        if let Some(under_way) = self.trails.under_way.get_mut(trail) {
            under_way.bucket = Bucket::Known(bucket);
        }
        self.examine(trail);
    }

    /// Lets the objects of a trail be examined once everything is known that this needs: for an
    /// organization trail the Regions that each member has enabled, and half of the partition's are
    /// disabled in most accounts.
    fn examine(&mut self, trail: &Arn) {
        let asks_objects = Operation::HeadObject.is_asked(&self.settings.scope.skipped_controls);
        let Some(under_way) = self.trails.under_way.get_mut(trail) else { return };
        let Some(read) = under_way.read.clone().filter(|_| !under_way.is_examined) else { return };
        let FoldedTrail { description, described_from, .. } = &under_way.work.trail;
        let bucket = match &under_way.bucket {
            Bucket::Known(_) if !asks_objects => None,
            // While it is not known which key is right, no object shows anything.
            Bucket::Known(_) if *described_from == DescribedFrom::DisagreeingShadows => None,
            Bucket::Known(bucket) => Some(Arc::clone(bucket)),
            Bucket::None => None,
            Bucket::Searched => return,
        };
        let Some(bucket) = bucket else {
            let (expected, window) = (read.expected_key.clone(), self.settings.collect.window);
            return self.finish(&trail.clone(), ReadObjects::nothing(expected, window, Vec::new()));
        };
        let enabled = match &self.enabled {
            Some(enabled) => Arc::clone(enabled),
            None if description.is_organization_trail => return,
            None => Arc::default(),
        };
        under_way.is_examined = true;
        let trail = Arc::clone(&under_way.work);
        self.lanes.examine.push(Examination { trail, read, bucket, enabled });
    }

    /// Examines what waited until every target was read.
    pub(super) fn examine_organization_trails(&mut self) {
        let waits = |under_way: &&TrailUnderWay| {
            under_way.work.trail.description.is_organization_trail
                && under_way.read.is_some()
                && matches!(under_way.bucket, Bucket::Known(_))
        };
        let waiting = self.trails.under_way.values().filter(waits);
        let waiting: Vec<Arn> =
            waiting.map(|trail| trail.work.trail.description.arn.clone()).collect();
        for trail in waiting {
            self.examine(&trail);
        }
    }

    pub(super) fn objects_examined(&mut self, trail: &TrailWork, objects: ReadObjects) {
        self.lanes.examine.end_one();
        self.finish(&trail.trail.description.arn, objects);
    }

    fn finish(&mut self, trail: &Arn, objects: ReadObjects) {
        let Some(TrailUnderWay { work, read, bucket, .. }) = self.trails.under_way.remove(trail)
        else {
            return;
        };
        let Some(read) = read else { return };
        let bucket = match bucket {
            Bucket::Known(bucket) => Some(BucketFacts::clone(&bucket)),
            Bucket::None | Bucket::Searched => None,
        };
        let (work, read) = (Arc::unwrap_or_clone(work), Arc::unwrap_or_clone(read));
        self.progress.emit(&Progress::TrailCollected { trail });
        self.trails
            .collected
            .insert(trail.clone(), CollectedTrail::new(work, read, bucket, objects));
    }

    /// In the end: a trail that nothing settled is unread, and stays visible.
    pub(super) fn give_up_trails(&mut self) {
        for (arn, trail) in std::mem::take(&mut self.trails.under_way) {
            let description = &trail.work.trail.description;
            let gap = Gap::new(GapClass::Panic, Operation::GetTrailStatus)
                .at(description.owner, Some(description.home_region))
                .on(arn.as_str())
                .saying("the run ended before this trail was examined: a bug of this program");
            let gap = self.gap(gap);
            let read = trail
                .read
                .map_or_else(|| TrailRead::unread(description, gap), Arc::unwrap_or_clone);
            let (expected, window) = (read.expected_key.clone(), self.settings.collect.window);
            let objects = ReadObjects::nothing(expected, window, vec![gap]);
            let work = TrailWork::clone(&trail.work);
            let collected = CollectedTrail::new(work, read, None, objects);
            self.trails.collected.insert(arn, collected);
        }
    }

    pub(super) fn grants_read(
        &mut self,
        key: &KeyWork,
        grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>,
    ) {
        let sign = self.sign(Operation::ListGrants, grants.as_ref());
        self.lanes.grants.settle(key.account(), sign);
        self.trails.grants.insert(key.trail.clone(), grants);
    }

    pub(super) fn rotation_read(
        &mut self,
        key: &KeyWork,
        rotation: Option<Observed<Answer<KeyRotation>>>,
    ) {
        let sign = self.sign(Operation::GetKeyRotationStatus, rotation.as_ref());
        self.lanes.rotations.settle(key.account(), sign);
        self.trails.rotations.insert(key.trail.clone(), rotation);
    }
}
