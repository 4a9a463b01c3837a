//! What became of every target, from hundreds of thousands of rows: totals, and what is missing by
//! account and reason.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::record::v1::CoverageLine;
use trailseal_model::{GapClass, Outcome};

use crate::bar::{Bar, Part};
use crate::error::PageError;
use crate::exceptions::{Accepted, ExceptionTotals};
use crate::gaps::{GapViews, Gaps};
use crate::lists::{Names, Who};
use crate::ranked::{Ranked, Shown};
use crate::text::{cut, number};
use crate::words::{self, Mark};

/// How many rows of what is missing the page shows.
pub(crate) const MAX_ROWS: usize = 300;

/// Adds up coverage rows, which come sorted by account.
#[derive(Debug)]
pub(crate) struct CoverageTotals {
    outcomes: BTreeMap<Outcome, u64>,
    reasons: BTreeMap<(Outcome, String), ReasonTotal>,
    account: Option<OneAccount>,
    unread: Ranked<Unread>,
    accounts: u64,
    incomplete_accounts: u64,
    accepted: u64,
}

#[derive(Debug, Default)]
struct ReasonTotal {
    targets: u64,
    accounts: u64,
    /// What the gaps behind it ask for.
    what_to_do: BTreeSet<String>,
}

/// The account whose rows are coming in.
#[derive(Debug, Default)]
struct OneAccount {
    id: String,
    targets: usize,
    /// By outcome, reason, and the exceptions that accept it.
    groups: BTreeMap<(Outcome, String, Vec<String>), Group>,
}

#[derive(Debug, Default)]
struct Group {
    regions: Vec<String>,
    gap: Option<String>,
}

/// Regions of one account that are missing for one reason.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) who: Who,
    pub(crate) outcome: Mark,
    pub(crate) reason: String,
    pub(crate) what_to_do: &'static str,
    pub(crate) count: u64,
    /// Every Region of the account, so that none needs a name.
    pub(crate) is_whole_account: bool,
    pub(crate) regions: Vec<String>,
    pub(crate) gaps: GapViews,
    /// Who answers for it; then it leaves the exit code.
    pub(crate) accepted: Vec<Accepted>,
}

/// All targets of one outcome and reason.
#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) outcome: Mark,
    pub(crate) reason: String,
    pub(crate) targets: String,
    pub(crate) accounts: String,
    pub(crate) what_to_do: String,
}

/// All targets of one outcome.
#[derive(Debug)]
pub(crate) struct OutcomeRow {
    pub(crate) mark: Mark,
    pub(crate) targets: String,
    pub(crate) share: String,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub(crate) targets: u64,
    pub(crate) accounts: u64,
    pub(crate) incomplete: u64,
    pub(crate) incomplete_accounts: u64,
    /// How many of the missing targets somebody answers for.
    pub(crate) accepted: u64,
    pub(crate) excluded: u64,
    pub(crate) by_outcome: BTreeMap<String, u64>,
    pub(crate) bar: Bar,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) reasons: Vec<Cause>,
    pub(crate) unread: Shown<Unread>,
}

impl CoverageTotals {
    pub(crate) const fn new() -> Self {
        Self {
            outcomes: BTreeMap::new(),
            reasons: BTreeMap::new(),
            account: None,
            unread: Ranked::new(MAX_ROWS),
            accounts: 0,
            incomplete_accounts: 0,
            accepted: 0,
        }
    }

    pub(crate) fn add(
        &mut self,
        line: &CoverageLine,
        names: &Names,
        gaps: &Gaps,
        exceptions: &ExceptionTotals,
    ) -> Result<(), PageError> {
        let outcome = words::read("outcome", &line.outcome)?;
        *self.outcomes.entry(outcome).or_default() += 1;
        self.accepted += u64::from(!line.exception_ids.is_empty());
        if self.account.as_ref().is_none_or(|it| it.id != line.account_id) {
            self.close_account(names, gaps, exceptions);
            self.accounts += 1;
            self.account = Some(OneAccount { id: line.account_id.clone(), ..Default::default() });
        }
        if let Some(account) = &mut self.account {
            account.targets += 1;
            if outcome != Outcome::Evaluated {
                let reason = line.reason_code.clone().unwrap_or_default();
                let group = account
                    .groups
                    .entry((outcome, reason, line.exception_ids.clone()))
                    .or_default();
                group.regions.push(line.region.clone());
                if group.gap.is_none() {
                    group.gap.clone_from(&line.gap_id);
                }
            }
        }
        Ok(())
    }

