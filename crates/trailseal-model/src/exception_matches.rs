//! What the exceptions of a run cover, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::AccountId;
use crate::controls::ControlId;
use crate::coverage::CoverageRow;
use crate::exception::{Covers, Exception, ExceptionState};
use crate::facts::OrganizationFacts;
use crate::finding::{Finding, Status, Subject};
use crate::gap::{Gap, GapId, Gaps};
use crate::gap_class::GapClass;
use crate::operation::Loss;
use crate::target::Target;

/// Exceptions by their place in the list.
type Places = BTreeSet<usize>;

/// The exceptions of a run and what they cover. Nothing here changes a status, an outcome or a
/// verdict: it only says what somebody answers for.
#[derive(Debug, Default)]
pub struct ExceptionMatches {
    exceptions: Vec<Exception>,
    states: Vec<ExceptionState>,
    /// By exception: how many findings, gaps and targets it covers, or would if it had not expired.
    counts: Vec<Counts>,
    /// Why an exception of a finding covers nothing, where something can be said.
    hints: BTreeMap<usize, String>,
    findings: BTreeMap<(Subject, ControlId), Places>,
    gaps: BTreeMap<GapId, usize>,
    targets: BTreeMap<Target, Places>,
}

/// How many rows something covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings.
    pub findings: u64,
    /// Gaps.
    pub gaps: u64,
    /// Targets.
    pub targets: u64,
}

impl Counts {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.findings == 0 && self.gaps == 0 && self.targets == 0
    }
}

impl ExceptionMatches {
    /// Holds the exceptions against what a run found, at the time of the run.
    #[must_use]
    pub fn new(
        exceptions: Vec<Exception>,
        facts: &OrganizationFacts,
        findings: &[Finding],
        gaps: &Gaps,
    ) -> Self {
        let state = |it: &Exception| {
            let is_expired = it.is_expired(facts.as_of);
            if is_expired { ExceptionState::Expired } else { ExceptionState::Unmatched }
        };
        let states = exceptions.iter().map(state).collect();
        let counts = vec![Counts::default(); exceptions.len()];
        let mut excepted = Self { exceptions, states, counts, ..Self::default() };
        if excepted.exceptions.is_empty() {
            return excepted;
        }
        excepted.cover_gaps(facts, gaps);
        excepted.cover_targets(facts, gaps);
        excepted.cover_findings(facts, findings);
        excepted.hint(findings);
        for (state, counts) in excepted.states.iter_mut().zip(&excepted.counts) {
            if *state == ExceptionState::Unmatched && !counts.is_empty() {
                *state = ExceptionState::InForce;
            }
        }
        excepted
    }

    fn is_expired(&self, place: usize) -> bool {
        self.states[place] == ExceptionState::Expired
    }

    /// The first exception that speaks of a row and has not expired covers it. Each that speaks of
    /// it counts it; one that has expired only where nothing else covers the row.
    fn first_of(
        &mut self,
        speaks: impl Fn(&Exception) -> bool,
        count: impl Fn(&mut Counts) -> &mut u64,
    ) -> Option<usize> {
        let places = 0..self.exceptions.len();
        let speaking: Vec<usize> = places.filter(|it| speaks(&self.exceptions[*it])).collect();
        let first = speaking.iter().copied().find(|it| !self.is_expired(*it));
        for place in speaking {
            if first.is_none() || !self.is_expired(place) {
                *count(&mut self.counts[place]) += 1;
            }
        }
        first
    }

    fn cover_gaps(&mut self, facts: &OrganizationFacts, gaps: &Gaps) {
        for (id, gap) in gaps.with_ids() {
            let place = self.first_of(|it| it.covers_gap(gap, facts), |it| &mut it.gaps);
            if let Some(place) = place {
                self.gaps.insert(id, place);
            }
        }
    }

    /// A target counts as covered if each gap that keeps it from being read is. One that no gap
    /// explains never is.
    fn cover_targets(&mut self, facts: &OrganizationFacts, gaps: &Gaps) {
        let mut others: BTreeMap<Target, Vec<GapId>> = BTreeMap::new();
        for (id, gap) in gaps.with_ids() {
            if let Some(target) = listing(gap) {
                others.entry(target).or_default().push(id);
            }
        }
        for (account, row) in facts.coverage.rows() {
            let target = Target { account, region: row.region };
            let others = others.get(&target).map_or(&[][..], Vec::as_slice);
            if let Some(places) = self.places_of_target(row, others) {
                for place in &places {
                    self.counts[*place].targets += 1;
                }
                self.targets.insert(target, places);
            }
        }
    }

    fn places_of_target(&self, row: &CoverageRow, others: &[GapId]) -> Option<Places> {
        if !row.outcome.is_incomplete() {
            return None;
        }
        let gap = row.gap?;
        self.places_of_gaps(others.iter().copied().chain([gap]))
    }

    /// The exceptions that cover these gaps; `None` if one of them is not covered.
    fn places_of_gaps(&self, gaps: impl IntoIterator<Item = GapId>) -> Option<Places> {
        gaps.into_iter().map(|it| self.gaps.get(&it).copied()).collect()
    }

