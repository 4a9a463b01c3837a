//! Rows of `exceptions.csv`.

use trailseal_record::v1::ExceptionLine;

use crate::cell::{Row, neutralized};
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, exception: &ExceptionLine) -> Row {
    index
        .row()
        .cell(&exception.exception_id)
        .cell(exception.kind)
        .cell(exception.entry)
        .cell(exception.state)
        .maybe(exception.control_id)
        .free(exception.subject.as_deref().unwrap_or_default())
        .maybe(exception.status)
        .maybe(exception.status_reason)
        .maybe(exception.class)
        .list(&exception.accounts)
        .list(exception.organizational_units.iter().map(|unit| neutralized(unit)))
        .list(&exception.regions)
        .list(&exception.operations)
        .free(&exception.owner)
        .free(&exception.approver)
        .maybe(exception.approved_at)
        .free(&exception.reason)
        .free(&exception.ticket)
        .cell(exception.expiry)
        .cell(exception.findings)
        .cell(exception.gaps)
        .cell(exception.targets)
}
