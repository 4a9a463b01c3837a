//! Rows of `coverage.csv`.

use trailseal_model::record::v1::CoverageLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &CoverageLine) -> Row {
    // What was not listed is not none.
    let stores_found = Some(it.stores_found).filter(|_| known.lists_stores());
    known
        .row()
        .cell(&it.account_id)
        .free(known.account_name(&it.account_id))
        .free(known.ou_path(&it.account_id))
        .cell(&it.region)
        .cell(&it.outcome)
        .maybe(it.reason_code.as_ref())
        .maybe(it.gap_id.as_ref())
        .maybe(known.role_arn(&it.account_id))
        .cell(&known.run.caller_arn)
        .cell(it.trails_found)
        .cell(it.api_calls)
        .cell(it.throttles)
        .maybe(it.started_at.as_ref())
        .maybe(it.finished_at.as_ref())
        .maybe(stores_found)
        .free(known.ou_names(&it.account_id))
        .maybe(it.newest_log.as_ref())
        .maybe(it.newest_log_at.as_ref())
        .list(&it.exception_ids)
        .list(&it.covered_by)
        .maybe(it.member_delivery.as_ref())
}
