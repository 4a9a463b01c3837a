//! What is read, and what for: the one table of it. An operation is asked while anything that it
//! serves is judged, and it is essential if anything that it serves is.

use std::collections::BTreeSet;

use crate::controls::ControlId;
use crate::operation::Operation;
use crate::word_enum::word_enum;

word_enum! {
    /// What a run reads whatever it judges: no skipped control leaves it out.
    pub enum Groundwork {
        /// Who the caller is, and the way into other accounts.
        Session = "session",
        /// Which accounts the organization has.
        Population = "population",
        /// Which Regions an account has.
        Regions = "regions",
        /// The trails of every target: what coverage speaks of.
        Coverage = "coverage",
        /// A check of the trails that were seen.
        CrossCheck = "cross_check",
        /// Names, tags and places that reports show.
        Description = "description",
        /// A published copy of the reports.
        Publication = "publication",
    }
}

/// What a reading is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Served {
    /// The run itself.
    Groundwork(Groundwork),
    /// A finding of this control.
    Control(ControlId),
}

impl Served {
    /// Whether a verdict depends on it, or what is in the organization at all.
    #[must_use]
    pub fn is_essential(self) -> bool {
        match self {
            Self::Control(control) => control.entry().essential,
            Self::Groundwork(
                Groundwork::Session
                | Groundwork::Population
                | Groundwork::Regions
                | Groundwork::Coverage,
            ) => true,
            Self::Groundwork(
                Groundwork::CrossCheck | Groundwork::Description | Groundwork::Publication,
            ) => false,
        }
    }

    /// Its word, or the id of the control.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Groundwork(groundwork) => groundwork.as_str(),
            Self::Control(control) => control.as_str(),
        }
    }
}

word_enum! {
    /// One thing that a run reads, with one operation or more. An operation that is asked for several
    /// things has a reading for each of them, so that each can be left out by itself.
    pub enum Reading {
        /// Who the caller is.
        Caller = "caller",
        /// Sessions in other accounts.
        Sessions = "sessions",
        /// The accounts of the organization.
        Accounts = "accounts",
        /// The organization's id.
        OrganizationId = "organization_id",
        /// The tree of organizational units.
        Units = "units",
        /// Tags of accounts.
        Tags = "tags",
        /// The Regions of an account.
        Regions = "regions",
        /// The trails that a target shows.
        Trails = "trails",
        /// The names of an account's trails.
        TrailNames = "trail_names",
        /// Logging and delivery of a trail, as its owner sees them.
        TrailStatus = "trail_status",
        /// The same as members see them.
        MemberStatus = "member_status",
        /// Which events a trail records.
        EventSelectors = "event_selectors",
        /// The event data stores of a target.
        Stores = "stores",
        /// One event data store.
        StoreDetails = "store_details",
        /// The keys of event data stores.
        StoreKeys = "store_keys",
        /// The keys of trails.
        TrailKeys = "trail_keys",
        /// The policies of trails' keys.
        KeyPolicies = "key_policies",
        /// The grants of trails' keys.
        KeyGrants = "key_grants",
        /// The rotation of trails' keys.
        KeyRotation = "key_rotation",
        /// Which account owns a trail's bucket.
        BucketOwners = "bucket_owners",
        /// Whether a trail's bucket exists, and where.
        Buckets = "buckets",
        /// Log objects of the sampling window, and whose folders an organization's bucket holds.
        LogObjects = "log_objects",
        /// Log objects of any age.
        OlderLogs = "older_logs",
        /// Digest objects.
        Digests = "digests",
        /// Reports that are uploaded.
        Reports = "reports",
    }
}

/// Judged by a trail's key, or by objects that should be encrypted with it.
const OF_TRAIL_KEYS: &[Served] = &[
    Served::Control(ControlId::KeyCustomerManaged),
    Served::Control(ControlId::KeyUsable),
    Served::Control(ControlId::KeyPolicyAllowsCloudtrail),
    Served::Control(ControlId::KeyPolicyDescribeKey),
    Served::Control(ControlId::KeyPolicyScoped),
    Served::Control(ControlId::KeyReadersLimited),
    Served::Control(ControlId::KeyRotationEnabled),
    Served::Control(ControlId::LogObjectsSealed),
    Served::Control(ControlId::DigestObjectsSealed),
    Served::Control(ControlId::HistorySealed),
];

/// Judged by a trail's key policy.
const OF_KEY_POLICIES: &[Served] = &[
    Served::Control(ControlId::KeyPolicyAllowsCloudtrail),
    Served::Control(ControlId::KeyPolicyDescribeKey),
    Served::Control(ControlId::KeyPolicyScoped),
    Served::Control(ControlId::KeyReadersLimited),
];

/// Judged by a trail's bucket: it is in the key's Region, it exists, and its owner lists its objects.
const OF_BUCKETS: &[Served] = &[
    Served::Control(ControlId::KeyUsable),
    Served::Control(ControlId::TrailDelivering),
    Served::Control(ControlId::LogObjectsSealed),
    Served::Control(ControlId::DigestObjectsSealed),
    Served::Control(ControlId::HistorySealed),
];

