//! What the user accepted, as lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Line;
use super::inventory::words;
use super::values::text;
use crate::{Counts, Covers, Exception, ExceptionMatches, ExceptionState};

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
    /// `finding` or `gap`.
    pub kind: String,
    /// Its number among the entries of its kind, from 1.
    pub entry: u32,
    /// `in_force`, `expired` or `unmatched`.
    pub state: String,
    /// Of a finding: its control.
    pub control_id: Option<String>,
    /// Of a finding: the ARN of the trail or store, or the account's id.
    pub subject: Option<String>,
    /// Of a finding: its status.
    pub status: Option<String>,
    /// Of a finding: its reason, where only that one is covered.
    pub status_reason: Option<String>,
    /// Of gaps: their class.
    pub class: Option<String>,
    /// Of gaps: only in these accounts, and in those of `organizational_units`.
    pub accounts: Vec<String>,
    /// Of gaps: only in accounts below one of these.
    pub organizational_units: Vec<String>,
    /// Of gaps: only in these Regions.
    pub regions: Vec<String>,
    /// Of gaps: only of these operations.
    pub operations: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// When, if the file says so.
    pub approved_at: Option<String>,
    /// Why.
    pub reason: String,
    /// Where that was decided.
    pub ticket: String,
    /// The last day on which it holds, in UTC.
    pub expiry: String,
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
            kind: exception.kind().to_string(),
            entry: exception.entry,
            state: state.to_string(),
            control_id: text(finding.map(|it| it.control)),
            subject: text(finding.map(|it| &it.subject)),
            status: text(finding.map(|it| it.status)),
            status_reason: text(finding.and_then(|it| it.status_reason)),
            class: text(gaps.map(|it| it.class)),
            accounts: words(gaps.iter().flat_map(|it| &it.accounts)),
            organizational_units: words(gaps.iter().flat_map(|it| &it.organizational_units)),
            regions: words(gaps.iter().flat_map(|it| &it.regions)),
            operations: words(gaps.iter().flat_map(|it| &it.operations)),
            owner: approval.owner.clone(),
            approver: approval.approver.clone(),
            approved_at: text(approval.approved_at),
            reason: approval.reason.clone(),
            ticket: approval.ticket.clone(),
            expiry: approval.expiry.to_string(),
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
