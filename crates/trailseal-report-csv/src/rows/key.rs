//! Rows of `keys.csv`.

use crate::cell::Row;
use crate::record_index::{Key, OF_POLICY, RecordIndex};

pub(crate) fn row(index: &RecordIndex, key: &Key) -> Row {
    let line = &key.line;
    let mut row = index
        .row()
        .cell(&line.key_arn)
        .maybe(line.resolved_arn.as_ref())
        .maybe(line.account_id)
        .free(index.account_name(line.account_id))
        .free(index.ou_path(line.account_id))
        .free(index.ou_names(line.account_id))
        .maybe(line.region)
        .cell(line.presence)
        .maybe(line.manager)
        .maybe(line.state.as_ref())
        .maybe(line.spec.as_ref())
        .maybe(line.usage.as_ref())
        .maybe(line.origin.as_ref())
        .maybe(line.is_multi_region)
        .maybe(line.replica_of.as_ref())
        .maybe(line.deletion_date)
        .maybe(line.valid_to)
        .maybe(line.rotation_enabled)
        .maybe(line.rotation_period_days)
        .cell(key.policy_sha256.is_some())
        .maybe(key.policy_sha256.as_ref());
    for control in OF_POLICY {
        row = row.list(key.statuses.get(&control).into_iter().flatten());
    }
    let readers: Vec<&str> = key.readers.iter().map(String::as_str).collect();
    row.free(&readers.join("; ")).list(&key.trails).list(&key.stores).list(&line.gap_ids)
}
