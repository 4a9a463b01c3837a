//! The lines below the run: facts, gaps, findings, samples, coverage.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{DigestLine, HistoryLine};
use super::members::{AccountPrefixesLine, MembersLine};
use super::sampling::SamplingLine;

/// A rate limit that AWS enforced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThrottledKeyLine {
    /// AWS's name of the operation; of those that share a limit, the one it goes by.
    pub operation: String,
    /// The account that pays; `None` where it is the caller's.
    pub account_id: Option<String>,
    /// The Region; `None` where the limit is not kept per Region.
    pub region: Option<String>,
    /// How many requests were throttled.
    pub throttles: u64,
}

/// One account of the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountLine {
    /// Twelve digits.
    pub account_id: String,
    /// Free text of the customer.
    pub name: String,
    /// Its state.
    pub state: String,
    /// Where it stands in the organization.
    pub ou_path: Option<String>,
    /// The role assumed there; `None` for the caller's own account.
    pub role_arn: Option<String>,
    /// The names of the root and units it lies under, joined by `/`: free text of the customer.
    pub ou_names: Option<String>,
    /// The tags that the user asked for: free text of the customer.
    pub tags: BTreeMap<String, String>,
    /// Whether its logs are sealed: `sealed`, `unsealed`, `unproven` or `not_covered`; `None` for
    /// an account that is not judged.
    pub logs_sealed: Option<String>,
    /// Whether sealed trails record each of its enabled Regions in scope, whatever other trails do:
    /// `yes`, `no`, `unproven` or `not_covered`; `None` for an account that is not judged.
    #[serde(default)]
    pub recorded_by_sealed_trail: Option<String>,
    /// What is known of the logging trails that record it besides those: the worst of `unsealed`,
    /// `unproven`, `unknown`, `sealed` and `none`; `None` for an account that is not judged.
    #[serde(default)]
    pub other_trails: Option<String>,
    /// The number of its enabled Regions in scope whose trails neither DescribeTrails there nor
    /// ListTrails listed.
    #[serde(default)]
    pub other_trails_unknown_regions: u32,
    /// The ARNs of the trails that its ListTrails names; none where ListTrails did not answer.
    #[serde(default)]
    pub listed_trails: Vec<String>,
    /// The ARNs of the logging trails that record it, and of those of which that is not known.
    pub recorded_by: Vec<String>,
    /// How delivery of organization trails goes, as the account is told: the worst of its Regions in
    /// `coverage`; `None` if it was not asked.
    pub member_delivery: Option<String>,
    /// Whether the buckets of the organization trails hold a folder of it: `found`, `absent` or
    /// `missing`; `None` if that is not known, and for an account that is not judged.
    pub log_prefix: Option<String>,
    /// Its Regions by the outcome of reading them.
    pub regions: BTreeMap<String, u64>,
}

/// One bucket that a trail names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BucketLine {
    /// Its name.
    pub bucket: String,
    /// `exists`, `gone` or `unread`.
    pub presence: String,
    /// Its Region.
    pub region: Option<String>,
    /// The account that lists it as its own.
    pub owner_account_id: Option<String>,
    /// The account that should own it, by configuration.
    pub configured_owner_account_id: Option<String>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
}

/// One key that a trail names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyLine {
    /// The ARN that the trail names: of a key, or of an alias.
    pub key_arn: String,
    /// `exists`, `invalid_state` (KMS does not describe the key in its present state), `gone` or
    /// `unread`.
    pub presence: String,
    /// The canonical ARN that DescribeKey printed.
    pub resolved_arn: Option<String>,
    /// The key's account.
    pub account_id: Option<String>,
    /// The key's Region.
    pub region: Option<String>,
    /// `CUSTOMER` or `AWS`.
    pub manager: Option<String>,
    /// `KeyState`.
    pub state: Option<String>,
    /// `KeySpec`.
    pub spec: Option<String>,
    /// `KeyUsage`.
    pub usage: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `MultiRegion`.
    pub is_multi_region: Option<bool>,
    /// The primary key's ARN, for a replica.
    pub replica_of: Option<String>,
    /// `DeletionDate`, UTC.
    pub deletion_date: Option<String>,
    /// `ValidTo`, UTC.
    pub valid_to: Option<String>,
    /// `KeyRotationEnabled`, where KMS was asked and answered; of a replica, its primary's.
    pub rotation_enabled: Option<bool>,
    /// `RotationPeriodInDays`.
    pub rotation_period_days: Option<u32>,
    /// The key policy, as JSON, where it was read.
    pub policy: Option<String>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
}

