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
//! **Architecture invariant**: no command of a fix can stop the delivery of logs. `fixes/command.rs` has
//! all of them; what else there is to change is a statement to review, or a setting of the program.
//!
//! **Architecture invariant**: what the fold and the collector hold does not depend on the order
//! in which answers arrive.

mod age;
mod causes;
mod collect;
mod delivery;
mod encryption;
mod examined_object;
mod fixes;
mod fold;
mod judge;
mod object_name;
#[cfg(test)]
mod test_support;

pub use causes::{CauseContext, causes};
pub use collect::{
    BucketName, BucketPresenceRead, BucketsOwned, CollectSettings, CollectedStore, CollectedTrail,
    Collector, EnabledRegions, KeyWork, Members, NamedBuckets, OwnedBuckets, OwnerAnswers,
    ReadObjects, StoreWork, TrailRead, TrailWork, add_details, key_arn, log_account_rank,
};
pub use delivery::delivery;
pub use encryption::ExpectedKey;
pub use examined_object::{
    Census, DigestListing, ExaminedObject, HeadAnswer, HistorySearch, ObjectEvidence, WindowListing,
};
pub use fold::{Fold, FoldedTrail};
pub use judge::{
    JudgedObjects, ObjectClass, ObjectJudge, account_sealing, covered_by, judge, sample,
};
pub use object_name::{AccountRegion, log_root};
