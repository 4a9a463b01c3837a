//! What fan-out needs from AWS, as traits over [`Answers`] for what does not ask questions itself yet.

use std::collections::BTreeMap;
use std::future::Future;

use trailseal_model::question::{DescribeOrganization, ListRegions, ListTagsForResource};
use trailseal_model::{
    Account, AccountId, AccountsListed, Answers, Gap, Organization, RegionStatus, ask,
};

/// Some of the directory's accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The organization, where an account's ARN tells.
    pub organization: Option<Organization>,
}

impl From<AccountsListed> for AccountPage {
    fn from(listed: AccountsListed) -> Self {
        Self { accounts: listed.accounts, organization: listed.organization }
    }
}

/// The organization's directory.
pub trait Directory: Answers {}

impl<A: Answers> Directory for A {}

/// The tree that the organization's accounts stand in, and what is written on them.
pub trait OrganizationTree: Answers {
    /// DescribeOrganization; any member may be allowed to call it.
    ///
    /// # Errors
    /// The gap.
    fn describe_organization(&self) -> impl Future<Output = Result<Organization, Gap>> + Send {
        async move { Ok(ask(self, DescribeOrganization).await?.value) }
    }

    /// ListTagsForResource of one account, every page.
    ///
    /// # Errors
    /// The gap, its subject being the account.
    fn account_tags(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, Gap>> + Send {
        async move { Ok(ask(self, ListTagsForResource { account }).await?.value) }
    }
}

impl<A: Answers> OrganizationTree for A {}

/// Sessions in member accounts.
pub trait Sessions: Answers {}

impl<A: Answers> Sessions for A {}

/// The Regions of an account.
pub trait RegionListing: Answers {
    /// ListRegions in the account's own session.
    ///
    /// # Errors
    /// The gap; the partition's table is probed then, and nothing is lost.
    fn list_regions(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<Vec<RegionStatus>, Gap>> + Send {
        async move { Ok(ask(self, ListRegions { account }).await?.value) }
    }
}

impl<A: Answers> RegionListing for A {}

/// How often operations are tried.
pub trait Retries: Answers {}

impl<A: Answers> Retries for A {}