/// One CloudTrail Lake event data store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreLine {
    /// Its identity.
    pub event_data_store_arn: String,
    /// Its name.
    pub name: String,
    /// The account that holds it.
    pub account_id: String,
    /// The Region that it was listed in.
    pub region: String,
    /// `Status`; `None` if unread.
    pub status: Option<String>,
    /// `KmsKeyId` as printed.
    pub kms_key_id: Option<String>,
    /// The same as an ARN.
    pub key_arn: Option<String>,
    /// `MultiRegionEnabled`; `None` if unread.
    pub is_multi_region: Option<bool>,
    /// `OrganizationEnabled`; `None` if unread.
    pub is_organization_store: Option<bool>,
    /// `RetentionPeriod`, in days.
    pub retention_days: Option<u32>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
}

/// One trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the fields are AWS's own")]
pub struct TrailLine {
    /// Its identity.
    pub trail_arn: String,
    /// Its name.
    pub name: String,
    /// The owner's account.
    pub account_id: String,
    /// Its home Region.
    pub home_region: String,
    /// Whose description it is: `home`, `delegated_administrator`, `agreeing_shadows` or
    /// `disagreeing_shadows`.
    pub described_from: String,
    /// How many targets show it.
    pub sightings: u64,
    /// Those of them that show it otherwise, by what they show.
    pub differing_sightings: Vec<DifferingSightingsLine>,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `S3KeyPrefix`.
    pub prefix: Option<String>,
    /// `KmsKeyId` as printed.
    pub kms_key_id: Option<String>,
    /// The same as an ARN.
    pub key_arn: Option<String>,
    /// `IsMultiRegionTrail`.
    pub is_multi_region: bool,
    /// `IsOrganizationTrail`.
    pub is_organization_trail: bool,
    /// `IncludeGlobalServiceEvents`.
    pub includes_global_service_events: bool,
    /// `LogFileValidationEnabled`.
    pub log_file_validation: bool,
    /// `HasCustomEventSelectors`.
    pub has_custom_event_selectors: bool,
    /// `HasInsightSelectors`.
    pub has_insight_selectors: bool,
    /// `SnsTopicARN`.
    pub sns_topic_arn: Option<String>,
    /// `CloudWatchLogsLogGroupArn`.
    pub log_group_arn: Option<String>,
    /// GetTrailStatus in each Region where it was asked.
    pub status: Vec<StatusLine>,
    /// GetTrailStatus in the members of the organization.
    pub members: MembersLine,
    /// Whether management events that only read are recorded; `None` if that is not known.
    pub records_read_events: Option<bool>,
    /// Whether management events that write are recorded; `None` if that is not known.
    pub records_write_events: Option<bool>,
    /// Event sources whose management events are left out.
    pub excluded_event_sources: Vec<String>,
    /// What the delivered objects show.
    pub sampling: SamplingLine,
    /// Whose folders lie in its bucket, for an organization trail whose bucket could be listed.
    pub account_prefixes: Option<AccountPrefixesLine>,
    /// What older objects show.
    pub history: HistoryLine,
    /// What the newest digest shows.
    pub digest: DigestLine,
    /// `sealed`, `unsealed` or `unproven`.
    pub verdict: String,
    /// What a rule that looks at KmsKeyId alone would have said: `pass` or `fail`.
    pub key_id_only_rule: String,
}

/// Targets that show a trail otherwise than the description that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DifferingSightingsLine {
    /// The account of the first such target.
    pub account_id: String,
    /// Its Region.
    pub region: String,
    /// How many targets show the same.
    pub targets: u64,
    /// What they show in the fields that are otherwise, by AWS's names; `None` where a field is not
    /// set.
    pub fields: BTreeMap<String, Option<String>>,
}

