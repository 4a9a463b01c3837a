//! What collecting needs from AWS, as traits over [`Answers`] for what does not ask questions itself
//! yet. Every method is one AWS operation, retried below this line; an error is final for this run.

use std::future::Future;
use std::sync::Arc;

use trailseal_model::question::{
    DescribeKey, DescribeTrails, GetEventDataStore, GetEventSelectors, GetKeyPolicy,
    GetKeyRotationStatus, GetTrailStatus, HeadBucket, HeadObject, ListBuckets, ListEventDataStores,
    ListGrants, ListObjects, ListTrails,
};
use trailseal_model::{
    AccountId, Answer, Answers, Arn, BucketPresence, DecryptGrant, Gap, KeyPresence, KeyRotation,
    ManagementEvents, StoreDescription, StoreListed, Target, TrailDescription, TrailStatus, Want,
    ask,
};
pub use trailseal_model::{ObjectHead, Reader, TrailListed};

/// Trails of one target.
pub trait TrailListing: Send + Sync {
    /// DescribeTrails, shadow trails included.
    ///
    /// # Errors
    /// The gap.
    fn describe_trails(
        &self,
        target: Target,
    ) -> impl Future<Output = Result<Answer<Vec<TrailDescription>>, Gap>> + Send;
}

impl<A: Answers> TrailListing for A {
    async fn describe_trails(&self, target: Target) -> Result<Answer<Vec<TrailDescription>>, Gap> {
        ask(self, DescribeTrails { target }).await
    }
}

/// The names of an account's trails.
pub trait TrailNames: Send + Sync {
    /// ListTrails, asked in the account's default Region, every page.
    ///
    /// # Errors
    /// The gap.
    fn list_trails(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<Vec<TrailListed>, Gap>> + Send;
}

impl<A: Answers> TrailNames for A {
    async fn list_trails(&self, account: AccountId) -> Result<Vec<TrailListed>, Gap> {
        Ok(ask(self, ListTrails { account }).await?.value)
    }
}

/// Event data stores of one target.
pub trait StoreListing: Send + Sync {
    /// ListEventDataStores, every page. A Region that does not know the operation has no store.
    ///
    /// # Errors
    /// The gap.
    fn list_stores(
        &self,
        target: Target,
    ) -> impl Future<Output = Result<Answer<Vec<StoreListed>>, Gap>> + Send;
}

impl<A: Answers> StoreListing for A {
    async fn list_stores(&self, target: Target) -> Result<Answer<Vec<StoreListed>>, Gap> {
        ask(self, ListEventDataStores { target }).await
    }
}

/// Event data stores.
pub trait Stores: Send + Sync {
    /// GetEventDataStore for this ARN, asked in this account and Region.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn store(
        &self,
        store: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<StoreDescription>, Gap>> + Send;
}

impl<A: Answers> Stores for A {
    async fn store(&self, store: &Arn, asked_in: Target) -> Result<Answer<StoreDescription>, Gap> {
        ask(self, GetEventDataStore { store: store.clone(), asked_in }).await
    }
}

/// Logging and delivery.
pub trait TrailStatuses: Send + Sync {
    /// GetTrailStatus for this ARN, asked in this account and Region.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn trail_status(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<TrailStatus>, Gap>> + Send;
}

impl<A: Answers> TrailStatuses for A {
    async fn trail_status(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<TrailStatus>, Gap> {
        ask(self, GetTrailStatus { trail: trail.clone(), asked_in }).await
    }
}

/// What trails record.
pub trait EventSelectors: Send + Sync {
    /// GetEventSelectors for this ARN, asked in this account and Region, basic and advanced ones
    /// brought together. No selector at all is not understood: AWS always prints the default.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn management_events(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<ManagementEvents>, Gap>> + Send;
}

impl<A: Answers> EventSelectors for A {
    async fn management_events(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<ManagementEvents>, Gap> {
        ask(self, GetEventSelectors { trail: trail.clone(), asked_in }).await
    }
}

/// KMS keys.
pub trait Keys: Send + Sync {
    /// DescribeKey for this key or alias ARN, asked in this account and Region. `Gone` is AWS's
    /// NotFoundException; whether the key is really gone depends on who asked.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn describe_key(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<KeyPresence>, Gap>> + Send;
}

impl<A: Answers> Keys for A {
    async fn describe_key(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyPresence>, Gap> {
        ask(self, DescribeKey { key: key.clone(), asked_in }).await
    }
}

/// Policies of KMS keys.
pub trait KeyPolicies: Send + Sync {
    /// GetKeyPolicy for this key ARN, asked in the key's own account and Region: the policy's JSON.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn key_policy(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<Arc<str>>, Gap>> + Send;
}

impl<A: Answers> KeyPolicies for A {
    async fn key_policy(&self, key: &Arn, asked_in: Target) -> Result<Answer<Arc<str>>, Gap> {
        ask(self, GetKeyPolicy { key: key.clone(), asked_in }).await
    }
}

/// Grants of KMS keys.
pub trait KeyGrants: Send + Sync {
    /// ListGrants for this key ARN, asked in this account and the key's Region, every page: those by
    /// which somebody may decrypt.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn decrypt_grants(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<Arc<[DecryptGrant]>>, Gap>> + Send;
}

impl<A: Answers> KeyGrants for A {
    async fn decrypt_grants(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> Result<Answer<Arc<[DecryptGrant]>>, Gap> {
        ask(self, ListGrants { key: key.clone(), asked_in }).await
    }
}

/// Rotation of KMS keys.
pub trait KeyRotations: Send + Sync {
    /// GetKeyRotationStatus for this key ARN, asked in this account and the key's Region.
    ///
    /// # Errors
    /// The gap, its subject being the ARN.
    fn key_rotation(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> impl Future<Output = Result<Answer<KeyRotation>, Gap>> + Send;
}

impl<A: Answers> KeyRotations for A {
    async fn key_rotation(&self, key: &Arn, asked_in: Target) -> Result<Answer<KeyRotation>, Gap> {
        ask(self, GetKeyRotationStatus { key: key.clone(), asked_in }).await
    }
}

/// Buckets.
pub trait Buckets: Send + Sync {
    /// ListBuckets: the names of all buckets the account owns.
    ///
    /// # Errors
    /// The gap.
    fn list_buckets(
        &self,
        account: AccountId,
    ) -> impl Future<Output = Result<Answer<Vec<String>>, Gap>> + Send;

