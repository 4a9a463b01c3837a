//! Findings: the failures, what is not proven, and all of them counted by control and status.

use std::collections::BTreeMap;

use trailseal_model::controls::CONTROLS;
use trailseal_model::record::v1::FindingLine;
use trailseal_model::{Control, ControlId, Reason, Severity, Status, fix_text};

use crate::error::PageError;
use crate::exceptions::Accepted;
use crate::gaps::{GapViews, Gaps};
use crate::lists::{Calls, Names, Who};
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
    pub(crate) reason: String,
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
    /// Who answers for it; then it leaves the exit code.
    pub(crate) accepted: Vec<Accepted>,
}

impl Finding {
    pub(crate) fn of(
        line: &FindingLine,
        (control, status): (ControlId, Status),
        names: &Names,
        gaps: &Gaps,
    ) -> Self {
        let is_account = line.resource_type == "account";
        Self {
            control,
            status,
            reason: cut(&line.status_reason),
            message: cut(&line.message),
            expected: cut(&line.expected),
            observed: cut(&line.observed),
            who: names.who(&line.account_id),
            region: line.region.as_deref().map(cut),
            kind: cut(&line.resource_type.replace('_', " ")),
            name: if is_account { String::new() } else { cut(&line.resource_name) },
            anchor: None,
            calls: Calls::of(&line.evidence),
            gaps: gaps.views(&line.gap_ids),
            accepted: Vec::new(),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        if self.is_skipped() { words::SKIPPED } else { words::status(self.status) }
    }

    /// Whether its control was left out of the run.
    pub(crate) fn is_skipped(&self) -> bool {
        self.reason == Reason::Skipped.as_str()
    }

    pub(crate) fn entry(&self) -> &'static Control {
        self.control.entry()
    }

    /// What to do about it, where something is to be done.
    pub(crate) fn fix(&self) -> Option<&'static str> {
        fix_text(self.control, self.status, self.reason.parse::<Reason>().ok()?)
    }

    /// Whether what should be and what is are worth showing: where all is well they say the same.
    pub(crate) const fn is_compared(&self) -> bool {
        matches!(self.status, Status::Fail | Status::NotProven)
            && !(self.expected.is_empty() && self.observed.is_empty())
    }
}

/// The control and status of a line.
pub(crate) fn kind_of(line: &FindingLine) -> Result<(ControlId, Status), PageError> {
    let control = words::read("control", &line.control_id)?;
    let status = words::read("status", &line.status)?;
    Ok((control, status))
}

/// Adds up findings.
#[derive(Debug)]
pub(crate) struct FindingTotals(BTreeMap<ControlId, ControlTotals>);

#[derive(Debug)]
struct ControlTotals {
    statuses: BTreeMap<Status, u64>,
    reasons: BTreeMap<(Status, String), u64>,
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
    /// How many of them somebody answers for.
    pub(crate) accepted: u64,
    pub(crate) reasons: Vec<(String, String)>,
    /// What to do about each of them.
    pub(crate) fixes: Vec<(String, &'static str)>,
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
    pub(crate) by_status: BTreeMap<String, u64>,
    /// The same for people, the most urgent first.
    pub(crate) statuses: Vec<(Mark, u64)>,
    /// Failures of each severity, the highest first.
    pub(crate) by_severity: Vec<(&'static str, u64)>,
    /// Findings of essential controls that are not proven.
    pub(crate) unproven_essential: u64,
    pub(crate) failures: Vec<ControlGroup>,
    pub(crate) unproven: Vec<ControlGroup>,
    pub(crate) matrix: Vec<ControlRow>,
}

impl FindingTotals {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Counts a finding; makes it if it is shown.
    pub(crate) fn add(
        &mut self,
        (control, status): (ControlId, Status),
        line: &FindingLine,
        make: impl FnOnce() -> Finding,
    ) {
        let totals = self.0.entry(control).or_insert_with(ControlTotals::new);
        *totals.statuses.entry(status).or_default() += 1;
        let list = match status {
            Status::Fail => &mut totals.failures,
            Status::NotProven => &mut totals.unproven,
            Status::Pass | Status::NotApplicable => return,
        };
        *totals.reasons.entry((status, cut(&line.status_reason))).or_default() += 1;
        if line.exception_ids.is_empty() {
            list.push(0, make);
        } else {
            *totals.accepted.entry(status).or_default() += 1;
            list.push(1, make);
        }
    }

    pub(crate) fn finish(mut self) -> Findings {
        let count = |control: &Control, status: Status| {
            let totals = self.0.get(&control.id);
            totals.and_then(|it| it.statuses.get(&status)).copied().unwrap_or_default()
        };
        let of_status = |status: Status| CONTROLS.iter().map(|it| count(it, status)).sum::<u64>();
        let by_status: BTreeMap<String, u64> = Status::ALL
            .iter()
            .map(|it| (it.to_string(), of_status(*it)))
            .filter(|it| it.1 > 0)
            .collect();
        let statuses = words::STATUSES.map(|it| (words::status(it), of_status(it))).to_vec();
        let failed = |severity: Severity| {
            let controls = CONTROLS.iter().filter(|it| it.severity == severity);
            (words::severity(severity), controls.map(|it| count(it, Status::Fail)).sum())
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
            controls.iter().filter_map(|it| self.group(it, status)).collect()
        };
        let failures = groups(Status::Fail);
        let unproven = groups(Status::NotProven);
        let total = by_status.values().sum();
        Findings {
            total,
            by_status,
            statuses,
            by_severity,
            unproven_essential,
            failures,
            unproven,
            matrix,
        }
    }

    fn group(&mut self, control: &'static Control, status: Status) -> Option<ControlGroup> {
        let totals = self.0.get_mut(&control.id)?;
        let total = *totals.statuses.get(&status)?;
        let accepted = totals.accepted.get(&status).copied().unwrap_or_default();
        let list = match status {
            Status::Fail => &mut totals.failures,
            _ => &mut totals.unproven,
        };
        let shown = std::mem::replace(list, Ranked::new(0)).finish();
        let mut reasons: Vec<(&String, u64)> = totals
            .reasons
            .iter()
            .filter(|it| it.0.0 == status)
            .map(|((_, reason), count)| (reason, *count))
            .collect();
        reasons.sort_by_key(|it| std::cmp::Reverse(it.1));
        let fix = |word: &String| fix_text(control.id, status, word.parse::<Reason>().ok()?);
        let fixes = reasons.iter().filter_map(|it| Some((it.0.clone(), fix(it.0)?))).collect();
        let reasons = reasons.into_iter().map(|(word, it)| (word.clone(), number(it))).collect();
        let mark = words::status(status);
        Some(ControlGroup { control, mark, total, accepted, reasons, fixes, shown })
    }
}

impl ControlTotals {
    fn new() -> Self {
        Self {
            statuses: BTreeMap::new(),
            reasons: BTreeMap::new(),
            accepted: BTreeMap::new(),
            failures: Ranked::new(MAX_PER_CONTROL),
            unproven: Ranked::new(MAX_PER_CONTROL),
        }
    }
}

impl ControlGroup {
    /// Whether this version of the program has no code for the control yet.
    pub(crate) fn is_not_built(&self) -> bool {
        self.reasons.iter().any(|it| it.0 == Reason::NotBuilt.as_str())
    }
}

impl ControlRow {
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.iter().all(|it| it.1 == 0)
    }
}
