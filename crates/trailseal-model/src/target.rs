//! Where questions are asked.

use crate::account::AccountId;
use crate::region::Region;

/// One account x one Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}
