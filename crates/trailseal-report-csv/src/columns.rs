//! The tables and their columns: public API, only ever appended to after the first release.

mod inventory;
mod judged;
mod objects;

use inventory::{ACCOUNTS, COVERAGE, EVENT_DATA_STORES, KEYS, TRAILS};
use judged::{CAUSES, EXCEPTIONS, FINDINGS, FRAMEWORKS, GAPS};
use objects::{SAMPLED_CLUSTERS, SAMPLES, SAMPLING};
use trailseal_record::FileName;

/// One file of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// One row per cause: one thing to change.
    Causes,
    /// One row per control and subject, passes included.
    Findings,
    /// One row per account, whatever its state.
    Accounts,
    /// One row per trail.
    Trails,
    /// One row per KMS key that a trail or an event data store names.
    Keys,
    /// One row per CloudTrail Lake event data store.
    EventDataStores,
    /// One row per account x Region of the whole organization.
    Coverage,
    /// One row per operation that could not give its answer.
    Gaps,
    /// One row per exception that the user's file makes.
    Exceptions,
    /// One row per examined log object.
    Samples,
    /// One row per trail: how its log objects were sampled.
    Sampling,
    /// One row per listed cluster of a trail's log objects.
    SampledClusters,
    /// One row per framework, requirement and control.
    Frameworks,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 13] = [
        Self::Causes,
        Self::Findings,
        Self::Accounts,
        Self::Trails,
        Self::Keys,
        Self::EventDataStores,
        Self::Coverage,
        Self::Gaps,
        Self::Exceptions,
        Self::Samples,
        Self::Sampling,
        Self::SampledClusters,
        Self::Frameworks,
    ];

    /// The file's name.
    #[must_use]
    pub const fn file_name(self) -> FileName {
        FileName::new(match self {
            Self::Causes => "causes.csv",
            Self::Findings => "findings.csv",
            Self::Accounts => "accounts.csv",
            Self::Trails => "trails.csv",
            Self::Keys => "keys.csv",
            Self::EventDataStores => "event_data_stores.csv",
            Self::Coverage => "coverage.csv",
            Self::Gaps => "gaps.csv",
            Self::Exceptions => "exceptions.csv",
            Self::Samples => "samples.csv",
            Self::Sampling => "sampling.csv",
            Self::SampledClusters => "sampled_clusters.csv",
            Self::Frameworks => "frameworks.csv",
        })
    }
}

/// The columns of a table, in order. `population_source` and `scope` are in every table, because a
/// table is often read alone.
#[must_use]
pub const fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Causes => CAUSES,
        Table::Findings => FINDINGS,
        Table::Accounts => ACCOUNTS,
        Table::Trails => TRAILS,
        Table::Keys => KEYS,
        Table::EventDataStores => EVENT_DATA_STORES,
        Table::Coverage => COVERAGE,
        Table::Gaps => GAPS,
        Table::Exceptions => EXCEPTIONS,
        Table::Samples => SAMPLES,
        Table::Sampling => SAMPLING,
        Table::SampledClusters => SAMPLED_CLUSTERS,
        Table::Frameworks => FRAMEWORKS,
    }
}
