//! Finds a trail's bucket: whether it exists, its Region and its owner.

use std::sync::Arc;

use trailseal_model::{
    AccountId, Answer, BucketFacts, BucketOwner, BucketPresence, Gap, Observed, OwnerSearch,
};

use super::Collector;
use super::TrailWork;
use super::owners::{Asked, BucketSearch, Found, Search, ids_in};
use crate::ports::CollectPorts;

/// What HeadBucket came to. A refusal is a gap only if nothing better is found.
pub(super) type Presence = Result<Answer<BucketPresence>, Arc<Gap>>;

impl<P: CollectPorts> Collector<'_, P> {
    /// Whether the owner of the trail's bucket is none of those asked first, and the others cannot be
    /// asked yet, because targets are still being read. Then the trail had better be collected later.
    pub async fn waits_for_owner(&self, work: &TrailWork) -> bool {
        let description = &work.trail.description;
        let Some(bucket) = description.bucket.as_deref() else { return false };
        if self.owners.is_open() {
            return false;
        }
        for account in self.asked_first(bucket, description.owner) {
            if self.buckets_of(account).await.lists(bucket).is_some() {
                return false;
            }
        }
        true
    }

    pub(super) async fn bucket(&self, name: &str, trail_owner: AccountId) -> BucketFacts {
        let configured_owner = self.configured_owner(name);
        let mut search = Search::new(name);
        let found = match self.first_owner(name, trail_owner, &mut search).await {
            Some(found) => Ok(found),
            None => self.far_owner(name, trail_owner, &mut search).await,
        };
        let facts = |presence, owner, search| BucketFacts {
            name: name.to_owned(),
            presence,
            owner,
            configured_owner,
            search,
        };
        match found {
            Ok((owner, evidence)) => {
                let presence = self.presence(owner, name).await;
                let owner = BucketOwner::Account(owner, evidence);
                facts(self.kept(presence), owner, OwnerSearch::default())
            }
            Err(Missing::Gone(answer)) => {
                let nowhere = OwnerSearch::default();
                facts(Observed::Known(answer), BucketOwner::NotFound, nowhere)
            }
            Err(Missing::Nowhere) => {
                let presence = self.presence(trail_owner, name).await;
                let (owner, search) = self.unknown_owner(search).await;
                facts(self.kept(presence), owner, search)
            }
        }
    }

    fn configured_owner(&self, bucket: &str) -> Option<AccountId> {
        self.settings.bucket_owners.iter().find(|it| it.0 == bucket).map(|it| it.1)
    }

    /// The configured owner, the trail's owner, the log-archive accounts: whom it costs nothing to ask
    /// while targets are still being read.
    fn asked_first(&self, bucket: &str, trail_owner: AccountId) -> Vec<AccountId> {
        let mut accounts: Vec<AccountId> = self.configured_owner(bucket).into_iter().collect();
        for account in [trail_owner].iter().chain(&self.settings.log_archive_accounts) {
            if !accounts.contains(account) {
                accounts.push(*account);
            }
        }
        accounts
    }

    async fn first_owner(
        &self,
        bucket: &str,
        trail_owner: AccountId,
        search: &mut Search,
    ) -> Option<Found> {
        for account in self.asked_first(bucket, trail_owner) {
            let found = search.note(account, self.buckets_of(account).await);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The owner among all other accounts, once every target is read. A bucket that is gone has none.
    async fn far_owner(
        &self,
        bucket: &str,
        trail_owner: AccountId,
        search: &mut Search,
    ) -> Result<Found, Missing> {
        let known = self.owners.to_ask.clone().await;
        for account in ids_in(bucket).into_iter().filter(|it| known.in_use.contains(it)) {
            if let Some(found) = search.note(account, self.buckets_of(account).await) {
                return Ok(found);
            }
        }
        if !known.asks_anybody() {
            return Err(Missing::Nowhere);
        }
        let reader = known.first_delivering(bucket).unwrap_or(trail_owner);
        if let Ok(answer) = self.presence(reader, bucket).await
            && answer.value == BucketPresence::Gone
        {
            return Err(Missing::Gone(answer));
        }
        self.sweep(&known, bucket).await.ok_or(Missing::Nowhere)
    }

    async fn presence(&self, reader: AccountId, bucket: &str) -> Presence {
        let head = || async { self.ports.head_bucket(reader, bucket).await.map_err(Arc::new) };
        self.bucket_heads.get((reader, bucket.to_owned()), head).await
    }

    fn kept(&self, presence: Presence) -> Observed<Answer<BucketPresence>> {
        self.observed(presence.map_err(Arc::unwrap_or_clone))
    }

    /// ListBuckets of this account, asked once.
    pub(super) async fn buckets_of(&self, account: AccountId) -> Asked {
        let ask = || async {
            let res = self.owners.guarded(account, self.ports.list_buckets(account)).await;
            self.owners.keep(res)
        };
        self.owners.asked.get(account, ask).await
    }

    /// What becomes of a search without an owner: its first refusals are gaps now.
    async fn unknown_owner(&self, search: Search) -> (BucketOwner, OwnerSearch) {
        let known: Arc<BucketSearch> = self.owners.to_ask.clone().await;
        let (refusals, counts) = self.owners.conclude(search, &known).await;
        let gaps: Vec<_> = refusals.into_iter().map(|it| self.gap(Gap::clone(&it))).collect();
        let gap = gaps.first().or_else(|| known.unopened.values().next());
        (gap.map_or(BucketOwner::NotFound, |it| BucketOwner::Unread(*it)), counts)
    }
}

/// Why a bucket has no owner that is known.
enum Missing {
    /// S3 says that there is no such bucket.
    Gone(Answer<BucketPresence>),
    /// No account that was asked lists it.
    Nowhere,
}
