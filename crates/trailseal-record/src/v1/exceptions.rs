//! What the user accepted, as lines.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, ControlId, Counts, Covers, Exception, ExceptionKind, ExceptionMatches,
    ExceptionState, GapClass, Operation, Reason, Region, Status,
};

use super::Line;

/// What was accepted, in numbers, and what is wrong with that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionsLine {
    /// Exceptions in the user's file.
    pub entries: u64,
    /// Exceptions that cover something.
    pub in_force: u64,
    /// Exceptions without effect, because their last day is over.
    pub expired: u64,
    /// Exceptions that cover nothing of this run.
    pub unmatched: u64,
    /// Findings that they take from the exit code.
    pub findings: u64,
    /// Gaps that they cover.
    pub gaps: u64,
    /// Targets that they take from the exit code.
    pub targets: u64,
    /// What has expired and what covers nothing, one sentence each.
    pub warnings: Vec<String>,
}

/// One exception of the user's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionLine {
    /// Stable for what it covers.
    pub exception_id: String,
    /// What it is about.
    pub kind: ExceptionKind,
    /// Its number among the entries of its kind, from 1.
    pub entry: u32,
    /// What became of it.
    pub state: ExceptionState,
    /// Of a finding: its control.
    pub control_id: Option<ControlId>,
    /// Of a finding: the ARN of the trail or store, or the account's id.
    pub subject: Option<String>,
    /// Of a finding: its status.
    pub status: Option<Status>,
    /// Of a finding: its reason, where only that one is covered.
    pub status_reason: Option<Reason>,
    /// Of gaps: their class.
    pub class: Option<GapClass>,
    /// Of gaps: only in these accounts, and in those of `organizational_units`.
    pub accounts: Vec<AccountId>,
    /// Of gaps: only in accounts below one of these.
    pub organizational_units: Vec<String>,
    /// Of gaps: only in these Regions.
    pub regions: Vec<Region>,
    /// Of gaps: only of these operations.
    pub operations: Vec<Operation>,
    /// Who owns it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// When, if the file says so.
    #[schemars(with = "Option<String>")]
    pub approved_at: Option<Date>,
    /// Why.
    pub reason: String,
    /// Where that was decided.
    pub ticket: String,
    /// The last day on which it holds, in UTC.
    #[schemars(with = "String")]
    pub expiry: Date,
    /// Findings that it covers, or would if it had not expired.
    pub findings: u64,
    /// Gaps likewise.
    pub gaps: u64,
    /// Targets likewise.
    pub targets: u64,
}

impl ExceptionLine {
    fn of(exception: &Exception, state: ExceptionState, counts: Counts) -> Self {
        let approval = &exception.approval;
        let (finding, gaps) = match &exception.covers {
            Covers::Finding(it) => (Some(it), None),
            Covers::Gaps(it) => (None, Some(it)),
        };
        Self {
            exception_id: exception.stable_id(),
            kind: exception.kind(),
            entry: exception.entry,
            state,
            control_id: finding.map(|finding| finding.control),
            subject: finding.map(|finding| finding.subject.clone()),
            status: finding.map(|finding| finding.status),
            status_reason: finding.and_then(|finding| finding.status_reason),
            class: gaps.map(|gaps| gaps.class),
            accounts: gaps.map(|gaps| gaps.accounts.clone()).unwrap_or_default(),
            organizational_units: gaps
                .map(|gaps| gaps.organizational_units.clone())
                .unwrap_or_default(),
            regions: gaps.map(|gaps| gaps.regions.clone()).unwrap_or_default(),
            operations: gaps.map(|gaps| gaps.operations.clone()).unwrap_or_default(),
            owner: approval.owner.clone(),
            approver: approval.approver.clone(),
            approved_at: approval.approved_at,
            reason: approval.reason.clone(),
            ticket: approval.ticket.clone(),
            expiry: approval.expiry,
            findings: counts.findings,
            gaps: counts.gaps,
            targets: counts.targets,
        }
    }
}

/// A line for each exception, sorted.
pub(super) fn exception_lines(excepted: &ExceptionMatches) -> Vec<Line> {
    let line =
        |(it, state, counts)| Line::Exception(Box::new(ExceptionLine::of(it, state, counts)));
    let mut lines: Vec<Line> = excepted.exceptions().map(line).collect();
    lines.sort_by_cached_key(Line::position);
    lines
}

/// All exceptions in numbers.
pub(super) fn exceptions_line(excepted: &ExceptionMatches) -> ExceptionsLine {
    let count = |state| excepted.exceptions().filter(|it| it.1 == state).count() as u64;
    let totals = excepted.totals();
    ExceptionsLine {
        entries: excepted.exceptions().count() as u64,
        in_force: count(ExceptionState::InForce),
        expired: count(ExceptionState::Expired),
        unmatched: count(ExceptionState::Unmatched),
        findings: totals.findings,
        gaps: totals.gaps,
        targets: totals.targets,
        warnings: excepted.warnings(),
    }
}
