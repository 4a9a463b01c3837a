//! Asks the accounts with the lowest ids first, so that an operation which fails everywhere is not
//! tried five times in each of ten thousand accounts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use trailseal_model::{AccountId, Gap, GapClass, Operation};

/// Accounts that are asked before all others.
const FIRST: usize = 5;

/// What the work for one key shows of the operation that it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The service answered, if only with a denial.
    Answered,
    /// It failed in a way in which a retry could have helped.
    Failed(GapClass),
    /// Nothing: the operation was not asked, or not by a session that works.
    Nothing,
}

impl Sign {
    /// What an answer of this operation, or the gap in its place, shows.
    #[must_use]
    pub fn of(operation: Operation, gap: Option<&Gap>) -> Self {
        match gap {
            // Another operation failed before this one could be asked.
            Some(gap) if gap.operation != operation => Self::Nothing,
            Some(gap) if gap.class.is_retryable() => Self::Failed(gap.class),
            // A consequence of other failures; a Region that is not there; a run that ends.
            Some(Gap {
                class:
                    GapClass::CircuitOpen
                    | GapClass::RegionDisabled
                    | GapClass::Deadline
                    | GapClass::Cancelled
                    | GapClass::Panic,
                ..
            }) => Self::Nothing,
            // A denial is an answer, too.
            None | Some(_) => Self::Answered,
        }
    }
}

/// Decides which work for an operation may begin: that of the five accounts with the lowest ids of
/// those that have any, and that of all others once anything was answered, or once all of these five
/// have failed.
///
/// Which accounts are the lowest is known when the last key has arrived. So that nothing waits for
/// the last page of a directory where the operation works, single keys are tried before that, one
/// after the other and at most one in each of five accounts: an answer to one of them releases
/// everything. What is decided otherwise depends on the five lowest accounts alone, whatever came
/// first. This is a plain state: no clock, no lock, no I/O.
#[derive(Debug)]
pub struct LowestFirst<K> {
    ready: VecDeque<K>,
    held: BTreeMap<AccountId, Vec<K>>,
    begun: BTreeMap<AccountId, Begun>,
    /// The account whose single key is being tried ahead.
    ahead: Option<AccountId>,
    /// Accounts in which a key that was tried ahead has failed.
    failed_ahead: BTreeSet<AccountId>,
    has_ended: bool,
    decision: Option<Decision>,
}

/// What becomes of the accounts that were not asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Usual,
    Once,
}

/// An account whose work was released before anything was decided.
#[derive(Debug, Default)]
struct Begun {
    unsettled: usize,
    failures: Failures,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Failures {
    #[default]
    None,
    Alike(GapClass),
    Different,
}

impl<K> Default for LowestFirst<K> {
    fn default() -> Self {
        Self {
            ready: VecDeque::new(),
            held: BTreeMap::new(),
            begun: BTreeMap::new(),
            ahead: None,
            failed_ahead: BTreeSet::new(),
            has_ended: false,
            decision: None,
        }
    }
}

impl<K> LowestFirst<K> {
    /// Takes in work for an account.
    pub fn arrive(&mut self, account: AccountId, key: K) {
        if self.decision.is_some() {
            self.ready.push_back(key);
            return;
        }
        self.held.entry(account).or_default().push(key);
        self.try_ahead();
    }

    /// No more work will come.
    pub fn end(&mut self) {
        self.has_ended = true;
        if self.decision.is_none() {
            self.release_lowest();
            self.decide_by_lowest();
        }
    }

    /// Notes what became of work that [`take_ready`](Self::take_ready) gave out.
    pub fn settle(&mut self, account: AccountId, sign: Sign) {
        if self.decision.is_some() {
            return;
        }
        if sign == Sign::Answered {
            self.decide(Decision::Usual);
            return;
        }
        if let Some(begun) = self.begun.get_mut(&account) {
            begun.unsettled = begun.unsettled.saturating_sub(1);
            if let Sign::Failed(class) = sign {
                begun.failures = begun.failures.and(class);
            }
        }
        if self.has_ended {
            self.decide_by_lowest();
            return;
        }
        self.ahead = None;
        if sign != Sign::Nothing {
            self.failed_ahead.insert(account);
        }
        self.try_ahead();
    }

    /// The next work that may begin.
    pub fn take_ready(&mut self) -> Option<K> {
        self.ready.pop_front()
    }

    /// Whether every further target is to be asked once, without retries.
    #[must_use]
    pub fn is_asked_once(&self) -> bool {
        self.decision == Some(Decision::Once)
    }

    /// The lowest ids of all that have work, sorted.
    fn lowest(&self) -> Vec<AccountId> {
        let begun = self.begun.keys().take(FIRST);
        let mut lowest: Vec<AccountId> =
            begun.chain(self.held.keys().take(FIRST)).copied().collect();
        lowest.sort_unstable();
        lowest.dedup();
        lowest.truncate(FIRST);
        lowest
    }

    /// Lets one key of an account begin in which none has failed yet.
    fn try_ahead(&mut self) {
        if self.ahead.is_some() || self.failed_ahead.len() >= FIRST {
            return;
        }
        let mut untried = self.held.iter_mut().filter(|held| !self.failed_ahead.contains(held.0));
        let Some((&account, keys)) = untried.next() else { return };
        self.ready.extend(keys.pop());
        if keys.is_empty() {
            self.held.remove(&account);
        }
        self.begun.entry(account).or_default().unsettled += 1;
        self.ahead = Some(account);
    }

    fn release_lowest(&mut self) {
        for account in self.lowest() {
            let Some(keys) = self.held.remove(&account) else { continue };
            self.begun.entry(account).or_default().unsettled += keys.len();
            self.ready.extend(keys);
        }
    }

    /// Once it is known which accounts are the lowest, and all their work has failed.
    fn decide_by_lowest(&mut self) {
        let lowest: Vec<&Begun> =
            self.lowest().iter().filter_map(|account| self.begun.get(account)).collect();
        if lowest.iter().any(|begun| begun.unsettled > 0) {
            return;
        }
        let mut failures = lowest.iter().map(|begun| begun.failures);
        let first = failures.next().unwrap_or_default();
        let are_alike = matches!(first, Failures::Alike(_)) && failures.all(|other| other == first);
        let is_enough = lowest.len() == FIRST;
        self.decide(if is_enough && are_alike { Decision::Once } else { Decision::Usual });
    }

    fn decide(&mut self, decision: Decision) {
        self.decision = Some(decision);
        self.ready.extend(std::mem::take(&mut self.held).into_values().flatten());
        self.begun.clear();
    }
}

impl Failures {
    fn and(self, class: GapClass) -> Self {
        match self {
            Self::None => Self::Alike(class),
            Self::Alike(known) if known == class => self,
            Self::Alike(_) | Self::Different => Self::Different,
        }
    }
}

#[cfg(test)]
mod tests;
