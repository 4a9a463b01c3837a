//! Sampling as lines: what a trail's objects show together, the cells that were listed, and each
//! object that was looked at.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{GapNames, gap_ids, text, time};
use crate::{Arn, GapId, LogSample, Population, Sample, SampleMethod, SampledCluster};

/// What the delivered objects of a trail show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SamplingLine {
    /// `all`, `random`, `cells`, `partial` or `nothing`.
    pub method: String,
    /// Of what rate the bound speaks: `object` or `cell_weighted`; `None` without one.
    pub estimand: Option<String>,
    /// Objects listed in the window.
    pub population: u64,
    /// Whether the whole window was listed.
    pub population_counted: bool,
    /// Of a counted population, those that are not older than a switch.
    pub eligible: u64,
    /// Cells (account x Region x day) that could be drawn, for the method `cells`.
    pub cells: u64,
    /// Draws of cells.
    pub cells_drawn: u32,
    /// Of these, empty ones, which were drawn again.
    pub cells_empty: u32,
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
    /// Older than the last switch of encryption or key.
    pub left_population: u32,
    /// Gone when they were read, and replaced.
    pub replaced: u32,
    /// When the newest object before the last switch was delivered, UTC.
    pub switched_at: Option<String>,
    /// Deviations by class.
    pub deviations: BTreeMap<String, u32>,
    /// The share that may deviate at most, what was not shown to be sealed counted as deviating.
    pub upper_bound: Option<f64>,
    /// Why something could not be listed or read.
    pub gap_ids: Vec<String>,
}

/// One cell that was listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampledCellLine {
    /// The trail it was listed for.
    pub trail_arn: String,
    /// The bucket.
    pub bucket: String,
    /// The number of the draw, from 0; for a counted cell its place among these.
    pub cell_index: u32,
    /// Whose logs lie there.
    pub account_id: String,
    /// Their Region.
    pub region: String,
    /// The day, where cells are days.
    pub day: Option<String>,
    /// `counted`, `drawn`, `empty` or `unlisted`.
    pub used: String,
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

/// One looked-at log object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampleLine {
    /// The trail it was looked at for.
    pub trail_arn: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub object_key: String,
    /// `x-amz-version-id`.
    pub version_id: Option<String>,
    /// `Last-Modified`, UTC.
    pub last_modified: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `x-amz-server-side-encryption`.
    pub sse_algorithm: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`.
    pub sse_kms_key_id: Option<String>,
    /// Whether an S3 Bucket Key was used.
    pub bucket_key: Option<bool>,
    /// The key it should lie under.
    pub expected_key_arn: Option<String>,
    /// What it came to.
    pub result: String,
    /// How it deviates.
    pub deviation_class: Option<String>,
    /// Why it was looked at.
    pub selection: String,
    /// Its place in the order of selection, from 0.
    pub selection_index: u32,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// When, UTC.
    pub checked_at: Option<String>,
    /// Why it could not be read.
    pub gap_id: Option<String>,
    /// A header of S3's answer that is missing or was not understood, with its value.
    #[serde(default)]
    pub header_problem: Option<String>,
}

pub(super) fn sampling_line(
    sample: &LogSample,
    confidence: f64,
    names: &GapNames<'_>,
) -> SamplingLine {
    let estimand = match sample.method {
        SampleMethod::All | SampleMethod::Random => Some("object"),
        SampleMethod::Clusters => Some("cell_weighted"),
        SampleMethod::Partial | SampleMethod::Nothing => None,
    };
    SamplingLine {
        method: sample.method.to_string(),
        estimand: estimand.map(str::to_owned),
        population: sample.population.listed(),
        population_counted: matches!(sample.population, Population::Counted(_)),
        eligible: sample.eligible,
        cells: sample.frame.clusters,
        cells_drawn: sample.frame.drawn,
        cells_empty: sample.frame.empty,
        lists: sample.lists,
        census_lists: sample.census_lists,
        selected: sample.selected(),
        tested: sample.tested,
        sealed: sample.sealed,
        unreadable: sample.unreadable,
        examined: sample.examined,
        left_population: sample.left_population,
        replaced: sample.replaced,
        switched_at: sample.key_changed_at.map(time),
        deviations: sample.by_class().iter().map(|(k, v)| (k.to_string(), *v)).collect(),
        upper_bound: sample.upper_bound(confidence).map(rounded_up),
        gap_ids: gap_ids(sample.gaps.iter().copied(), names),
    }
}

/// Six decimals: the last digits of a double differ between machines, and a report must not. What is
/// added makes nought of a negative one.
fn rounded_up(bound: f64) -> f64 {
    (bound * 1e6 - 1e-3).ceil() / 1e6 + 0.0
}

/// A listed cell as its line.
#[must_use]
pub fn sampled_cell_line(trail: &Arn, bucket: &str, cell: &SampledCluster) -> SampledCellLine {
    SampledCellLine {
        trail_arn: trail.to_string(),
        bucket: bucket.to_owned(),
        cell_index: cell.index,
        account_id: cell.account.to_string(),
        region: cell.region.to_string(),
        day: text(cell.day),
        used: cell.used.to_string(),
        prefix: cell.prefix.clone(),
        start_after: cell.start_after.clone(),
        before: cell.before.clone(),
        objects: cell.objects,
        objects_whole: cell.is_whole,
        keys_sha256: cell.sha256.clone(),
    }
}

/// A looked-at object as its line; `expected_key` is what it should lie under.
#[must_use]
pub(super) fn sample_line(
    trail: &Arn,
    expected_key: Option<&Arn>,
    sample: &Sample,
    names: &dyn Fn(GapId) -> String,
) -> SampleLine {
    SampleLine {
        trail_arn: trail.to_string(),
        bucket: sample.bucket.clone(),
        object_key: sample.key.clone(),
        version_id: sample.version_id.clone(),
        last_modified: sample.last_modified.map(time),
        size: sample.size,
        etag: sample.etag.clone(),
        sse_algorithm: sample.algorithm.clone(),
        sse_kms_key_id: sample.kms_key_id.clone(),
        bucket_key: sample.bucket_key,
        expected_key_arn: text(expected_key),
        result: sample.result.to_string(),
        deviation_class: text(sample.deviation),
        selection: sample.selection.to_string(),
        selection_index: sample.index,
        request_id: text(sample.evidence.as_ref().and_then(|it| it.request_id.as_ref())),
        checked_at: sample.evidence.as_ref().map(|it| time(it.at)),
        gap_id: sample.gap.map(names),
        header_problem: sample.header_problem.as_ref().map(ToString::to_string),
    }
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
