//! Rows of `findings.csv`.

use trailseal_model::Arn;
use trailseal_record::v1::FindingLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, finding: &FindingLine) -> Row {
    let control = finding.control_id.entry();
    let subject = index.subject(&finding.resource_arn);
    let key = subject.and_then(|subject| subject.key_arn.as_ref()).map(|arn| index.resolved(arn));
    let calls = || finding.evidence.iter();
    let request_ids = distinct(calls().filter_map(|call| call.request_id.as_deref()));
    let fix = index.fix(finding.cause_id.as_ref());
    index
        .row()
        .cell(&finding.finding_id)
        .cell(finding.control_id)
        .cell(control.title)
        .cell(control.severity)
        .cell(finding.status)
        .cell(finding.status_reason)
        .maybe(finding.account_id)
        .free(index.account_name(finding.account_id))
        .free(index.ou_path(finding.account_id))
        .free(index.ou_names(finding.account_id))
        .maybe(finding.region)
        .cell(finding.resource_type)
        .cell(&finding.resource_arn)
        .free(&finding.resource_name)
        .maybe(subject.and_then(|subject| subject.home_region))
        .maybe(subject.and_then(|subject| subject.is_organization_trail))
        .maybe(subject.and_then(|subject| subject.is_multi_region))
        .maybe(key)
        .maybe(key.and_then(Arn::account))
        .free(&finding.message)
        .free(&finding.expected)
        .free(&finding.observed)
        .maybe(finding.cause_id.as_ref())
        .list(&finding.further_cause_ids)
        .free(fix.map_or("", |fix| &fix.change))
        .list(fix.iter().flat_map(|fix| fix.commands()))
        .list(&finding.exception_ids)
        .list(distinct(calls().map(|call| call.operation.as_str())))
        .list(request_ids)
        .maybe(finding.evidence.first().map(|call| call.at))
        .list(&finding.gap_ids)
        .list(finding.control_id.framework_ids())
}

/// Each of these once, in their order.
fn distinct<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known = std::collections::HashSet::new();
    words.filter(|word| known.insert(*word)).collect()
}
