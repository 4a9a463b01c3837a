//! The line of an examined log object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{Arn, DeviationClass, GapId, Sample, SampleResult, Selection};

use super::values::time;
use crate::Time;

/// One examined log object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampleLine {
    /// The trail it was examined for.
    pub trail_arn: Arn,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub object_key: String,
    /// `x-amz-version-id`.
    pub version_id: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<Time>,
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
    /// The key it should be encrypted with.
    pub expected_key_arn: Option<Arn>,
    /// What it came to.
    pub result: SampleResult,
    /// How it deviates.
    pub deviation_class: Option<DeviationClass>,
    /// Why it was examined.
    pub selection: Selection,
    /// Its place in the order of selection, from 0.
    pub selection_index: u32,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// When.
    pub checked_at: Option<Time>,
    /// Why it could not be read.
    pub gap_id: Option<String>,
    /// A header of S3's answer that is missing or was not understood, with its value.
    #[serde(default)]
    pub header_problem: Option<String>,
}

/// An examined object as its line; `expected_key` is what it should be encrypted with.
#[must_use]
pub(super) fn sample_line(
    trail: &Arn,
    expected_key: Option<&Arn>,
    sample: &Sample,
    names: &dyn Fn(GapId) -> String,
) -> SampleLine {
    let evidence = sample.evidence.as_ref();
    let request_id = evidence.and_then(|evidence| evidence.request_id.as_deref());
    SampleLine {
        trail_arn: trail.clone(),
        bucket: sample.bucket.clone(),
        object_key: sample.key.clone(),
        version_id: sample.version_id.clone(),
        last_modified: time(sample.last_modified),
        size: sample.size,
        etag: sample.etag.clone(),
        sse_algorithm: sample.algorithm.clone(),
        sse_kms_key_id: sample.kms_key_id.clone(),
        bucket_key: sample.bucket_key,
        expected_key_arn: expected_key.cloned(),
        result: sample.result,
        deviation_class: sample.deviation,
        selection: sample.selection,
        selection_index: sample.index,
        request_id: request_id.map(str::to_owned),
        checked_at: time(evidence.map(|evidence| evidence.at)),
        gap_id: sample.gap.map(names),
        header_problem: sample.header_problem.as_ref().map(ToString::to_string),
    }
}
