//! Folds sightings into trails, collects their facts with sampled log objects, and judges them.
//!
//! **Architecture invariant**: [`judge()`] is total and synchronous: no I/O, clock, randomness or
//! environment. Everything remote is read before it begins.
//!
//! **Architecture invariant**: what could not be read is a gap and never a pass; no finding calls
//! an object unencrypted that was not read.
//!
//! **Architecture invariant**: only HeadObject looks at a log; its content is never read.
//!
//! **Architecture invariant**: what the fold and the collector hold does not depend on the order
//! in which answers arrive.

mod age;
mod collect;
mod delivery;
mod fold;
mod judge;
mod object_name;
pub mod ports;
#[cfg(test)]
mod test_support;

pub use collect::{
    BucketName, BucketPresenceRead, BucketsOwned, CensusEntry, CollectSettings, CollectedStore,
    CollectedTrail, Collector, EnabledRegions, ExaminedObjects, KeyWork, Members, NamedBuckets,
    OwnedBuckets, OwnerAnswers, StoreWork, TrailRead, TrailWork, add_details, key_arn,
    log_account_rank,
};
pub use delivery::delivery;
pub use fold::{Fold, FoldedTrail, Sightings};
pub use judge::{account_sealing, covered_by, judge, settle_groups};
pub use object_name::AccountRegion;
