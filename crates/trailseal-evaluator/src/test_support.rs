//! Small values for the tests of this crate.

mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    Account, AccountId, AccountState, Answer, Arn, BucketFacts, BucketOwner, BucketPresence,
    Coverage, DecryptGrant, DescribedFrom, Evidence, Gap, GapClass, GapId, GapKinds, GapLedger,
    KeyFacts, KeyManager, KeyPresence, KeyRotation, LogSample, ManagementEvents, MemberDelivery,
    ObjectFacts, Observed, Operation, OrganizationFacts, OwnerSearch, PopulationSource, Region,
    SampleResult, Scope, Sightings, StoreDescription, StoreFacts, Thresholds, TrailAnswers,
    TrailDescription, TrailFacts, TrailStatus, Window,
};

use crate::collect::key_arn;

pub(crate) use objects::{deviating, digest, examined, object, sealed_history};

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::new(number).expect("twelve digits")
}

pub(crate) fn region(name: &str) -> Region {
    Region::new(name).expect("a Region's name")
}

pub(crate) fn arn(text: &str) -> Arn {
    Arn::new(text).expect("an ARN")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// "Now" for the tests that judge.
pub(crate) fn now() -> Timestamp {
    time("2026-11-20T00:00:00Z")
}

/// Seven whole days before [`now`].
pub(crate) fn window() -> Window {
    Window { start: time("2026-11-13T00:00:00Z"), end: now() }
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        operation: Operation::DescribeTrails,
        account: Some(account(1)),
        region: Some(region("us-east-1")),
        at: time("2026-11-20T00:00:00Z"),
        request_id: Some("request".into()),
        attempts: 1,
        throttles: 0,
    }
}

pub(crate) fn answer<T>(value: T) -> Answer<T> {
    Answer { value, evidence: evidence() }
}

pub(crate) fn known<T>(value: T) -> Observed<Answer<T>> {
    Observed::Known(answer(value))
}

/// The gap with this number: equal numbers are equal gaps.
pub(crate) fn gap(number: usize) -> GapId {
    let ledger = GapLedger::default();
    let denied = Gap::new(GapClass::Denied, Operation::DescribeKey);
    let record = |it: usize| ledger.record(denied.clone().on(&it.to_string()));
    (0..=number).map(record).last().expect("at least one")
}

pub(crate) const KEY: &str = "arn:aws:kms:us-east-1:000000000001:key/11111111-2222";

/// Lets CloudTrail seal for the trail `main`, and describe the key.
pub(crate) const POLICY: &str = r#"{
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {
            "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:000000000001:trail/main"
        }}
    }
}"#;

pub(crate) fn trail(name: &str) -> TrailDescription {
    TrailDescription {
        arn: arn(&format!("arn:aws:cloudtrail:us-east-1:000000000001:trail/{name}")),
        name: name.to_owned(),
        home_region: region("us-east-1"),
        owner: account(1),
        bucket: Some("logs".to_owned()),
        prefix: None,
        kms_key_id: Some(KEY.to_owned()),
        is_multi_region: false,
        is_organization_trail: false,
        includes_global_service_events: true,
        log_file_validation: false,
        has_custom_event_selectors: false,
        has_insight_selectors: false,
        sns_topic_arn: None,
        log_group_arn: None,
    }
}

pub(crate) fn key(arn: &str) -> KeyFacts {
    KeyFacts {
        arn: self::arn(arn),
        manager: KeyManager::Customer,
        state: "Enabled".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        usage: "ENCRYPT_DECRYPT".to_owned(),
        origin: Some("AWS_KMS".to_owned()),
        is_multi_region: false,
        replica_of: None,
        deletion_date: None,
        valid_to: None,
        refused_for_state: None,
    }
}

pub(crate) const ROTATING: KeyRotation = KeyRotation { is_enabled: true, period_days: Some(365) };

pub(crate) const STORE: &str = "arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/11111111";

