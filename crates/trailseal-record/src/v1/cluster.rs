//! The line of a listed cluster.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{AccountId, Arn, ClusterUse, Region, SampledCluster};

/// One cluster that was listed: the log objects of one account and Region, or of one day of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampledClusterLine {
    /// The trail it was listed for.
    pub trail_arn: Arn,
    /// The bucket.
    pub bucket: String,
    /// The number of the draw, from 0; for a counted cluster its place among these.
    pub cluster_index: u32,
    /// Whose logs these are.
    pub account_id: AccountId,
    /// Their Region.
    pub region: Region,
    /// The day, where clusters are days.
    #[schemars(with = "Option<String>")]
    pub day: Option<Date>,
    /// What became of it.
    pub used: ClusterUse,
    /// What was listed.
    pub prefix: String,
    /// From which key on.
    pub start_after: String,
    /// Before which key.
    pub before: String,
    /// How many log objects were listed.
    pub objects: u64,
    /// Whether these are all.
    pub objects_whole: bool,
    /// The SHA-256 of their keys, each with a line feed after it, in S3's order; where they are all.
    pub keys_sha256: Option<String>,
}

/// A listed cluster as its line.
#[must_use]
pub fn sampled_cluster_line(
    trail: &Arn,
    bucket: &str,
    cluster: &SampledCluster,
) -> SampledClusterLine {
    SampledClusterLine {
        trail_arn: trail.clone(),
        bucket: bucket.to_owned(),
        cluster_index: cluster.index,
        account_id: cluster.account,
        region: cluster.region,
        day: cluster.day,
        used: cluster.used,
        prefix: cluster.prefix.clone(),
        start_after: cluster.start_after.clone(),
        before: cluster.before.clone(),
        objects: cluster.objects,
        objects_whole: cluster.is_whole,
        keys_sha256: cluster.sha256.clone(),
    }
}
