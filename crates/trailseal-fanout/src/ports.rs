//! What fan-out needs from AWS.

use std::collections::BTreeMap;
use std::future::Future;

use trailseal_model::{Account, AccountId, Gap, Operation, Organization, Region};

/// One page of the directory.
#[derive(Debug, Clone, Default)]
pub struct AccountPage {
    /// The accounts on it; a page can be empty and still have a successor.
    pub accounts: Vec<Account>,
    /// The organization, where an account's ARN tells.
    pub organization: Option<Organization>,
    /// Where the next page begins; `None` on the last one.
    pub next_token: Option<String>,
}

/// The organization's directory.
pub trait Directory: Send + Sync {
    /// One page of ListAccounts; the first one without a token.
    ///
    /// # Errors
    /// The gap, after everything that may be retried was retried.
    fn list_accounts(
        &self,
        token: Option<String>,
    ) -> impl Future<Output = Result<AccountPage, Gap>> + Send;
}

/// The organization's root, or one of its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// `r-…` or `ou-…`.
    pub id: String,
    /// Its name: free text, never trusted.
    pub name: String,
}

/// One page of roots or units.
#[derive(Debug, Clone, Default)]
pub struct UnitPage {
    /// The units on it.
    pub units: Vec<Unit>,
    /// Where the next page begins; `None` on the last one.
    pub next_token: Option<String>,
}

/// One page of the accounts directly below a root or unit.
#[derive(Debug, Clone, Default)]
pub struct MemberPage {
    /// The accounts on it.
    pub accounts: Vec<AccountId>,
    /// Where the next page begins; `None` on the last one.
    pub next_token: Option<String>,
}

/// The tree that the organization's accounts stand in, and what is written on them.
pub trait OrganizationTree: Send + Sync {
    /// DescribeOrganization; any member may be allowed to call it.
    ///
    /// # Errors
    /// The gap.
    fn describe_organization(&self) -> impl Future<Output = Result<Organization, Gap>> + Send;

    /// One page of ListRoots.
    ///
    /// # Errors
    /// The gap.
    fn list_roots(
        &self,
        token: Option<String>,
    ) -> impl Future<Output = Result<UnitPage, Gap>> + Send;

    /// One page of ListOrganizationalUnitsForParent.
    ///
    /// # Errors
    /// The gap, its subject being the parent.
    fn list_units(
        &self,
        parent: &str,
        token: Option<String>,
    ) -> impl Future<Output = Result<UnitPage, Gap>> + Send;

    /// One page of ListAccountsForParent.
    ///
    /// # Errors
    /// The gap, its subject being the parent.
    fn list_accounts_in(
        &self,
        parent: &str,
        token: Option<String>,
    ) -> impl Future<Output = Result<MemberPage, Gap>> + Send;

    /// ListTagsForResource of one account, every page.
    ///
    /// # Errors
    /// The gap, its subject being the account.
    fn account_tags(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, Gap>> + Send;
}

/// Sessions in member accounts.
pub trait Sessions: Send + Sync {
    /// Makes sure that calls in this account can be made.
    ///
    /// # Errors
    /// The gap that every call in this account would meet.
    fn open(&self, account: AccountId) -> impl Future<Output = Result<(), Gap>> + Send;
}

/// One Region of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionStatus {
    /// The Region.
    pub region: Region,
    /// Whether it is enabled there: it takes calls.
    pub is_enabled: bool,
}

/// The Regions of an account.
pub trait RegionListing: Send + Sync {
    /// ListRegions in the account's own session.
    ///
    /// # Errors
    /// The gap; the partition's table is probed then, and nothing is lost.
    fn list_regions(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<Vec<RegionStatus>, Gap>> + Send;
}

/// How often operations are tried.
pub trait Retries: Send + Sync {
    /// From now on this operation is asked once, without retries: it failed in the same way in the
    /// accounts that were asked first (see [`LowestFirst`](crate::LowestFirst)).
    fn ask_once(&self, operation: Operation);
}
