//! Enumerates accounts, units and Regions under rate limits, and plans a row for every target.
//!
//! **Architecture invariant**: [`Limits`] are kept per account, Region and operation where the
//! audited account pays, and once for the run where the caller does. At most one task watches the
//! clock for a key; the others wait in the order they came. A throttle only ever makes a key
//! slower: nothing makes it faster than its share.
//!
//! **Architecture invariant**: which accounts are asked first is decided by their ids, never by the
//! order in which they or their answers come ([`LowestFirst`]).
//!
//! **Architecture invariant**: an account has a row for every Region whether it can be opened or
//! not ([`OpenedAccount::plan`]).

mod guarded;
mod limits;
mod lowest_first;
mod opening;
#[cfg(test)]
mod test_support;
mod tree;

pub use guarded::{Panicked, guarded};
pub use limits::{Limits, QuotaKey, RateShare};
pub use lowest_first::{LowestFirst, Sign};
pub use opening::{Access, OpenedAccount, open_account, outcome_of_failure};
pub use tree::{Tree, TreeDepth, walk_tree};
