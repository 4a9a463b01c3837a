//! A small AWS in memory that behaves like the real one and notes every call.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use trailseal_model::question::ListObjects;
use trailseal_model::{
    AccountId, Answer, Answers, AnyAnswer, AnyQuestion, AnyResult, Arn, BoxFuture, BucketPresence,
    Evidence, Gap, GapClass, KeyFacts, KeyPresence, KeyRotation, ObjectHead, ObjectsListed,
    Operation, Reader, Region, StoreDescription, Target, TrailDescription, TrailStatus, Want,
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
    fn of(question: &AnyQuestion) -> Self {
        match question {
            AnyQuestion::GetTrailStatus(it) => Self::Status(it.trail.clone(), it.asked_in),
            AnyQuestion::GetEventSelectors(it) => Self::Selectors(it.trail.clone(), it.asked_in),
            AnyQuestion::DescribeKey(it) => Self::DescribeKey(it.key.clone(), it.asked_in),
            AnyQuestion::GetKeyPolicy(it) => Self::GetKeyPolicy(it.key.clone(), it.asked_in),
            AnyQuestion::ListGrants(it) => Self::ListGrants(it.key.clone(), it.asked_in),
            AnyQuestion::GetKeyRotationStatus(it) => {
                Self::GetKeyRotationStatus(it.key.clone(), it.asked_in)
            }
            AnyQuestion::GetEventDataStore(it) => {
                Self::GetEventDataStore(it.store.clone(), it.asked_in)
            }
            AnyQuestion::ListBuckets(it) => Self::ListBuckets(it.account),
            AnyQuestion::HeadBucket(it) => Self::HeadBucket(it.account),
            AnyQuestion::ListObjects(it) => Self::List(it.reader, it.prefix.clone()),
            AnyQuestion::HeadObject(it) => Self::Head(it.reader, it.key.clone()),
            other => panic!("collecting asks no {}", other.operation()),
        }
    }

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
    panics: Box<dyn Fn(&Call) -> bool + Send + Sync>,
    calls: Mutex<Vec<Call>>,
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
            panics: Box::new(|_| false),
            calls: Mutex::default(),
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
    async fn reply(&self, call: Call, value: impl FnOnce() -> AnyAnswer) -> AnyResult {
        assert!(!(self.panics)(&call), "injected into {}", call.operation());
        let refused = (self.refuses)(&call).map(|class| call.gap(class));
        let evidence = call.evidence();
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
        refused.map_or_else(|| Ok(Answer { value: value(), evidence }), Err)
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

impl Answers for World {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        Box::pin(async move { self.reply(Call::of(&question), || self.known(&question)).await })
    }

    fn ask_once(&self, _: Operation) {}
}

impl World {
    /// The table of answers.
    fn known(&self, question: &AnyQuestion) -> AnyAnswer {
        match question {
            AnyQuestion::GetTrailStatus(_) => AnyAnswer::GetTrailStatus(self.status.clone()),
            AnyQuestion::GetEventSelectors(_) => AnyAnswer::GetEventSelectors(everything()),
            AnyQuestion::DescribeKey(question) => {
                let found = self.keys.get(&question.key).cloned();
                AnyAnswer::DescribeKey(found.map_or(KeyPresence::Gone, KeyPresence::Exists))
            }
            AnyQuestion::GetKeyPolicy(_) => AnyAnswer::GetKeyPolicy(POLICY.into()),
            AnyQuestion::ListGrants(_) => AnyAnswer::ListGrants([].into()),
            AnyQuestion::GetKeyRotationStatus(_) => AnyAnswer::GetKeyRotationStatus(self.rotation),
            AnyQuestion::GetEventDataStore(_) => AnyAnswer::GetEventDataStore(self.store.clone()),
            AnyQuestion::ListBuckets(question) => {
                let buckets = self.buckets_of.get(&question.account).cloned();
                AnyAnswer::ListBuckets(buckets.unwrap_or_default())
            }
            AnyQuestion::HeadBucket(_) => AnyAnswer::HeadBucket(self.presence),
            AnyQuestion::ListObjects(question) => AnyAnswer::ListObjects(self.page(question)),
            AnyQuestion::HeadObject(question) => {
                AnyAnswer::HeadObject(match self.objects.get(&question.key) {
                    Some(Object::Found(head)) => Some(head.clone()),
                    Some(Object::Vanished) | None => None,
                })
            }
            other => panic!("collecting asks no {}", other.operation()),
        }
    }

    fn page(&self, question: &ListObjects) -> ObjectsListed {
        let ListObjects { prefix, start_after, want, .. } = question;
        let keys = self.objects.keys().filter(|key| key.starts_with(prefix.as_str()));
        // What lies in a folder is rolled up to it, and it comes once.
        let folder = |key: &str| {
            let end = key[prefix.len()..].find('/').filter(|_| *want == Want::Folders)?;
            Some(key[..=prefix.len() + end].to_owned())
        };
        let after = start_after.as_deref().unwrap_or_default();
        let entries: BTreeSet<(String, bool)> = keys
            .filter(|key| key.as_str() > after)
            .map(|key| folder(key).map_or_else(|| (key.clone(), false), |folder| (folder, true)))
            .collect();
        let mut entries = entries.into_iter();
        let most = self.page_size.min(want.most().into());
        let page: Vec<(String, bool)> = entries.by_ref().take(most).collect();
        let of = |is_folder: bool| {
            let entries = page.iter().filter(|entry| entry.1 == is_folder);
            entries.map(|entry| entry.0.clone()).collect()
        };
        ObjectsListed::of_page(*want, of(false), of(true), entries.next().is_some())
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
