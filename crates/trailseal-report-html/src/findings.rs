//! Findings: the failures, what is not proven, and all of them counted by control and status.

use std::collections::BTreeMap;

use trailseal_model::controls::CONTROLS;
use trailseal_model::{Control, ControlId, Reason, Severity, Status, SubjectKind};
use trailseal_record::v1::FindingLine;

use crate::causes::{CauseLink, CauseLinks, CauseTotals};
use crate::context::Context;
use crate::exceptions::Accepted;
use crate::gaps::{GapViews, most_frequent};
use crate::lists::{Calls, Who};
use crate::ranked::{Ranked, Shown};
use crate::text::{cut, number};
use crate::words::{self, Mark};

/// How many failures, and how many findings that are not proven, the page shows of one control.
pub(crate) const MAX_PER_CONTROL: usize = 30;

/// One finding as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) control: ControlId,
    pub(crate) status: Status,
    pub(crate) reason: Reason,
    pub(crate) message: String,
    pub(crate) expected: String,
    pub(crate) observed: String,
    pub(crate) who: Who,
    pub(crate) region: Option<String>,
    /// `account`, `trail` or `event data store`.
    pub(crate) kind: String,
    /// The name of the trail or store; empty for an account.
    pub(crate) name: String,
    /// The trail's place on the page, if it is shown there.
    pub(crate) anchor: Option<usize>,
    pub(crate) calls: Calls,
    pub(crate) gaps: GapViews,
    /// What has to change first; its fix is this finding's fix.
    pub(crate) cause: Option<CauseLink>,
    /// What also has to change.
    pub(crate) further: CauseLinks,
    /// The exceptions that accept it; then it leaves the exit code.
    pub(crate) accepted: Vec<Accepted>,
}

impl Finding {
    /// `anchor` is the place of its trail on the page.
    pub(crate) fn of(line: &FindingLine, anchor: Option<usize>, context: Context<'_>) -> Self {
        let is_account = line.resource_type == SubjectKind::Account;
        Self {
            control: line.control_id,
            status: line.status,
            reason: line.status_reason,
            message: cut(&line.message),
            expected: cut(&line.expected),
            observed: cut(&line.observed),
            who: line.account_id.map(|account| context.names.who(account)).unwrap_or_default(),
            region: line.region.map(|region| region.to_string()),
            kind: line.resource_type.as_str().replace('_', " "),
            name: if is_account { String::new() } else { cut(&line.resource_name) },
            anchor,
            calls: Calls::of(&line.evidence),
            gaps: context.gaps.views(&line.gap_ids, context.causes),
            cause: line.cause_id.as_deref().map(|cause| context.causes.link(cause)),
            further: CauseLinks::of(context.causes, line.further_cause_ids.iter()),
            accepted: context.exceptions.of(&line.exception_ids),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        if self.is_skipped() { words::SKIPPED } else { words::status(self.status) }
    }

    /// Whether its control was left out of the run.
    pub(crate) fn is_skipped(&self) -> bool {
        self.reason == Reason::Skipped
    }

    pub(crate) fn entry(&self) -> &'static Control {
        self.control.entry()
    }

    /// Whether what should be and what is are worth showing: where all is well they say the same.
    pub(crate) const fn is_compared(&self) -> bool {
        matches!(self.status, Status::Fail | Status::NotProven)
            && !(self.expected.is_empty() && self.observed.is_empty())
    }
}

/// Adds up findings.
#[derive(Debug)]
pub(crate) struct FindingTotals {
    controls: BTreeMap<ControlId, ControlTotals>,
    without_cause: u64,
}

#[derive(Debug)]
struct ControlTotals {
    statuses: BTreeMap<Status, u64>,
    reasons: BTreeMap<(Status, Reason), u64>,
    causes: BTreeMap<Status, BTreeMap<String, u64>>,
    accepted: BTreeMap<Status, u64>,
    failures: Ranked<Finding>,
    unproven: Ranked<Finding>,
}

/// The findings of one control that have one status.
#[derive(Debug)]
pub(crate) struct ControlGroup {
    pub(crate) control: &'static Control,
    pub(crate) mark: Mark,
    pub(crate) total: u64,
    /// How many of them are accepted.
    pub(crate) accepted: u64,
    pub(crate) reasons: Vec<(Reason, String)>,
    /// What is behind the most of them.
    pub(crate) causes: CauseLinks,
    pub(crate) shown: Shown<Finding>,
}

/// One control's counts.
#[derive(Debug)]
pub(crate) struct ControlRow {
    pub(crate) control: &'static Control,
    /// By status, in the order of [`words::STATUSES`].
    pub(crate) counts: Vec<(Mark, u64)>,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) total: u64,
    pub(crate) by_status: BTreeMap<Status, u64>,
    /// The same for people, the most urgent first.
    pub(crate) statuses: Vec<(Mark, u64)>,
    /// Failures of each severity, the highest first.
    pub(crate) by_severity: Vec<(&'static str, u64)>,
    /// Findings of essential controls that are not proven.
    pub(crate) unproven_essential: u64,
    /// Failed and not proven findings that name no cause.
    pub(crate) without_cause: u64,
    pub(crate) failures: Vec<ControlGroup>,
    pub(crate) unproven: Vec<ControlGroup>,
    pub(crate) matrix: Vec<ControlRow>,
}

