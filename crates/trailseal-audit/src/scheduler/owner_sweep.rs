//! Looks for the owners of buckets in all accounts, once for every bucket that misses one.
//!
//! Accounts are asked in a fixed order, some at a time; which of them answers first changes nothing but
//! the number of questions. As soon as no bucket misses its owner, no further account is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use trailseal_evaluator::{BucketName, BucketsOwned};
use trailseal_model::{AccountId, Evidence, Gap, GapId, Operation, OwnerSearch};

/// Accounts that are asked at the same time, at most.
const AT_A_TIME: usize = 64;
/// The number of accounts that are asked one by one: the management account, the caller's, and the one
/// with the best name. Then the number grows with each answer, so that thousands do not take hours.
const ONE_BY_ONE: usize = 3;
/// Refusals of one search that become gaps; the finding counts all of them.
pub(super) const KEPT_REFUSALS: usize = 10;

/// An owner, and the ListBuckets that shows it.
pub(super) type Owner = (AccountId, Evidence);

/// Which accounts can be asked for a bucket, as it is known once every target is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// Accounts in use that may be asked.
    pub(super) in_use: BTreeSet<AccountId>,
    /// Those that are asked first, in this order: the management account, the caller's, and those
    /// whose names sound like an account that keeps logs.
    pub(super) likely: Vec<AccountId>,
    /// Accounts in use that could not be opened, and why not. They are not asked.
    pub(super) unopened: BTreeMap<AccountId, GapId>,
}

impl Candidates {
    pub(super) fn is_empty(&self) -> bool {
        self.in_use.is_empty() && self.likely.is_empty()
    }
}

/// The accounts that are asked last, as it is known once the tree of units is read as well.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherAccounts {
    /// Who is asked, in this order.
    pub(super) accounts: Vec<AccountId>,
    /// Accounts in use that are not asked, because the user limited the run.
    pub(super) left_out: BTreeSet<AccountId>,
}

/// Which accounts the sweep has come to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Start,
    Likely,
    All,
}

/// How far all accounts were asked, for every bucket together.
#[derive(Debug, Default)]
pub(super) struct OwnerSweep {
    /// Accounts to ask next, with their places in the order of asking.
    to_ask: VecDeque<(usize, AccountId)>,
    /// Every account that is asked or will be.
    asked: HashSet<AccountId>,
    under_way: BTreeMap<usize, AccountId>,
    stage: Stage,
    /// Owners by bucket, with their places: were two accounts to list the same name, the first of them
    /// counts.
    found: HashMap<BucketName, (usize, Owner)>,
    /// Buckets whose owner is wanted.
    missing: BTreeSet<BucketName>,
    /// Wanted buckets that were found, until no account before the owner can answer any more.
    to_settle: BTreeSet<BucketName>,
    /// By place; only the first that are kept as gaps.
    refused: BTreeMap<usize, Arc<Gap>>,
    counts: OwnerSearch,
    left_out: BTreeSet<AccountId>,
}

impl OwnerSweep {
    /// From now on the owner of this bucket is wanted.
    pub(super) fn want(&mut self, bucket: BucketName) {
        if self.found.contains_key(&bucket) {
            self.to_settle.insert(bucket);
        } else {
            self.missing.insert(bucket);
        }
    }

    /// The accounts that are to be asked now; `others` is `None` while they are not known.
    pub(super) fn begin(
        &mut self,
        candidates: &Candidates,
        others: Option<&OtherAccounts>,
    ) -> Vec<AccountId> {
        let mut begun = Vec::new();
        while !self.missing.is_empty() {
            while self.under_way.len() < self.at_a_time() {
                let Some((place, account)) = self.to_ask.pop_front() else { break };
                self.under_way.insert(place, account);
                begun.push(account);
            }
            if !self.under_way.is_empty() || !self.next_stage(candidates, others) {
                break;
            }
        }
        begun
    }

    fn at_a_time(&self) -> usize {
        let answers = self.counts.answered + self.counts.refused + self.counts.unopened;
        answers.saturating_sub(ONE_BY_ONE - 1).clamp(1, AT_A_TIME)
    }

