//! Asks who owns a bucket, and whether it exists. Which accounts are asked, and when, is decided by
//! who calls this.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use trailseal_model::hash::fingerprint;
use trailseal_model::question::{HeadBucket, ListBuckets};
use trailseal_model::{
    AccountId, Answer, Answers, BucketPresence, Evidence, Gap, GapClass, Operation, ask,
};

use super::Collector;

/// What HeadBucket answered. A refusal is a gap only if nothing better is found.
pub type BucketPresenceRead = Result<Answer<BucketPresence>, Arc<Gap>>;

/// The buckets that trails name, with the owners of these trails.
pub type NamedBuckets = BTreeMap<String, BTreeSet<AccountId>>;

/// The name of a bucket in 16 bytes: most accounts own many that no trail delivers to.
pub type BucketName = u128;

/// What ListBuckets of one account answered.
#[derive(Debug, Clone)]
pub enum BucketsOwned {
    /// The buckets that it owns.
    Listed(Arc<OwnedBuckets>),
    /// No gap as long as another account may turn out to be the owner.
    Refused(Arc<Gap>),
}

/// The buckets of an account.
#[derive(Debug)]
pub struct OwnedBuckets {
    /// The call that listed them.
    pub evidence: Evidence,
    /// Fingerprints of their names, sorted.
    pub names: Box<[BucketName]>,
}

impl BucketsOwned {
    /// What is kept of an answer: every name, or only those that trails name where these are known.
    #[must_use]
    pub fn keep(res: Result<Answer<Vec<String>>, Gap>, needed: Option<&NamedBuckets>) -> Self {
        let Answer { value, evidence } = match res {
            Ok(answer) => answer,
            Err(gap) => return Self::Refused(Arc::new(gap)),
        };
        let is_needed = |name: &&String| needed.is_none_or(|needed| needed.contains_key(*name));
        let kept = value.iter().filter(is_needed);
        let mut names: Vec<BucketName> = kept.map(|name| fingerprint(name)).collect();
        names.sort_unstable();
        Self::Listed(Arc::new(OwnedBuckets { evidence, names: names.into() }))
    }

    /// The answer's evidence, if it has the bucket.
    #[must_use]
    pub fn lists(&self, bucket: &str) -> Option<&Evidence> {
        let Self::Listed(listed) = self else { return None };
        listed.names.binary_search(&fingerprint(bucket)).is_ok().then_some(&listed.evidence)
    }
}

/// What the accounts that were asked for one bucket answered, one after the other.
#[derive(Debug, Clone, Default)]
pub struct OwnerAnswers {
    /// The first that lists it, and the call that shows it.
    pub owner: Option<(AccountId, Evidence)>,
    /// Those before it.
    pub others: Vec<(AccountId, BucketsOwned)>,
}

impl<A: Answers> Collector<'_, A> {
    /// Asks these accounts one after the other for a bucket, up to its owner.
    pub async fn owner_among(
        &self,
        bucket: &str,
        accounts: &[AccountId],
        needed: Option<&NamedBuckets>,
    ) -> OwnerAnswers {
        let mut answers = OwnerAnswers::default();
        for account in accounts {
            let owned = self.buckets_owned(*account, needed).await;
            if let Some(evidence) = owned.lists(bucket) {
                answers.owner = Some((*account, evidence.clone()));
                break;
            }
            answers.others.push((*account, owned));
        }
        answers
    }

    /// ListBuckets of this account, asked once. A panic is the answer of this account alone: a bug must
    /// not end the search of all trails.
    pub async fn buckets_owned(
        &self,
        account: AccountId,
        needed: Option<&NamedBuckets>,
    ) -> BucketsOwned {
        let ask = || async {
            let listed =
                AssertUnwindSafe(ask(&self.answers, ListBuckets { account })).catch_unwind();
            BucketsOwned::keep(listed.await.unwrap_or_else(|_| Err(panicked(account))), needed)
        };
        self.buckets.get(account, ask).await
    }

    /// HeadBucket in the session of this account.
    ///
    /// # Errors
    /// The gap, its subject being the bucket.
    pub async fn head_bucket(&self, account: AccountId, bucket: &str) -> BucketPresenceRead {
        let question = HeadBucket { bucket: bucket.to_owned(), account };
        ask(&self.answers, question).await.map_err(Arc::new)
    }
}

fn panicked(account: AccountId) -> Gap {
    let gap = Gap::new(GapClass::Panic, Operation::ListBuckets).at(account, None);
    gap.saying("asking for the account's buckets panicked")
}
