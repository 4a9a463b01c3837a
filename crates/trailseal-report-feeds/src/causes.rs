//! The causes that are shown, and the numbers of all of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use trailseal_model::{CauseKind, Severity};
use trailseal_record::v1::{CauseLine, FindingLine, GapLine};

/// How many causes are kept with their texts; the record begins with the gravest.
pub(crate) const KEPT: usize = 200;

/// How many accounts, Regions or trails of a cause are named.
pub(crate) const NAMED: usize = 10;

/// A cause with the numbers of what it affects. Its lists are cut.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    pub(crate) line: CauseLine,
    pub(crate) accounts: u64,
    pub(crate) regions: u64,
    pub(crate) resources: u64,
}

impl Cause {
    fn of(line: &CauseLine) -> Self {
        let (accounts, regions) = (line.effect.accounts.len(), line.effect.regions.len());
        let resources = line.effect.resources.len();
        let mut line = line.clone();
        line.effect.accounts.truncate(NAMED);
        line.effect.regions.truncate(NAMED);
        line.effect.resources.truncate(NAMED);
        Self {
            line,
            accounts: accounts as u64,
            regions: regions as u64,
            resources: resources as u64,
        }
    }

    /// Failed and not proven findings, and calls without an answer.
    pub(crate) const fn affected(&self) -> u64 {
        self.line.effect.failed + self.line.effect.not_proven + self.line.effect.gaps
    }
}

/// What exceptions accept of that which a cause affects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Failed and not proven findings.
    pub(crate) findings: u64,
    /// Calls without an answer.
    pub(crate) gaps: u64,
}

/// Every cause of a run.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// The gravest.
    pub(crate) kept: Vec<Cause>,
    /// How many there are of each kind and severity.
    pub(crate) counts: BTreeMap<(CauseKind, Severity), u64>,
    /// The number of those with calls without an answer that are not kept.
    pub(crate) rest_with_gaps: u64,
    accepted: HashMap<String, Accepted>,
}

impl Causes {
    pub(crate) fn add(&mut self, line: &CauseLine) {
        *self.counts.entry((line.kind, line.severity)).or_default() += 1;
        if self.kept.len() < KEPT {
            self.kept.push(Cause::of(line));
        } else if line.effect.gaps > 0 {
            self.rest_with_gaps += 1;
        }
    }

    pub(crate) fn add_finding(&mut self, finding: &FindingLine) {
        if let (Some(cause), false) = (&finding.cause_id, finding.exception_ids.is_empty()) {
            self.accepted_of(cause).findings += 1;
        }
    }

    pub(crate) fn add_gap(&mut self, gap: &GapLine) {
        if let (Some(cause), Some(_)) = (&gap.cause_id, &gap.exception_id) {
            self.accepted_of(cause).gaps += 1;
        }
    }

    fn accepted_of(&mut self, cause_id: &str) -> &mut Accepted {
        self.accepted.entry(cause_id.to_owned()).or_default()
    }

    /// What is accepted of a cause.
    pub(crate) fn accepted(&self, cause_id: &str) -> Accepted {
        self.accepted.get(cause_id).copied().unwrap_or_default()
    }

    /// Whether everything that a cause affects is accepted.
    pub(crate) fn is_accepted(&self, cause: &Cause) -> bool {
        let accepted = self.accepted(&cause.line.cause_id);
        let all = cause.affected();
        all > 0 && accepted.findings + accepted.gaps == all
    }

    /// The causes that are kept: those that are open first, the gravest before the rest, and of the same
    /// severity those that make most findings fail.
    pub(crate) fn open_first(&self) -> Vec<&Cause> {
        let mut causes: Vec<&Cause> = self.kept.iter().collect();
        causes.sort_by_cached_key(|cause| {
            let line = &cause.line;
            (self.is_accepted(cause), Reverse(line.severity), Reverse(line.effect.failed))
        });
        causes
    }

    /// The number of all causes.
    pub(crate) fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}