    /// HeadBucket, asked in this account. A refusal that names the bucket's Region is an answer.
    ///
    /// # Errors
    /// The gap, its subject being the bucket.
    fn head_bucket(
        &self,
        account: AccountId,
        bucket: &str,
    ) -> impl Future<Output = Result<Answer<BucketPresence>, Gap>> + Send;
}

impl<A: Answers> Buckets for A {
    async fn list_buckets(&self, account: AccountId) -> Result<Answer<Vec<String>>, Gap> {
        ask(self, ListBuckets { account }).await
    }

    async fn head_bucket(
        &self,
        account: AccountId,
        bucket: &str,
    ) -> Result<Answer<BucketPresence>, Gap> {
        ask(self, HeadBucket { bucket: bucket.to_owned(), account }).await
    }
}

/// Which objects to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectRange<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// What their keys begin with.
    pub prefix: &'a str,
    /// The key after which they lie, `StartAfter`; it need not exist.
    pub start_after: Option<&'a str>,
    /// How many a page has at most, `MaxKeys`.
    pub most: u16,
    /// Whether what lies deeper is rolled up to its folder, by a slash as `Delimiter`.
    pub by_folder: bool,
}

impl ObjectRange<'_> {
    /// As many as S3 gives at most.
    pub const PAGE: u16 = 1000;
}

/// One page of ListObjectsV2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// Keys, in S3's order.
    pub keys: Vec<String>,
    /// `CommonPrefixes`, each with its slash; empty unless asked for by folder.
    pub folders: Vec<String>,
    /// The text that the next page starts after; `None` on the last one.
    pub next_token: Option<String>,
}

/// Log objects. Never GetObject, never checksum mode: no kms:Decrypt is needed.
pub trait LogObjects: Send + Sync {
    /// One page of ListObjectsV2, 1,000 keys at most.
    ///
    /// # Errors
    /// The gap, its subject being `bucket/prefix`.
    fn list_objects(
        &self,
        reader: Reader,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> impl Future<Output = Result<Answer<ObjectPage>, Gap>> + Send;

    /// HeadObject. `None` when S3 answers 404: gone since it was listed.
    ///
    /// # Errors
    /// The gap, its subject being `bucket/key`. A bare 400 is a gap too: S3 answers so for an
    /// object under a key of its writer, and for expired credentials.
    fn head_object(
        &self,
        reader: Reader,
        bucket: &str,
        key: &str,
    ) -> impl Future<Output = Result<Answer<Option<ObjectHead>>, Gap>> + Send;
}

impl<A: Answers> LogObjects for A {
    async fn list_objects(
        &self,
        reader: Reader,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> Result<Answer<ObjectPage>, Gap> {
        let want = match range.most {
            _ if range.by_folder => Want::Folders,
            most if most <= Want::FEW => Want::First,
            _ => Want::Names,
        };
        let question = ListObjects {
            reader,
            bucket: range.bucket.to_owned(),
            prefix: range.prefix.to_owned(),
            start_after: token.or_else(|| range.start_after.map(str::to_owned)),
            want,
        };
        let answer = ask(self, question).await?;
        Ok(answer.map(|page| ObjectPage {
            keys: page.keys,
            folders: page.folders,
            next_token: page.next,
        }))
    }

    async fn head_object(
        &self,
        reader: Reader,
        bucket: &str,
        key: &str,
    ) -> Result<Answer<Option<ObjectHead>>, Gap> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        ask(self, HeadObject { reader, bucket, key }).await
    }
}

/// Everything collecting needs.
pub trait CollectPorts:
    Answers
    + TrailStatuses
    + EventSelectors
    + Keys
    + KeyPolicies
    + KeyGrants
    + KeyRotations
    + Buckets
    + LogObjects
    + Stores
{
}

impl<A: Answers> CollectPorts for A {}
