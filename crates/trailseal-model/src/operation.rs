//! Every AWS call this program can make, once.

use crate::word_enum::word_enum;

word_enum! {
    /// One AWS API operation, by AWS's own name. A call that is not in this list cannot be made.
    ///
    /// It labels evidence and gaps, keys the rate limits, generates the IAM policies and drives
    /// the failure-injection tests.
    pub enum Operation {
        /// Who the caller is; also proves that a session still works. Needs no permission.
        GetCallerIdentity = "GetCallerIdentity",
        /// Opens a session in a member account.
        AssumeRole = "AssumeRole",
        /// The population.
        ListAccounts = "ListAccounts",
        /// The organization's id, where its accounts cannot be listed.
        DescribeOrganization = "DescribeOrganization",
        /// The root of the organization's tree.
        ListRoots = "ListRoots",
        /// The organizational units below a root or a unit, with their names.
        ListOrganizationalUnitsForParent = "ListOrganizationalUnitsForParent",
        /// The accounts directly below a root or a unit, where accounts come without their paths.
        ListAccountsForParent = "ListAccountsForParent",
        /// The tags of one account, where the user asked for some.
        ListTagsForResource = "ListTagsForResource",
        /// The Regions of one account.
        ListRegions = "ListRegions",
        /// The trails that one account sees in one Region.
        DescribeTrails = "DescribeTrails",
        /// The names of an account's trails, to check the Regions' answers against.
        ListTrails = "ListTrails",
        /// Logging and delivery of one trail in one Region.
        GetTrailStatus = "GetTrailStatus",
        /// Which events a trail records.
        GetEventSelectors = "GetEventSelectors",
        /// The CloudTrail Lake event data stores of one account in one Region.
        ListEventDataStores = "ListEventDataStores",
        /// One event data store, with its key.
        GetEventDataStore = "GetEventDataStore",
        /// One KMS key.
        DescribeKey = "DescribeKey",
        /// The policy of one KMS key; never across accounts.
        GetKeyPolicy = "GetKeyPolicy",
        /// The grants of one KMS key.
        ListGrants = "ListGrants",
        /// Whether one KMS key rotates by itself.
        GetKeyRotationStatus = "GetKeyRotationStatus",
        /// Which buckets an account owns.
        ListBuckets = "ListBuckets",
        /// A bucket's Region, and whether it exists.
        HeadBucket = "HeadBucket",
        /// Log objects under one day's prefix.
        ListObjectsV2 = "ListObjectsV2",
        /// The encryption of one delivered log object.
        HeadObject = "HeadObject",
        /// A report file to the bucket the user named; never anywhere else.
        PutObject = "PutObject",
    }
}

word_enum! {
    /// Why an operation exists at all.
    pub enum Purpose {
        /// Reads what is audited.
        Audit = "audit",
        /// Writes reports to the bucket of `--out`.
        Publish = "publish",
    }
}

word_enum! {
    /// What is lost when an operation cannot be done.
    pub enum Loss {
        /// The population of the organization.
        Population = "population",
        /// A whole account.
        Account = "account",
        /// Nothing: the partition's table of Regions is probed instead.
        Nothing = "nothing",
        /// One account x Region.
        Target = "target",
        /// One leg of one trail's seal chain, or what seals one event data store.
        Leg = "leg",
        /// Names, tags or places of accounts in the reports; and what `--ou` can decide by.
        Description = "description",
        /// A check of other answers; nothing that is judged hangs on it.
        CrossCheck = "cross_check",
        /// A published copy of the reports.
        Publication = "publication",
    }
}

/// Who pays for a call, so what a rate limit is kept per.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitScope {
    /// One bucket for the whole run: the calling account pays.
    Caller,
    /// One bucket per account.
    Account,
    /// One bucket per account and Region.
    RegionStatus,
    /// One bucket per S3 bucket and prefix of an account's logs, whoever asks.
    BucketPrefix,
}

/// The published quota of one operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// Requests per second that AWS publishes.
    pub per_second: u32,
    /// Requests at once; where AWS publishes none, one second's worth.
    pub burst: u32,
    /// What the quota is kept per.
    pub scope: LimitScope,
    /// The operation whose bucket this one draws from (itself, unless AWS counts them together).
    pub shared_with: Operation,
    /// Where AWS publishes the figures.
    pub source: &'static str,
}

