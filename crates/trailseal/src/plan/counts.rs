//! The population in numbers. Pure.

use std::collections::BTreeMap;

use trailseal_model::{Account, AccountId, PopulationSource};

use super::probe::{AccountRow, Standing};
use super::seen::Found;

/// The population in numbers.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) organization: Option<String>,
    pub(super) source: PopulationSource,
    pub(super) is_complete: bool,
    pub(super) listed: u64,
    /// Accounts by their state, those that occur.
    pub(super) by_state: BTreeMap<&'static str, u64>,
    /// Accounts in use: active, being closed, or in no state that is known.
    pub(super) in_use: u64,
    /// Accounts in use and in scope.
    pub(super) in_scope: u64,
    /// Accounts in use that the user left out.
    pub(super) excluded: u64,
    /// Accounts that could be opened, the caller's own included.
    pub(super) roles_ok: u64,
    pub(super) unreachable: Vec<(AccountId, String)>,
    /// Accounts x Regions that a scan reads.
    pub(super) targets: u64,
}

/// The numbers behind what was found.
pub(super) fn counts(found: Found<'_>) -> Counts {
    let Found { population, rows, .. } = found;
    let number = |is: fn(&AccountRow) -> bool| rows.iter().filter(|row| is(row)).count() as u64;
    let mut by_state = BTreeMap::new();
    for account in &population.accounts {
        *by_state.entry(account.state.as_str()).or_default() += 1;
    }
    let unreachable = rows.iter().filter(|row| matches!(row.standing, Standing::Unreachable(_)));
    let unreachable: Vec<_> = unreachable.map(|row| (row.account.id, name(&row.account))).collect();
    let roles_ok = number(|row| row.reached().is_some());
    let excluded =
        number(|row| row.account.state.is_audited() && matches!(row.standing, Standing::LeftOut));
    let in_scope = roles_ok + unreachable.len() as u64;
    let targets = rows.iter().filter_map(AccountRow::reached).map(|it| it.targets.len() as u64);
    Counts {
        organization: population.organization.as_ref().map(|it| it.id.clone()),
        source: population.source,
        is_complete: population.is_complete,
        listed: population.accounts.len() as u64,
        by_state,
        in_use: in_scope + excluded,
        in_scope,
        excluded,
        roles_ok,
        unreachable,
        targets: targets.sum(),
    }
}

/// Names are the customer's free text: control characters must not reach a terminal.
pub(super) fn name(account: &Account) -> String {
    account.name.chars().filter(|letter| !letter.is_control()).collect()
}