pub(crate) fn store(kms_key_id: Option<&str>) -> StoreDescription {
    StoreDescription {
        status: Some("ENABLED".to_owned()),
        kms_key_id: kms_key_id.map(str::to_owned),
        is_multi_region: true,
        is_organization_store: false,
        retention_days: Some(366),
    }
}

/// The facts of one store of account 1 under this key.
pub(crate) fn store_facts(arn: &str, kms_key_id: Option<&str>) -> StoreFacts {
    StoreFacts {
        arn: self::arn(arn),
        name: "lake".to_owned(),
        account: account(1),
        region: region("us-east-1"),
        description: known(store(kms_key_id)),
        key: kms_key_id.and_then(Arn::new),
    }
}

/// Logging, and delivered so many minutes before [`now`].
pub(crate) fn delivered(minutes_ago: i64) -> TrailStatus {
    TrailStatus {
        is_logging: true,
        latest_delivery: Some(now() - SignedDuration::from_mins(minutes_ago)),
        latest_delivery_error: None,
        latest_attempt: None,
        latest_success: None,
    }
}

/// Facts under construction. They begin with one trail of account 1 of which everything is right,
/// in an organization of the accounts 1 and 2.
pub(crate) struct Facts(OrganizationFacts);

impl Facts {
    pub(crate) fn sealed() -> Self {
        let facts = OrganizationFacts {
            organization: None,
            accounts: vec![member(1, AccountState::Active), member(2, AccountState::Active)],
            unit_names: BTreeMap::new(),
            account_tags: BTreeMap::new(),
            population_source: PopulationSource::Organizations,
            population: Observed::Known(()),
            scope: Scope::default(),
            coverage: Coverage::default(),
            listed_trails: BTreeMap::new(),
            trails: vec![trail_facts(trail("main"))],
            keys: BTreeMap::from([(arn(KEY), known(KeyPresence::Exists(key(KEY))))]),
            key_policies: BTreeMap::from([(arn(KEY), known(POLICY.into()))]),
            key_grants: BTreeMap::from([(arn(KEY), known(Arc::from([])))]),
            key_rotations: BTreeMap::from([(arn(KEY), known(ROTATING))]),
            stores: Vec::new(),
            buckets: BTreeMap::from([("logs".to_owned(), bucket())]),
            trusted_key_accounts: BTreeSet::new(),
            trusted_readers: BTreeSet::new(),
            gap_kinds: GapKinds::default(),
            thresholds: Thresholds::DEFAULT,
            as_of: now(),
        };
        Self(facts)
    }