    fn cover_findings(&mut self, facts: &OrganizationFacts, findings: &[Finding]) {
        for finding in findings {
            let named = self.first_of(|it| it.covers_finding(finding), |it| &mut it.findings);
            let places =
                named.map(|it| Places::from([it])).or_else(|| self.by_gaps(facts, finding));
            let Some(places) = places else { continue };
            if named.is_none() {
                for place in &places {
                    self.counts[*place].findings += 1;
                }
            }
            self.findings.insert((finding.subject().clone(), finding.control()), places);
        }
    }

    /// A finding that is not proven because of gaps alone is covered if all of them are. Of an
    /// account, all of its missing targets must be, too: its finding names one gap of each.
    fn by_gaps(&self, facts: &OrganizationFacts, finding: &Finding) -> Option<Places> {
        if finding.status() != Status::NotProven || !finding.is_by_gaps_alone() {
            return None;
        }
        if let Subject::Account(account) = finding.subject() {
            let mut missing =
                facts.coverage.of_account(*account).iter().filter(|it| it.outcome.is_incomplete());
            if !missing.all(|it| self.has_target(*account, it)) {
                return None;
            }
        }
        self.places_of_gaps(finding.gaps().iter().copied())
    }

    fn hint(&mut self, findings: &[Finding]) {
        for (place, exception) in self.exceptions.iter().enumerate() {
            let Covers::Finding(covered) = &exception.covers else { continue };
            if !self.counts[place].is_empty() {
                continue;
            }
            let hint = match findings.iter().find(|it| covered.is_about(it)) {
                Some(it) => format!("this finding is {} ({})", it.status(), it.reason()),
                None => "there is no such finding".to_owned(),
            };
            self.hints.insert(place, hint);
        }
    }

    /// Every exception with its state and what it covers, in the order of the file. What an expired
    /// one covers is what it would cover.
    pub fn exceptions(&self) -> impl Iterator<Item = (&Exception, ExceptionState, Counts)> {
        let states = self.states.iter().zip(&self.counts);
        self.exceptions.iter().zip(states).map(|(it, (state, counts))| (it, *state, *counts))
    }

    /// The exceptions that cover a finding.
    pub fn of_finding(&self, finding: &Finding) -> impl Iterator<Item = &Exception> {
        let places = self.findings.get(&(finding.subject().clone(), finding.control()));
        self.at(places)
    }

    /// The exception that covers a gap.
    #[must_use]
    pub fn of_gap(&self, gap: GapId) -> Option<&Exception> {
        self.gaps.get(&gap).map(|it| &self.exceptions[*it])
    }

    /// The exceptions that cover a target.
    pub fn of_target(&self, target: Target) -> impl Iterator<Item = &Exception> {
        self.at(self.targets.get(&target))
    }

    fn at(&self, places: Option<&Places>) -> impl Iterator<Item = &Exception> {
        places.into_iter().flatten().map(|it| &self.exceptions[*it])
    }

    /// Whether a finding leaves the exit code.
    #[must_use]
    pub fn has_finding(&self, finding: &Finding) -> bool {
        self.of_finding(finding).next().is_some()
    }

    /// Whether a target that is missing leaves the exit code.
    #[must_use]
    pub fn has_target(&self, account: AccountId, row: &CoverageRow) -> bool {
        self.targets.contains_key(&Target { account, region: row.region })
    }

    /// How many rows are covered in all, each counted once.
    #[must_use]
    pub fn totals(&self) -> Counts {
        Counts {
            findings: self.findings.len() as u64,
            gaps: self.gaps.len() as u64,
            targets: self.targets.len() as u64,
        }
    }

    /// What is wrong with the exceptions, one sentence each: those that have expired, and those that
    /// cover nothing.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let warning = |(place, (exception, state, counts)): (usize, (&Exception, _, Counts))| {
            let name = exception.name();
            match state {
                ExceptionState::InForce => None,
                ExceptionState::Expired => Some(format!(
                    "EXPIRED: exception {name} has no effect since {} (its last day was {}); {}.",
                    exception.approval.expiry.tomorrow().unwrap_or(exception.approval.expiry),
                    exception.approval.expiry,
                    in_words(counts)
                )),
                ExceptionState::Unmatched => {
                    let hint = self.hints.get(&place).map(|it| format!(": {it}"));
                    Some(format!(
                        "UNMATCHED: exception {name} covers nothing in this run{}.",
                        hint.unwrap_or_default()
                    ))
                }
            }
        };
        self.exceptions().enumerate().filter_map(warning).collect()
    }
}

/// What counts again because its exception has expired.
fn in_words(counts: Counts) -> String {
    let part = |count: u64, one: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {one}s")),
    };
    let parts: Vec<String> = [part(counts.findings, "finding"), part(counts.gaps, "gap")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return "nothing depends on it any more".to_owned();
    }
    format!("{} that it spoke of count", parts.join(" and "))
}

/// The target that a gap keeps from being listed.
fn listing(gap: &Gap) -> Option<Target> {
    let is_listing = gap.operation.loss() == Loss::Target || gap.class == GapClass::NotShown;
    let (account, region) = (gap.account?, gap.region?);
    is_listing.then_some(Target { account, region })
}

#[cfg(test)]
mod tests;
