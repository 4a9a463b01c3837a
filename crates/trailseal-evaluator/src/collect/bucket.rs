//! Finds a trail's bucket: whether it exists, its Region and its owner.

use std::collections::HashSet;
use std::sync::Arc;

use trailseal_model::{AccountId, Answer, BucketFacts, BucketOwner, GapId, Observed};

use super::Collector;
use crate::ports::CollectPorts;

impl<P: CollectPorts> Collector<'_, P> {
    /// Order of trial: the configured owner, the trail's owner, the log-archive accounts.
    pub(super) async fn bucket(&self, name: &str, trail_owner: AccountId) -> BucketFacts {
        let configured = self.settings.bucket_owners.iter().find(|it| it.0 == name);
        let configured_owner = configured.map(|it| it.1);
        let mut candidates: Vec<AccountId> = configured_owner.into_iter().collect();
        candidates.push(trail_owner);
        candidates.extend(&self.settings.log_archive_accounts);
        let owner = self.owner(name, &candidates).await;
        let reader = owner.account().unwrap_or(trail_owner);
        let head = || async { self.observed(self.ports.head_bucket(reader, name).await) };
        let presence = self.bucket_heads.get((reader, name.to_owned()), head).await;
        BucketFacts { name: name.to_owned(), presence, owner, configured_owner }
    }

    async fn owner(&self, bucket: &str, candidates: &[AccountId]) -> BucketOwner {
        let mut unread: Option<GapId> = None;
        let mut asked = HashSet::new();
        for account in candidates.iter().filter(|it| asked.insert(**it)) {
            match self.buckets_of(*account).await {
                Observed::Known(answer) if answer.value.contains(bucket) => {
                    return BucketOwner::Account(*account, answer.evidence);
                }
                Observed::Known(_) => {}
                Observed::Unread(gap) => unread = unread.or(Some(gap)),
            }
        }
        unread.map_or(BucketOwner::NotFound, BucketOwner::Unread)
    }

    async fn buckets_of(&self, account: AccountId) -> Observed<Answer<Arc<HashSet<String>>>> {
        let read = || async {
            let res = self.ports.list_buckets(account).await;
            self.observed(res.map(|it| it.map(|names| Arc::new(names.into_iter().collect()))))
        };
        self.buckets_of.get(account, read).await
    }
}
