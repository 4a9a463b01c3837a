//! The line of an account.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    Account, AccountId, AccountSealing, AccountState, Arn, ControlId, CoverageRow, Delivery,
    LogPrefix, LogsSealed, OrganizationFacts, OtherTrailsAnswer, Outcome, RecordedBySealed,
};

use super::blame::ShortfallWords;

/// One account of the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountLine {
    /// Twelve digits.
    pub account_id: AccountId,
    /// Free text of the customer.
    pub name: String,
    /// Its state.
    pub state: AccountState,
    /// Its place in the organization.
    pub ou_path: Option<String>,
    /// The role assumed there; `null` for the caller's own account.
    pub role_arn: Option<String>,
    /// The names of the root and units that it is in, joined by `/`: free text of the customer.
    pub ou_names: Option<String>,
    /// The tags that the user asked for: free text of the customer.
    pub tags: BTreeMap<String, String>,
    /// Whether a sealed trail records every enabled Region; `null` for an account that is not judged.
    #[serde(default)]
    pub recorded_by_sealed_trail: Option<RecordedBySealed>,
    /// The worst of the other trails that record it, or may; `null` for an account that is not judged.
    #[serde(default)]
    pub other_trails: Option<OtherTrailsAnswer>,
    /// In how many of its enabled Regions other trails are not known.
    #[serde(default)]
    pub other_trails_unknown_regions: u64,
    /// The ARNs that ListTrails names there.
    #[serde(default)]
    pub listed_trails: Vec<Arn>,
    /// Whether its logs are sealed; `null` for an account that is not judged.
    pub logs_sealed: Option<LogsSealed>,
    /// The ARNs of the logging trails that record it, and of those of which that is not known.
    pub recorded_by: Vec<Arn>,
    /// How organization trails deliver there, by what the account itself receives: the worst of its
    /// Regions in `coverage`; `null` if it was not asked.
    pub member_delivery: Option<Delivery>,
    /// Whether the buckets of the organization trails hold a folder of it; `null` if that is not
    /// known, and for an account that is not judged.
    pub log_prefix: Option<LogPrefix>,
    /// Its Regions by the outcome of reading them.
    pub regions: BTreeMap<Outcome, u64>,
    /// The controls that failed for it, its trails or its stores.
    #[serde(default)]
    pub failing_controls: Vec<ControlId>,
    /// The controls that are not proven for it, its trails or its stores.
    #[serde(default)]
    pub not_proven_controls: Vec<ControlId>,
    /// The primary causes of these, the gravest first.
    #[serde(default)]
    pub cause_ids: Vec<String>,
}

/// An account with what all findings say of it.
pub(super) fn account_line(
    facts: &OrganizationFacts,
    account: &Account,
    sealing: Option<&AccountSealing>,
    role_arn: Option<String>,
    shortfall: ShortfallWords,
) -> AccountLine {
    let rows = facts.coverage.of_account(account.id);
    AccountLine {
        account_id: account.id,
        name: account.name.clone(),
        state: account.state,
        ou_path: account.ou_path.clone(),
        role_arn,
        ou_names: facts.unit_names_of(account),
        tags: facts.account_tags.get(&account.id).cloned().unwrap_or_default(),
        recorded_by_sealed_trail: sealing.and_then(|sealing| sealing.recorded_by_sealed_trail),
        other_trails: sealing.and_then(|sealing| sealing.other_trails),
        other_trails_unknown_regions: sealing
            .map_or(0, |sealing| u64::from(sealing.other_trails_unknown_regions)),
        listed_trails: sealing.map(|sealing| sealing.listed_trails.clone()).unwrap_or_default(),
        logs_sealed: sealing.and_then(|sealing| sealing.logs_sealed),
        recorded_by: sealing.map(|sealing| sealing.recorded_by.clone()).unwrap_or_default(),
        member_delivery: rows.iter().filter_map(|row| row.member_delivery).max(),
        log_prefix: sealing.and_then(|sealing| sealing.log_prefix),
        regions: by_outcome(rows),
        failing_controls: shortfall.failing_controls,
        not_proven_controls: shortfall.not_proven_controls,
        cause_ids: shortfall.cause_ids,
    }
}

fn by_outcome(rows: &[CoverageRow]) -> BTreeMap<Outcome, u64> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.outcome).or_default() += 1;
        counts
    })
}