impl Reading {
    /// What it is read with.
    #[must_use]
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Caller => &[Operation::GetCallerIdentity],
            Self::Sessions => &[Operation::AssumeRole],
            Self::Accounts => &[Operation::ListAccounts],
            Self::OrganizationId => &[Operation::DescribeOrganization],
            Self::Units => &[
                Operation::ListRoots,
                Operation::ListOrganizationalUnitsForParent,
                Operation::ListAccountsForParent,
            ],
            Self::Tags => &[Operation::ListTagsForResource],
            Self::Regions => &[Operation::ListRegions],
            Self::Trails => &[Operation::DescribeTrails],
            Self::TrailNames => &[Operation::ListTrails],
            Self::TrailStatus | Self::MemberStatus => &[Operation::GetTrailStatus],
            Self::EventSelectors => &[Operation::GetEventSelectors],
            Self::Stores => &[Operation::ListEventDataStores],
            Self::StoreDetails => &[Operation::GetEventDataStore],
            Self::StoreKeys | Self::TrailKeys => &[Operation::DescribeKey],
            Self::KeyPolicies => &[Operation::GetKeyPolicy],
            Self::KeyGrants => &[Operation::ListGrants],
            Self::KeyRotation => &[Operation::GetKeyRotationStatus],
            Self::BucketOwners => &[Operation::ListBuckets],
            Self::Buckets => &[Operation::HeadBucket],
            Self::LogObjects | Self::OlderLogs | Self::Digests => {
                &[Operation::ListObjectsV2, Operation::HeadObject]
            }
            Self::Reports => &[Operation::PutObject],
        }
    }

    /// What needs it. What it merely helps is not among these: a delivery that was observed can show
    /// that a key policy lets CloudTrail seal, and where no log object is read, the policy alone decides.
    #[must_use]
    pub const fn serves(self) -> &'static [Served] {
        match self {
            Self::Caller | Self::Sessions => &[Served::Groundwork(Groundwork::Session)],
            Self::Accounts | Self::OrganizationId => &[Served::Groundwork(Groundwork::Population)],
            Self::Units | Self::Tags => &[Served::Groundwork(Groundwork::Description)],
            Self::Regions => &[Served::Groundwork(Groundwork::Regions)],
            Self::Trails => &[Served::Groundwork(Groundwork::Coverage)],
            Self::TrailNames => &[Served::Groundwork(Groundwork::CrossCheck)],
            Self::TrailStatus => &[
                Served::Control(ControlId::TrailDelivering),
                Served::Control(ControlId::AccountCovered),
            ],
            Self::MemberStatus => &[Served::Control(ControlId::TrailDelivering)],
            Self::EventSelectors => &[Served::Control(ControlId::AccountCovered)],
            Self::Stores | Self::StoreDetails | Self::StoreKeys => {
                &[Served::Control(ControlId::EventDataStoreKmsEncrypted)]
            }
            Self::TrailKeys => OF_TRAIL_KEYS,
            Self::KeyPolicies => OF_KEY_POLICIES,
            Self::KeyGrants => &[Served::Control(ControlId::KeyReadersLimited)],
            Self::KeyRotation => &[Served::Control(ControlId::KeyRotationEnabled)],
            Self::BucketOwners | Self::Buckets => OF_BUCKETS,
            // History is judged by the logs of the window, too.
            Self::LogObjects => &[
                Served::Control(ControlId::LogObjectsSealed),
                Served::Control(ControlId::HistorySealed),
            ],
            Self::OlderLogs => &[Served::Control(ControlId::HistorySealed)],
            Self::Digests => &[Served::Control(ControlId::DigestObjectsSealed)],
            Self::Reports => &[Served::Groundwork(Groundwork::Publication)],
        }
    }

    /// Whether it is read in a run that skips these controls: not where only they need it.
    #[must_use]
    pub fn is_asked(self, skipped: &BTreeSet<ControlId>) -> bool {
        self.serves().iter().any(|served| match served {
            Served::Groundwork(_) => true,
            Served::Control(control) => !skipped.contains(control),
        })
    }
}

impl Operation {
    /// What it is asked for.
    pub fn readings(self) -> impl Iterator<Item = Reading> {
        Reading::ALL.iter().copied().filter(move |reading| reading.operations().contains(&self))
    }

    /// Everything that needs it.
    #[must_use]
    pub fn serves(self) -> BTreeSet<Served> {
        self.readings().flat_map(Reading::serves).copied().collect()
    }

    /// Whether it is asked in a run that skips these controls: not where only they need it.
    #[must_use]
    pub fn is_asked(self, skipped: &BTreeSet<ControlId>) -> bool {
        self.readings().any(|reading| reading.is_asked(skipped))
    }

    /// Whether an essential control needs its answer, or what is in the organization at all. Circuits,
    /// retries, pauses and the order of the work keep the others from taking anything away from these.
    #[must_use]
    pub fn is_essential(self) -> bool {
        self.readings().flat_map(Reading::serves).any(|served| served.is_essential())
    }
}

#[cfg(test)]
mod tests;
