//! The record in numbers, and the little of it that is shown.

use std::collections::{BTreeMap, HashMap};

use trailseal_model::{
    AccountId, AccountState, ControlId, GapClass, LogsSealed, OtherTrailsAnswer, Outcome,
    RecordedBySealed, SampleResult, Severity, Status, Verdict,
};
use trailseal_record::v1::{AccountLine, ExceptionLine, Line, RunLine};

use crate::causes::Causes;
use crate::text::plain;
use crate::trails::UnsealedTrails;

/// How many exceptions are kept.
pub(crate) const EXCEPTIONS: usize = 100;

/// The longest name of an account, in characters.
const NAME: usize = 80;

/// What is shown of a record, made line by line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) run: Option<Box<RunLine>>,
    pub(crate) causes: Causes,
    pub(crate) trails_unsealed: UnsealedTrails,
    pub(crate) exceptions: Vec<ExceptionLine>,
    names: HashMap<AccountId, String>,
    pub(crate) accounts: BTreeMap<AccountState, u64>,
    pub(crate) recorded: BTreeMap<RecordedBySealed, u64>,
    pub(crate) other_trails: BTreeMap<OtherTrailsAnswer, u64>,
    pub(crate) logs_sealed: BTreeMap<LogsSealed, u64>,
    /// Accounts in use without an answer: the scope leaves them, or what they are judged by, out.
    pub(crate) not_judged: u64,
    pub(crate) trails: BTreeMap<Verdict, u64>,
    pub(crate) targets: BTreeMap<Outcome, u64>,
    /// Findings by control, status, and whether an exception accepts them.
    pub(crate) findings: BTreeMap<(ControlId, Status, bool), u64>,
    /// Gaps by class, and whether an exception accepts them.
    pub(crate) gaps: BTreeMap<(GapClass, bool), u64>,
    pub(crate) samples: BTreeMap<SampleResult, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, line: &Line) {
        match line {
            Line::Run(run) => self.run = Some(run.clone()),
            Line::Exception(exception) if self.exceptions.len() < EXCEPTIONS => {
                self.exceptions.push((**exception).clone());
            }
            Line::Cause(cause) => self.causes.add(cause),
            Line::Account(account) => self.add_account(account),
            Line::Trail(trail) => {
                count(&mut self.trails, trail.verdict);
                self.trails_unsealed.add(trail);
            }
            Line::Gap(gap) => {
                count(&mut self.gaps, (gap.class, gap.exception_id.is_some()));
                self.causes.add_gap(gap);
            }
            Line::Finding(finding) => {
                let is_accepted = !finding.exception_ids.is_empty();
                count(&mut self.findings, (finding.control_id, finding.status, is_accepted));
                self.causes.add_finding(finding);
            }
            Line::Sample(sample) => count(&mut self.samples, sample.result),
            Line::Coverage(target) => count(&mut self.targets, target.outcome),
            Line::Exception(_)
            | Line::Bucket(_)
            | Line::Key(_)
            | Line::EventDataStore(_)
            | Line::SampledCluster(_)
            | Line::End(_) => {}
        }
    }

    fn add_account(&mut self, account: &AccountLine) {
        count(&mut self.accounts, account.state);
        match account.recorded_by_sealed_trail {
            Some(answer) => count(&mut self.recorded, answer),
            None if account.state.is_audited() => self.not_judged += 1,
            None => {}
        }
        if let Some(answer) = account.other_trails {
            count(&mut self.other_trails, answer);
        }
        if let Some(answer) = account.logs_sealed {
            count(&mut self.logs_sealed, answer);
        }
        let name = plain(&account.name, NAME);
        if !name.is_empty() {
            self.names.insert(account.account_id, name);
        }
        self.trails_unsealed.add_account(account);
    }

    /// The account's name, which may be missing, and its id.
    pub(crate) fn people(&self, account: AccountId) -> String {
        match self.names.get(&account) {
            Some(name) => format!("{name} ({account})"),
            None => account.to_string(),
        }
    }

    /// How many findings have this status, accepted or not.
    pub(crate) fn with_status(&self, status: Status) -> u64 {
        self.findings.iter().filter(|entry| entry.0.1 == status).map(|entry| entry.1).sum()
    }

    /// How many of them an exception accepts.
    pub(crate) fn accepted(&self, status: Status) -> u64 {
        let is_it = |key: &(ControlId, Status, bool)| key.1 == status && key.2;
        self.findings.iter().filter(|entry| is_it(entry.0)).map(|entry| entry.1).sum()
    }

    /// How many failed findings have this severity.
    pub(crate) fn failed_of(&self, severity: Severity) -> u64 {
        let is_it = |key: &(ControlId, Status, bool)| {
            key.1 == Status::Fail && key.0.entry().severity == severity
        };
        self.findings.iter().filter(|entry| is_it(entry.0)).map(|entry| entry.1).sum()
    }

    /// Calls without an answer.
    pub(crate) fn all_gaps(&self) -> u64 {
        self.gaps.values().sum()
    }
}

fn count<T: Ord>(counts: &mut BTreeMap<T, u64>, word: T) {
    *counts.entry(word).or_default() += 1;
}

/// How often a word was counted.
pub(crate) fn of<T: Ord>(counts: &BTreeMap<T, u64>, word: &T) -> u64 {
    counts.get(word).copied().unwrap_or_default()
}

/// The parts of a whole, such as `12 sealed, 8 unsealed`: all that are not zero, in the order of the
/// words.
pub(crate) fn parts<T: Ord + std::fmt::Display>(counts: &BTreeMap<T, u64>) -> String {
    let shown = counts.iter().filter(|entry| *entry.1 > 0);
    let shown: Vec<String> = shown
        .map(|(word, count)| {
            format!("{} {}", crate::text::number(*count), word.to_string().replace('_', " "))
        })
        .collect();
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}
