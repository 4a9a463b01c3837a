//! How many rows of `samples.csv` and `sampled_clusters.csv` each trail has: what the numbers of
//! `sampling.csv` are checked against.

use std::collections::HashMap;

use trailseal_model::{Arn, ClusterUse, SampleResult};
use trailseal_record::v1::{SampleLine, SampledClusterLine};

/// The rows of one trail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SampleTally {
    /// Rows of `samples.csv`.
    pub(crate) samples: u64,
    /// Rows of `sampled_clusters.csv`.
    pub(crate) clusters: u64,
    /// Of these, drawn clusters that could not be listed far enough.
    pub(crate) unlisted: u64,
    /// Statistically selected objects that are encrypted with the key of a trail of the same prefix.
    pub(crate) shared_prefix_key: u64,
}

/// The rows of every trail.
#[derive(Debug, Default)]
pub(crate) struct SampleTallies(HashMap<Arn, SampleTally>);

impl SampleTallies {
    fn of_trail(&mut self, trail: &Arn) -> &mut SampleTally {
        if !self.0.contains_key(trail) {
            self.0.insert(trail.clone(), SampleTally::default());
        }
        self.0.get_mut(trail).expect("it was put there")
    }

    /// Counts an object.
    pub(crate) fn add_sample(&mut self, sample: &SampleLine) {
        let tally = self.of_trail(&sample.trail_arn);
        tally.samples += 1;
        let is_shared = sample.result == SampleResult::SharedPrefixKey;
        tally.shared_prefix_key += u64::from(is_shared && sample.selection.is_statistical());
    }

    /// Counts a cluster.
    pub(crate) fn add_cluster(&mut self, cluster: &SampledClusterLine) {
        let tally = self.of_trail(&cluster.trail_arn);
        tally.clusters += 1;
        tally.unlisted += u64::from(cluster.used == ClusterUse::Unlisted);
    }

    /// The rows of this trail.
    pub(crate) fn of(&self, trail: &Arn) -> SampleTally {
        self.0.get(trail).copied().unwrap_or_default()
    }
}