/// A trail's status in one Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusLine {
    /// The Region.
    pub region: String,
    /// `IsLogging`; `None` if unread.
    pub is_logging: Option<bool>,
    /// `LatestDeliveryTime`, UTC.
    pub latest_delivery: Option<String>,
    /// `LatestDeliveryError`.
    pub latest_delivery_error: Option<String>,
    /// `LatestDeliveryAttemptTime`, UTC.
    #[serde(default)]
    pub latest_attempt: Option<String>,
    /// `LatestDeliveryAttemptSucceeded`, UTC.
    #[serde(default)]
    pub latest_success: Option<String>,
    /// Why it is unread.
    pub gap_id: Option<String>,
}

/// One call that shows something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceLine {
    /// AWS's name of the operation.
    pub operation: String,
    /// The account it was made in.
    pub account_id: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// When, UTC.
    pub at: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// One judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingLine {
    /// Stable for control and subject.
    pub finding_id: String,
    /// The control.
    pub control_id: String,
    /// `pass`, `fail`, `not_proven` or `not_applicable`.
    pub status: String,
    /// Why, as one word.
    pub status_reason: String,
    /// One sentence for people.
    pub message: String,
    /// The account that answers for the subject.
    pub account_id: String,
    /// The subject's Region; `None` for an account.
    pub region: Option<String>,
    /// `trail`, `account` or `event_data_store`.
    pub resource_type: String,
    /// The ARN of the trail or store, or the account's id.
    pub resource_arn: String,
    /// The name of the trail or store, or the account's id.
    pub resource_name: String,
    /// What should be.
    pub expected: String,
    /// What is.
    pub observed: String,
    /// The calls behind it.
    pub evidence: Vec<EvidenceLine>,
    /// What could not be read.
    pub gap_ids: Vec<String>,
    /// The exceptions that take it from the exit code; the status stays.
    #[serde(default)]
    pub exception_ids: Vec<String>,
}

impl FindingLine {
    pub(super) fn control_order(&self) -> usize {
        self.control_id.parse::<crate::ControlId>().map_or(99, |control| control as usize)
    }
}

/// One account x Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageLine {
    /// The account.
    pub account_id: String,
    /// The Region.
    pub region: String,
    /// What became of it.
    pub outcome: String,
    /// Why, where it was not simply evaluated.
    pub reason_code: Option<String>,
    /// The gap behind it.
    pub gap_id: Option<String>,
    /// How many trails were seen.
    pub trails_found: u16,
    /// How many event data stores were listed.
    pub stores_found: u16,
    /// Requests made.
    pub api_calls: u8,
    /// How many of them were throttled.
    pub throttles: u8,
    /// When its listing began, UTC; `None` if it never did.
    pub started_at: Option<String>,
    /// When it ended.
    pub finished_at: Option<String>,
    /// What the newest log object of the window came to, whichever trail delivered it: `none`,
    /// `sealed`, `older`, `unreadable`, `unlisted` or `deviation`; `None` if none was looked for.
    pub newest_log: Option<String>,
    /// When it was delivered, by its name, UTC.
    pub newest_log_at: Option<String>,
    /// The exceptions that take it from the exit code; the outcome stays.
    #[serde(default)]
    pub exception_ids: Vec<String>,
    /// The ARNs of the trails that cover it, as `account-covered` counts them.
    #[serde(default)]
    pub covered_by: Vec<String>,
    /// How delivery of organization trails goes there, as the member is told: `delivering`, `stale`,
    /// `never_delivered`, `error_contradicted`, `unread`, `delivery_error` or `not_logging`, the worst
    /// of several trails; `None` if it was not asked.
    pub member_delivery: Option<String>,
    /// When the newest call of ours there was answered that every trail which covers it must have
    /// recorded as a management event, to the second, UTC; `None` if none was.
    #[serde(default)]
    pub last_management_call_at: Option<String>,
    /// AWS's request id of its DescribeTrails, answered or refused; `None` if it was not asked, or AWS sent none.
    #[serde(default)]
    pub request_id: Option<String>,
}
