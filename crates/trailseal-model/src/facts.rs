//! Everything that was read of an organization: the only thing that judging sees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::account::{Account, AccountId, Organization};
use crate::arn::Arn;
use crate::bucket::BucketFacts;
use crate::coverage::Coverage;
use crate::evidence::{Answer, Observed};
use crate::gap::GapKinds;
use crate::key::{DecryptGrant, KeyPresence, KeyRotation};
use crate::scope::{PopulationSource, Scope};
use crate::store::StoreFacts;
use crate::trail::TrailFacts;

/// The numbers that judging depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The share of deviating objects that is still tolerable, such as 0.05.
    pub tolerable_rate: f64,
    /// The confidence of the bound, such as 0.95.
    pub confidence: f64,
    /// Objects examined per trail.
    pub sample_size: u32,
    /// ListObjectsV2 calls per trail.
    pub listing_budget: u32,
    /// A last delivery older than this many seconds proves nothing.
    pub stale_after_seconds: i64,
    /// A delivery younger than this many seconds contradicts a delivery error.
    pub fresh_within_seconds: i64,
    /// Tolerance in seconds when objects of several Regions are put in order.
    pub key_change_tolerance_seconds: i64,
}

impl Thresholds {
    /// The documented defaults.
    pub const DEFAULT: Self = Self {
        tolerable_rate: 0.05,
        confidence: 0.95,
        sample_size: 59,
        listing_budget: 500,
        stale_after_seconds: 24 * 3600,
        fresh_within_seconds: 3600,
        key_change_tolerance_seconds: 15 * 60,
    };
}

/// The facts of one run.
#[derive(Debug, Clone)]
pub struct OrganizationFacts {
    /// The organization, where its accounts' ARNs tell.
    pub organization: Option<Organization>,
    /// Every account that was listed, sorted by id.
    pub accounts: Vec<Account>,
    /// The names of the organization's root and units, by id (`r-…`, `ou-…`): free text.
    pub unit_names: BTreeMap<String, String>,
    /// Tags of accounts that the user asked for: free text.
    pub account_tags: BTreeMap<AccountId, BTreeMap<String, String>>,
    /// Where the accounts come from.
    pub population_source: PopulationSource,
    /// Whether every page of the directory arrived.
    pub population: Observed<()>,
    /// What the user limited the run to.
    pub scope: Scope,
    /// What happened to every target.
    pub coverage: Coverage,
    /// The trails that ListTrails names, sorted, for each account where it answered.
    pub listed_trails: BTreeMap<AccountId, Vec<Arn>>,
    /// Every trail, sorted by ARN.
    pub trails: Vec<TrailFacts>,
    /// Every key that a trail or an event data store names.
    pub keys: BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
    /// The policy of each such key that the organization holds and manages, as JSON; there is none
    /// for a key that is gone, managed by AWS, or outside the organization. Whether DescribeKey
    /// answered does not matter, but an alias that it did not resolve has none.
    pub key_policies: BTreeMap<Arn, Observed<Answer<Arc<str>>>>,
    /// By which grants somebody may decrypt with each of the same keys.
    pub key_grants: BTreeMap<Arn, Observed<Answer<Arc<[DecryptGrant]>>>>,
    /// Whether each such key rotates, where it is not known to be AWS's or of a kind that cannot.
    pub key_rotations: BTreeMap<Arn, Observed<Answer<KeyRotation>>>,
    /// Every event data store, sorted by ARN.
    pub stores: Vec<StoreFacts>,
    /// Every bucket that a trail names.
    pub buckets: BTreeMap<String, BucketFacts>,
    /// Accounts outside the organization whose keys the user trusts.
    pub trusted_key_accounts: BTreeSet<AccountId>,
    /// Accounts outside the organization that may decrypt logs, by the user's word.
    pub trusted_readers: BTreeSet<AccountId>,
    /// What each gap is about, for the sentences of findings.
    pub gap_kinds: GapKinds,
    /// The numbers in force.
    pub thresholds: Thresholds,
    /// The time of the run. It bounds the window of the samples; an age is measured at the time of
    /// the answer that shows it.
    pub as_of: Timestamp,
}

impl OrganizationFacts {
    /// One account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.binary_search_by_key(&id, |it| it.id).ok().map(|it| &self.accounts[it])
    }

    /// The names of the units that an account lies under, from the root down; `None` where its
    /// place or a name is not known.
    #[must_use]
    pub fn unit_names_of(&self, account: &Account) -> Option<String> {
        let path = account.ou_path.as_deref()?;
        let units = path.split('/').filter(|it| it.starts_with("r-") || it.starts_with("ou-"));
        let names: Option<Vec<&str>> =
            units.map(|it| self.unit_names.get(it).map(String::as_str)).collect();
        names.filter(|it| !it.is_empty()).map(|it| it.join("/"))
    }

    /// Whether an account belongs to the organization, or is trusted to hold keys for it.
    #[must_use]
    pub fn may_hold_keys(&self, id: AccountId) -> bool {
        self.account(id).is_some() || self.trusted_key_accounts.contains(&id)
    }
}
