//! Rows of `findings.csv`.

use trailseal_model::record::v1::FindingLine;
use trailseal_model::{ControlId, Reason, Status, fix_text};

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &FindingLine) -> Row {
    let id = it.control_id.parse::<ControlId>().ok();
    let control = id.map(ControlId::entry);
    let subject = known.subject(&it.resource_arn);
    let key = subject.and_then(|it| it.key_arn.as_deref()).map(|it| known.resolved(it));
    let key_account = key.and_then(|it| it.split(':').nth(4));
    let evidence = it.evidence.first();
    let mut operations: Vec<&str> = Vec::new();
    for operation in it.evidence.iter().map(|it| &*it.operation) {
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    known
        .row()
        .cell(&it.finding_id)
        .cell(&it.control_id)
        .maybe(control.map(|it| it.title))
        .maybe(control.map(|it| it.severity))
        .cell(&it.status)
        .cell(&it.status_reason)
        .cell(&it.account_id)
        .free(known.account_name(&it.account_id))
        .free(known.ou_path(&it.account_id))
        .maybe(it.region.as_ref())
        .cell(&it.resource_type)
        .cell(&it.resource_arn)
        .free(&it.resource_name)
        .maybe(subject.and_then(|it| it.home_region.as_ref()))
        .maybe(subject.and_then(|it| it.is_organization_trail))
        .maybe(subject.and_then(|it| it.is_multi_region))
        .maybe(key)
        .maybe(key_account)
        .free(&it.expected)
        .free(&it.observed)
        .free(&it.message)
        .list(operations)
        .maybe(evidence.and_then(|it| it.request_id.as_ref()))
        .maybe(evidence.map(|it| &it.at))
        .list(&it.gap_ids)
        .maybe(fix_of(it))
        .free(known.ou_names(&it.account_id))
        .list(&it.exception_ids)
        .list(id.map(ControlId::framework_ids).unwrap_or_default())
}

/// What to do about it, where something is to be done.
fn fix_of(it: &FindingLine) -> Option<&'static str> {
    let control = it.control_id.parse::<ControlId>().ok()?;
    fix_text(control, it.status.parse::<Status>().ok()?, it.status_reason.parse::<Reason>().ok()?)
}
