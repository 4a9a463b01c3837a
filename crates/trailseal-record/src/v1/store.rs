//! The line of an event data store.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{AccountId, Arn, ControlId, Region, StoreFacts};

use super::blame::ShortfallWords;
use super::values::{GapNames, gap_ids};

/// One CloudTrail Lake event data store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreLine {
    /// Its identity.
    pub event_data_store_arn: Arn,
    /// Its name.
    pub name: String,
    /// The account that holds it.
    pub account_id: AccountId,
    /// The Region that it was listed in.
    pub region: Region,
    /// `Status`; `null` if unread.
    pub status: Option<String>,
    /// `KmsKeyId` as printed.
    pub kms_key_id: Option<String>,
    /// The same as an ARN.
    pub key_arn: Option<Arn>,
    /// `MultiRegionEnabled`; `null` if unread.
    pub is_multi_region: Option<bool>,
    /// `OrganizationEnabled`; `null` if unread.
    pub is_organization_store: Option<bool>,
    /// `RetentionPeriod`, in days.
    pub retention_days: Option<u32>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
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

pub(super) fn store_line(
    store: &StoreFacts,
    shortfall: ShortfallWords,
    names: &GapNames<'_>,
) -> StoreLine {
    let known = store.description.known().map(|answer| &answer.value);
    StoreLine {
        event_data_store_arn: store.arn.clone(),
        name: store.name.clone(),
        account_id: store.account,
        region: store.region,
        status: known.and_then(|store| store.status.clone()),
        kms_key_id: known.and_then(|store| store.kms_key_id.clone()),
        key_arn: store.key.clone(),
        is_multi_region: known.map(|store| store.is_multi_region),
        is_organization_store: known.map(|store| store.is_organization_store),
        retention_days: known.and_then(|store| store.retention_days),
        gap_ids: gap_ids(store.description.gap(), names),
        failing_controls: shortfall.failing_controls,
        not_proven_controls: shortfall.not_proven_controls,
        cause_ids: shortfall.cause_ids,
    }
}
