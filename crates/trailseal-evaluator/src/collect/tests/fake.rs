//! A small AWS in memory that behaves like the real one and notes every call.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use trailseal_model::{
    AccountId, Answer, Arn, BucketPresence, DecryptGrant, Evidence, Gap, GapClass, KeyFacts,
    KeyPresence, KeyRotation, ManagementEvents, Operation, Region, StoreDescription, Target,
    TrailDescription, TrailStatus,
};

use crate::ports::{
    Buckets, EventSelectors, KeyGrants, KeyPolicies, KeyRotations, Keys, LogObjects, ObjectHead,
    ObjectPage, ObjectRange, Reader, Stores, TrailStatuses,
};
use crate::test_support::{
    KEY, POLICY, ROTATING, account, arn, delivered, everything, evidence, key, region, store,
};

/// One call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Status(Arn, Target),
    Selectors(Arn, Target),
    DescribeKey(Arn, Target),
    GetKeyPolicy(Arn, Target),
    ListGrants(Arn, Target),
    GetKeyRotationStatus(Arn, Target),
    GetEventDataStore(Arn, Target),
    ListBuckets(AccountId),
    HeadBucket(AccountId),
    List(Reader, String),
    Head(Reader, String),
}

impl Call {
    pub(super) const fn operation(&self) -> Operation {
        match self {
            Self::Status(..) => Operation::GetTrailStatus,
            Self::Selectors(..) => Operation::GetEventSelectors,
            Self::DescribeKey(..) => Operation::DescribeKey,
            Self::GetKeyPolicy(..) => Operation::GetKeyPolicy,
            Self::ListGrants(..) => Operation::ListGrants,
            Self::GetKeyRotationStatus(..) => Operation::GetKeyRotationStatus,
            Self::GetEventDataStore(..) => Operation::GetEventDataStore,
            Self::ListBuckets(_) => Operation::ListBuckets,
            Self::HeadBucket(_) => Operation::HeadBucket,
            Self::List(..) => Operation::ListObjectsV2,
            Self::Head(..) => Operation::HeadObject,
        }
    }

    /// Where it was made.
    const fn asked_in(&self) -> (AccountId, Option<Region>) {
        match self {
            Self::Status(_, it)
            | Self::Selectors(_, it)
            | Self::DescribeKey(_, it)
            | Self::GetKeyPolicy(_, it)
            | Self::ListGrants(_, it)
            | Self::GetKeyRotationStatus(_, it)
            | Self::GetEventDataStore(_, it) => (it.account, Some(it.region)),
            Self::ListBuckets(account) | Self::HeadBucket(account) => (*account, None),
            Self::List(reader, _) | Self::Head(reader, _) => {
                (reader.target.account, Some(reader.target.region))
            }
        }
    }

    /// Where it was made and on what, so that each call refused is a gap of its own.
    fn gap(&self, class: GapClass) -> Gap {
        let (account, region) = self.asked_in();
        let gap = Gap::new(class, self.operation()).at(account, region);
        match self {
            Self::Status(arn, _)
            | Self::Selectors(arn, _)
            | Self::DescribeKey(arn, _)
            | Self::GetKeyPolicy(arn, _)
            | Self::ListGrants(arn, _)
            | Self::GetKeyRotationStatus(arn, _)
            | Self::GetEventDataStore(arn, _) => gap.on(arn.as_str()),
            Self::ListBuckets(_) | Self::HeadBucket(_) => gap,
            Self::List(_, on) | Self::Head(_, on) => gap.on(on),
        }
    }

    fn evidence(&self) -> Evidence {
        let (account, region) = self.asked_in();
        let operation = self.operation();
        Evidence { operation, account: Some(account), region, ..evidence() }
    }
}

/// What HeadObject says of an object that is listed.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a test holds some hundreds, and boxes would be in its way"
)]
pub(super) enum Object {
    Found(ObjectHead),
    /// Deleted since it was listed.
    Vanished,
}

type Refuses = Box<dyn Fn(&Call) -> Option<GapClass> + Send + Sync>;

