//! A trail with its key, its bucket and what it delivers, sealed as it should be until a case
//! changes something.

use jiff::{SignedDuration, Timestamp};

use super::encryption::{EncryptedSince, How};
use super::policy::{self, Facts};
use crate::draw::Draw;
use crate::world::Parts;
use crate::world::account::AccountId;
use crate::world::bucket::{Bucket, Readers};
use crate::world::key::{Grant, Key, KeyState, MultiRegion, Rotation};
use crate::world::region::{Partition, Region};
use crate::world::trail::{Channel, Deliveries, Logging, Odd, Seal, Selectors, Trail};

/// What a case may refer to.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// When the audit begins.
    pub start: Timestamp,
    /// The partition.
    pub partition: Partition,
    /// Three Regions that every account of the partition has, different ones where it has three:
    /// trails are homed in the first.
    pub regions: [Region; 3],
    /// The account itself.
    pub account: AccountId,
    /// The account that keeps logs: the same one where there is no organization.
    pub log_archive: AccountId,
    /// The account that looks after security: the same one where there is no organization.
    pub audit: AccountId,
    /// An account outside the organization.
    pub stranger: AccountId,
}

impl Surroundings {
    /// So many hours before the audit.
    #[must_use]
    pub fn hours_ago(&self, hours: i64) -> Timestamp {
        self.start - SignedDuration::from_hours(hours)
    }
}

