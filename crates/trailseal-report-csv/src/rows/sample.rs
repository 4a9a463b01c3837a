//! Rows of `samples.csv`.

use trailseal_record::v1::SampleLine;

use crate::cell::Row;
use crate::command::head_object;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, sample: &SampleLine) -> Row {
    let reader = index.reader(&sample.bucket, &sample.trail_arn);
    index
        .row()
        .cell(&sample.trail_arn)
        .cell(&sample.bucket)
        .free(&sample.object_key)
        .maybe(sample.version_id.as_ref())
        .maybe(sample.last_modified)
        .maybe(sample.size)
        .maybe(sample.etag.as_ref())
        .maybe(sample.sse_algorithm.as_ref())
        .maybe(sample.sse_kms_key_id.as_ref())
        .maybe(sample.bucket_key)
        .maybe(sample.expected_key_arn.as_ref())
        .cell(sample.result)
        .maybe(sample.deviation_class)
        .cell(sample.selection)
        .cell(sample.selection_index)
        .maybe(sample.request_id.as_ref())
        .maybe(sample.checked_at)
        .maybe(sample.gap_id.as_ref())
        .free(sample.header_problem.as_deref().unwrap_or_default())
        .maybe(reader.owner)
        .maybe(reader.region)
        .maybe(reader.role_arn)
        .cell(head_object(sample, reader))
}
