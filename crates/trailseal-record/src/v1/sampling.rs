//! What a trail's delivered objects show together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{DeviationClass, Estimand, LogSample, Population, SampleMethod};

use super::values::{GapNames, gap_ids, time};
use crate::Time;

/// What the delivered objects of a trail show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SamplingLine {
    /// What was examined of the window.
    pub method: SampleMethod,
    /// Of what rate the bound speaks; `null` without one.
    pub estimand: Option<Estimand>,
    /// Objects listed in the window.
    pub population: u64,
    /// Whether the whole window was listed.
    pub population_counted: bool,
    /// Of a counted population, those that are not older than the last change of encryption or key.
    pub eligible: u64,
    /// Clusters (account x Region x day) that could be drawn, for the method `clusters`.
    pub clusters: u64,
    /// Draws of clusters.
    pub clusters_drawn: u32,
    /// Of these, empty ones, which were drawn again.
    pub clusters_empty: u32,
    /// ListObjectsV2 requests to count and draw.
    pub lists: u32,
    /// ListObjectsV2 requests of the delivery census, where it was one by itself.
    pub census_lists: u32,
    /// Statistically selected objects.
    pub selected: u32,
    /// Of these, the ones that were read.
    pub tested: u32,
    /// Of these, sealed under the trail's key.
    pub sealed: u32,
    /// Statistically selected, but not readable.
    pub unreadable: u32,
    /// Objects that were read and count, for whatever reason; each once.
    pub examined: u32,
    /// Older than the last change of encryption or key.
    pub left_population: u32,
    /// Gone when they were read, and replaced.
    pub replaced: u32,
    /// When the newest object before the last change of encryption or key was delivered.
    pub key_changed_at: Option<Time>,
    /// Deviations by class.
    pub deviations: BTreeMap<DeviationClass, u32>,
    /// The share that may deviate at most, what was not shown to be sealed counted as deviating.
    pub upper_bound: Option<f64>,
    /// Why something could not be listed or read.
    pub gap_ids: Vec<String>,
}

pub(super) fn sampling_line(
    sample: &LogSample,
    confidence: f64,
    names: &GapNames<'_>,
) -> SamplingLine {
    SamplingLine {
        method: sample.method,
        estimand: sample.method.estimand(),
        population: sample.population.listed(),
        population_counted: matches!(sample.population, Population::Counted(_)),
        eligible: sample.eligible,
        clusters: sample.frame.clusters,
        clusters_drawn: sample.frame.drawn,
        clusters_empty: sample.frame.empty,
        lists: sample.lists,
        census_lists: sample.census_lists,
        selected: sample.selected(),
        tested: sample.tested,
        sealed: sample.sealed,
        unreadable: sample.unreadable,
        examined: sample.examined,
        left_population: sample.left_population,
        replaced: sample.replaced,
        key_changed_at: time(sample.key_changed_at),
        deviations: sample.by_class(),
        upper_bound: sample.upper_bound(confidence).map(rounded_up),
        gap_ids: gap_ids(sample.gaps.iter().copied(), names),
    }
}

/// Six decimals: the last digits of a double differ between machines, and a report must not. What is
/// added makes nought of a negative one.
fn rounded_up(bound: f64) -> f64 {
    (bound * 1e6 - 1e-3).ceil() / 1e6 + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_rounded_up_and_what_is_exact_stays() {
        for (bound, expected) in [
            (0.049_507_609_888, 0.049_508),
            (0.05, 0.05),
            (0.0, 0.0),
            (1.0, 1.0),
            (1.0 / 3.0, 0.333_334),
        ] {
            assert!((rounded_up(bound) - expected).abs() < 1e-12, "{bound}");
            assert!(rounded_up(bound).is_sign_positive(), "{bound}");
        }
    }
}
