//! Rows of `event_data_stores.csv`.

use trailseal_model::record::v1::StoreLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &StoreLine) -> Row {
    known
        .row()
        .cell(&it.event_data_store_arn)
        .free(&it.name)
        .cell(&it.account_id)
        .free(known.account_name(&it.account_id))
        .free(known.ou_path(&it.account_id))
        .free(known.ou_names(&it.account_id))
        .cell(&it.region)
        .maybe(it.status.as_ref())
        .maybe(it.kms_key_id.as_ref())
        .maybe(it.key_arn.as_deref().map(|it| known.resolved(it)))
        .maybe(it.is_multi_region)
        .maybe(it.is_organization_store)
        .maybe(it.retention_days)
        .list(&it.gap_ids)
}
