//! Accounts, scope, keys and event data stores as lines.

use std::collections::BTreeMap;

use super::values::{GapNames, gap_ids, text, time};
use super::{AccountLine, KeyLine, ScopeLine, StoreLine};
use crate::{
    Account, AccountSealing, Arn, CoverageRow, KeyFacts, KeyPresence, Observed, OrganizationFacts,
    Scope, StoreFacts,
};

/// An account with what all findings say of it.
pub(super) fn account_line(
    facts: &OrganizationFacts,
    account: &Account,
    sealing: Option<&AccountSealing>,
    role_arn: Option<String>,
) -> AccountLine {
    let rows = facts.coverage.of_account(account.id);
    AccountLine {
        account_id: account.id.to_string(),
        name: account.name.clone(),
        state: account.state.to_string(),
        ou_path: account.ou_path.clone(),
        role_arn,
        ou_names: facts.unit_names_of(account),
        tags: facts.account_tags.get(&account.id).cloned().unwrap_or_default(),
        logs_sealed: text(sealing.and_then(|it| it.logs_sealed)),
        recorded_by_sealed_trail: text(sealing.and_then(|it| it.recorded_by_sealed_trail)),
        other_trails: text(sealing.and_then(|it| it.other_trails)),
        other_trails_unknown_regions: sealing.map_or(0, |it| it.other_trails_unknown_regions),
        listed_trails: sealing.map(|it| words(&it.listed_trails)).unwrap_or_default(),
        recorded_by: sealing.map(|it| words(&it.recorded_by)).unwrap_or_default(),
        member_delivery: text(rows.iter().filter_map(|it| it.member_delivery).max()),
        log_prefix: text(sealing.and_then(|it| it.log_prefix)),
        regions: by_outcome(rows),
    }
}

fn by_outcome(rows: &[CoverageRow]) -> BTreeMap<String, u64> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.outcome.to_string()).or_default() += 1;
        counts
    })
}

pub(super) fn words<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|it| it.to_string()).collect()
}

impl ScopeLine {
    /// What a scope limits.
    #[must_use]
    pub fn of(scope: &Scope) -> Self {
        Self {
            is_limited: scope.is_limited(),
            accounts: words(&scope.accounts),
            organizational_units: words(&scope.organizational_units),
            excluded_accounts: words(&scope.excluded_accounts),
            regions: words(&scope.regions),
            skipped_controls: words(&scope.skipped_controls),
        }
    }
}

/// A key with its policy and rotation; `key` is the ARN that a trail or store names.
pub(super) fn key_line(facts: &OrganizationFacts, key: &Arn, names: &GapNames<'_>) -> KeyLine {
    let presence = &facts.keys[key];
    let policy = facts.key_policies.get(key);
    let rotation = facts.key_rotations.get(key);
    let known_rotation = rotation.and_then(Observed::known).map(|it| it.value);
    let grants = facts.key_grants.get(key);
    let gaps = [
        presence.gap(),
        policy.and_then(Observed::gap),
        grants.and_then(Observed::gap),
        rotation.and_then(Observed::gap),
    ];
    let found = presence.known().map(|it| &it.value);
    let existing: Option<&KeyFacts> = match found {
        Some(KeyPresence::Exists(it)) => Some(it),
        Some(KeyPresence::InvalidState(_) | KeyPresence::Gone) | None => None,
    };
    KeyLine {
        key_arn: key.to_string(),
        presence: match found {
            Some(KeyPresence::Exists(_)) => "exists",
            Some(KeyPresence::InvalidState(_)) => "invalid_state",
            Some(KeyPresence::Gone) => "gone",
            None => "unread",
        }
        .to_owned(),
        resolved_arn: text(existing.map(|it| &it.arn)),
        account_id: text(key.account()),
        region: text(key.region()),
        manager: text(existing.and_then(|it| it.manager.as_str())),
        state: told(existing.map(|it| &it.state)),
        spec: told(existing.map(|it| &it.spec)),
        usage: told(existing.map(|it| &it.usage)),
        origin: existing.and_then(|it| it.origin.clone()),
        is_multi_region: existing.map(|it| it.is_multi_region),
        replica_of: text(existing.and_then(|it| it.replica_of.as_ref())),
        deletion_date: existing.and_then(|it| it.deletion_date).map(time),
        valid_to: existing.and_then(|it| it.valid_to).map(time),
        rotation_enabled: known_rotation.map(|it| it.is_enabled),
        rotation_period_days: known_rotation.and_then(|it| it.period_days),
        policy: text(policy.and_then(Observed::known).map(|it| &it.value)),
        gap_ids: gap_ids(gaps.into_iter().flatten(), names),
    }
}

/// The text, where KMS printed one.
fn told(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

pub(super) fn store_line(store: &StoreFacts, names: &GapNames<'_>) -> StoreLine {
    let known = store.description.known().map(|it| &it.value);
    StoreLine {
        event_data_store_arn: store.arn.to_string(),
        name: store.name.clone(),
        account_id: store.account.to_string(),
        region: store.region.to_string(),
        status: known.and_then(|it| it.status.clone()),
        kms_key_id: known.and_then(|it| it.kms_key_id.clone()),
        key_arn: text(store.key.as_ref()),
        is_multi_region: known.map(|it| it.is_multi_region),
        is_organization_store: known.map(|it| it.is_organization_store),
        retention_days: known.and_then(|it| it.retention_days),
        gap_ids: gap_ids(store.description.gap(), names),
    }
}
