//! The population: the accounts, the units they are in, and their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailseal_evaluator::Members;
use trailseal_fanout::{Sign, Tree, TreeDepth};
use trailseal_model::hash::short_hash;
use trailseal_model::{
    Account, AccountId, AccountState, AccountsListed, Event as Progress, Gap, GapId, Observed,
    Operation, Organization, PopulationSource,
};

use super::Scheduler;
use crate::event::Work;
use crate::settings::AuditError;

/// What AWS says to an account that belongs to no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

impl Scheduler<'_> {
    /// The accounts are known before the first of them is opened, so that the population is reported,
    /// and a wrong setting refused, before a member is asked.
    pub(super) fn accounts_listed(
        &mut self,
        listed: Result<AccountsListed, Gap>,
    ) -> Result<(), AuditError> {
        match listed {
            Err(gap) => self.declared(gap),
            Ok(AccountsListed { accounts, organization, ended_by }) => {
                let failure = ended_by.map(|gap| self.gap(gap));
                self.populate(accounts, organization, failure)?;
                self.walk_tree()
            }
        }
    }

    /// The population where Organizations gives none: the caller's account where that is all there
    /// is, else what the user declared.
    fn declared(&mut self, gap: Gap) -> Result<(), AuditError> {
        let is_standalone = gap.code.as_deref() == Some(NOT_IN_USE);
        let declared = self.settings.declared_accounts.clone();
        if !declared.is_empty() {
            self.source = PopulationSource::AccountsFile;
            if is_standalone {
                return self.populate_without_tree(declared, None);
            }
            self.gap(gap);
            // Any member may ask for this, and an organization trail's logs are below the id.
            self.lanes.at_once.push(Work::DescribeOrganization);
            return Ok(());
        }
        if !is_standalone {
            return Err(AuditError::NoDirectory(gap));
        }
        self.source = PopulationSource::StandaloneAccount;
        let account = Account {
            id: self.settings.caller,
            name: String::new(),
            state: AccountState::Active,
            ou_path: None,
        };
        self.populate_without_tree(vec![account], None)
    }

    pub(super) fn organization_described(
        &mut self,
        described: Result<Organization, Gap>,
    ) -> Result<(), AuditError> {
        let organization = match described {
            Ok(organization) => Some(organization),
            Err(gap) => {
                self.gap(gap);
                None
            }
        };
        self.populate_without_tree(self.settings.declared_accounts.clone(), organization)
    }

    fn populate_without_tree(
        &mut self,
        accounts: Vec<Account>,
        organization: Option<Organization>,
    ) -> Result<(), AuditError> {
        self.progress.emit(&Progress::AccountsListed { count: accounts.len() });
        self.populate(accounts, organization, None)?;
        self.tree_walked(Tree::default())
    }

    fn populate(
        &mut self,
        accounts: Vec<Account>,
        organization: Option<Organization>,
        failure: Option<GapId>,
    ) -> Result<(), AuditError> {
        let mut listed = Vec::with_capacity(accounts.len());
        for account in accounts {
            if self.accounts.insert(account.id, account.clone()).is_none() {
                listed.push(account);
            }
        }
        self.organization = organization;
        self.check_accounts(failure)?;
        self.population = Some(failure.map_or(Observed::Known(()), Observed::Unread));
        self.members = Arc::new(self.known_members());
        let organization = self.organization.as_ref().map(|it| it.id.as_str());
        let is_complete = failure.is_none();
        self.progress.emit(&Progress::DirectoryEnded { organization, is_complete });
        self.hand_out(listed);
        Ok(())
    }

    fn known_members(&self) -> Members {
        let accounts = self.accounts.values();
        let audited = accounts.clone().filter(|account| account.state.is_audited());
        Members {
            organization: self.organization.clone(),
            audited: audited.map(|account| account.id).collect(),
            all: accounts.map(|account| account.id).collect(),
            delegated_administrator: self.caller_is_administrator().then_some(self.settings.caller),
        }
    }

    /// A typing error in a setting must not look like an account that is fine.
    fn check_accounts(&self, failure: Option<GapId>) -> Result<(), AuditError> {
        // What is not listed may be on a page that did not come; the population is incomplete then.
        if failure.is_some() {
            return Ok(());
        }
        let known: BTreeSet<AccountId> = self.accounts.keys().copied().collect();
        let unknown = self.settings.scope.unknown_accounts(&known);
        if !unknown.is_empty() {
            return Err(AuditError::UnknownAccounts(unknown));
        }
        let archives = self.settings.collect.log_archive_accounts.iter().copied();
        let strangers: Vec<AccountId> =
            archives.filter(|account| !known.contains(account)).collect();
        // Only Organizations vouches for its list.
        if self.source == PopulationSource::Organizations && !strangers.is_empty() {
            return Err(AuditError::UnknownLogArchives(strangers));
        }
        Ok(())
    }

    /// Hands out accounts in the order of a hash of their ids, so that the first ones are of all units,
    /// and a role that they all refuse is refused everywhere. Those whose place the scope decides by
    /// wait for it.
    fn hand_out(&mut self, mut accounts: Vec<Account>) {
        accounts.sort_by_cached_key(|account| short_hash(&["open", &account.id.to_string()]));
        for account in accounts {
            if self.settings.scope.needs_units() && account.ou_path.is_none() {
                self.unplaced.push(account.id);
            } else {
                self.hand_out_one(account);
            }
        }
        if self.unplaced.is_empty() {
            self.lanes.tags.end();
        }
    }

    fn hand_out_one(&mut self, account: Account) {
        if !self.settings.account_tags.is_empty() && self.settings.scope.includes(&account) {
            self.lanes.tags.push(account.id, account.id);
        }
        self.lanes.open.push(account);
    }

    fn walk_tree(&mut self) -> Result<(), AuditError> {
        let Some(organization) = &self.organization else {
            return self.tree_walked(Tree::default());
        };
        let have_paths = self.accounts.values().all(|account| account.ou_path.is_some());
        let depth = if have_paths { TreeDepth::Units } else { TreeDepth::Accounts };
        let organization = organization.id.clone();
        self.lanes.at_once.push(Work::WalkTree { organization, depth });
        Ok(())
    }

    /// Notes the units' names, and the places of accounts that came without.
    pub(super) fn tree_walked(&mut self, tree: Tree) -> Result<(), AuditError> {
        for gap in &tree.gaps {
            self.gap(gap.clone());
        }
        let units: BTreeSet<String> = tree.units().into_iter().map(str::to_owned).collect();
        for (account, path) in tree.paths {
            if let Some(account) = self.accounts.get_mut(&account) {
                account.ou_path.get_or_insert(path);
            }
        }
        self.unit_names = tree.names;
        self.is_tree_walked = true;
        self.check_units(&units)?;
        for account in std::mem::take(&mut self.unplaced) {
            if let Some(account) = self.accounts.get(&account).cloned() {
                self.hand_out_one(account);
            }
        }
        self.lanes.tags.end();
        Ok(())
    }

    fn check_units(&self, units: &BTreeSet<String>) -> Result<(), AuditError> {
        let scope = &self.settings.scope;
        let is_unknown = |unit: &&String| !units.contains(*unit) && !self.has_unit(unit);
        let unknown: Vec<String> =
            scope.organizational_units.iter().filter(is_unknown).cloned().collect();
        if !unknown.is_empty() {
            return Err(AuditError::UnknownUnits(unknown));
        }
        let is_complete = matches!(self.population, Some(Observed::Known(())));
        let includes_any = || self.accounts.values().any(|account| scope.includes(account));
        if is_complete && scope.leaves_out_targets() && !includes_any() {
            return Err(AuditError::EmptyScope);
        }
        Ok(())
    }

    /// Whether an account is below this root or unit.
    fn has_unit(&self, unit: &str) -> bool {
        let mut paths = self.accounts.values().filter_map(|account| account.ou_path.as_deref());
        paths.any(|path| path.split('/').any(|part| part == unit))
    }

    /// Keeps the tags that the user wants to see. What cannot be read is a gap, and no more.
    pub(super) fn tags_read(
        &mut self,
        account: AccountId,
        tags: Result<BTreeMap<String, String>, Gap>,
    ) {
        let sign = Sign::of(Operation::ListTagsForResource, tags.as_ref().err());
        self.lanes.tags.settle(account, sign);
        match tags {
            Ok(mut tags) => {
                tags.retain(|key, _| self.settings.account_tags.contains(key));
                self.account_tags.insert(account, tags);
            }
            Err(gap) => {
                self.gap(gap);
            }
        }
    }
}
