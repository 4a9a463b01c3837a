//! What a run is given, and what it results in.

use std::collections::BTreeSet;
use std::io;

use jiff::Timestamp;
use trailseal_evaluator::CollectSettings;
use trailseal_model::{
    Account, AccountId, AccountSealing, CoveredBy, Finding, Gap, Gaps, MemberStatusScope,
    OrganizationFacts, Partition, Scope,
};

/// The settings of an audit.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// The account that runs the audit.
    pub caller: AccountId,
    /// The partition of the caller.
    pub partition: Partition,
    /// What the user limited the run to.
    pub scope: Scope,
    /// The accounts to take where Organizations gives none, by the user's word.
    pub declared_accounts: Vec<Account>,
    /// The tags of accounts that are asked for, by key; none is asked for without one.
    pub account_tags: BTreeSet<String>,
    /// In which members the status of organization trails is asked for.
    pub member_status: MemberStatusScope,
    /// The settings of collecting.
    pub collect: CollectSettings,
    /// Accounts outside the organization whose keys are trusted.
    pub trusted_key_accounts: BTreeSet<AccountId>,
    /// Accounts outside the organization that may decrypt logs.
    pub trusted_readers: BTreeSet<AccountId>,
    /// Targets read at the same time.
    pub max_in_flight: usize,
    /// "Now" for everything that is judged.
    pub as_of: Timestamp,
}

/// What an audit resulted in; the samples are where the [`SampleSink`](crate::SampleSink) put them.
#[derive(Debug)]
pub struct Audited {
    /// What was read.
    pub facts: OrganizationFacts,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// What that means for each account.
    pub accounts: Vec<AccountSealing>,
    /// Which trails cover each target.
    pub covered_by: CoveredBy,
    /// What was not read.
    pub gaps: Gaps,
}

/// Why there is no audit at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Not even the first page of accounts could be read, so there is no population.
    #[error("the accounts of the organization cannot be listed")]
    NoDirectory(Gap),
    /// The scope names accounts that the whole organization does not have.
    #[error("accounts that the organization does not have: {0:?}")]
    UnknownAccounts(Vec<AccountId>),
    /// The settings name log-archive accounts that the organization does not have.
    #[error("log-archive accounts that the organization does not have: {0:?}")]
    UnknownLogArchives(Vec<AccountId>),
    /// The scope names roots or units below which no account is.
    #[error("units that the organization does not have: {0:?}")]
    UnknownUnits(Vec<String>),
    /// Nothing is left to audit.
    #[error("no account is left to audit")]
    EmptyScope,
    /// The samples could not be kept.
    #[error("the samples cannot be kept: {0}")]
    Samples(#[from] io::Error),
}
