//! What fan-out needs from AWS.

use std::future::Future;

use trailseal_model::{Account, AccountId, Gap, Organization, Region};

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
pub struct AccountRegion {
    /// The Region.
    pub region: Region,
    /// Whether it is enabled there, or about to be.
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
    ) -> impl Future<Output = Result<Vec<AccountRegion>, Gap>> + Send;
}
