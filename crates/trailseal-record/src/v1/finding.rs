//! The line of a finding.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, Arn, Cause, Causes, ControlId, Evidence, Exception, ExceptionMatches, Finding,
    Operation, Reason, Region, Status, Subject, SubjectKind,
};

use super::values::{GapNames, gap_ids};
use crate::Time;

/// One judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingLine {
    /// Stable for control and subject.
    pub finding_id: String,
    /// The control.
    pub control_id: ControlId,
    /// What was judged.
    pub status: Status,
    /// Why, as one word.
    pub status_reason: Reason,
    /// One sentence for people.
    pub message: String,
    /// The account that owns the subject.
    pub account_id: Option<AccountId>,
    /// The subject's Region; `null` for an account.
    pub region: Option<Region>,
    /// The kind of the subject.
    pub resource_type: SubjectKind,
    /// The ARN of the trail or store, or the account's id.
    pub resource_arn: String,
    /// The name of the trail or store, or the account's id.
    pub resource_name: String,
    /// What should be.
    pub expected: String,
    /// What is.
    pub observed: String,
    /// The calls behind it.
    pub evidence: Vec<EvidenceLine>,
    /// What could not be read.
    pub gap_ids: Vec<String>,
    /// The exceptions that take it from the exit code; the status stays.
    #[serde(default)]
    pub exception_ids: Vec<String>,
    /// The cause that comes first; its fix is this finding's fix. `null` for one that passes or does
    /// not apply.
    #[serde(default)]
    pub cause_id: Option<String>,
    /// The causes that also have to change before it can pass.
    #[serde(default)]
    pub further_cause_ids: Vec<String>,
}

/// One call that shows something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceLine {
    /// The operation.
    pub operation: Operation,
    /// The account it was made in.
    pub account_id: Option<AccountId>,
    /// The Region.
    pub region: Option<Region>,
    /// When.
    pub at: Time,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// What a finding's line needs beside the finding.
pub(super) struct FindingContext<'a> {
    /// The name of each event data store.
    pub(super) store_names: &'a BTreeMap<&'a Arn, &'a str>,
    pub(super) gap_names: &'a GapNames<'a>,
    pub(super) excepted: &'a ExceptionMatches,
    pub(super) causes: &'a Causes,
}

/// A finding as its line; `number` is its place among all findings.
pub(super) fn finding_line(
    number: usize,
    finding: &Finding,
    context: &FindingContext<'_>,
) -> FindingLine {
    let subject = finding.subject();
    let (resource_type, region, resource_name) = match subject {
        Subject::Trail(arn) => {
            let name = arn.resource().strip_prefix("trail/").unwrap_or(arn.resource());
            (SubjectKind::Trail, arn.region(), name.to_owned())
        }
        Subject::Account(account) => (SubjectKind::Account, None, account.to_string()),
        Subject::EventDataStore(arn) => {
            let id = arn.resource().strip_prefix("eventdatastore/").unwrap_or(arn.resource());
            let name = context.store_names.get(arn).map_or(id, |name| name);
            (SubjectKind::EventDataStore, arn.region(), name.to_owned())
        }
    };
    let (cause, further) = context.causes.of_finding(number).unzip();
    FindingLine {
        finding_id: finding.stable_id(),
        control_id: finding.control(),
        status: finding.status(),
        status_reason: finding.reason(),
        message: finding.message().to_owned(),
        account_id: subject.account(),
        region,
        resource_type,
        resource_arn: subject.key(),
        resource_name,
        expected: finding.expected().to_owned(),
        observed: finding.observed().to_owned(),
        evidence: finding.evidence().iter().map(EvidenceLine::from).collect(),
        gap_ids: gap_ids(finding.gaps().iter().copied(), context.gap_names),
        exception_ids: context.excepted.of_finding(finding).map(Exception::stable_id).collect(),
        cause_id: cause.map(Cause::stable_id),
        further_cause_ids: further.into_iter().flatten().map(Cause::stable_id).collect(),
    }
}

impl From<&Evidence> for EvidenceLine {
    fn from(evidence: &Evidence) -> Self {
        Self {
            operation: evidence.operation,
            account_id: evidence.account,
            region: evidence.region,
            at: evidence.at.into(),
            request_id: evidence.request_id.as_deref().map(str::to_owned),
        }
    }
}
