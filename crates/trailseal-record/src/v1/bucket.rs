//! The line of a bucket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{AccountId, BucketFacts, BucketOwner, BucketReading, Region};

use super::values::{GapNames, gap_ids};

/// One bucket that a trail names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BucketLine {
    /// Its name.
    pub bucket: String,
    /// What reading it came to.
    pub presence: BucketReading,
    /// Its Region.
    pub region: Option<Region>,
    /// The account that lists it as its own.
    pub owner_account_id: Option<AccountId>,
    /// The account that should own it, by configuration.
    pub configured_owner_account_id: Option<AccountId>,
    /// What could not be read of it.
    pub gap_ids: Vec<String>,
}

pub(super) fn bucket_line(bucket: &BucketFacts, names: &GapNames<'_>) -> BucketLine {
    let owner_gap = match bucket.owner {
        BucketOwner::Unread(gap) => Some(gap),
        BucketOwner::Account(..) | BucketOwner::NotFound => None,
    };
    BucketLine {
        bucket: bucket.name.clone(),
        presence: bucket.reading(),
        region: bucket.region(),
        owner_account_id: bucket.owner.account(),
        configured_owner_account_id: bucket.configured_owner,
        gap_ids: gap_ids(bucket.presence.gap().into_iter().chain(owner_gap), names),
    }
}
