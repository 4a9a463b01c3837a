//! Clusters of a trail's log objects: those of one account and Region, or of one day of them.

use jiff::civil::Date;

use crate::account::AccountId;
use crate::region::Region;
use crate::word_enum::word_enum;

word_enum! {
    /// What became of one cluster.
    pub enum ClusterUse {
        /// Listed to count the population.
        Counted = "counted",
        /// Drawn at random, and an object of it selected.
        Drawn = "drawn",
        /// Drawn at random and empty, so another one was drawn.
        Empty = "empty",
        /// Drawn at random and not listed: it counts as an object that could not be read.
        Unlisted = "unlisted",
    }
}

/// One listed cluster; a row of `sampled_clusters.csv`. Count and hash show later whether the same
/// objects are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampledCluster {
    /// The account whose logs lie there.
    pub account: AccountId,
    /// Their Region.
    pub region: Region,
    /// The day, where clusters are days.
    pub day: Option<Date>,
    /// What became of it.
    pub used: ClusterUse,
    /// The number of the draw; for a counted cluster its place among these.
    pub index: u32,
    /// What was listed.
    pub prefix: String,
    /// From which key on.
    pub start_after: String,
    /// Before which key.
    pub before: String,
    /// How many log objects there are.
    pub objects: u64,
    /// Whether these are all.
    pub is_whole: bool,
    /// The SHA-256 of their keys, each with a line feed, in S3's order; where they are all.
    pub sha256: Option<String>,
}

/// The clusters of a draw in two stages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClusterFrame {
    /// Clusters (account x Region x day) that could be drawn.
    pub clusters: u64,
    /// Draws, empty ones included.
    pub drawn: u32,
    /// Of these, empty ones.
    pub empty: u32,
}
