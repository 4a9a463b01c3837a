//! The line of a trail.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, Answer, Arn, ControlId, DescribedFrom, DifferingSightings, ManagementEvents,
    Observed, Region, Status, TrailFacts, TrailStatus, Verdict,
};

use super::blame::ShortfallWords;
use super::history::{DigestLine, HistoryLine, digest_line, history_line};
use super::members::{AccountPrefixesLine, MembersLine, members_line, prefixes_line};
use super::sampling::{SamplingLine, sampling_line};
use super::values::{GapNames, time};
use crate::Time;

/// One trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the fields are AWS's own")]
pub struct TrailLine {
    /// Its identity.
    pub trail_arn: Arn,
    /// Its name.
    pub name: String,
    /// The owner's account.
    pub account_id: AccountId,
    /// Its home Region.
    pub home_region: Region,
    /// Whose description it is.
    pub described_from: DescribedFrom,
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
    pub key_arn: Option<Arn>,
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
    /// Whether management events that only read are recorded; `null` if that is not known.
    pub records_read_events: Option<bool>,
    /// Whether management events that write are recorded; `null` if that is not known.
    pub records_write_events: Option<bool>,
    /// Event sources whose management events are left out.
    pub excluded_event_sources: Vec<String>,
    /// What the delivered objects show.
    pub sampling: SamplingLine,
    /// Whose folders are in its bucket, for an organization trail whose bucket could be listed.
    pub account_prefixes: Option<AccountPrefixesLine>,
    /// What older objects show.
    pub history: HistoryLine,
    /// What the newest digest shows.
    pub digest: DigestLine,
    /// What all its essential controls show together.
    pub verdict: Verdict,
    /// What a rule that reads KmsKeyId alone would have said: `pass` or `fail`.
    pub key_id_only_rule: Status,
    /// The controls that failed for it.
    #[serde(default)]
    pub failing_controls: Vec<ControlId>,
    /// The controls that are not proven for it.
    #[serde(default)]
    pub not_proven_controls: Vec<ControlId>,
    /// The primary causes of these, the gravest first.
    #[serde(default)]
    pub cause_ids: Vec<String>,
}

/// Targets that show a trail otherwise than the description that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DifferingSightingsLine {
    /// The account of the first such target.
    pub account_id: AccountId,
    /// Its Region.
    pub region: Region,
    /// How many targets show the same.
    pub targets: u64,
    /// What they show in the fields that are otherwise, by AWS's names; `null` where a field is not
    /// set.
    pub fields: BTreeMap<String, Option<String>>,
}

/// A trail's status in one Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusLine {
    /// The Region.
    pub region: Region,
    /// `IsLogging`; `null` if unread.
    pub is_logging: Option<bool>,
    /// `LatestDeliveryTime`.
    pub latest_delivery: Option<Time>,
    /// `LatestDeliveryError`.
    pub latest_delivery_error: Option<String>,
    /// `LatestDeliveryAttemptTime`.
    #[serde(default)]
    pub latest_attempt: Option<Time>,
    /// `LatestDeliveryAttemptSucceeded`.
    #[serde(default)]
    pub latest_success: Option<Time>,
    /// Why it is unread.
    pub gap_id: Option<String>,
}

pub(super) fn trail_line(
    trail: &TrailFacts,
    verdict: Verdict,
    confidence: f64,
    shortfall: ShortfallWords,
    names: &GapNames<'_>,
) -> TrailLine {
    let description = &trail.description;
    let events = match trail.recorded_events().map(|answer| &answer.value) {
        Some(ManagementEvents::Recorded { read, write, excluded_sources }) => {
            Some((*read, *write, excluded_sources.clone()))
        }
        Some(ManagementEvents::NotUnderstood(_)) | None => None,
    };
    let has_key = description.kms_key_id.is_some();
    TrailLine {
        trail_arn: description.arn.clone(),
        name: description.name.clone(),
        account_id: description.owner,
        home_region: description.home_region,
        described_from: trail.described_from,
        sightings: trail.sightings() as u64,
        differing_sightings: trail.differing.iter().map(differing_line).collect(),
        bucket: description.bucket.clone(),
        prefix: description.prefix.clone(),
        kms_key_id: description.kms_key_id.clone(),
        key_arn: trail.key.clone(),
        is_multi_region: description.is_multi_region,
        is_organization_trail: description.is_organization_trail,
        includes_global_service_events: description.includes_global_service_events,
        log_file_validation: description.log_file_validation,
        has_custom_event_selectors: description.has_custom_event_selectors,
        has_insight_selectors: description.has_insight_selectors,
        sns_topic_arn: description.sns_topic_arn.clone(),
        log_group_arn: description.log_group_arn.clone(),
        status: trail.status.iter().map(|status| status_line(status, names)).collect(),
        members: members_line(&trail.members, names),
        records_read_events: events.as_ref().map(|events| events.0),
        records_write_events: events.as_ref().map(|events| events.1),
        excluded_event_sources: events.map(|events| events.2).unwrap_or_default(),
        sampling: sampling_line(&trail.sample, confidence, names),
        account_prefixes: trail.prefixes.as_ref().map(|prefixes| prefixes_line(prefixes, names)),
        history: history_line(&trail.history, names),
        digest: digest_line(&trail.digest, names),
        verdict,
        key_id_only_rule: if has_key { Status::Pass } else { Status::Fail },
        failing_controls: shortfall.failing_controls,
        not_proven_controls: shortfall.not_proven_controls,
        cause_ids: shortfall.cause_ids,
    }
}

fn differing_line(sightings: &DifferingSightings) -> DifferingSightingsLine {
    let field =
        |(name, value): &(&'static str, Option<String>)| ((*name).to_owned(), value.clone());
    DifferingSightingsLine {
        account_id: sightings.first.account,
        region: sightings.first.region,
        targets: sightings.targets,
        fields: sightings.fields.iter().map(field).collect(),
    }
}

fn status_line(
    (region, status): &(Region, Observed<Answer<TrailStatus>>),
    names: &GapNames<'_>,
) -> StatusLine {
    let known = status.known().map(|answer| &answer.value);
    StatusLine {
        region: *region,
        is_logging: known.map(|status| status.is_logging),
        latest_delivery: time(known.and_then(|status| status.latest_delivery)),
        latest_delivery_error: known
            .and_then(|status| status.latest_delivery_error.as_deref())
            .map(str::to_owned),
        latest_attempt: time(known.and_then(|status| status.latest_attempt)),
        latest_success: time(known.and_then(|status| status.latest_success)),
        gap_id: status.gap().map(names),
    }
}
