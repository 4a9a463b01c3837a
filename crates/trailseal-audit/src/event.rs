//! What a run does next, and what it resulted in.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_evaluator::{
    BucketPresenceRead, BucketsOwned, CollectedStore, EnabledRegions, KeyWork, Members,
    NamedBuckets, OwnerAnswers, ReadObjects, StoreWork, TrailRead, TrailWork,
};
use trailseal_fanout::{OpenedAccount, Tree, TreeDepth};
use trailseal_model::{
    Account, AccountId, AccountsListed, Answer, Arn, BucketFacts, DecryptGrant, Gap, KeyRotation,
    Observed, Operation, Organization, RegionStatus, StoreListed, Target, TrailDescription,
    TrailListed, TrailStatus,
};

/// When something began and ended, in milliseconds after the run's start.
pub type Times = (u32, u32);

/// A bucket, and the owner of trails that deliver to it: together they decide who is asked for it.
pub(crate) type SearchId = (Arc<str>, AccountId);

/// One thing to do, with all that is needed for it.
#[derive(Debug, Clone)]
pub enum Work {
    /// List the accounts of the organization.
    ListAccounts,
    /// Ask which organization the caller belongs to.
    DescribeOrganization,
    /// Walk the organization's units.
    WalkTree {
        /// The organization's id.
        organization: String,
        /// Whether accounts are asked for as well.
        depth: TreeDepth,
    },
    /// Read the tags of an account.
    ReadTags {
        /// The account.
        account: AccountId,
    },
    /// Open an account and list its Regions.
    OpenAccount {
        /// The account.
        account: Account,
    },
    /// List the names of an account's trails.
    ListTrails {
        /// The account.
        account: AccountId,
    },
    /// Describe the trails of a target.
    DescribeTrails {
        /// The target.
        target: Target,
    },
    /// List the event data stores of a target.
    ListStores {
        /// The target.
        target: Target,
    },
    /// Describe the trails of a target outside the scope, and list its account's Regions.
    ReadSupport {
        /// The home Region of trails that reach what is in scope.
        home: Target,
    },
    /// Ask a member for the status of an organization trail.
    AskMember {
        /// The trail.
        trail: Arn,
        /// Where it is asked.
        target: Target,
    },
    /// Read an event data store and its key.
    ReadStore {
        /// The store.
        store: StoreWork,
        /// The organization.
        members: Arc<Members>,
    },
    /// Read a trail, its key and the key's policy.
    ReadTrail {
        /// The trail.
        trail: Arc<TrailWork>,
        /// The organization.
        members: Arc<Members>,
    },
    /// List the grants of a trail's key.
    ReadGrants {
        /// The key.
        key: KeyWork,
        /// The organization.
        members: Arc<Members>,
    },
    /// Read whether a trail's key rotates.
    ReadRotation {
        /// The key.
        key: KeyWork,
        /// The organization.
        members: Arc<Members>,
    },
    /// Ask these accounts, one after the other, whether they own a bucket.
    FindBucketOwner {
        /// The bucket.
        bucket: Arc<str>,
        /// The owner of the trails for which it is searched.
        trail_owner: AccountId,
        /// Who is asked.
        accounts: Vec<AccountId>,
        /// The buckets that trails name, once these are known.
        needed: Option<Arc<NamedBuckets>>,
    },
    /// Ask whether a bucket exists, and where.
    HeadBucket {
        /// The bucket.
        bucket: Arc<str>,
        /// The owner of the trails for which it is asked.
        trail_owner: AccountId,
        /// Whose session is used.
        account: AccountId,
    },
    /// List the buckets of an account.
    ListBuckets {
        /// The account.
        account: AccountId,
        /// The buckets that trails name.
        needed: Arc<NamedBuckets>,
    },
    /// List and examine the log objects of a trail.
    ExamineObjects {
        /// The trail.
        trail: Arc<TrailWork>,
        /// What was read of it.
        read: Arc<TrailRead>,
        /// Its bucket.
        bucket: Arc<BucketFacts>,
        /// The organization.
        members: Arc<Members>,
        /// The Regions that each account has enabled.
        enabled: Arc<EnabledRegions>,
    },
    /// Ask this operation without retries from now on.
    AskOnce {
        /// The operation.
        operation: Operation,
    },
}