/// A trail in the making.
#[derive(Debug)]
pub struct Setup {
    /// What is around.
    pub near: Surroundings,
    /// The trail; its key and deliveries follow from the rest.
    pub trail: Trail,
    /// Whether the trail names the key.
    pub names_key: bool,
    /// The key; its policy follows from `policy`.
    pub key: Key,
    /// Whether there is that key.
    pub makes_key: bool,
    /// Keys beside it.
    pub more_keys: Vec<Key>,
    /// The ARN of the key of a trail that delivers under the same prefix; empty without one.
    pub siblings_key: Box<str>,
    /// The text of the key's policy.
    pub policy: fn(&Facts<'_>) -> String,
    /// The grants of the key.
    pub grants: fn(&Facts<'_>) -> Vec<Grant>,
    /// The bucket.
    pub bucket: Bucket,
    /// Whether there is that bucket, or another trail makes it.
    pub makes_bucket: bool,
    /// What is delivered; the phases follow from the rest.
    pub deliveries: Deliveries,
    /// How log files are encrypted.
    pub logs: Vec<EncryptedSince>,
    /// How digest files are encrypted; `None` is as log files, without the odd ones.
    pub digests: Option<Vec<EncryptedSince>>,
}

/// 30 days: longer than the samples look back.
const HISTORY: i64 = 30 * 24;

impl Setup {
    /// A trail that records its home Region only, with key and bucket in the same account and
    /// Region, and 8 log files a day: fewer in a week than a sample has, so that all are examined.
    pub(super) fn new(near: Surroundings, index: usize, draw: Draw) -> Self {
        let home = near.regions[0];
        let suffix = if index == 0 { String::new() } else { format!("-{}", index + 1) };
        let letters = draw.word("bucket").text("0123456789abcdef", 8);
        let bucket = format!("aws-cloudtrail-logs-{}-{letters}", near.account);
        let from = near.hours_ago(HISTORY);
        let trail = Trail {
            name: format!("management-events{suffix}").into(),
            owner: near.account,
            home,
            is_multi_region: false,
            is_organization: false,
            bucket: bucket.clone().into(),
            prefix: None,
            key: None,
            validates_log_files: true,
            includes_global_events: true,
            logging: Logging { is_on: true, started: Some(from), ..Logging::default() },
            selectors: Selectors::All,
            deliveries: std::sync::Arc::new(deliveries(from)),
            is_deleted_after_listing: false,
            keyless_copies: Vec::new(),
            is_never_described: false,
            refuses_members: false,
            topic: None,
            log_group: None,
        };
        Self {
            near,
            trail,
            names_key: true,
            key: key(near.account, home, &draw.word("key").uuid()),
            makes_key: true,
            more_keys: Vec::new(),
            siblings_key: "".into(),
            policy: policy::documented,
            grants: |_| Vec::new(),
            bucket: Bucket {
                name: bucket.into(),
                owner: near.account,
                region: home,
                default_seal: Seal::Aes256,
                readers: Readers::OwnerOnly,
                denied_actions: Box::new([]),
                is_versioned: false,
                extra: Vec::new(),
            },
            makes_bucket: true,
            deliveries: deliveries(from),
            logs: vec![EncryptedSince { hours_ago: HISTORY, how: How::TrailKey, odd: None }],
            digests: None,
        }
    }

    /// Homes the trail, its key and its bucket there.
    pub fn home_in(&mut self, region: Region) {
        self.trail.home = region;
        self.key.region = region;
        self.bucket.region = region;
    }

    /// Makes the trail record every Region. It began 30 hours ago with two log files a day in each
    /// Region, so that all of them are fewer than a sample has, and none is older than a day.
    pub fn every_region(&mut self) {
        self.trail.is_multi_region = true;
        self.begin(30);
        self.deliveries.per_day = 2;
    }

    /// Lets the trail begin this number of hours ago.
    pub fn begin(&mut self, hours_ago: i64) {
        let from = self.near.hours_ago(hours_ago);
        self.trail.logging.started = Some(from);
        self.deliveries.from = from;
        for since in &mut self.logs {
            since.hours_ago = since.hours_ago.min(hours_ago);
        }
    }

    /// A trail that began a day ago and delivers every half hour.
    pub fn deliver_often(&mut self) {
        self.begin(24);
        self.deliveries.per_day = 48;
    }

    /// Shows an error of an earlier attempt beside a newest one that succeeded.
    pub fn err_before(&mut self) {
        self.trail.logging.delivery_error = Some("AccessDenied".into());
        self.trail.logging.is_error_past = true;
    }

    /// Sends word of each log file to an SNS topic, and events to a log group, with these errors.
    pub fn send_elsewhere(&mut self, notification: Option<&str>, events: Option<&str>) {
        let (partition, region, account) =
            (self.near.partition.name(), self.trail.home, self.trail.owner);
        let channel = |service: &str, resource: &str, error: Option<&str>| {
            let arn = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
            Some(Channel { arn: arn.into(), error: error.map(Into::into) })
        };
        self.trail.topic = channel("sns", "trail-logs", notification);
        self.trail.log_group = channel("logs", "log-group:trail-logs:*", events);
    }

    /// Ends deliveries this number of hours ago, with an error ever since.
    pub fn fail_for(&mut self, hours: i64) {
        self.deliveries.until = Some(self.near.hours_ago(hours));
        self.trail.logging.delivery_error = Some("AccessDenied".into());
    }

    /// Tells the audit account, a member of an organization trail, of an error in the trail's home
    /// Region.
    pub fn fail_for_a_member(&mut self) {
        self.trail.logging.delivery_error = Some("AccessDenied".into());
        self.trail.logging.error_only_in = vec![(self.near.audit, self.trail.home)];
    }

    /// Lets nothing arrive from the audit account, a member of an organization trail.
    pub fn silence_a_member(&mut self) {
        self.deliveries.silent = vec![self.near.audit];
    }

    /// Stops logging so many hours ago.
    pub fn stop(&mut self, hours_ago: i64) {
        let stopped = self.near.hours_ago(hours_ago);
        self.deliveries.until = Some(stopped);
        self.trail.logging.is_on = false;
        self.trail.logging.stopped = Some(stopped);
    }

    /// Delivers nothing at all.
    pub fn deliver_nothing(&mut self) {
        self.deliveries.per_day = 0;
        self.digests = Some(Vec::new());
    }

    /// Encrypts log files otherwise from the beginning on.
    pub fn encrypt(&mut self, how: How) {
        for since in &mut self.logs {
            since.how = how;
        }
    }

    /// Encrypts log files otherwise up to this number of hours ago, digest files too.
    pub fn encrypt_until(&mut self, hours_ago: i64, how: How) {
        self.encrypt(how);
        self.logs.push(EncryptedSince { hours_ago, how: How::TrailKey, odd: None });
    }

    /// Encrypts some log files otherwise, and no digest files.
    pub fn encrypt_some(&mut self, odd: Odd, how: How) {
        for since in &mut self.logs {
            since.odd = Some((odd, how));
        }
    }

    /// Leaves digest files out, and the validation that makes them.
    pub fn without_digests(&mut self) {
        self.trail.validates_log_files = false;
        self.digests = Some(Vec::new());
    }

    /// Takes the key from the trail: CloudTrail then asks S3 for AES256.
    pub fn without_key(&mut self) {
        self.names_key = false;
        self.makes_key = false;
        self.encrypt(How::Aes256);
    }

    /// Makes the key the primary of a multi-Region key with a copy in this Region.
    pub fn primary(&mut self, replica: Region) {
        self.key.id = multi_region_id(&self.key.id);
        self.key.multi_region = MultiRegion::Primary(vec![replica]);
        let copy = MultiRegion::Replica(self.key.region, vec![replica]);
        let replica = Key { region: replica, multi_region: copy, ..self.key.clone() };
        self.more_keys.push(replica);
    }

    /// Makes the key a replica of a primary in this Region.
    pub fn replica(&mut self, primary: Region) {
        self.key.id = multi_region_id(&self.key.id);
        let regions = vec![self.key.region];
        self.key.multi_region = MultiRegion::Replica(primary, regions.clone());
        let multi_region = MultiRegion::Primary(regions);
        self.more_keys.push(Key { region: primary, multi_region, ..self.key.clone() });
    }

    /// Sets the rotation, the primary's of a replica.
    pub fn rotate(&mut self, rotation: Rotation) {
        self.key.rotation = rotation;
        for key in &mut self.more_keys {
            key.rotation = rotation;
        }
    }

    /// Puts everything where it belongs; gives the trail's ARN.
    pub(super) fn finish(mut self, parts: &mut Parts) -> Box<str> {
        let arn = self.trail.arn();
        let facts = Facts {
            partition: self.near.partition.name(),
            key_account: self.key.account,
            trail_account: self.trail.owner,
            trail_arn: &arn,
            home: self.trail.home.name(),
            audit: self.near.audit,
            stranger: self.near.stranger,
        };
        self.key.policy = (self.policy)(&facts).into();
        // Copies of a multi-Region key have grants of their own.
        self.key.grants = (self.grants)(&facts);
        for key in &mut self.more_keys {
            key.policy = self.key.policy.clone();
        }
        self.trail.bucket = self.bucket.name.clone();
        self.trail.key = self.names_key.then(|| self.key.arn().into());
        (self.deliveries.phases, self.deliveries.digest_phases) = self.delivery_phases();
        let beside = self.keys_beside();
        self.trail.deliveries = std::sync::Arc::new(self.deliveries);
        parts.trails.push(self.trail);
        parts.keys.extend(self.makes_key.then_some(self.key));
        parts.keys.extend(self.more_keys);
        parts.keys.extend(beside);
        parts.buckets.extend(self.makes_bucket.then_some(self.bucket));
        arn.into()
    }
}

fn multi_region_id(id: &str) -> Box<str> {
    format!("mrk-{}", id.replace('-', "")).into()
}

fn deliveries(from: Timestamp) -> Deliveries {
    Deliveries {
        from,
        until: None,
        per_day: 8,
        only_regions: Vec::new(),
        silent: Vec::new(),
        phases: Vec::new(),
        digest_phases: Vec::new(),
        insights: false,
        replication: None,
        uses_bucket_key: false,
        has_odd_dates: false,
    }
}

/// A key as the console makes it, that rotates every year.
pub(super) fn key(account: AccountId, region: Region, id: &str) -> Key {
    Key {
        account,
        region,
        id: id.into(),
        aliases: vec!["alias/cloudtrail".into()],
        is_aws_managed: false,
        state: KeyState::Enabled,
        spec: "SYMMETRIC_DEFAULT".into(),
        usage: "ENCRYPT_DECRYPT".into(),
        origin: "AWS_KMS".into(),
        deletion_date: None,
        valid_to: None,
        multi_region: MultiRegion::No,
        rotation: Rotation::Every(365),
        policy: "".into(),
        grants: Vec::new(),
        omits: &[],
        invalid_state: None,
    }
}
