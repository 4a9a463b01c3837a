//! What collecting needs from AWS. Every method is one AWS operation, retried below this line; an
//! error is final for this run.

use std::future::Future;

use jiff::Timestamp;
use trailseal_model::{
    AccountId, Answer, Arn, BucketPresence, DecryptGrant, Gap, HeaderProblem, KeyPresence,
    KeyRotation, ManagementEvents, Region, StoreDescription, StoreListed, Target, TrailDescription,
    TrailStatus,
};

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

/// A trail as an account's own list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailListed {
    /// `TrailARN`.
    pub arn: Arn,
    /// `HomeRegion`, else the Region in the ARN.
    pub home_region: Region,
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
    ) -> impl Future<Output = Result<Answer<String>, Gap>> + Send;
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
    ) -> impl Future<Output = Result<Answer<Vec<DecryptGrant>>, Gap>> + Send;
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

/// Who reads a bucket's objects, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The account whose session is used, and the bucket's Region.
    pub target: Target,
    /// Sent as `ExpectedBucketOwner`, where the owner is known.
    pub expected_owner: Option<AccountId>,
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
    /// Where the next page begins; `None` on the last one.
    pub next_token: Option<String>,
}

/// What HeadObject shows of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// `x-amz-version-id`.
    pub version_id: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<Timestamp>,
    /// Bytes.
    pub size: Option<u64>,
    /// `ETag`, without its quotation marks.
    pub etag: Option<String>,
    /// `x-amz-server-side-encryption`, verbatim.
    pub algorithm: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`, verbatim.
    pub kms_key_id: Option<String>,
    /// `x-amz-server-side-encryption-customer-algorithm`, verbatim.
    pub customer_algorithm: Option<String>,
    /// `x-amz-server-side-encryption-bucket-key-enabled`.
    pub bucket_key: Option<bool>,
    /// A header that could not be parsed, and is left out of the rest.
    pub not_understood: Option<HeaderProblem>,
}

impl ObjectHead {
    /// Names the kind of encryption.
    pub const ALGORITHM: &'static str = "x-amz-server-side-encryption";
    /// Names the KMS key.
    pub const KEY_ID: &'static str = "x-amz-server-side-encryption-aws-kms-key-id";
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

/// Everything collecting needs.
pub trait CollectPorts:
    TrailStatuses
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

impl<P> CollectPorts for P where
    P: TrailStatuses
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