/// What one [`Work`] resulted in.
#[derive(Debug)]
pub enum Event {
    /// The accounts of the organization.
    AccountsListed(Result<AccountsListed, Gap>),
    /// The organization of the caller.
    OrganizationDescribed(Result<Organization, Gap>),
    /// The organization's units.
    TreeWalked(Tree),
    /// The tags of an account.
    TagsRead {
        /// The account.
        account: AccountId,
        /// All of its tags.
        tags: Result<BTreeMap<String, String>, Gap>,
    },
    /// An account and its Regions.
    AccountOpened(OpenedAccount),
    /// The names of an account's trails.
    TrailsListed {
        /// The account.
        account: AccountId,
        /// Its trails.
        trails: Result<Vec<TrailListed>, Gap>,
    },
    /// The trails of a target.
    TrailsDescribed {
        /// The target.
        target: Target,
        /// Its trails, shadows included.
        trails: Result<Answer<Vec<TrailDescription>>, Gap>,
        /// When it was asked.
        times: Times,
    },
    /// The event data stores of a target.
    StoresListed {
        /// The target.
        target: Target,
        /// Its stores.
        stores: Result<Answer<Vec<StoreListed>>, Gap>,
        /// When it was asked.
        times: Times,
    },
    /// A target outside the scope.
    SupportRead {
        /// The target.
        home: Target,
        /// Its trails.
        trails: Result<Answer<Vec<TrailDescription>>, Gap>,
        /// The Regions of its account; none if they could not be listed.
        regions: Vec<RegionStatus>,
    },
    /// The status of an organization trail in a member.
    MemberAnswered {
        /// The trail.
        trail: Arn,
        /// The member and the Region.
        target: Target,
        /// The status.
        status: Result<Answer<TrailStatus>, Gap>,
    },
    /// An event data store and its key.
    StoreRead {
        /// Where it was listed.
        target: Target,
        /// The store.
        store: Box<CollectedStore>,
    },
    /// A trail, its key and the key's policy.
    TrailRead {
        /// The trail.
        trail: Arc<TrailWork>,
        /// What was read.
        read: Box<TrailRead>,
    },
    /// The grants of a trail's key.
    GrantsRead {
        /// The key.
        key: KeyWork,
        /// Its grants that lead to decryption; `None` where there is nothing to ask.
        grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>,
    },
    /// Whether a trail's key rotates.
    RotationRead {
        /// The key.
        key: KeyWork,
        /// Its rotation; `None` where there is nothing to ask.
        rotation: Option<Observed<Answer<KeyRotation>>>,
    },
    /// What accounts say of a bucket.
    OwnersAnswered {
        /// The bucket.
        bucket: Arc<str>,
        /// The owner of the trails for which it was searched.
        trail_owner: AccountId,
        /// Their answers.
        answers: OwnerAnswers,
    },
    /// Whether a bucket exists, and where.
    BucketHeaded {
        /// The bucket.
        bucket: Arc<str>,
        /// The owner of the trails for which it was asked.
        trail_owner: AccountId,
        /// The answer.
        presence: BucketPresenceRead,
    },
    /// The buckets of an account.
    BucketsListed {
        /// The account.
        account: AccountId,
        /// Its buckets.
        owned: BucketsOwned,
    },
    /// The log objects of a trail.
    ObjectsExamined {
        /// The trail.
        trail: Arc<TrailWork>,
        /// What was read of it.
        read: Arc<TrailRead>,
        /// Its objects.
        objects: Box<ReadObjects>,
    },
}
