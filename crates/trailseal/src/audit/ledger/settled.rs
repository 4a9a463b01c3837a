//! What is known once every target is read: the Regions of each account, and where the owners of
//! buckets are looked for.

use std::collections::BTreeSet;

use trailseal_evaluator::{BucketSearch, EnabledRegions, OtherAccounts, log_account_rank};
use trailseal_model::{Account, AccountId, RegionSet, Scope, TrailDescription};

use super::{Ledger, State};

impl Ledger {
    /// The Regions that each account has, when every target is read.
    pub(in crate::audit) fn all_enabled_regions(&self) -> EnabledRegions {
        let state = self.state();
        let set = |account| {
            let mut set = RegionSet::default();
            state.enabled_regions(account).into_iter().for_each(|it| set.insert(it));
            set
        };
        EnabledRegions(state.accounts.keys().map(|it| (*it, set(*it))).collect())
    }

    /// Which accounts can be asked for a bucket, when every target is read. What the user left out is
    /// asked too: it is not judged, and a trail that is may deliver there.
    pub(in crate::audit) fn bucket_search(&self) -> BucketSearch {
        let state = self.state();
        let management = state.organization.as_ref().map(|it| it.management_account);
        let first = management.into_iter().chain([state.caller]);
        let first = first.filter(|it| state.can_be_in_use(*it));
        let named = ranked(state.in_use(), |it| log_account_rank(&it.name));
        BucketSearch {
            in_use: state.in_use().map(|it| it.id).collect(),
            likely: first.chain(named).collect(),
            unopened: state.unopened.clone(),
            delivering: state.delivering.clone(),
        }
    }

    /// Who is asked last, when the tree of units is read as well: accounts in units that sound like
    /// those of accounts that keep logs, then all others. A limited run asks of the others only
    /// those that own its trails, which are asked anyway.
    pub(in crate::audit) fn other_accounts(&self, scope: &Scope) -> OtherAccounts {
        let state = self.state();
        let mut accounts = ranked(state.in_use(), |it| state.unit_rank(it));
        let in_use: BTreeSet<AccountId> = state.in_use().map(|it| it.id).collect();
        if scope.is_limited() {
            let owners = state.delivering.values().flatten().copied();
            accounts.extend(owners.collect::<BTreeSet<_>>());
            return OtherAccounts { accounts, left_out: in_use };
        }
        accounts.extend(in_use);
        OtherAccounts { accounts, left_out: BTreeSet::new() }
    }
}

impl State {
    /// Notes where a trail delivers.
    pub(super) fn note_bucket(&mut self, description: &TrailDescription) {
        let Some(bucket) = &description.bucket else { return };
        match self.delivering.get_mut(bucket) {
            Some(owners) => {
                owners.insert(description.owner);
            }
            None => {
                self.delivering.insert(bucket.clone(), BTreeSet::from([description.owner]));
            }
        }
    }

    /// Accounts in use that were opened, or that the user left out, by id.
    fn in_use(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(|it| self.can_be_in_use(it.id))
    }

    fn can_be_in_use(&self, account: AccountId) -> bool {
        let is_in_use = self.accounts.get(&account).is_none_or(|it| it.state.is_audited());
        is_in_use && !self.unopened.contains_key(&account)
    }

    /// The best of the units that the account stands under.
    fn unit_rank(&self, account: &Account) -> Option<u8> {
        let units = account.ou_path.as_deref().unwrap_or_default().split('/');
        units.filter_map(|it| log_account_rank(self.unit_names.get(it)?)).min()
    }
}

/// Accounts that have a rank, the best first, and by id where it is the same.
fn ranked<'a>(
    accounts: impl Iterator<Item = &'a Account>,
    rank: impl Fn(&Account) -> Option<u8>,
) -> Vec<AccountId> {
    let mut ranked: Vec<(u8, AccountId)> =
        accounts.filter_map(|it| Some((rank(it)?, it.id))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|it| it.1).collect()
}
