//! What somebody answers for: every exception of the user's file, and what it covers.

use std::collections::HashMap;

use trailseal_model::record::v1::{ExceptionLine, ExceptionsLine};
use trailseal_model::{ControlId, ExceptionKind, ExceptionState};

use crate::error::PageError;
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

    pub(crate) fn add(&mut self, line: &ExceptionLine) -> Result<(), PageError> {
        let state = words::read("state of an exception", &line.state)?;
        words::read::<ExceptionKind>("kind of an exception", &line.kind)?;
        if let Some(control) = &line.control_id {
            words::read::<ControlId>("control", control)?;
        }
        let accepted = Accepted {
            name: cut(&format!("{} {}", line.kind, line.entry)),
            ticket: cut(&line.ticket),
            expiry: cut(&line.expiry),
        };
        self.briefs.insert(line.exception_id.clone(), accepted);
        self.rows.push(rank(state), || Row::of(line, state));
        Ok(())
    }

    /// Who answers for something; nobody where no exception covers it.
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

/// What needs somebody's attention comes first.
const fn rank(state: ExceptionState) -> usize {
    match state {
        ExceptionState::Expired => 0,
        ExceptionState::Unmatched => 1,
        ExceptionState::InForce => 2,
    }
}

impl Row {
    fn of(line: &ExceptionLine, state: ExceptionState) -> Self {
        let one = |name, value: &Option<String>| value.as_deref().map(|it| (name, cut(it)));
        let many =
            |name, values: &[String]| (!values.is_empty()).then(|| (name, cut(&values.join(", "))));
        let covers = [
            one("control", &line.control_id),
            one("subject", &line.subject),
            one("status", &line.status),
            one("reason", &line.status_reason),
            one("class", &line.class),
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
            name: cut(&format!("{} {}", line.kind, line.entry)),
            ticket: cut(&line.ticket),
            state: words::exception(state),
            covers: covers.into_iter().flatten().collect(),
            reason: cut(&line.reason),
            owner: cut(&line.owner),
            approver: cut(&line.approver),
            approved_at: line.approved_at.as_deref().map(cut),
            expiry: cut(&line.expiry),
            counts: if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") },
        }
    }
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
