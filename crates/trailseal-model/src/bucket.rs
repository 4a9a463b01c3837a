//! The buckets that trails deliver to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::evidence::{Answer, Evidence, Observed};
use crate::gap::GapId;
use crate::region::Region;
use crate::word_enum::word_enum;

/// What HeadBucket found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BucketPresence {
    /// The bucket exists, in this Region where S3 said so.
    Exists(Option<Region>),
    /// S3 says that there is no such bucket.
    Gone,
}

word_enum! {
    /// What reading a bucket came to, in one word.
    pub enum BucketReading {
        /// The bucket exists.
        Exists = "exists",
        /// S3 says that there is no such bucket.
        Gone = "gone",
        /// S3 did not say.
        Unread = "unread",
    }
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

/// In how many accounts the owner of a bucket was looked for, where none was found; else zeros.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnerSearch {
    /// Accounts that answered ListBuckets without the bucket.
    pub answered: usize,
    /// Accounts that refused ListBuckets, or did not answer it.
    pub refused: usize,
    /// Accounts in use that could not be opened.
    pub unopened: usize,
    /// Accounts in use that were not asked because the user limited the run.
    pub left_out: usize,
}

impl fmt::Display for OwnerSearch {
    /// As a part of a sentence: "1 account answered ListBuckets without it, 2 accounts refused it".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [
            (self.answered, "answered ListBuckets without it"),
            (self.refused, "refused ListBuckets or did not answer it"),
            (self.unopened, "could not be opened"),
            (self.left_out, "not asked because the run is limited"),
        ];
        let mut separator = "";
        for (count, what) in said.into_iter().filter(|it| it.0 > 0) {
            let accounts = if count == 1 { "account" } else { "accounts" };
            write!(formatter, "{separator}{count} {accounts} {what}")?;
            separator = ", ";
        }
        Ok(())
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
    /// Where an owner was looked for in vain.
    pub search: OwnerSearch,
}

impl BucketFacts {
    /// What reading it came to.
    #[must_use]
    pub fn reading(&self) -> BucketReading {
        match self.presence.known().map(|answer| answer.value) {
            Some(BucketPresence::Exists(_)) => BucketReading::Exists,
            Some(BucketPresence::Gone) => BucketReading::Gone,
            None => BucketReading::Unread,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_says_what_there_is_to_say() {
        let check = |counts: [usize; 4], expected: &str| {
            let [answered, refused, unopened, left_out] = counts;
            let search = OwnerSearch { answered, refused, unopened, left_out };
            assert_eq!(search.to_string(), expected);
        };
        check([0; 4], "");
        check(
            [1, 0, 2, 0],
            "1 account answered ListBuckets without it, 2 accounts could not be opened",
        );
        check(
            [12, 1, 0, 40],
            "12 accounts answered ListBuckets without it, 1 account refused ListBuckets or did not answer it, 40 accounts not asked because the run is limited",
        );
    }
}
