//! The made-up organization, answering the ports.

mod directory;
mod stores;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use trailseal_evaluator::ports::{
    Buckets, EventSelectors, KeyGrants, KeyPolicies, KeyRotations, Keys, LogObjects, ObjectHead,
    ObjectPage, ObjectRange, Reader, TrailListed, TrailListing, TrailNames, TrailStatuses,
};
use trailseal_model::{
    AccountId, Answer, Arn, BucketPresence, DecryptGrant, Evidence, Gap, GapClass, KeyFacts,
    KeyManager, KeyPresence, KeyRotation, ManagementEvents, Operation, Region, Target,
    TrailDescription, TrailStatus,
};

use crate::faults::Faults;
use crate::plan::{HOME, Plan, now};

/// An organization in memory.
#[derive(Debug)]
pub struct World {
    /// What it holds.
    pub plan: Plan,
    /// What goes wrong.
    pub faults: Faults,
    /// In which order answers come.
    pub seed: u64,
    /// The operations that were to be asked once from some moment on, in that order.
    pub asked_once: Mutex<Vec<Operation>>,
    regions: Vec<Region>,
    opened: AtomicU64,
}

impl World {
    /// A world in which nothing goes wrong.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self::with_faults(plan, Faults::default())
    }

    /// A world in which something does.
    #[must_use]
    pub fn with_faults(plan: Plan, faults: Faults) -> Self {
        let regions = plan.regions();
        let asked_once = Mutex::default();
        Self { plan, faults, seed: 0, asked_once, regions, opened: AtomicU64::new(0) }
    }

    /// The same world, answering in another order.
    #[must_use]
    pub fn shuffled(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Comes back after a while that depends on the seed and the call.
    async fn wait(&self, operation: Operation, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        (self.seed, operation, what).hash(&mut hasher);
        let turns = if self.seed == 0 { 0 } else { hasher.finish() % 13 };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    fn answer<T>(operation: Operation, target: Option<Target>, value: T) -> Answer<T> {
        let evidence = Evidence {
            operation,
            account: target.map(|it| it.account),
            region: target.map(|it| it.region),
            at: now(),
            request_id: Some("madeup-request".into()),
            attempts: 1,
            throttles: 0,
        };
        Answer { value, evidence }
    }

    /// Notes the call, waits, and fails it if it is to fail.
    async fn call(&self, operation: Operation, target: Target, subject: &str) -> Result<(), Gap> {
        self.hold(operation).await;
        self.wait(operation, (target, subject)).await;
        self.session(target.account)?;
        self.faults.meet(operation).map_err(|it| {
            let gap = it.at(target.account, Some(target.region));
            if subject.is_empty() { gap } else { gap.on(subject) }
        })
    }

    /// Keeps back what no essential control needs until every log object of every trail is read.
    async fn hold(&self, operation: Operation) {
        let Some(heads) = self.plan.others_wait_for_heads else { return };
        while !operation.is_essential() && self.faults.calls(Operation::HeadObject) < heads {
            tokio::task::yield_now().await;
        }
    }

    /// Without a session no call is made in an account.
    fn session(&self, account: AccountId) -> Result<(), Gap> {
        if self.plan.without_role.iter().any(|it| Plan::account(*it) == account) {
            let gap = Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole);
            return Err(gap.at(account, None));
        }
        Ok(())
    }

    fn number(account: AccountId) -> u64 {
        (account.number() - 11_111_111) / 10_000_019
    }

    fn home() -> Region {
        Region::new(HOME).expect("in the table")
    }

    /// The folders of accounts in the organization trail's bucket: everyone has delivered something.
    fn folders(&self, range: ObjectRange<'_>, after: &str) -> ObjectPage {
        let accounts = (0..self.plan.accounts).map(Plan::account);
        let folders = accounts.map(|it| format!("{}{it}/", range.prefix));
        let mut folders: Vec<String> = folders.filter(|it| **it > *after).collect();
        let is_more = folders.len() > usize::from(range.most);
        folders.truncate(range.most.into());
        let next_token = folders.last().filter(|_| is_more).cloned();
        ObjectPage { folders, next_token, ..ObjectPage::default() }
    }

    fn at_home(account: AccountId) -> Target {
        Target { account, region: Self::home() }
    }

    fn trail(owner: u64, is_organization_trail: bool) -> TrailDescription {
        let account = Plan::account(owner);
        let name = if is_organization_trail { "organization" } else { "own" };
        let arn = Arn::new(&format!("arn:aws:cloudtrail:{HOME}:{account}:trail/{name}"));
        TrailDescription {
            arn: arn.expect("an ARN"),
            name: name.to_owned(),
            home_region: Self::home(),
            owner: account,
            bucket: Some(format!("logs-{account}")),
            prefix: is_organization_trail.then(|| "central".to_owned()),
            kms_key_id: Some(key_of(account)),
            is_multi_region: true,
            is_organization_trail,
            includes_global_service_events: true,
            log_file_validation: true,
            has_custom_event_selectors: false,
            has_insight_selectors: false,
            sns_topic_arn: None,
            log_group_arn: None,
        }
    }
}

