//! Rows of `event_data_stores.csv`.

use trailseal_record::v1::StoreLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, store: &StoreLine) -> Row {
    index
        .row()
        .cell(&store.event_data_store_arn)
        .free(&store.name)
        .cell(store.account_id)
        .free(index.account_name(store.account_id))
        .free(index.ou_path(store.account_id))
        .free(index.ou_names(store.account_id))
        .cell(store.region)
        .list(&store.failing_controls)
        .list(&store.not_proven_controls)
        .list(&store.cause_ids)
        .free(index.change(&store.cause_ids))
        .maybe(store.status.as_ref())
        .maybe(store.kms_key_id.as_ref())
        .maybe(store.key_arn.as_ref().map(|arn| index.resolved(arn)))
        .maybe(store.is_multi_region)
        .maybe(store.is_organization_store)
        .maybe(store.retention_days)
        .list(&store.gap_ids)
}
