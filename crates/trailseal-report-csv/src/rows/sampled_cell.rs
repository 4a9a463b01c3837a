//! Rows of `sampled_cells.csv`.

use trailseal_model::record::v1::SampledCellLine;

use crate::cell::Row;
use crate::command::list_objects;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &SampledCellLine) -> Row {
    known
        .row()
        .cell(&it.trail_arn)
        .cell(&it.bucket)
        .cell(it.cell_index)
        .cell(&it.account_id)
        .cell(&it.region)
        .maybe(it.day.as_ref())
        .cell(&it.used)
        .free(&it.prefix)
        .free(&it.start_after)
        .free(&it.before)
        .cell(it.objects)
        .cell(it.objects_whole)
        .maybe(it.keys_sha256.as_ref())
        .cell(list_objects(it))
}
