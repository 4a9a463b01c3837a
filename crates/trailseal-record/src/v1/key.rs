//! The line of a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, Arn, KeyFacts, KeyPresence, KeyReading, ManagedBy, Observed, OrganizationFacts,
    Region,
};

use super::values::{GapNames, gap_ids, time};
use crate::Time;

/// One key that a trail or event data store names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyLine {
    /// The ARN that the trail names: of a key, or of an alias.
    pub key_arn: Arn,
    /// What reading it came to; `invalid_state`: KMS does not describe the key in its present state.
    pub presence: KeyReading,
    /// The canonical ARN that DescribeKey printed.
    pub resolved_arn: Option<Arn>,
    /// The key's account.
    pub account_id: Option<AccountId>,
    /// The key's Region.
    pub region: Option<Region>,
    /// `KeyManager`.
    pub manager: Option<ManagedBy>,
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
    pub replica_of: Option<Arn>,
    /// `DeletionDate`.
    pub deletion_date: Option<Time>,
    /// `ValidTo`.
    pub valid_to: Option<Time>,
    /// `KeyRotationEnabled`, where KMS was asked and answered; of a replica, its primary's.
    pub rotation_enabled: Option<bool>,
    /// `RotationPeriodInDays`.
    pub rotation_period_days: Option<u32>,
    /// The key policy, as JSON, where it was read.
    pub policy: Option<String>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
}

/// A key with its policy and rotation; `key` is the ARN that a trail or store names.
pub(super) fn key_line(facts: &OrganizationFacts, key: &Arn, names: &GapNames<'_>) -> KeyLine {
    let presence = &facts.keys[key];
    let policy = facts.key_policies.get(key);
    let rotation = facts.key_rotations.get(key);
    let known_rotation = rotation.and_then(Observed::known).map(|answer| answer.value);
    let grants = facts.key_grants.get(key);
    let gaps = [
        presence.gap(),
        policy.and_then(Observed::gap),
        grants.and_then(Observed::gap),
        rotation.and_then(Observed::gap),
    ];
    let found = presence.known().map(|answer| &answer.value);
    let existing: Option<&KeyFacts> = match found {
        Some(KeyPresence::Exists(key)) => Some(key),
        Some(KeyPresence::InvalidState(_) | KeyPresence::Gone) | None => None,
    };
    KeyLine {
        key_arn: key.clone(),
        presence: found.map_or(KeyReading::Unread, KeyPresence::reading),
        resolved_arn: existing.map(|key| key.arn.clone()),
        account_id: key.account(),
        region: key.region(),
        manager: existing.and_then(|key| key.manager.managed_by()),
        state: told(existing.map(|key| &key.state)),
        spec: told(existing.map(|key| &key.spec)),
        usage: told(existing.map(|key| &key.usage)),
        origin: existing.and_then(|key| key.origin.clone()),
        is_multi_region: existing.map(|key| key.is_multi_region),
        replica_of: existing.and_then(|key| key.replica_of.clone()),
        deletion_date: time(existing.and_then(|key| key.deletion_date)),
        valid_to: time(existing.and_then(|key| key.valid_to)),
        rotation_enabled: known_rotation.map(|rotation| rotation.is_enabled),
        rotation_period_days: known_rotation.and_then(|rotation| rotation.period_days),
        policy: policy.and_then(Observed::known).map(|answer| answer.value.to_string()),
        gap_ids: gap_ids(gaps.into_iter().flatten(), names),
    }
}

/// The text, where KMS printed one.
fn told(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}