    /// Goes on to the next accounts; false if there are none, or they are not known yet.
    fn next_stage(&mut self, candidates: &Candidates, others: Option<&OtherAccounts>) -> bool {
        match (self.stage, others) {
            (Stage::Start, _) => {
                self.enlist(&candidates.likely, candidates);
                self.stage = Stage::Likely;
                true
            }
            (Stage::Likely, Some(others)) => {
                self.enlist(&others.accounts, candidates);
                let left_out = others.left_out.iter();
                self.left_out =
                    left_out.filter(|account| !self.asked.contains(account)).copied().collect();
                self.stage = Stage::All;
                true
            }
            (Stage::Likely, None) | (Stage::All, _) => false,
        }
    }

    fn enlist(&mut self, accounts: &[AccountId], candidates: &Candidates) {
        for account in accounts {
            if !candidates.unopened.contains_key(account) && self.asked.insert(*account) {
                self.to_ask.push_back((self.asked.len(), *account));
            }
        }
    }

    /// Takes in what an account says of its buckets.
    pub(super) fn answered(&mut self, account: AccountId, owned: &BucketsOwned) {
        let asked = self.under_way.iter().find(|asked| *asked.1 == account);
        let Some(place) = asked.map(|asked| *asked.0) else { return };
        self.under_way.remove(&place);
        if let Some(gap) = counted(&mut self.counts, owned) {
            self.refused.insert(place, Arc::clone(gap));
            if self.refused.len() > KEPT_REFUSALS {
                self.refused.pop_last();
            }
        }
        let BucketsOwned::Listed(buckets) = owned else { return };
        for name in &buckets.names {
            let candidate = (place, (account, buckets.evidence.clone()));
            let known = self.found.entry(*name).or_insert_with(|| candidate.clone());
            if place < known.0 {
                *known = candidate;
            }
            if self.missing.remove(name) {
                self.to_settle.insert(*name);
            }
        }
    }

    /// Wanted buckets of which all is known: those that were found, once no account before their owner
    /// can answer any more; and the missing ones, once every account was asked.
    pub(super) fn take_settled(&mut self) -> Vec<(BucketName, Option<Owner>)> {
        let first_open = self.under_way.keys().next().copied().unwrap_or(usize::MAX);
        let mut settled = Vec::new();
        self.to_settle.retain(|name| match self.found.get(name) {
            Some((place, owner)) if *place < first_open => {
                settled.push((*name, Some(owner.clone())));
                false
            }
            _ => true,
        });
        let is_over =
            self.stage == Stage::All && self.to_ask.is_empty() && self.under_way.is_empty();
        if is_over {
            settled.extend(std::mem::take(&mut self.missing).into_iter().map(|name| (name, None)));
        }
        settled
    }

    /// The first refusals, and how many accounts did what, for a bucket without an owner. The accounts
    /// that were asked for this bucket alone come first: one of them is most likely its owner.
    pub(super) fn conclude(
        &self,
        asked: &[(AccountId, BucketsOwned)],
        candidates: &Candidates,
    ) -> (Vec<Arc<Gap>>, OwnerSearch) {
        let mut counts = self.counts;
        counts.unopened += candidates.unopened.len();
        counts.left_out += self.left_out.len();
        let mut refusals: Vec<Arc<Gap>> = Vec::new();
        for (account, owned) in asked {
            if let BucketsOwned::Refused(gap) = owned {
                refusals.push(Arc::clone(gap));
            }
            if self.asked.contains(account) {
                continue;
            }
            counts.left_out -= usize::from(self.left_out.contains(account));
            // One that could not be opened is counted among these already.
            let is_listed = matches!(owned, BucketsOwned::Listed(_));
            if is_listed || !candidates.unopened.contains_key(account) {
                counted(&mut counts, owned);
            }
        }
        let is_other = |gap: &&Arc<Gap>| asked.iter().all(|asked| Some(asked.0) != gap.account);
        refusals.extend(self.refused.values().filter(is_other).cloned());
        refusals.truncate(KEPT_REFUSALS);
        (refusals, counts)
    }
}

/// Counts an account that does not have the bucket; its refusal, if it did not answer.
fn counted<'a>(counts: &mut OwnerSearch, owned: &'a BucketsOwned) -> Option<&'a Arc<Gap>> {
    match owned {
        BucketsOwned::Listed(_) => {
            counts.answered += 1;
            None
        }
        // An account that the user left out is opened for this question alone.
        BucketsOwned::Refused(gap) if gap.operation == Operation::AssumeRole => {
            counts.unopened += 1;
            Some(gap)
        }
        BucketsOwned::Refused(gap) => {
            counts.refused += 1;
            Some(gap)
        }
    }
}

#[cfg(test)]
mod tests;