impl Operation {
    /// The service's endpoint prefix.
    #[must_use]
    pub const fn service(self) -> &'static str {
        match self {
            Self::GetCallerIdentity | Self::AssumeRole => "sts",
            Self::ListAccounts
            | Self::DescribeOrganization
            | Self::ListRoots
            | Self::ListOrganizationalUnitsForParent
            | Self::ListAccountsForParent
            | Self::ListTagsForResource => "organizations",
            Self::ListRegions => "account",
            Self::DescribeTrails
            | Self::ListTrails
            | Self::GetTrailStatus
            | Self::GetEventSelectors
            | Self::ListEventDataStores
            | Self::GetEventDataStore => "cloudtrail",
            Self::DescribeKey
            | Self::GetKeyPolicy
            | Self::ListGrants
            | Self::GetKeyRotationStatus => "kms",
            Self::ListBuckets
            | Self::HeadBucket
            | Self::ListObjectsV2
            | Self::HeadObject
            | Self::PutObject => "s3",
        }
    }

    /// The IAM action that allows it; `None` where AWS asks for none.
    ///
    /// Source: AWS service authorization reference. S3's actions differ from its operations.
    #[must_use]
    pub const fn iam_action(self) -> Option<&'static str> {
        match self {
            Self::GetCallerIdentity => None,
            Self::AssumeRole => Some("sts:AssumeRole"),
            Self::ListAccounts => Some("organizations:ListAccounts"),
            Self::DescribeOrganization => Some("organizations:DescribeOrganization"),
            Self::ListRoots => Some("organizations:ListRoots"),
            Self::ListOrganizationalUnitsForParent => {
                Some("organizations:ListOrganizationalUnitsForParent")
            }
            Self::ListAccountsForParent => Some("organizations:ListAccountsForParent"),
            Self::ListTagsForResource => Some("organizations:ListTagsForResource"),
            Self::ListRegions => Some("account:ListRegions"),
            Self::DescribeTrails => Some("cloudtrail:DescribeTrails"),
            Self::GetTrailStatus => Some("cloudtrail:GetTrailStatus"),
            Self::GetEventSelectors => Some("cloudtrail:GetEventSelectors"),
            Self::ListTrails => Some("cloudtrail:ListTrails"),
            Self::ListEventDataStores => Some("cloudtrail:ListEventDataStores"),
            Self::GetEventDataStore => Some("cloudtrail:GetEventDataStore"),
            Self::GetKeyRotationStatus => Some("kms:GetKeyRotationStatus"),
            Self::DescribeKey => Some("kms:DescribeKey"),
            Self::GetKeyPolicy => Some("kms:GetKeyPolicy"),
            Self::ListGrants => Some("kms:ListGrants"),
            Self::ListBuckets => Some("s3:ListAllMyBuckets"),
            Self::HeadBucket | Self::ListObjectsV2 => Some("s3:ListBucket"),
            Self::HeadObject => Some("s3:GetObject"),
            Self::PutObject => Some("s3:PutObject"),
        }
    }

    /// Why the operation exists.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::PutObject => Purpose::Publish,
            _ => Purpose::Audit,
        }
    }

    /// What is lost when it cannot be done.
    #[must_use]
    pub const fn loss(self) -> Loss {
        match self {
            Self::GetCallerIdentity | Self::ListAccounts => Loss::Population,
            Self::AssumeRole => Loss::Account,
            Self::ListRegions => Loss::Nothing,
            Self::DescribeTrails | Self::ListEventDataStores => Loss::Target,
            Self::ListTrails => Loss::CrossCheck,
            Self::DescribeOrganization
            | Self::ListRoots
            | Self::ListOrganizationalUnitsForParent
            | Self::ListAccountsForParent
            | Self::ListTagsForResource => Loss::Description,
            Self::GetTrailStatus
            | Self::GetEventSelectors
            | Self::GetEventDataStore
            | Self::DescribeKey
            | Self::GetKeyPolicy
            | Self::ListGrants
            | Self::GetKeyRotationStatus
            | Self::ListBuckets
            | Self::HeadBucket
            | Self::ListObjectsV2
            | Self::HeadObject => Loss::Leg,
            Self::PutObject => Loss::Publication,
        }
    }

    /// A quota of its own, with one second's worth at once.
    const fn even(self, per_second: u32, scope: LimitScope, source: &'static str) -> Quota {
        Quota { per_second, burst: per_second, scope, shared_with: self, source }
    }

    /// The published quota.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one entry for each published quota")]
    pub const fn quota(self) -> Quota {
        match self {
            Self::GetCallerIdentity | Self::AssumeRole => Quota {
                per_second: 600,
                burst: 600,
                scope: LimitScope::Caller,
                shared_with: Self::AssumeRole,
                source: "IAM user guide, IAM and AWS STS quotas: 600 a second per account and Region, the caller pays",
            },
            Self::ListAccounts => Quota {
                per_second: 8,
                burst: 12,
                scope: LimitScope::Caller,
                shared_with: self,
                source: "Organizations user guide, throttling limits: 8 a second, burst 12, per account",
            },
            Self::DescribeOrganization | Self::ListRoots => Quota {
                per_second: 1,
                burst: 2,
                scope: LimitScope::Caller,
                shared_with: self,
                source: "Organizations user guide, throttling limits: 1 a second, burst 2, per account",
            },
            Self::ListOrganizationalUnitsForParent | Self::ListAccountsForParent => Quota {
                per_second: 5,
                burst: 8,
                scope: LimitScope::Caller,
                shared_with: self,
                source: "Organizations user guide, throttling limits: 5 a second, burst 8, per account",
            },
            Self::ListTagsForResource => Quota {
                per_second: 10,
                burst: 15,
                scope: LimitScope::Caller,
                shared_with: self,
                source: "Organizations user guide, throttling limits: 10 a second, burst 15, per account",
            },
            Self::ListRegions => self.even(
                5,
                LimitScope::Account,
                "Account management reference, quotas: 5 a second, burst 5",
            ),
            Self::DescribeTrails
            | Self::ListTrails
            | Self::GetTrailStatus
            | Self::GetEventSelectors
            | Self::ListEventDataStores
            | Self::GetEventDataStore => self.even(
                10,
                LimitScope::RegionStatus,
                "AWS general reference, CloudTrail quotas: 10 a second; no burst published",
            ),
            Self::DescribeKey => self.even(
                2000,
                LimitScope::RegionStatus,
                "KMS developer guide, request quotas: 2,000 a second, the caller's account pays",
            ),
            Self::GetKeyPolicy | Self::GetKeyRotationStatus => self.even(
                1000,
                LimitScope::RegionStatus,
                "KMS developer guide, request quotas: 1,000 a second per account and Region",
            ),
            Self::ListGrants => self.even(
                100,
                LimitScope::RegionStatus,
                "KMS developer guide, request quotas: 100 a second per account and Region",
            ),
            Self::ListBuckets => {
                self.even(100, LimitScope::Account, "not published; 100 a second assumed")
            }
            Self::HeadBucket => {
                self.even(100, LimitScope::RegionStatus, "not published; 100 a second assumed")
            }
            Self::ListObjectsV2 | Self::HeadObject => Quota {
                per_second: 5500,
                burst: 5500,
                scope: LimitScope::BucketPrefix,
                shared_with: Self::HeadObject,
                source: "S3 user guide, performance: 5,500 GET and HEAD a second per partitioned prefix; LIST assumed to be among them",
            },
            Self::PutObject => self.even(
                3500,
                LimitScope::BucketPrefix,
                "S3 user guide, performance: 3,500 PUT a second per partitioned prefix",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_publishing_writes() {
        for operation in Operation::ALL {
            let writes = operation.as_str().starts_with("Put");
            assert_eq!(operation.purpose() == Purpose::Publish, writes, "{operation}");
        }
    }

    #[test]
    fn no_operation_shares_the_quota_of_one_that_is_essential_unless_it_is_itself() {
        for operation in Operation::ALL {
            let shared = operation.quota().shared_with;
            assert_eq!(operation.is_essential(), shared.is_essential(), "{operation} {shared}");
        }
    }

    #[test]
    fn nothing_that_reads_a_log_is_in_the_list() {
        for forbidden in ["GetObject", "Decrypt", "DescribeAccount"] {
            assert_eq!(forbidden.parse::<Operation>().ok(), None);
        }
    }

    #[test]
    fn every_action_belongs_to_its_service() {
        for operation in Operation::ALL {
            if let Some(action) = operation.iam_action() {
                assert!(action.starts_with(&format!("{}:", operation.service())), "{action}");
            }
        }
    }
}
