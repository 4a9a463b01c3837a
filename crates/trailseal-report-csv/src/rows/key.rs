//! Rows of `keys.csv`.

use crate::cell::Row;
use crate::record_index::{Key, OF_POLICY, RecordIndex};

pub(crate) fn row(known: &RecordIndex, key: &Key) -> Row {
    let it = &key.line;
    let account = it.account_id.as_deref().unwrap_or_default();
    let mut row = known
        .row()
        .cell(&it.key_arn)
        .maybe(it.resolved_arn.as_ref())
        .cell(account)
        .free(known.account_name(account))
        .free(known.ou_path(account))
        .free(known.ou_names(account))
        .maybe(it.region.as_ref())
        .cell(&it.presence)
        .maybe(it.manager.as_ref())
        .maybe(it.state.as_ref())
        .maybe(it.spec.as_ref())
        .maybe(it.usage.as_ref())
        .maybe(it.origin.as_ref())
        .maybe(it.is_multi_region)
        .maybe(it.replica_of.as_ref())
        .maybe(it.deletion_date.as_ref())
        .maybe(it.valid_to.as_ref())
        .maybe(it.rotation_enabled)
        .maybe(it.rotation_period_days)
        .cell(key.policy_sha256.is_some())
        .maybe(key.policy_sha256.as_ref());
    for control in OF_POLICY {
        row = row.list(key.statuses.get(&control).into_iter().flatten());
    }
    let readers: Vec<&str> = key.readers.iter().map(String::as_str).collect();
    row.free(&readers.join("; ")).list(&key.trails).list(&key.stores).list(&it.gap_ids)
}