/// What there is. It begins with one key, and a bucket `logs` of account 1 without objects.
pub(super) struct World {
    pub(super) status: TrailStatus,
    /// By the ARN that is asked for. What is not here is "not found" to whoever asks.
    pub(super) keys: BTreeMap<Arn, KeyFacts>,
    pub(super) rotation: KeyRotation,
    pub(super) store: StoreDescription,
    pub(super) buckets_of: BTreeMap<AccountId, Vec<String>>,
    pub(super) presence: BucketPresence,
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) page_size: usize,
    refuses: Refuses,
    /// Accounts that cannot be opened.
    unopened: Vec<AccountId>,
    panics: Box<dyn Fn(&Call) -> bool + Send + Sync>,
    calls: Mutex<Vec<Call>>,
    /// How many calls of each operation are on their way, and were at most.
    on_their_way: Mutex<BTreeMap<Operation, (usize, usize)>>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            status: delivered(10),
            keys: BTreeMap::from([(arn(KEY), key(KEY))]),
            rotation: ROTATING,
            store: store(Some(KEY)),
            buckets_of: BTreeMap::from([(account(1), vec!["logs".to_owned()])]),
            presence: BucketPresence::Exists(Some(region("us-east-1"))),
            objects: BTreeMap::new(),
            page_size: 1000,
            refuses: Box::new(|_| None),
            unopened: Vec::new(),
            panics: Box::new(|_| false),
            calls: Mutex::default(),
            on_their_way: Mutex::default(),
        }
    }

    /// A world with these objects under the trail's key.
    pub(super) fn holding(keys: impl IntoIterator<Item = String>) -> Self {
        let mut world = Self::new();
        world.objects = keys.into_iter().map(|it| (it, Object::Found(sealed()))).collect();
        world
    }

    /// The same world in which these calls are denied.
    pub(super) fn refusing(self, refuses: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.failing(move |it| refuses(it).then_some(GapClass::Denied))
    }

    /// The same world in which these calls fail like this.
    pub(super) fn failing(
        mut self,
        refuses: impl Fn(&Call) -> Option<GapClass> + Send + Sync + 'static,
    ) -> Self {
        self.refuses = Box::new(refuses);
        self
    }

    /// The same world in which these calls panic.
    pub(super) fn panicking(
        mut self,
        panics: impl Fn(&Call) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.panics = Box::new(panics);
        self
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    pub(super) fn calls_of(&self, operation: Operation) -> Vec<Call> {
        self.calls().into_iter().filter(|it| it.operation() == operation).collect()
    }

    pub(super) fn count(&self, operation: Operation) -> usize {
        self.calls_of(operation).len()
    }

    /// Notes the call, lets others go ahead once, and refuses or answers it.
    async fn answer<T>(&self, call: Call, value: impl FnOnce() -> T) -> Result<Answer<T>, Gap> {
        let (operation, asked_in) = (call.operation(), call.asked_in().0);
        assert!(!(self.panics)(&call), "injected into {operation}");
        let refused = if self.unopened.contains(&asked_in) {
            let gap = Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole);
            Some(gap.at(asked_in, None))
        } else {
            (self.refuses)(&call).map(|it| call.gap(it))
        };
        let evidence = call.evidence();
        self.count_on_their_way(operation, 1);
        self.calls.lock().unwrap().push(call);
        let mut has_waited = false;
        poll_fn(|context| {
            if has_waited {
                return Poll::Ready(());
            }
            has_waited = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.count_on_their_way(operation, -1);
        refused.map_or_else(|| Ok(Answer { value: value(), evidence }), Err)
    }

    fn count_on_their_way(&self, operation: Operation, more: isize) {
        let mut counts = self.on_their_way.lock().unwrap();
        let (now, peak) = counts.entry(operation).or_default();
        *now = now.saturating_add_signed(more);
        *peak = (*peak).max(*now);
    }
}

/// What HeadObject says of an object under the trail's key.
pub(super) fn sealed() -> ObjectHead {
    under(KEY)
}

/// What HeadObject says of an object under this key.
pub(super) fn under(key: &str) -> ObjectHead {
    ObjectHead {
        algorithm: Some("aws:kms".to_owned()),
        kms_key_id: Some(key.to_owned()),
        ..ObjectHead::default()
    }
}

/// What HeadObject says of an object under S3's own key.
pub(super) fn aes256() -> ObjectHead {
    ObjectHead { algorithm: Some("AES256".to_owned()), ..ObjectHead::default() }
}

impl TrailStatuses for World {
    async fn trail_status(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<TrailStatus>, Gap> {
        self.answer(Call::Status(trail.clone(), asked_in), || self.status.clone()).await
    }
}

impl EventSelectors for World {
    async fn management_events(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<ManagementEvents>, Gap> {
        self.answer(Call::Selectors(trail.clone(), asked_in), everything).await
    }
}

impl Keys for World {
    async fn describe_key(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyPresence>, Gap> {
        let call = Call::DescribeKey(key.clone(), asked_in);
        let found = || self.keys.get(key).cloned();
        self.answer(call, || found().map_or(KeyPresence::Gone, KeyPresence::Exists)).await
    }
}

impl KeyPolicies for World {
    async fn key_policy(&self, key: &Arn, asked_in: Target) -> Result<Answer<Arc<str>>, Gap> {
        let call = Call::GetKeyPolicy(key.clone(), asked_in);
        self.answer(call, || POLICY.into()).await
    }
}

impl KeyGrants for World {
    async fn decrypt_grants(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> Result<Answer<Arc<[DecryptGrant]>>, Gap> {
        self.answer(Call::ListGrants(key.clone(), asked_in), || [].into()).await
    }
}

impl KeyRotations for World {
    async fn key_rotation(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyRotation>, Gap> {
        let call = Call::GetKeyRotationStatus(key.clone(), asked_in);
        self.answer(call, || self.rotation).await
    }
}

impl Stores for World {
    async fn store(&self, store: &Arn, asked_in: Target) -> Result<Answer<StoreDescription>, Gap> {
        let call = Call::GetEventDataStore(store.clone(), asked_in);
        self.answer(call, || self.store.clone()).await
    }
}

impl Buckets for World {
    async fn list_buckets(&self, account: AccountId) -> Result<Answer<Vec<String>>, Gap> {
        let buckets = || self.buckets_of.get(&account).cloned().unwrap_or_default();
        self.answer(Call::ListBuckets(account), buckets).await
    }

    async fn head_bucket(
        &self,
        account: AccountId,
        _bucket: &str,
    ) -> Result<Answer<BucketPresence>, Gap> {
        self.answer(Call::HeadBucket(account), || self.presence).await
    }
}

impl LogObjects for World {
    async fn list_objects(
        &self,
        reader: Reader,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> Result<Answer<ObjectPage>, Gap> {
        let (prefix, start_after) = (range.prefix, range.start_after.unwrap_or_default());
        let page = || {
            let after = token.unwrap_or_else(|| start_after.to_owned());
            let keys = self.objects.keys().filter(|it| it.starts_with(prefix));
            // What lies in a folder is rolled up to it, and it comes once.
            let folder = |it: &str| {
                let end = it[prefix.len()..].find('/').filter(|_| range.by_folder)?;
                Some(it[..=prefix.len() + end].to_owned())
            };
            let entries: BTreeSet<(String, bool)> = keys
                .map(|it| folder(it).map_or_else(|| (it.clone(), false), |folder| (folder, true)))
                .collect();
            let mut entries = entries.into_iter().filter(|it| it.0 > after);
            let page: Vec<(String, bool)> =
                entries.by_ref().take(self.page_size.min(range.most.into())).collect();
            let next_token = entries.next().and(page.last().map(|it| it.0.clone()));
            let of = |is_folder: bool| {
                let entries = page.iter().filter(|it| it.1 == is_folder);
                entries.map(|it| it.0.clone()).collect()
            };
            ObjectPage { keys: of(false), folders: of(true), next_token }
        };
        self.answer(Call::List(reader, prefix.to_owned()), page).await
    }

    async fn head_object(
        &self,
        reader: Reader,
        _bucket: &str,
        key: &str,
    ) -> Result<Answer<Option<ObjectHead>>, Gap> {
        let head = || match self.objects.get(key) {
            Some(Object::Found(head)) => Some(head.clone()),
            Some(Object::Vanished) | None => None,
        };
        self.answer(Call::Head(reader, key.to_owned()), head).await
    }
}

/// The key of a log object of account 1 in us-east-1, so many minutes before the window's end.
pub(super) fn log_object(minutes_ago: i64) -> String {
    log_object_of("", account(1), "us-east-1", minutes_ago)
}

/// The key of a log object below this start, which ends with a slash or is empty.
pub(super) fn log_object_of(
    start: &str,
    account: AccountId,
    region: &str,
    minutes_ago: i64,
) -> String {
    let at = crate::test_support::now() - jiff::SignedDuration::from_mins(minutes_ago);
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    let (day, minute) = (at.strftime("%Y/%m/%d"), at.strftime("%Y%m%dT%H%MZ"));
    format!(
        "{start}AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{minute}_abcdefgh{minutes_ago:08}.json.gz"
    )
}

/// The trail `main` as an organization trail.
pub(super) fn of_organization(description: TrailDescription) -> TrailDescription {
    TrailDescription { is_organization_trail: true, ..description }
}
