//! How much work of each kind is in flight at the same time.

use std::sync::Arc;

use trailseal_evaluator::{EnabledRegions, KeyWork, Members, StoreWork, TrailRead, TrailWork};
use trailseal_model::{Account, AccountId, Arn, BucketFacts, Operation, Target};

use crate::event::Work;
use crate::lane::{Lane, LowestFirstLane};

/// Accounts opened at the same time.
const OPENING: usize = 64;
/// Trails read, and examined, at the same time. Each keeps a few calls in flight and mostly waits for
/// one, so it takes many of them to use the requests that may be in flight.
const COLLECTING: usize = 96;
/// ListTagsForResource calls at the same time; the quota is 10 a second.
const TAGGING: usize = 4;

/// A trail whose objects can be examined.
#[derive(Debug)]
pub(super) struct Examination {
    pub(super) trail: Arc<TrailWork>,
    pub(super) read: Arc<TrailRead>,
    pub(super) bucket: Arc<BucketFacts>,
    pub(super) enabled: Arc<EnabledRegions>,
}

/// Work that waits for room, by kind.
#[derive(Debug)]
pub(super) struct Lanes {
    /// What needs no lane: a few works of a run.
    pub(super) at_once: Vec<Work>,
    pub(super) open: Lane<Account>,
    pub(super) describe_trails: Lane<Target>,
    pub(super) support: Lane<Target>,
    pub(super) read_trails: Lane<Arc<TrailWork>>,
    pub(super) find_owners: Lane<Work>,
    pub(super) examine: Lane<Examination>,
    pub(super) ask_members: Lane<(Arn, Target)>,
    pub(super) tags: LowestFirstLane<AccountId>,
    pub(super) list_trails: LowestFirstLane<AccountId>,
    pub(super) list_stores: LowestFirstLane<Target>,
    pub(super) read_stores: LowestFirstLane<StoreWork>,
    pub(super) grants: LowestFirstLane<KeyWork>,
    pub(super) rotations: LowestFirstLane<KeyWork>,
}

impl Lanes {
    pub(super) fn new(max_in_flight: usize) -> Self {
        Self {
            at_once: Vec::new(),
            open: Lane::new(OPENING),
            describe_trails: Lane::new(max_in_flight),
            support: Lane::new(OPENING),
            read_trails: Lane::new(COLLECTING),
            find_owners: Lane::new(COLLECTING),
            examine: Lane::new(COLLECTING),
            ask_members: Lane::new(max_in_flight),
            tags: LowestFirstLane::new(TAGGING),
            list_trails: LowestFirstLane::new(OPENING),
            list_stores: LowestFirstLane::new(max_in_flight),
            read_stores: LowestFirstLane::new(COLLECTING),
            grants: LowestFirstLane::new(COLLECTING),
            rotations: LowestFirstLane::new(COLLECTING),
        }
    }

    /// No further target will come.
    pub(super) fn end_of_targets(&mut self) {
        self.list_trails.end();
        self.list_stores.end();
    }

    /// Takes all work that may begin now.
    pub(super) fn begin(&mut self, members: &Arc<Members>) -> Vec<Work> {
        let mut begun = self.ask_once();
        begun.append(&mut self.at_once);
        let members = || Arc::clone(members);
        begin(&mut begun, || self.open.begin().map(|account| Work::OpenAccount { account }));
        begin(&mut begun, || {
            self.describe_trails.begin().map(|target| Work::DescribeTrails { target })
        });
        begin(&mut begun, || self.support.begin().map(|home| Work::ReadSupport { home }));
        begin(&mut begun, || self.find_owners.begin());
        begin(&mut begun, || {
            self.read_trails.begin().map(|trail| Work::ReadTrail { trail, members: members() })
        });
        begin(&mut begun, || {
            let Examination { trail, read, bucket, enabled } = self.examine.begin()?;
            Some(Work::ExamineObjects { trail, read, bucket, members: members(), enabled })
        });
        begin(&mut begun, || {
            self.ask_members.begin().map(|(trail, target)| Work::AskMember { trail, target })
        });
        begin(&mut begun, || self.list_stores.begin().map(|target| Work::ListStores { target }));
        begin(&mut begun, || self.list_trails.begin().map(|account| Work::ListTrails { account }));
        begin(&mut begun, || self.tags.begin().map(|account| Work::ReadTags { account }));
        begin(&mut begun, || {
            self.read_stores.begin().map(|store| Work::ReadStore { store, members: members() })
        });
        begin(&mut begun, || {
            self.grants.begin().map(|key| Work::ReadGrants { key, members: members() })
        });
        begin(&mut begun, || {
            self.rotations.begin().map(|key| Work::ReadRotation { key, members: members() })
        });
        begun
    }

    /// Operations that are asked without retries from now on.
    fn ask_once(&mut self) -> Vec<Work> {
        let lanes = [
            (self.tags.becomes_asked_once(), Operation::ListTagsForResource),
            (self.list_trails.becomes_asked_once(), Operation::ListTrails),
            (self.list_stores.becomes_asked_once(), Operation::ListEventDataStores),
            (self.read_stores.becomes_asked_once(), Operation::GetEventDataStore),
            (self.grants.becomes_asked_once(), Operation::ListGrants),
            (self.rotations.becomes_asked_once(), Operation::GetKeyRotationStatus),
        ];
        let once = lanes.into_iter().filter(|lane| lane.0);
        once.map(|(_, operation)| Work::AskOnce { operation }).collect()
    }
}

fn begin(begun: &mut Vec<Work>, next: impl FnMut() -> Option<Work>) {
    begun.extend(std::iter::from_fn(next));
}
