//! Rows of `coverage.csv`.

use trailseal_record::v1::CoverageLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, target: &CoverageLine) -> Row {
    // What was not listed is not none.
    let stores_found = Some(target.stores_found).filter(|_| index.lists_stores());
    index
        .row()
        .cell(target.account_id)
        .free(index.account_name(target.account_id))
        .free(index.ou_path(target.account_id))
        .free(index.ou_names(target.account_id))
        .cell(target.region)
        .cell(target.outcome)
        .maybe(target.reason_code)
        .maybe(target.gap_id.as_ref())
        .maybe(index.role_arn(target.account_id))
        .maybe(target.request_id.as_ref())
        .cell(target.trails_found)
        .maybe(stores_found)
        .cell(target.api_calls)
        .cell(target.throttles)
        .maybe(target.started_at)
        .maybe(target.finished_at)
        .list(&target.covered_by)
        .maybe(target.newest_log)
        .maybe(target.newest_log_at)
        .maybe(target.member_delivery)
        .maybe(target.last_management_call_at)
        .list(&target.exception_ids)
}