    fn close_account(&mut self, names: &Names, gaps: &Gaps, exceptions: &ExceptionTotals) {
        let Some(account) = self.account.take() else { return };
        if account.groups.keys().any(|it| it.0.is_incomplete()) {
            self.incomplete_accounts += 1;
        }
        let mut seen = BTreeSet::new();
        for ((outcome, reason, ids), group) in account.groups {
            if let Some(rank) = rank(outcome) {
                let is_whole_account = group.regions.len() == account.targets;
                // What somebody answers for comes after what nobody does.
                let rank = if ids.is_empty() { rank } else { rank + 2 };
                self.unread.push(rank, || Unread {
                    accepted: exceptions.of(&ids),
                    who: names.who(&account.id),
                    outcome: words::outcome(outcome),
                    reason: cut(&reason),
                    what_to_do: what_to_do(&reason),
                    count: group.regions.len() as u64,
                    is_whole_account,
                    regions: if is_whole_account { Vec::new() } else { group.regions.clone() },
                    gaps: gaps.views(group.gap.as_slice()),
                });
            }
            let is_first = seen.insert((outcome, reason.clone()));
            let total = self.reasons.entry((outcome, reason)).or_default();
            total.what_to_do.extend(group.gap.as_deref().and_then(|gap| gaps.what_to_do(gap)));
            total.accounts += u64::from(is_first);
            total.targets += group.regions.len() as u64;
        }
    }

    pub(crate) fn finish(
        mut self,
        names: &Names,
        gaps: &Gaps,
        exceptions: &ExceptionTotals,
    ) -> Coverage {
        self.close_account(names, gaps, exceptions);
        let count = |outcome| self.outcomes.get(&outcome).copied().unwrap_or_default();
        let targets = self.outcomes.values().sum();
        let parts = Outcome::ALL.iter().map(|it| Part::new(words::outcome(*it), count(*it)));
        let bar = Bar::new(parts);
        let outcomes = Outcome::ALL.iter().map(|it| OutcomeRow {
            mark: words::outcome(*it),
            targets: number(count(*it)),
            share: share(count(*it), targets),
        });
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|((outcome, _), total)| {
            (rank(*outcome).unwrap_or(usize::MAX), std::cmp::Reverse(total.targets))
        });
        let reason = |((outcome, reason), total): (&(Outcome, String), &ReasonTotal)| Cause {
            outcome: words::outcome(*outcome),
            reason: cut(reason),
            targets: number(total.targets),
            accounts: number(total.accounts),
            what_to_do: total.what_to_do(reason),
        };
        Coverage {
            targets,
            accounts: self.accounts,
            incomplete: count(Outcome::NotEvaluated) + count(Outcome::Partial),
            incomplete_accounts: self.incomplete_accounts,
            accepted: self.accepted,
            excluded: count(Outcome::Excluded),
            by_outcome: self.outcomes.iter().map(|(k, v)| (k.to_string(), *v)).collect(),
            outcomes: outcomes.collect(),
            bar,
            reasons: reasons.into_iter().map(reason).collect(),
            unread: self.unread.finish(),
        }
    }
}

/// What is missing though nobody asked to leave it out: the less was read, the earlier it comes.
const fn rank(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::NotEvaluated => Some(0),
        Outcome::Partial => Some(1),
        _ => None,
    }
}

impl ReasonTotal {
    /// What the gaps behind the reason ask for, if that is little enough for one cell.
    fn what_to_do(&self, reason: &str) -> String {
        match self.what_to_do.len() {
            1..=MAX_ADVICE => self.what_to_do.iter().cloned().collect::<Vec<_>>().join("; or "),
            _ => what_to_do(reason).to_owned(),
        }
    }
}

/// Pieces of advice that one reason shows; what each gap asks for is in the table of gaps.
const MAX_ADVICE: usize = 3;

fn what_to_do(reason: &str) -> &'static str {
    reason.parse::<GapClass>().ok().map_or("", GapClass::what_to_do)
}

/// A share in percent. What is neither none nor all is never shown as either.
pub(crate) fn share(count: u64, total: u64) -> String {
    if total == 0 {
        return "–".to_owned();
    }
    let tenths = u128::from(count) * 1000 / u128::from(total);
    match (count, tenths) {
        (0, _) => "0 %".to_owned(),
        (_, 0) => "< 0.1 %".to_owned(),
        _ if count == total => "100 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_to_none_or_all() {
        let check = |count, total, expected: &str| assert_eq!(share(count, total), expected);
        check(0, 0, "–");
        check(0, 5, "0 %");
        check(5, 5, "100 %");
        check(1, 340_000, "< 0.1 %");
        check(339_999, 340_000, "99.9 %");
        check(1, 8, "12.5 %");
    }
}
