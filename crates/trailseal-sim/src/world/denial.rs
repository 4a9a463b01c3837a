//! What policies deny: organization policies, boundaries, and the roles' own.

use super::account::AccountId;
use super::region::{Region, RegionSet};

pub use crate::policy::pattern::{matches_action, matches_text};

/// The kind of policy that denies, as AWS's message names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyKind {
    /// A service control policy. It does not bind the management account.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// The caller's own policies.
    Identity,
    /// The resource's policy.
    Resource,
    /// A permissions boundary.
    Boundary,
    /// The session's policy.
    Session,
    /// A VPC endpoint's policy.
    Endpoint,
    /// AWS gives no reason.
    Untold,
}

/// Accounts that a rule binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts {
    /// Every one.
    All,
    /// These, sorted: a denial is looked at with every request.
    These(Vec<AccountId>),
}

impl Accounts {
    /// Whether the rule binds this account.
    #[must_use]
    pub fn contain(&self, account: AccountId) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.binary_search(&account).is_ok(),
        }
    }
}

/// One denial. Every matching call is refused with AWS's words for that kind of policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The kind of policy.
    pub kind: PolicyKind,
    /// Whether a statement denies it, rather than none allowing it.
    pub is_explicit: bool,
    /// The policy's ARN, where the message shows one.
    pub policy_arn: Option<Box<str>>,
    /// The accounts whose sessions it binds.
    pub accounts: Accounts,
    /// The Regions.
    pub regions: RegionSet,
    /// IAM actions, `*` and `?` as in policies, letter case ignored.
    pub actions: Box<[Box<str>]>,
    /// Only for resources that contain this text; empty is all.
    pub resource: Box<str>,
}

impl Denial {
    /// Whether it denies this action there.
    #[must_use]
    pub fn binds(&self, account: AccountId, region: Region, action: &str, resource: &str) -> bool {
        self.accounts.contain(account)
            && self.regions.contains(region)
            && resource.contains(&*self.resource)
            && self.actions.iter().any(|it| matches_action(it, action))
    }
}
