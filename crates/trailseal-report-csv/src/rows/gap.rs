//! Rows of `gaps.csv`.

use trailseal_record::v1::GapLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, gap: &GapLine) -> Row {
    index
        .row()
        .cell(&gap.gap_id)
        .maybe(gap.account_id)
        .free(index.account_name(gap.account_id))
        .free(index.ou_names(gap.account_id))
        .maybe(gap.region)
        .cell(gap.operation)
        .cell(gap.class)
        .free(gap.subject.as_deref().unwrap_or_default())
        .maybe(gap.http_status)
        .maybe(gap.aws_code.as_ref())
        .free(gap.message.as_deref().unwrap_or_default())
        .maybe(gap.request_id.as_ref())
        .cell(gap.attempts)
        .cell(&gap.what_to_do)
        .maybe(gap.cause_id.as_ref())
        .maybe(gap.exception_id.as_ref())
}
