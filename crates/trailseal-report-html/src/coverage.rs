//! What became of every target, from hundreds of thousands of rows: totals, and what is missing by
//! account and reason.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{AccountId, GapClass, Outcome, Region};
use trailseal_record::v1::CoverageLine;

use crate::bar::{Bar, Part};
use crate::causes::{CauseLinks, CauseTotals};
use crate::context::Context;
use crate::exceptions::Accepted;
use crate::gaps::{GapViews, most_frequent};
use crate::lists::Who;
use crate::ranked::{Ranked, Shown};
use crate::text::number;
use crate::words::{self, Mark};

/// How many rows of what is missing the page shows.
pub(crate) const MAX_ROWS: usize = 300;

/// Adds up coverage rows, which come sorted by account.
#[derive(Debug)]
pub(crate) struct CoverageTotals {
    outcomes: BTreeMap<Outcome, u64>,
    reasons: BTreeMap<(Outcome, Option<GapClass>), ReasonTotal>,
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
    /// What is behind it, with the targets.
    causes: BTreeMap<String, u64>,
}

/// The account whose rows are coming in.
#[derive(Debug)]
struct OneAccount {
    id: AccountId,
    targets: usize,
    /// By outcome, reason, and the exceptions that accept it.
    groups: BTreeMap<(Outcome, Option<GapClass>, Vec<String>), Group>,
}

#[derive(Debug, Default)]
struct Group {
    regions: Vec<Region>,
    gap: Option<String>,
}

/// Regions of one account that are missing for one reason.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) who: Who,
    pub(crate) outcome: Mark,
    pub(crate) reason: Option<GapClass>,
    pub(crate) count: u64,
    /// Every Region of the account, so that none needs a name.
    pub(crate) is_whole_account: bool,
    pub(crate) regions: Vec<String>,
    pub(crate) gaps: GapViews,
    /// The exceptions that accept it; then it leaves the exit code.
    pub(crate) accepted: Vec<Accepted>,
}

/// All targets of one outcome and reason.
#[derive(Debug)]
pub(crate) struct ReasonRow {
    pub(crate) outcome: Mark,
    pub(crate) reason: Option<GapClass>,
    pub(crate) targets: String,
    pub(crate) accounts: String,
    pub(crate) causes: CauseLinks,
}

/// All targets of one outcome.
#[derive(Debug)]
pub(crate) struct OutcomeRow {
    pub(crate) mark: Mark,
    pub(crate) targets: u64,
    pub(crate) share: String,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub(crate) targets: u64,
    pub(crate) accounts: u64,
    pub(crate) incomplete: u64,
    pub(crate) incomplete_accounts: u64,
    /// How many of the missing targets are accepted.
    pub(crate) accepted: u64,
    pub(crate) excluded: u64,
    pub(crate) by_outcome: BTreeMap<Outcome, u64>,
    pub(crate) bar: Bar,
    pub(crate) outcomes: Vec<OutcomeRow>,
    pub(crate) reasons: Vec<ReasonRow>,
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

    pub(crate) fn add(&mut self, line: &CoverageLine, context: Context<'_>) {
        let outcome = line.outcome;
        *self.outcomes.entry(outcome).or_default() += 1;
        self.accepted += u64::from(!line.exception_ids.is_empty());
        if self.account.as_ref().is_none_or(|account| account.id != line.account_id) {
            self.close_account(context);
            self.accounts += 1;
            self.account =
                Some(OneAccount { id: line.account_id, targets: 0, groups: BTreeMap::new() });
        }
        if let Some(account) = &mut self.account {
            account.targets += 1;
            if outcome != Outcome::Evaluated {
                let place = (outcome, line.reason_code, line.exception_ids.clone());
                let group = account.groups.entry(place).or_default();
                group.regions.push(line.region);
                if group.gap.is_none() {
                    group.gap.clone_from(&line.gap_id);
                }
            }
        }
    }

    fn close_account(&mut self, context: Context<'_>) {
        let Some(account) = self.account.take() else { return };
        if account.groups.keys().any(|it| it.0.is_incomplete()) {
            self.incomplete_accounts += 1;
        }
        let mut seen = BTreeSet::new();
        for ((outcome, reason, ids), group) in account.groups {
            if let Some(rank) = rank(outcome) {
                let is_whole_account = group.regions.len() == account.targets;
                // What is accepted comes last.
                let rank = if ids.is_empty() { rank } else { rank + 2 };
                self.unread.push(rank, || Unread {
                    accepted: context.exceptions.of(&ids),
                    who: context.names.who(account.id),
                    outcome: words::outcome(outcome),
                    reason,
                    count: group.regions.len() as u64,
                    is_whole_account,
                    regions: if is_whole_account {
                        Vec::new()
                    } else {
                        group.regions.iter().map(ToString::to_string).collect()
                    },
                    gaps: context.gaps.views(group.gap.as_slice(), context.causes),
                });
            }
            let is_first = seen.insert((outcome, reason));
            let targets = group.regions.len() as u64;
            let total = self.reasons.entry((outcome, reason)).or_default();
            if let Some(cause) = group.gap.as_deref().and_then(|gap| context.gaps.cause(gap)) {
                *total.causes.entry(cause.to_owned()).or_default() += targets;
            }
            total.accounts += u64::from(is_first);
            total.targets += targets;
        }
    }

    pub(crate) fn finish(mut self, context: Context<'_>) -> Coverage {
        self.close_account(context);
        let count = |outcome| self.outcomes.get(&outcome).copied().unwrap_or_default();
        let targets = self.outcomes.values().sum();
        let parts = Outcome::ALL.iter().map(|it| Part::new(words::outcome(*it), count(*it)));
        let bar = Bar::new(parts);
        let outcomes = Outcome::ALL.iter().map(|it| OutcomeRow {
            mark: words::outcome(*it),
            targets: count(*it),
            share: share(count(*it), targets),
        });
        let mut reasons: Vec<_> = self.reasons.into_iter().collect();
        reasons.sort_by_key(|((outcome, _), total)| {
            (rank(*outcome).unwrap_or(usize::MAX), std::cmp::Reverse(total.targets))
        });
        let reasons = reasons
            .into_iter()
            .map(|((outcome, reason), total)| total.row(outcome, reason, context.causes));
        Coverage {
            targets,
            accounts: self.accounts,
            incomplete: count(Outcome::NotEvaluated) + count(Outcome::Partial),
            incomplete_accounts: self.incomplete_accounts,
            accepted: self.accepted,
            excluded: count(Outcome::Excluded),
            by_outcome: self.outcomes.clone(),
            outcomes: outcomes.collect(),
            bar,
            reasons: reasons.collect(),
            unread: self.unread.finish(),
        }
    }
}

/// What is missing though the user did not leave it out: the less was read, the earlier it comes.
const fn rank(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::NotEvaluated => Some(0),
        Outcome::Partial => Some(1),
        _ => None,
    }
}

impl ReasonTotal {
    fn row(&self, outcome: Outcome, reason: Option<GapClass>, causes: &CauseTotals) -> ReasonRow {
        ReasonRow {
            outcome: words::outcome(outcome),
            reason,
            targets: number(self.targets),
            accounts: number(self.accounts),
            causes: most_frequent(&self.causes, causes),
        }
    }
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
