//! Trails, what they deliver, and CloudTrail Lake's event data stores.

use std::sync::Arc;

use jiff::Timestamp;

use super::account::AccountId;
use super::region::Region;

/// One trail.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "CloudTrail's own fields")]
pub struct Trail {
    /// Its name.
    pub name: Box<str>,
    /// The account that owns it: for an organization's, the management account.
    pub owner: AccountId,
    /// Its home Region.
    pub home: Region,
    /// Whether it records every Region that its accounts have enabled.
    pub is_multi_region: bool,
    /// Whether it records every account of the organization.
    pub is_organization: bool,
    /// The bucket it delivers to; it may not exist.
    pub bucket: Box<str>,
    /// The prefix in the bucket.
    pub prefix: Option<Box<str>>,
    /// `KmsKeyId`, always an ARN; the key may not exist.
    pub key: Option<Box<str>>,
    /// `LogFileValidationEnabled`: with it, digest files are delivered.
    pub validates_log_files: bool,
    /// `IncludeGlobalServiceEvents`.
    pub includes_global_events: bool,
    /// Whether it logs, and how delivery goes.
    pub logging: Logging,
    /// What it records.
    pub selectors: Selectors,
    /// What it has delivered; trails with the same history share it.
    pub deliveries: Arc<Deliveries>,
    /// DescribeTrails lists it, and every call by its ARN says that there is no such trail: it was
    /// deleted in between.
    pub is_deleted_after_listing: bool,
    /// Accounts in which DescribeTrails does not show the key: it was set a moment ago, and their
    /// copy of the organization's trail is older.
    pub keyless_copies: Vec<AccountId>,
    /// ListTrails names it, and DescribeTrails shows it in no Region.
    pub is_never_described: bool,
    /// Whether CloudTrail refuses the trail's ARN in every account but its owner's, though
    /// DescribeTrails shows the trail there. Members report both for organization trails; the
    /// documentation promises that their GetTrailStatus is answered.
    pub refuses_members: bool,
    /// The SNS topic that is notified of each log file.
    pub topic: Option<Channel>,
    /// The CloudWatch Logs log group that events are sent to as well.
    pub log_group: Option<Channel>,
}

/// Where a trail sends something beside its bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The ARN of the topic or of the log group.
    pub arn: Box<str>,
    /// `LatestNotificationError` or `LatestCloudWatchLogsDeliveryError`, everywhere.
    pub error: Option<Box<str>>,
}

impl Trail {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        let (partition, home) = (self.home.partition(), self.home);
        format!("arn:{partition}:cloudtrail:{home}:{}:trail/{}", self.owner, self.name)
    }
}

/// What GetTrailStatus tells, as far as it does not follow from the deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// `IsLogging`.
    pub is_on: bool,
    /// `StartLoggingTime`; without one it was never started.
    pub started: Option<Timestamp>,
    /// `StopLoggingTime`. It stays after logging was started again.
    pub stopped: Option<Timestamp>,
    /// `LatestDeliveryError`, in every account and Region that `error_only_in` does not leave out.
    pub delivery_error: Option<Box<str>>,
    /// Limits the error to these accounts and Regions; empty is all.
    pub error_only_in: Vec<(AccountId, Region)>,
    /// Whether the newest attempt is the one that succeeded last, so that the error is of an
    /// earlier one. Otherwise CloudTrail has tried since, and failed.
    pub is_error_past: bool,
    /// Whether GetTrailStatus leaves out the texts about attempts, which are "no longer in use".
    pub hides_attempts: bool,
}

/// The events that a trail records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selectors {
    /// Read and write management events, told in basic selectors.
    All,
    /// The same, told in advanced selectors.
    AllAdvanced,
    /// The same, told in advanced selectors as the console writes them today.
    Console(ConsoleSelectors),
    /// Only management events that write.
    WriteOnly,
    /// Only management events that read.
    ReadOnly,
    /// Data events only.
    DataOnly,
    /// Read and write management events but those of KMS and the RDS Data API.
    AllButKmsAndRdsData,
}

