//! Rows of `gaps.csv`.

use trailseal_model::record::v1::GapLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &GapLine) -> Row {
    let account = it.account_id.as_deref().unwrap_or_default();
    known
        .row()
        .cell(&it.gap_id)
        .cell(account)
        .free(known.account_name(account))
        .maybe(it.region.as_ref())
        .cell(&it.operation)
        .cell(&it.class)
        .free(it.subject.as_deref().unwrap_or_default())
        .maybe(it.http_status)
        .maybe(it.aws_code.as_ref())
        .free(it.message.as_deref().unwrap_or_default())
        .maybe(it.request_id.as_ref())
        .cell(it.attempts)
        .cell(&it.what_to_do)
        .free(known.ou_names(account))
        .maybe(it.exception_id.as_ref())
}
