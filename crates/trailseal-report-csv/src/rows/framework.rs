//! Rows of `frameworks.csv`.

use crate::cell::Row;
use crate::framework_status::Requirement;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, requirement: &Requirement) -> Row {
    let counts = index.statuses.of(requirement.control);
    index
        .row()
        .cell(requirement.framework)
        .cell(requirement.framework.title())
        .cell(requirement.version)
        .cell(requirement.id)
        .cell(requirement.control)
        .cell(requirement.control.entry().title)
        .cell(requirement.source)
        .maybe(counts.worst())
        .cell(counts.failed)
        .cell(counts.not_proven)
        .cell(counts.passed)
        .cell(counts.not_applicable)
}