/// What the console writes as advanced selectors: without names, and several values in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleSelectors {
    /// Management events.
    All,
    /// Management events but those of KMS and the RDS Data API.
    WithoutKmsAndRdsData,
    /// Management events that write.
    WriteOnly,
    /// Two selectors: management events that write, and those that read.
    WritesAndReads,
    /// Management events, data events of S3 outside of two buckets, and network activity.
    BesideData,
}

/// How an object is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// `AES256`: keys of S3.
    Aes256,
    /// `aws:kms` under this key's ARN.
    Kms(Box<str>),
    /// `aws:kms:dsse` under this key's ARN.
    Dsse(Box<str>),
    /// `aws:kms` without the key's id in the answer.
    KmsWithoutKey,
    /// Under a key that the customer sends with each request: HEAD without it is a bare 400.
    CustomerProvided,
    /// No header at all, as an object of before S3 encrypted everything.
    Unencrypted,
    /// An algorithm that S3 does not document, under this key.
    Undocumented {
        /// What the header says.
        algorithm: Box<str>,
        /// The key's ARN.
        key: Box<str>,
    },
}

/// How objects are encrypted, from a time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Objects of this time and later, up to the next phase.
    pub from: Timestamp,
    /// How they are encrypted.
    pub seal: Seal,
    /// Some of them are encrypted otherwise.
    pub exception: Option<(Odd, Seal)>,
}

/// Which objects of a phase are the odd ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// Every n-th of the phase in each account and Region: the n-th, the 2n-th and so on.
    EveryNth(u32),
    /// In each account and Region the newest before this time, alone.
    NewestBefore(Timestamp),
}

/// What a trail has delivered, as a function of time: objects are computed, none is kept. The time
/// of an object is always its `LastModified`, some seconds after the one that its name shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deliveries {
    /// The first possible object.
    pub from: Timestamp,
    /// Nothing is delivered from here on; `None` is for ever.
    pub until: Option<Timestamp>,
    /// Log files a day in each account and Region that the trail records. 0 delivers none.
    pub per_day: u32,
    /// The Regions that deliver log files; the others are quiet. Empty is all.
    pub only_regions: Vec<Region>,
    /// Accounts that nothing arrives from, though the trail records them.
    pub silent: Vec<AccountId>,
    /// How log files are encrypted, by time, the first from no later than `from`.
    pub phases: Vec<Phase>,
    /// How digest files are encrypted, by time; empty delivers none. They come every hour in every Region.
    pub digest_phases: Vec<Phase>,
    /// Whether insight files are beside the log files.
    pub insights: bool,
    /// What S3 replication does with the objects.
    pub replication: Option<Replication>,
    /// Whether S3 bucket keys seal them.
    pub uses_bucket_key: bool,
    /// Whether `Last-Modified` of an object is a date that HTTP does not know.
    pub has_odd_dates: bool,
}

/// `x-amz-replication-status` of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replication {
    /// It is a copy that replication made.
    Replica,
    /// It was replicated.
    Completed,
    /// It will be replicated.
    Pending,
    /// It could not be replicated.
    Failed,
}

impl Replication {
    /// AWS's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Replica => "REPLICA",
            Self::Completed => "COMPLETED",
            Self::Pending => "PENDING",
            Self::Failed => "FAILED",
        }
    }
}

/// A CloudTrail Lake event data store.
#[derive(Debug, Clone)]
pub struct EventDataStore {
    /// The UUID at the end of its ARN.
    pub id: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// The account that owns it.
    pub owner: AccountId,
    /// Its Region.
    pub region: Region,
    /// `KmsKeyId`, an ARN.
    pub key: Option<Box<str>>,
    /// Whether it takes in events of every Region.
    pub is_multi_region: bool,
    /// Whether it takes in events of the whole organization.
    pub is_organization: bool,
    /// `ENABLED`, `PENDING_DELETION`, `STOPPED_INGESTION` and so on.
    pub status: Box<str>,
}

impl EventDataStore {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        let (partition, region) = (self.region.partition(), self.region);
        format!("arn:{partition}:cloudtrail:{region}:{}:eventdatastore/{}", self.owner, self.id)
    }
}
