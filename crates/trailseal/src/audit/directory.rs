//! The population: the accounts, the tree they stand in, and their tags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::channel::{mpsc, oneshot};
use trailseal_evaluator::Members;
use trailseal_fanout::{
    AccountPage, Panicked, Reading, Sign, Tree, TreeDepth, pages, run_lowest_first, walk_tree,
};
use trailseal_model::hash::short_hash;
use trailseal_model::{
    Account, AccountId, AccountState, Event, Gap, GapId, Operation, PopulationSource,
};

use super::ledger::Ledger;
use super::{AuditError, Ports, Work, panic_gap};

/// What AWS says to an account that belongs to no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";
/// ListTagsForResource calls at the same time; the quota is 10 a second.
const TAGGING: usize = 4;

/// Where accounts go: to be read, and to be asked for their tags.
struct Outlets {
    accounts: mpsc::UnboundedSender<Account>,
    to_tag: mpsc::UnboundedSender<AccountId>,
}

/// The tags of one account.
type Tags = BTreeMap<String, String>;

/// Which walk over the tree is wanted, and of which organization.
type Wish = (String, TreeDepth);

impl<P: Ports> Work<'_, P> {
    /// Hands out the accounts when all are listed, so that the population is said, and a wrong setting
    /// refused, before the first member is asked. Meanwhile the tree is walked for the units' names, and
    /// for the accounts' places where they came without; only a scope that decides by places waits
    /// for that.
    pub(super) async fn walk_directory(
        &self,
        accounts: mpsc::UnboundedSender<Account>,
        to_tag: mpsc::UnboundedSender<AccountId>,
        ended: oneshot::Sender<Arc<Members>>,
        tree_walked: oneshot::Sender<()>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        let (wish, wished) = oneshot::channel::<Wish>();
        let tree = async {
            Ok(match wished.await {
                Ok((organization, depth)) => walk_tree(self.ports, &organization, depth).await,
                Err(_) => Tree::default(),
            })
        };
        let outlets = Outlets { accounts, to_tag };
        let handed_out = self.hand_out(outlets, wish, ended, ledger);
        let (held, tree) = futures::try_join!(handed_out, tree)?;
        for gap in &tree.gaps {
            self.gap(gap.clone());
        }
        let units = tree.units().into_iter().map(str::to_owned).collect();
        ledger.place(tree);
        // Nobody listens any more only when the whole audit has ended.
        let _ = tree_walked.send(());
        self.check_units(&units, ledger)?;
        if let Some((outlets, held)) = held {
            ledger.placed(&held).into_iter().for_each(|it| outlets.send(it, self));
        }
        Ok(())
    }

    /// Returns the accounts that wait for their place, with the way out for them.
    async fn hand_out(
        &self,
        outlets: Outlets,
        wish: oneshot::Sender<Wish>,
        ended: oneshot::Sender<Arc<Members>>,
        ledger: &Ledger,
    ) -> Result<Option<(Outlets, Vec<AccountId>)>, AuditError> {
        let mut pages = std::pin::pin!(pages(self.ports));
        let mut wish = Some(wish);
        let (mut failure, mut listed) = (None, Vec::new());
        let mut is_first = true;
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => {
                    if let (Some(known), Some(wish)) = (&page.organization, wish.take()) {
                        // Nobody listens any more only when the whole audit has ended.
                        let _ = wish.send((known.id.clone(), depth(&page)));
                    }
                    page
                }
                // There is no tree to walk then.
                Err(gap) if is_first => {
                    let page = self.stand_in(gap, ledger).await?;
                    self.events.emit(&Event::AccountsListed { count: page.accounts.len() });
                    page
                }
                Err(gap) => {
                    failure = Some(self.gap(gap));
                    break;
                }
            };
            is_first = false;
            listed.extend(ledger.list(page));
        }
        drop(wish);
        self.check_accounts(failure, ledger)?;
        let members = ledger.end_directory(failure);
        let organization = members.organization.as_ref().map(|it| it.id.as_str());
        let is_complete = failure.is_none();
        self.events.emit(&Event::DirectoryEnded { organization, is_complete });
        let _ = ended.send(members);
        let held = self.send_all(listed, &outlets);
        self.queued(ledger.queue_ready());
        Ok((!held.is_empty()).then_some((outlets, held)))
    }

    /// Sends out accounts in the order of a hash of their ids, so that the first ones are of all units,
    /// and a role that they all refuse is refused everywhere. Returns those that wait for their place.
    fn send_all(&self, mut listed: Vec<Account>, outlets: &Outlets) -> Vec<AccountId> {
        listed.sort_by_cached_key(|account| short_hash(&["open", &account.id.to_string()]));
        let mut held = Vec::new();
        for account in listed {
            if self.settings.scope.needs_units() && account.ou_path.is_none() {
                held.push(account.id);
            } else {
                outlets.send(account, self);
            }
        }
        held
    }

    /// The population where Organizations gives none: the caller's account where that is all there
    /// is, else what the user declared.
    async fn stand_in(&self, gap: Gap, ledger: &Ledger) -> Result<AccountPage, AuditError> {
        let is_standalone = gap.code.as_deref() == Some(NOT_IN_USE);
        let declared = &self.settings.declared_accounts;
        if !declared.is_empty() {
            ledger.comes_from(PopulationSource::AccountsFile);
            if is_standalone {
                return Ok(AccountPage { accounts: declared.clone(), ..AccountPage::default() });
            }
            self.gap(gap);
            // Any member may ask for this, and an organization trail's logs lie under the id.
            let organization = match self.ports.describe_organization().await {
                Ok(organization) => Some(organization),
                Err(gap) => {
                    self.gap(gap);
                    None
                }
            };
            let accounts = declared.clone();
            return Ok(AccountPage { accounts, organization });
        }
        if !is_standalone {
            return Err(AuditError::NoDirectory(gap));
        }
        ledger.comes_from(PopulationSource::StandaloneAccount);
        let account = Account {
            id: self.settings.caller,
            name: String::new(),
            state: AccountState::Active,
            ou_path: None,
        };
        Ok(AccountPage { accounts: vec![account], ..AccountPage::default() })
    }

    /// A typing error in a setting must not look like an account that is fine.
    fn check_accounts(&self, failure: Option<GapId>, ledger: &Ledger) -> Result<(), AuditError> {
        // What is not listed may be on a page that did not come; the population is incomplete then.
        if failure.is_some() {
            return Ok(());
        }
        let known = ledger.account_ids();
        let unknown = self.settings.scope.unknown_accounts(&known);
        if !unknown.is_empty() {
            return Err(AuditError::UnknownAccounts(unknown));
        }
        let archives = self.settings.collect.log_archive_accounts.iter().copied();
        let strangers: Vec<AccountId> = archives.filter(|it| !known.contains(it)).collect();
        // Only Organizations vouches for its list.
        if ledger.is_of_organizations() && !strangers.is_empty() {
            return Err(AuditError::UnknownLogArchives(strangers));
        }
        Ok(())
    }

    fn check_units(&self, units: &BTreeSet<String>, ledger: &Ledger) -> Result<(), AuditError> {
        let named = &self.settings.scope.organizational_units;
        let is_unknown = |it: &&String| !units.contains(*it) && !ledger.has_unit(it);
        let unknown: Vec<String> = named.iter().filter(is_unknown).cloned().collect();
        if !unknown.is_empty() {
            return Err(AuditError::UnknownUnits(unknown));
        }
        if ledger.includes_nothing(&self.settings.scope) {
            return Err(AuditError::EmptyScope);
        }
        Ok(())
    }

    /// Asks for the tags that the user wants to see. What cannot be read is a gap, and no more.
    pub(super) async fn read_tags(
        &self,
        accounts: mpsc::UnboundedReceiver<AccountId>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        const OPERATION: Operation = Operation::ListTagsForResource;
        let reading = Reading {
            account_of: |account: &AccountId| *account,
            sign_of: |res: &Result<_, Gap>| Sign::of(OPERATION, res.as_ref().err()),
            ask_once: || self.ports.ask_once(OPERATION),
        };
        let done = |account: AccountId, res: Result<Result<Tags, Gap>, Panicked>| {
            let res = res.unwrap_or_else(|panicked| {
                Err(panic_gap(OPERATION, &panicked.message).on(&account.to_string()))
            });
            match res {
                Ok(mut tags) => {
                    tags.retain(|key, _| self.settings.account_tags.contains(key));
                    ledger.tag(account, tags);
                }
                Err(gap) => {
                    self.gap(gap);
                }
            }
        };
        let read = |account| self.ports.account_tags(account);
        run_lowest_first(accounts, TAGGING, reading, read, done).await;
        Ok(())
    }
}

impl Outlets {
    fn send<P: Ports>(&self, account: Account, work: &Work<'_, P>) {
        let settings = work.settings;
        // The other ends stop listening only when the whole audit does.
        if !settings.account_tags.is_empty() && settings.scope.includes(&account) {
            let _ = self.to_tag.unbounded_send(account.id);
        }
        let _ = self.accounts.unbounded_send(account);
    }
}

/// Accounts come with their paths, or none of them does.
fn depth(page: &AccountPage) -> TreeDepth {
    if page.accounts.iter().all(|it| it.ou_path.is_some()) {
        TreeDepth::Units
    } else {
        TreeDepth::Accounts
    }
}
