//! The organization's directory: its accounts, and the units of its tree.

use serde::{Deserialize, Serialize};

use crate::account::{Account, Organization};
use crate::gap::Gap;

/// The organization's root, or one of its units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// `r-…` or `ou-…`.
    pub id: String,
    /// Its name: free text, never trusted.
    pub name: String,
}

/// The organization's accounts, as far as they could be listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsListed {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The organization, where an account's ARN tells.
    pub organization: Option<Organization>,
    /// Why there may be more; `None` when every account is listed.
    pub ended_by: Option<Gap>,
}
