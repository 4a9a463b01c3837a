//! What a whole audit shows: the verdict of each trail, whether anything is missing, and the exit
//! code. Each is decided here and nowhere else.

use std::collections::BTreeMap;

use crate::arn::Arn;
use crate::controls::Severity;
use crate::exception_matches::ExceptionMatches;
use crate::exit_code::{CLEAN, FAILURES, FAILURES_AND_INCOMPLETE, INCOMPLETE};
use crate::facts::OrganizationFacts;
use crate::finding::{Finding, Status, Subject};
use crate::gap::{Gap, GapId, Gaps};
use crate::gap_class::GapClass;
use crate::word_enum::word_enum;

word_enum! {
    /// What all essential controls of a trail show together.
    pub enum Verdict {
        /// Every essential control passes.
        Sealed = "sealed",
        /// An essential control fails.
        Unsealed = "unsealed",
        /// None fails, and at least one is not proven.
        Unproven = "unproven",
    }
}

/// The verdict over the findings of one trail. Findings of other subjects must not be given. An
/// essential control that was skipped proves nothing.
pub fn verdict<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Verdict {
    let (mut passes, mut is_unproven) = (false, false);
    for finding in findings.into_iter().filter(|it| it.control().entry().essential) {
        match finding.status() {
            Status::Fail => return Verdict::Unsealed,
            Status::NotProven => is_unproven = true,
            Status::Pass => passes = true,
            Status::NotApplicable => is_unproven |= finding.is_skipped(),
        }
    }
    if passes && !is_unproven { Verdict::Sealed } else { Verdict::Unproven }
}

/// The verdict of every trail, from all findings.
#[must_use]
pub fn verdicts(findings: &[Finding]) -> BTreeMap<&Arn, Verdict> {
    let mut by_trail: BTreeMap<&Arn, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Subject::Trail(arn) = finding.subject() {
            by_trail.entry(arn).or_default().push(finding);
        }
    }
    by_trail.into_iter().map(|(arn, findings)| (arn, verdict(findings))).collect()
}

/// Whether a failure counts that is at or above this severity and that no exception accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasFailures {
    /// At least one.
    Yes,
    /// None.
    No,
}

impl HasFailures {
    /// From all findings; `fail_on` is the lowest severity that counts.
    #[must_use]
    pub fn of(findings: &[Finding], fail_on: Severity, excepted: &ExceptionMatches) -> Self {
        let counts = |it: &Finding| {
            it.status() == Status::Fail
                && it.control().entry().severity >= fail_on
                && !excepted.has_finding(it)
        };
        if findings.iter().any(counts) { Self::Yes } else { Self::No }
    }
}

/// Whether everything was read and proven, but for what exceptions accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Everything.
    Complete,
    /// Something is missing.
    Incomplete,
}

impl Completeness {
    /// Incomplete is: a population that is not known to be whole, a target that was not read, an
    /// essential control that is not proven, and a run that ended before everything was asked.
    #[must_use]
    pub fn of(
        facts: &OrganizationFacts,
        findings: &[Finding],
        gaps: &Gaps,
        excepted: &ExceptionMatches,
    ) -> Self {
        let was_cut_off = |(id, gap): (GapId, &Gap)| {
            matches!(gap.class, GapClass::Deadline | GapClass::Cancelled)
                && excepted.of_gap(id).is_none()
        };
        let is_missing = |it: &Finding| {
            it.status() == Status::NotProven
                && it.control().entry().essential
                && !excepted.has_finding(it)
        };
        let is_accepted = |account, row: &_| excepted.has_target(account, row);
        let is_whole = facts.population.known().is_some()
            && !facts.coverage.is_incomplete_but_for(is_accepted)
            && !findings.iter().any(is_missing)
            && !gaps.with_ids().any(was_cut_off);
        if is_whole { Self::Complete } else { Self::Incomplete }
    }
}

/// The exit code of an audit that came to its end.
#[must_use]
pub const fn exit_code(has_failures: HasFailures, completeness: Completeness) -> u8 {
    match (has_failures, completeness) {
        (HasFailures::No, Completeness::Complete) => CLEAN,
        (HasFailures::Yes, Completeness::Complete) => FAILURES,
        (HasFailures::No, Completeness::Incomplete) => INCOMPLETE,
        (HasFailures::Yes, Completeness::Incomplete) => FAILURES_AND_INCOMPLETE,
    }
}

#[cfg(test)]
mod tests;
