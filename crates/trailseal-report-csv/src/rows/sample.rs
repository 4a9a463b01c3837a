//! Rows of `samples.csv`.

use trailseal_model::record::v1::SampleLine;

use crate::cell::Row;
use crate::command::head_object;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &SampleLine) -> Row {
    known
        .row()
        .cell(&it.trail_arn)
        .cell(&it.bucket)
        .free(&it.object_key)
        .maybe(it.version_id.as_ref())
        .maybe(it.last_modified.as_ref())
        .maybe(it.size)
        .maybe(it.etag.as_ref())
        .maybe(it.sse_algorithm.as_ref())
        .maybe(it.sse_kms_key_id.as_ref())
        .maybe(it.bucket_key)
        .maybe(it.expected_key_arn.as_ref())
        .cell(&it.result)
        .maybe(it.deviation_class.as_ref())
        .cell(&it.selection)
        .cell(it.selection_index)
        .maybe(it.request_id.as_ref())
        .maybe(it.checked_at.as_ref())
        .maybe(it.gap_id.as_ref())
        .cell(head_object(it))
        .free(it.header_problem.as_deref().unwrap_or_default())
}
