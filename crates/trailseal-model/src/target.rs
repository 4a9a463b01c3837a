//! Where questions are asked.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::region::Region;

/// One account x one Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}
