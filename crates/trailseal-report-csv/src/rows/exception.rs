//! Rows of `exceptions.csv`.

use trailseal_model::record::v1::ExceptionLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &ExceptionLine) -> Row {
    known
        .row()
        .cell(&it.exception_id)
        .cell(&it.kind)
        .cell(it.entry)
        .cell(&it.state)
        .maybe(it.control_id.as_ref())
        .maybe(it.subject.as_ref())
        .maybe(it.status.as_ref())
        .maybe(it.status_reason.as_ref())
        .maybe(it.class.as_ref())
        .list(&it.accounts)
        .list(&it.organizational_units)
        .list(&it.regions)
        .list(&it.operations)
        .free(&it.owner)
        .free(&it.approver)
        .maybe(it.approved_at.as_ref())
        .free(&it.reason)
        .free(&it.ticket)
        .cell(&it.expiry)
        .cell(it.findings)
        .cell(it.gaps)
        .cell(it.targets)
}