fn key_of(account: AccountId) -> String {
    format!("arn:aws:kms:{HOME}:{account}:key/00000000-0000-0000-0000-{account}")
}

impl TrailListing for World {
    async fn describe_trails(&self, target: Target) -> Result<Answer<Vec<TrailDescription>>, Gap> {
        let active = self.plan.accounts - self.plan.suspended.len() as u64;
        while self.plan.reads_wait_for_openings && self.opened.load(Ordering::SeqCst) < active {
            tokio::task::yield_now().await;
        }
        self.call(Operation::DescribeTrails, target, "").await?;
        let mut trails = Vec::new();
        if self.plan.has_organization_trail {
            trails.push(Self::trail(0, true));
        }
        let number = Self::number(target.account);
        if self.plan.has_own_trail(number) {
            trails.push(Self::trail(number, false));
        }
        Ok(Self::answer(Operation::DescribeTrails, Some(target), trails))
    }
}

impl TrailNames for World {
    async fn list_trails(&self, account: AccountId) -> Result<Vec<TrailListed>, Gap> {
        self.call(Operation::ListTrails, Self::at_home(account), "").await?;
        let number = Self::number(account);
        let own = self.plan.has_own_trail(number).then(|| Self::trail(number, false).arn);
        let hidden = (self.plan.hides_trail == Some(number)).then(|| {
            let arn = format!("arn:aws:cloudtrail:{HOME}:{account}:trail/hidden");
            Arn::new(&arn).expect("an ARN")
        });
        let listed = |arn| TrailListed { arn, home_region: Self::home() };
        Ok(own.into_iter().chain(hidden).map(listed).collect())
    }
}

impl TrailStatuses for World {
    async fn trail_status(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<TrailStatus>, Gap> {
        self.call(Operation::GetTrailStatus, asked_in, trail.as_str()).await?;
        let status = TrailStatus {
            is_logging: true,
            latest_delivery: Some(now() - SignedDuration::from_mins(7)),
            latest_delivery_error: None,
            latest_attempt: None,
            latest_success: None,
        };
        Ok(Self::answer(Operation::GetTrailStatus, Some(asked_in), status))
    }
}

impl EventSelectors for World {
    async fn management_events(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<ManagementEvents>, Gap> {
        self.call(Operation::GetEventSelectors, asked_in, trail.as_str()).await?;
        let events =
            ManagementEvents::Recorded { read: true, write: true, excluded_sources: Vec::new() };
        Ok(Self::answer(Operation::GetEventSelectors, Some(asked_in), events))
    }
}

impl Keys for World {
    async fn describe_key(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyPresence>, Gap> {
        self.call(Operation::DescribeKey, asked_in, key.as_str()).await?;
        let facts = KeyFacts {
            arn: key.clone(),
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
        };
        let found = KeyPresence::Exists(facts);
        Ok(Self::answer(Operation::DescribeKey, Some(asked_in), found))
    }
}

impl KeyGrants for World {
    async fn decrypt_grants(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> Result<Answer<Vec<DecryptGrant>>, Gap> {
        self.call(Operation::ListGrants, asked_in, key.as_str()).await?;
        Ok(Self::answer(Operation::ListGrants, Some(asked_in), Vec::new()))
    }
}

impl KeyRotations for World {
    async fn key_rotation(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyRotation>, Gap> {
        self.call(Operation::GetKeyRotationStatus, asked_in, key.as_str()).await?;
        let rotation = KeyRotation { is_enabled: true, period_days: Some(365) };
        Ok(Self::answer(Operation::GetKeyRotationStatus, Some(asked_in), rotation))
    }
}

impl KeyPolicies for World {
    async fn key_policy(&self, key: &Arn, asked_in: Target) -> Result<Answer<String>, Gap> {
        self.call(Operation::GetKeyPolicy, asked_in, key.as_str()).await?;
        let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": { "Service": "cloudtrail.amazonaws.com" },
            "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": { "ArnLike": {
                "aws:SourceArn": format!("arn:aws:cloudtrail:*:{}:trail/*", asked_in.account),
            } },
        } });
        Ok(Self::answer(Operation::GetKeyPolicy, Some(asked_in), policy.to_string()))
    }
}

impl Buckets for World {
    async fn list_buckets(&self, account: AccountId) -> Result<Answer<Vec<String>>, Gap> {
        let target = Self::at_home(account);
        self.call(Operation::ListBuckets, target, "").await?;
        let of_all = || (0..self.plan.accounts).map(Plan::account).collect();
        let owned: Vec<AccountId> = match self.plan.archive.map(Plan::account) {
            None => vec![account],
            Some(archive) if archive == account => of_all(),
            Some(_) => Vec::new(),
        };
        let owned = owned.into_iter().map(|it| format!("logs-{it}"));
        let buckets = owned.chain(["other".to_owned()]).collect();
        Ok(Self::answer(Operation::ListBuckets, Some(target), buckets))
    }

