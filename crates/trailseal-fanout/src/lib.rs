//! Walks accounts x Regions as keyed work under rate limits and accounts for every target.
//!
//! **Architecture invariant**: [`run()`] is generic over key and work, and streams; each key yields
//! exactly once, a panic included.
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

mod directory;
mod gate;
mod limits;
mod lowest_first;
mod once;
mod opening;
mod ports;
mod run;
#[cfg(test)]
mod test_support;
mod tree;

pub use directory::pages;
pub use gate::{Closing, Gate, GateHandle};
pub use limits::{Limits, QuotaKey, RateShare};
pub use lowest_first::{LowestFirst, Reading, Sign, run_lowest_first};
pub use once::Once;
pub use opening::{Access, OpenedAccount, open_account, outcome_of_failure};
pub use ports::{AccountPage, Directory, OrganizationTree, RegionListing, Retries, Sessions};
pub use run::{Panicked, run};
pub use tree::{Tree, TreeDepth, walk_tree};
