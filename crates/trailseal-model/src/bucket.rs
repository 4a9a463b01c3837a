//! The buckets that trails deliver to.

use crate::account::AccountId;
use crate::evidence::{Answer, Evidence, Observed};
use crate::gap::GapId;
use crate::region::Region;

/// What HeadBucket found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketPresence {
    /// The bucket exists, in this Region where S3 said so.
    Exists(Option<Region>),
    /// S3 says that there is no such bucket.
    Gone,
}

/// Who owns a bucket, as far as ListBuckets tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketOwner {
    /// This account lists it as its own.
    Account(AccountId, Evidence),
    /// None of the accounts that were asked owns it.
    NotFound,
    /// At least one of the accounts that had to be asked could not be.
    Unread(GapId),
}

impl BucketOwner {
    /// The owner, if found.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(account, _) => Some(*account),
            Self::NotFound | Self::Unread(_) => None,
        }
    }
}

/// Everything known of one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketFacts {
    /// Its name.
    pub name: String,
    /// Whether it exists, and where.
    pub presence: Observed<Answer<BucketPresence>>,
    /// Who owns it.
    pub owner: BucketOwner,
    /// Who should own it, by configuration.
    pub configured_owner: Option<AccountId>,
}

impl BucketFacts {
    /// The bucket's Region, where S3 said so.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        match self.presence.known()?.value {
            BucketPresence::Exists(region) => region,
            BucketPresence::Gone => None,
        }
    }

    /// Whether S3 says that the bucket does not exist.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.presence.known().is_some_and(|it| it.value == BucketPresence::Gone)
    }
}
