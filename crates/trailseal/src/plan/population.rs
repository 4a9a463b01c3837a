//! The accounts of the organization, as a scan would list them.

use std::collections::BTreeSet;

use trailseal_audit::AuditError;
use trailseal_fanout::{Tree, TreeDepth, walk_tree};
use trailseal_model::question::{DescribeOrganization, ListAccounts};
use trailseal_model::{
    Account, AccountId, AccountState, AccountsListed, Answers, Event, EventSink, Gap, Organization,
    PopulationSource, Scope, ask,
};

/// AWS's code for an account that is in no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

/// Every account, and where the list comes from.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// The accounts, sorted by id; each once.
    pub(super) accounts: Vec<Account>,
    /// The organization, where AWS says which.
    pub(super) organization: Option<Organization>,
    /// Where the list comes from.
    pub(super) source: PopulationSource,
    /// Roots and units that a walk over the tree meets; none where a scan walks none.
    pub(super) units: BTreeSet<String>,
    /// Whether each unit is also asked for its accounts.
    pub(super) asks_units_for_accounts: bool,
    /// Whether the organization's id is asked for by itself.
    pub(super) describes_organization: bool,
    /// What could not be read of it. That the accounts cannot be listed is nothing that is missing where
    /// the user listed them.
    pub(super) gaps: Vec<Gap>,
    /// Whether no account can be missing from the list.
    pub(super) is_complete: bool,
}

/// What the user said about the population.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) scope: &'a Scope,
    /// The accounts of the file of accounts.
    pub(super) declared: &'a [Account],
    pub(super) log_archives: &'a [AccountId],
    pub(super) caller: AccountId,
}

/// Lists the accounts and walks the tree of units, and refuses what a scan would refuse.
pub(super) async fn read(
    answers: &impl Answers,
    wanted: Wanted<'_>,
    events: &dyn EventSink,
) -> Result<Population, AuditError> {
    let mut population = match ask(answers, ListAccounts).await {
        Ok(answer) => listed(answer.value),
        Err(gap) => declared(answers, gap, wanted).await?,
    };
    population.accounts.sort_by_key(|account| account.id);
    population.accounts.dedup_by_key(|account| account.id);
    if population.source != PopulationSource::Organizations {
        // Whatever answers ListAccounts counts its pages by itself.
        events.emit(&Event::AccountsListed { count: population.accounts.len() });
    }
    check_accounts(&population, wanted)?;
    let organization = population.organization.as_ref().map(|it| it.id.as_str());
    let is_complete = population.is_complete;
    events.emit(&Event::DirectoryEnded { organization, is_complete });
    if population.source == PopulationSource::Organizations {
        walk(answers, &mut population).await;
    }
    check_units(&population, wanted.scope)?;
    Ok(population)
}

fn of(accounts: Vec<Account>, source: PopulationSource) -> Population {
    Population {
        accounts,
        organization: None,
        source,
        units: BTreeSet::new(),
        asks_units_for_accounts: false,
        describes_organization: false,
        gaps: Vec::new(),
        is_complete: true,
    }
}

fn listed(listed: AccountsListed) -> Population {
    let AccountsListed { accounts, organization, ended_by } = listed;
    Population {
        organization,
        is_complete: ended_by.is_none(),
        gaps: ended_by.into_iter().collect(),
        ..of(accounts, PopulationSource::Organizations)
    }
}

/// Where ListAccounts gives nothing: the user's file, or the caller's account alone.
async fn declared(
    answers: &impl Answers,
    gap: Gap,
    wanted: Wanted<'_>,
) -> Result<Population, AuditError> {
    let is_standalone = gap.code.as_deref() == Some(NOT_IN_USE);
    if wanted.declared.is_empty() {
        if !is_standalone {
            return Err(AuditError::NoDirectory(gap));
        }
        let id = wanted.caller;
        let state = AccountState::Active;
        let account = Account { id, name: String::new(), state, ou_path: None };
        return Ok(of(vec![account], PopulationSource::StandaloneAccount));
    }
    let mut population = of(wanted.declared.to_vec(), PopulationSource::AccountsFile);
    if !is_standalone {
        population.describes_organization = true;
        match ask(answers, DescribeOrganization).await {
            Ok(answer) => population.organization = Some(answer.value),
            Err(gap) => population.gaps.push(gap),
        }
    }
    Ok(population)
}

async fn walk(answers: &impl Answers, population: &mut Population) {
    let Some(organization) = population.organization.as_ref().map(|it| it.id.clone()) else {
        return;
    };
    let have_paths = population.accounts.iter().all(|account| account.ou_path.is_some());
    let depth = if have_paths { TreeDepth::Units } else { TreeDepth::Accounts };
    let Tree { names, mut paths, gaps } = walk_tree(answers, &organization, depth).await;
    for account in &mut population.accounts {
        if let Some(path) = paths.remove(&account.id) {
            account.ou_path.get_or_insert(path);
        }
    }
    population.units = names.into_keys().collect();
    population.asks_units_for_accounts = !have_paths;
    population.gaps.extend(gaps);
}

fn check_accounts(population: &Population, wanted: Wanted<'_>) -> Result<(), AuditError> {
    // What is not listed may be on a page that did not come.
    if !population.is_complete {
        return Ok(());
    }
    let known: BTreeSet<AccountId> = population.accounts.iter().map(|it| it.id).collect();
    let unknown = wanted.scope.unknown_accounts(&known);
    if !unknown.is_empty() {
        return Err(AuditError::UnknownAccounts(unknown));
    }
    let archives = wanted.log_archives.iter().copied();
    let strangers: Vec<AccountId> = archives.filter(|account| !known.contains(account)).collect();
    if population.source == PopulationSource::Organizations && !strangers.is_empty() {
        return Err(AuditError::UnknownLogArchives(strangers));
    }
    Ok(())
}

fn check_units(population: &Population, scope: &Scope) -> Result<(), AuditError> {
    let is_below = |unit: &&String| {
        let paths = population.accounts.iter().filter_map(|account| account.ou_path.as_deref());
        paths.into_iter().any(|path| path.split('/').any(|part| part == *unit))
    };
    let units = scope.organizational_units.iter();
    let is_known = |unit: &&String| population.units.contains(*unit) || is_below(unit);
    let unknown: Vec<String> = units.filter(|unit| !is_known(unit)).cloned().collect();
    if !unknown.is_empty() {
        return Err(AuditError::UnknownUnits(unknown));
    }
    let includes_any = || population.accounts.iter().any(|account| scope.includes(account));
    if population.is_complete && scope.is_limited() && !includes_any() {
        return Err(AuditError::EmptyScope);
    }
    Ok(())
}