impl FindingTotals {
    pub(crate) const fn new() -> Self {
        Self { controls: BTreeMap::new(), without_cause: 0 }
    }

    /// Counts a finding; makes it if it is shown.
    pub(crate) fn add(&mut self, line: &FindingLine, make: impl FnOnce() -> Finding) {
        let status = line.status;
        let totals = self.controls.entry(line.control_id).or_insert_with(ControlTotals::new);
        *totals.statuses.entry(status).or_default() += 1;
        let list = match status {
            Status::Fail => &mut totals.failures,
            Status::NotProven => &mut totals.unproven,
            Status::Pass | Status::NotApplicable => return,
        };
        *totals.reasons.entry((status, line.status_reason)).or_default() += 1;
        match &line.cause_id {
            Some(cause) => {
                let causes = totals.causes.entry(status).or_default();
                *causes.entry(cause.clone()).or_default() += 1;
            }
            None => self.without_cause += 1,
        }
        if line.exception_ids.is_empty() {
            list.push(0, make);
        } else {
            *totals.accepted.entry(status).or_default() += 1;
            list.push(1, make);
        }
    }

    pub(crate) fn finish(mut self, causes: &CauseTotals) -> Findings {
        let count = |control: &Control, status: Status| {
            let totals = self.controls.get(&control.id);
            totals.and_then(|it| it.statuses.get(&status)).copied().unwrap_or_default()
        };
        let of_status = |status: Status| CONTROLS.iter().map(|it| count(it, status)).sum::<u64>();
        let by_status: BTreeMap<Status, u64> =
            Status::ALL.iter().map(|it| (*it, of_status(*it))).filter(|it| it.1 > 0).collect();
        let statuses = words::STATUSES.map(|it| (words::status(it), of_status(it))).to_vec();
        let failed = |severity: Severity| {
            let controls = CONTROLS.iter().filter(|it| it.severity == severity);
            (severity.as_str(), controls.map(|it| count(it, Status::Fail)).sum())
        };
        let by_severity: Vec<(&str, u64)> =
            Severity::ALL.iter().rev().map(|it| failed(*it)).collect();
        let essential = CONTROLS.iter().filter(|it| it.essential);
        let unproven_essential = essential.map(|it| count(it, Status::NotProven)).sum();
        let row = |control: &'static Control| ControlRow {
            control,
            counts: words::STATUSES.map(|it| (words::status(it), count(control, it))).to_vec(),
        };
        let matrix: Vec<ControlRow> = CONTROLS.iter().map(row).collect();
        let mut controls: Vec<&'static Control> = CONTROLS.iter().collect();
        controls.sort_by_key(|it| std::cmp::Reverse(it.severity));
        let mut groups = |status| -> Vec<ControlGroup> {
            controls.iter().filter_map(|control| self.group(control, status, causes)).collect()
        };
        let failures = groups(Status::Fail);
        let unproven = groups(Status::NotProven);
        let total = by_status.values().sum();
        let without_cause = self.without_cause;
        Findings {
            total,
            by_status,
            statuses,
            by_severity,
            unproven_essential,
            without_cause,
            failures,
            unproven,
            matrix,
        }
    }

    fn group(
        &mut self,
        control: &'static Control,
        status: Status,
        causes: &CauseTotals,
    ) -> Option<ControlGroup> {
        let totals = self.controls.get_mut(&control.id)?;
        let total = *totals.statuses.get(&status)?;
        let accepted = totals.accepted.get(&status).copied().unwrap_or_default();
        let list = match status {
            Status::Fail => &mut totals.failures,
            _ => &mut totals.unproven,
        };
        let shown = std::mem::replace(list, Ranked::new(0)).finish();
        let mut reasons: Vec<(Reason, u64)> = totals
            .reasons
            .iter()
            .filter(|((of, _), _)| *of == status)
            .map(|((_, reason), count)| (*reason, *count))
            .collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let reasons = reasons.into_iter().map(|(word, count)| (word, number(count))).collect();
        let behind = totals.causes.remove(&status).unwrap_or_default();
        let causes = most_frequent(&behind, causes);
        let mark = words::status(status);
        Some(ControlGroup { control, mark, total, accepted, reasons, causes, shown })
    }
}

impl ControlTotals {
    fn new() -> Self {
        Self {
            statuses: BTreeMap::new(),
            reasons: BTreeMap::new(),
            causes: BTreeMap::new(),
            accepted: BTreeMap::new(),
            failures: Ranked::new(MAX_PER_CONTROL),
            unproven: Ranked::new(MAX_PER_CONTROL),
        }
    }
}

impl ControlGroup {
    /// Whether this version of the program has no code for the control yet.
    pub(crate) fn is_not_built(&self) -> bool {
        self.reasons.iter().any(|it| it.0 == Reason::NotBuilt)
    }
}

impl ControlRow {
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.iter().all(|it| it.1 == 0)
    }
}