    /// The facts with this change.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut OrganizationFacts)) -> Self {
        change(&mut self.0);
        self
    }

    /// The facts with this change of the trail `main`.
    pub(crate) fn trail(self, change: impl FnOnce(&mut TrailFacts)) -> Self {
        self.with(|facts| change(&mut facts.trails[0]))
    }

    /// One more trail like `main`, with this change.
    pub(crate) fn and_trail(self, name: &str, change: impl FnOnce(&mut TrailDescription)) -> Self {
        let mut description = trail(name);
        change(&mut description);
        self.with(|facts| facts.trails.push(trail_facts(description)))
    }

    /// The trail names this key, which was not described.
    pub(crate) fn names_key(self, key_id: Option<&str>) -> Self {
        self.with(|facts| facts.keys.clear()).trail(|it| {
            it.description.kms_key_id = key_id.map(str::to_owned);
            it.key = key_arn(&it.description);
        })
    }

    /// What DescribeKey came to for the key that the trail names.
    pub(crate) fn key_is(self, presence: Observed<Answer<KeyPresence>>) -> Self {
        self.with(|facts| {
            let named = facts.trails[0].key.clone().expect("the trail names a key");
            facts.keys.insert(named, presence);
        })
    }

    /// The key that the trail names, with this change.
    pub(crate) fn key(self, change: impl FnOnce(&mut KeyFacts)) -> Self {
        let named = self.0.trails[0].key.clone().expect("the trail names a key");
        let mut facts = key(named.as_str());
        change(&mut facts);
        self.key_is(known(KeyPresence::Exists(facts)))
    }

    /// What GetKeyPolicy came to for the key that the trail names.
    pub(crate) fn policy_is(self, policy: Option<Observed<Answer<Arc<str>>>>) -> Self {
        self.with(|facts| {
            facts.key_policies.clear();
            let named = facts.trails[0].key.clone().expect("the trail names a key");
            facts.key_policies.extend(policy.map(|it| (named, it)));
        })
    }

    /// What ListGrants came to for the key that the trail names.
    pub(crate) fn grants_are(self, grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>) -> Self {
        self.with(|facts| {
            facts.key_grants.clear();
            let named = facts.trails[0].key.clone().expect("the trail names a key");
            facts.key_grants.extend(grants.map(|it| (named, it)));
        })
    }

    /// What GetKeyRotationStatus came to for the key that the trail names.
    pub(crate) fn rotation_is(self, rotation: Option<Observed<Answer<KeyRotation>>>) -> Self {
        self.with(|facts| {
            facts.key_rotations.clear();
            let named = facts.trails[0].key.clone().expect("the trail names a key");
            facts.key_rotations.extend(rotation.map(|it| (named, it)));
        })
    }

    /// One event data store under this key, which is described unless it is the trail's.
    pub(crate) fn and_store(self, kms_key_id: Option<&str>) -> Self {
        self.with(|facts| facts.stores.push(store_facts(STORE, kms_key_id)))
    }

    /// The bucket with this change.
    pub(crate) fn bucket(self, change: impl FnOnce(&mut BucketFacts)) -> Self {
        self.with(|facts| change(facts.buckets.get_mut("logs").expect("there is one")))
    }

    /// GetTrailStatus in these Regions instead.
    pub(crate) fn status<const N: usize>(
        self,
        status: [(&str, Observed<Answer<TrailStatus>>); N],
    ) -> Self {
        self.trail(|it| it.status = status.map(|(name, it)| (region(name), it)).into())
    }

    /// These objects instead.
    pub(crate) fn objects(self, sample: LogSample) -> Self {
        self.trail(|it| it.sample = sample)
    }

    pub(crate) fn build(self) -> OrganizationFacts {
        self.0
    }
}
pub(crate) fn member(number: u64, state: AccountState) -> Account {
    Account { id: account(number), name: format!("account {number}"), state, ou_path: None }
}

/// Reads and writes, nothing left out.
pub(crate) fn everything() -> ManagementEvents {
    ManagementEvents::Recorded { read: true, write: true, excluded_sources: Vec::new() }
}

/// A trail of which everything is right.
pub(crate) fn trail_facts(description: TrailDescription) -> TrailFacts {
    let objects = ObjectFacts {
        sample: examined(3, 0),
        history: sealed_history(),
        digest: digest(SampleResult::Pass, None),
    };
    let (sightings, members) = (Sightings::default(), MemberDelivery::default());
    TrailFacts::assemble(answers(description), sightings, members, objects)
}

/// What AWS answers about such a trail.
pub(crate) fn answers(description: TrailDescription) -> TrailAnswers {
    let key = key_arn(&description);
    TrailAnswers {
        described_from: DescribedFrom::Home,
        described_by: evidence(),
        status: vec![(description.home_region, known(delivered(10)))],
        management_events: Some(known(everything())),
        expected_key: key.clone().filter(|key| key.resource().starts_with("key/")),
        key,
        prefixes: None,
        description,
    }
}

fn bucket() -> BucketFacts {
    let presence = known(BucketPresence::Exists(Some(region("us-east-1"))));
    let owner = BucketOwner::Account(account(1), evidence());
    let (name, search) = ("logs".to_owned(), OwnerSearch::default());
    BucketFacts { name, presence, owner, configured_owner: None, search }
}