    async fn head_bucket(
        &self,
        account: AccountId,
        bucket: &str,
    ) -> Result<Answer<BucketPresence>, Gap> {
        let target = Self::at_home(account);
        self.call(Operation::HeadBucket, target, bucket).await?;
        let presence = BucketPresence::Exists(Some(Self::home()));
        Ok(Self::answer(Operation::HeadBucket, Some(target), presence))
    }
}

impl LogObjects for World {
    async fn list_objects(
        &self,
        reader: Reader,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> Result<Answer<ObjectPage>, Gap> {
        let subject = format!("{}/{}", range.bucket, range.prefix);
        self.call(Operation::ListObjectsV2, reader.target, &subject).await?;
        let after = token.as_deref().or(range.start_after).unwrap_or_default();
        if range.by_folder {
            let page = self.folders(range, after);
            return Ok(Self::answer(Operation::ListObjectsV2, Some(reader.target), page));
        }
        let mut keys = keys_under(range.prefix, after, self.plan.objects_a_day);
        let page: Vec<String> = keys.by_ref().take(range.most.into()).collect();
        let next_token = keys.next().and(page.last().cloned());
        let page = ObjectPage { keys: page, next_token, ..ObjectPage::default() };
        Ok(Self::answer(Operation::ListObjectsV2, Some(reader.target), page))
    }

    async fn head_object(
        &self,
        reader: Reader,
        bucket: &str,
        key: &str,
    ) -> Result<Answer<Option<ObjectHead>>, Gap> {
        let subject = format!("{bucket}/{key}");
        self.call(Operation::HeadObject, reader.target, &subject).await?;
        let owner: AccountId = bucket.trim_start_matches("logs-").parse().expect("an account");
        let head = ObjectHead {
            last_modified: Some(now()),
            size: Some(1234),
            etag: Some("0123456789abcdef".to_owned()),
            algorithm: Some("aws:kms".to_owned()),
            kms_key_id: Some(key_of(owner)),
            bucket_key: Some(true),
            ..ObjectHead::default()
        };
        Ok(Self::answer(Operation::HeadObject, Some(reader.target), Some(head)))
    }
}

/// Days before [`now`] from which there are objects.
const DAYS: i64 = 40;

/// Keys after another one, of log objects or digests in a cell or in one day of it, in S3's order:
/// only the home Region has any.
fn keys_under(prefix: &str, after: &str, count: u32) -> impl Iterator<Item = String> {
    // ...AWSLogs/[o-id/]<account>/CloudTrail[-Digest]/<region>/[YYYY/MM/DD/]
    let is_digest = prefix.contains("/CloudTrail-Digest/");
    let kind = if is_digest { "CloudTrail-Digest" } else { "CloudTrail" };
    let (folder, rest) = prefix.split_once(&format!("/{kind}/")).unwrap_or_default();
    let trail = if folder.starts_with("central/") { "organization" } else { "own" };
    let account = folder.rsplit('/').next().unwrap_or_default().to_owned();
    let (region, day) = rest.split_once('/').unwrap_or_default();
    let cell = format!("{folder}/{kind}/{region}/");
    let (region, day, after) = (region.to_owned(), day.to_owned(), after.to_owned());
    let days = if region == HOME { DAYS } else { 0 };
    let days = (1 - days..=0).map(|it| now() + SignedDuration::from_hours(24 * it));
    let days = days.map(|it| it.strftime("%Y/%m/%d/").to_string());
    // Whole days before what is asked for need not be made.
    let first =
        after.strip_prefix(&cell).and_then(|it| it.get(..11)).unwrap_or_default().to_owned();
    let days = days.filter(move |it| it.starts_with(&day) && *it >= first);
    let count = if is_digest { 12 } else { count };
    days.flat_map(move |folder| {
        let (account, region, cell) = (account.clone(), region.clone(), cell.clone());
        let date = folder.replace('/', "");
        (0..count).map(move |index| {
            let start = format!("{cell}{folder}{account}_{kind}_{region}");
            if is_digest {
                return format!("{start}_{trail}_{HOME}_{date}T{index:02}0000Z.json.gz");
            }
            let (hour, minute) = (index / 60 % 24, index % 60);
            format!("{start}_{date}T{hour:02}{minute:02}Z_{index:016}.json.gz")
        })
    })
    .filter(move |it| *it > after)
}
