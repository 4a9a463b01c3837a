//! What was accepted: every exception of the user's file, and what it covers.

use std::collections::HashMap;

use trailseal_model::ExceptionState;
use trailseal_record::v1::{ExceptionLine, ExceptionsLine};

use crate::ranked::{Ranked, Shown};
use crate::text::{counted, cut, number};
use crate::words::{self, Mark};

/// How many exceptions the page shows.
pub(crate) const MAX_ROWS: usize = 100;

/// Adds up exceptions.
#[derive(Debug)]
pub(crate) struct ExceptionTotals {
    briefs: HashMap<String, Accepted>,
    rows: Ranked<Row>,
}

/// An exception beside what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Such as `gap 2`.
    pub(crate) name: String,
    pub(crate) ticket: String,
    pub(crate) expiry: String,
}

/// One exception.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ticket: String,
    pub(crate) state: Mark,
    /// Name and value of what it is limited to.
    pub(crate) covers: Vec<(&'static str, String)>,
    pub(crate) reason: String,
    pub(crate) owner: String,
    pub(crate) approver: String,
    pub(crate) approved_at: Option<String>,
    pub(crate) expiry: String,
    /// Findings, gaps and targets in words.
    pub(crate) counts: String,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Exceptions {
    pub(crate) shown: Shown<Row>,
    pub(crate) totals: ExceptionsLine,
}

impl ExceptionTotals {
    pub(crate) fn new() -> Self {
        Self { briefs: HashMap::new(), rows: Ranked::new(MAX_ROWS) }
    }

    pub(crate) fn add(&mut self, line: &ExceptionLine) {
        let accepted = Accepted {
            name: format!("{} {}", line.kind, line.entry),
            ticket: cut(&line.ticket),
            expiry: line.expiry.to_string(),
        };
        self.briefs.insert(line.exception_id.clone(), accepted);
        self.rows.push(rank(line.state), || Row::of(line));
    }

    /// The exceptions that accept something.
    pub(crate) fn of<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> Vec<Accepted> {
        let unknown =
            |id: &str| Accepted { name: cut(id), ticket: String::new(), expiry: String::new() };
        ids.into_iter()
            .map(|id| self.briefs.get(id).cloned().unwrap_or_else(|| unknown(id)))
            .collect()
    }

    pub(crate) fn finish(self, totals: ExceptionsLine) -> Exceptions {
        Exceptions { shown: self.rows.finish(), totals }
    }
}

/// What needs attention comes first.
const fn rank(state: ExceptionState) -> usize {
    match state {
        ExceptionState::Expired => 0,
        ExceptionState::Unmatched => 1,
        ExceptionState::InForce => 2,
    }
}

impl Row {
    fn of(line: &ExceptionLine) -> Self {
        let covers = [
            one("control", line.control_id.as_ref()),
            one("subject", line.subject.as_ref()),
            one("status", line.status.as_ref()),
            one("reason", line.status_reason.as_ref()),
            one("class", line.class.as_ref()),
            many("accounts", &line.accounts),
            many("units", &line.organizational_units),
            many("Regions", &line.regions),
            many("operations", &line.operations),
        ];
        let counts = [
            (line.findings, "finding", "findings"),
            (line.gaps, "gap", "gaps"),
            (line.targets, "target", "targets"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|it| it.0 > 0)
            .map(|(count, one, many)| counted(*count, one, many))
            .collect();
        Self {
            name: format!("{} {}", line.kind, line.entry),
            ticket: cut(&line.ticket),
            state: words::exception(line.state),
            covers: covers.into_iter().flatten().collect(),
            reason: cut(&line.reason),
            owner: cut(&line.owner),
            approver: cut(&line.approver),
            approved_at: line.approved_at.map(|date| date.to_string()),
            expiry: line.expiry.to_string(),
            counts: if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") },
        }
    }
}

fn one(name: &'static str, value: Option<&impl ToString>) -> Option<(&'static str, String)> {
    value.map(|value| (name, cut(&value.to_string())))
}

fn many(name: &'static str, values: &[impl ToString]) -> Option<(&'static str, String)> {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| (name, cut(&texts.join(", "))))
}

impl Exceptions {
    /// What is accepted, in words; `None` where nothing is.
    pub(crate) fn accepted(&self) -> Option<String> {
        let it = &self.totals;
        let parts = [
            (it.findings, "finding", "findings"),
            (it.gaps, "gap", "gaps"),
            (it.targets, "target", "targets"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|it| it.0 > 0)
            .map(|(count, one, many)| counted(*count, one, many))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// Exceptions by state, in the order of their urgency.
    pub(crate) fn states(&self) -> Vec<(Mark, String)> {
        let states = [
            (ExceptionState::Expired, self.totals.expired),
            (ExceptionState::Unmatched, self.totals.unmatched),
            (ExceptionState::InForce, self.totals.in_force),
        ];
        states.into_iter().map(|(state, count)| (words::exception(state), number(count))).collect()
    }
}
