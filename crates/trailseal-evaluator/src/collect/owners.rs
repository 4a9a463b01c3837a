//! Looks for the owners of buckets in all accounts, once for every bucket that misses one.
//!
//! Every account is asked in a fixed order, some at a time; who answers first changes nothing but the
//! number of questions. As soon as no bucket misses its owner, no further account is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::mem;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, Shared};
use futures::lock::Mutex as AsyncMutex;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, StreamExt as _, future};
use trailseal_model::hash::fingerprint;
use trailseal_model::{AccountId, Answer, Evidence, Gap, GapClass, GapId, Operation, OwnerSearch};

use super::Collector;
use super::single_flight::SingleFlight;
use crate::ports::CollectPorts;

/// Accounts that are asked at the same time, at most.
const AT_A_TIME: usize = 64;
/// The number of accounts that are asked one by one: the management account, the caller's, and the one with the
/// best name. Then the number grows with each answer, so that thousands do not take hours.
const ONE_BY_ONE: usize = 3;
/// Refusals of one search that become gaps; the finding counts all of them.
const KEPT_REFUSALS: usize = 10;

/// Which accounts can be asked for a bucket, as it is known once every target is read.
#[derive(Debug, Clone, Default)]
pub struct BucketSearch {
    /// Accounts in use that may be asked.
    pub in_use: BTreeSet<AccountId>,
    /// Those that are asked first, in this order: the management account, the caller's, and those
    /// whose names sound like an account that keeps logs.
    pub likely: Vec<AccountId>,
    /// Accounts in use that could not be opened, and why not. They are not asked.
    pub unopened: BTreeMap<AccountId, GapId>,
    /// The buckets that trails name, with the owners of these trails. Of other buckets no name is kept;
    /// of every bucket where this is empty.
    pub delivering: BTreeMap<String, BTreeSet<AccountId>>,
}

impl BucketSearch {
    pub(super) fn asks_anybody(&self) -> bool {
        !self.in_use.is_empty() || !self.likely.is_empty()
    }

    /// Of the accounts whose trails deliver there, the one with the lowest id.
    pub(super) fn first_delivering(&self, bucket: &str) -> Option<AccountId> {
        self.delivering.get(bucket).and_then(|it| it.first()).copied()
    }

    fn needs(&self, bucket: &str) -> bool {
        self.delivering.is_empty() || self.delivering.contains_key(bucket)
    }
}

/// The accounts that are asked last, as it is known once the tree of units is read as well.
#[derive(Debug, Clone, Default)]
pub struct OtherAccounts {
    /// Who is asked, in this order.
    pub accounts: Vec<AccountId>,
    /// Accounts in use that are not asked, because the user limited the run.
    pub left_out: BTreeSet<AccountId>,
}

/// Which accounts can be asked, once every target is read.
pub type BucketSearchToCome = Shared<BoxFuture<'static, Arc<BucketSearch>>>;
/// Who is asked last, once the tree of units is read as well.
pub type OtherAccountsToCome = Shared<BoxFuture<'static, Arc<OtherAccounts>>>;

/// An owner, and the ListBuckets that shows it.
pub(super) type Found = (AccountId, Evidence);

/// The name of a bucket in little room: most accounts own many that no trail delivers to.
type Name = u128;

/// What ListBuckets of one account came to.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Answered(Arc<Listed>),
    /// No gap as long as another account may turn out to be the owner.
    Refused(Arc<Gap>),
}

/// The buckets of an account: all of them while targets are being read, then those that trails name.
#[derive(Debug)]
pub(super) struct Listed {
    evidence: Evidence,
    /// Sorted.
    names: Box<[Name]>,
}

impl Asked {
    /// The answer's evidence, if it has the bucket.
    pub(super) fn lists(&self, bucket: &str) -> Option<&Evidence> {
        let Self::Answered(listed) = self else { return None };
        listed.names.binary_search(&fingerprint(bucket)).is_ok().then_some(&listed.evidence)
    }
}

/// What was asked for one bucket alone.
#[derive(Debug)]
pub(super) struct Search {
    bucket: String,
    asked: Vec<(AccountId, Asked)>,
}

impl Search {
    pub(super) fn new(bucket: &str) -> Self {
        Self { bucket: bucket.to_owned(), asked: Vec::new() }
    }

    /// Notes what an account says; it is the owner if it lists the bucket.
    pub(super) fn note(&mut self, account: AccountId, asked: Asked) -> Option<Found> {
        if let Some(evidence) = asked.lists(&self.bucket) {
            return Some((account, evidence.clone()));
        }
        if self.asked.iter().all(|it| it.0 != account) {
            self.asked.push((account, asked));
        }
        None
    }
}

/// The account ids that are part of a bucket's name, from left to right.
pub(super) fn ids_in(bucket: &str) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for begin in 0..bucket.len() {
        let id = bucket.get(begin..begin + 12).and_then(|it| it.parse().ok());
        ids.extend(id.filter(|it| !ids.contains(it)));
    }
    ids
}

/// What is known of the owners of buckets.
#[derive(Debug)]
pub(super) struct Owners {
    pub(super) to_ask: BucketSearchToCome,
    others: OtherAccountsToCome,
    pub(super) asked: SingleFlight<AccountId, Asked>,
    /// Buckets that miss their owner and that the sweep does not know of yet.
    wanted: Mutex<Vec<Name>>,
    sweep: AsyncMutex<Sweep>,
}

impl Default for Owners {
    /// Only the accounts that the trail and the settings name are asked.
    fn default() -> Self {
        let (to_ask, others) = (future::ready(Arc::default()), future::ready(Arc::default()));
        Self::new(to_ask.boxed().shared(), others.boxed().shared())
    }
}

impl Owners {
    pub(super) fn new(to_ask: BucketSearchToCome, others: OtherAccountsToCome) -> Self {
        let (asked, wanted, sweep) = Default::default();
        Self { to_ask, others, asked, wanted, sweep }
    }

    /// Whether every target is read, so that all accounts can be asked.
    pub(super) fn is_open(&self) -> bool {
        self.to_ask.peek().is_some()
    }

    /// The answer, also where the question panics: a bug must not end the search for all trails.
    pub(super) async fn guarded<T>(
        &self,
        account: AccountId,
        question: impl Future<Output = Result<T, Gap>>,
    ) -> Result<T, Gap> {
        AssertUnwindSafe(question).catch_unwind().await.unwrap_or_else(|_| {
            let gap = Gap::new(GapClass::Panic, Operation::ListBuckets).at(account, None);
            Err(gap.saying("asking for the account's buckets panicked"))
        })
    }

    /// What is kept of an answer: no name that no trail of the run needs, once these are known.
    pub(super) fn keep(&self, res: Result<Answer<Vec<String>>, Gap>) -> Asked {
        let Answer { value, evidence } = match res {
            Ok(answer) => answer,
            Err(gap) => return Asked::Refused(Arc::new(gap)),
        };
        let known = self.to_ask.peek();
        let needed = value.iter().filter(|it| known.is_none_or(|known| known.needs(it)));
        let mut names: Vec<Name> = needed.map(|it| fingerprint(it)).collect();
        names.sort_unstable();
        Asked::Answered(Arc::new(Listed { evidence, names: names.into() }))
    }

    fn want(&self, bucket: &str) -> Name {
        let name = fingerprint(bucket);
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).push(name);
        name
    }

    fn take_wanted(&self) -> Vec<Name> {
        mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The first refusals, and how many accounts did what. The accounts that this bucket leads to
    /// come first: one of them is most likely its owner.
    pub(super) async fn conclude(
        &self,
        search: Search,
        known: &BucketSearch,
    ) -> (Vec<Arc<Gap>>, OwnerSearch) {
        let sweep = self.sweep.lock().await;
        let mut counts = sweep.counts;
        counts.unopened += known.unopened.len();
        counts.left_out += sweep.left_out.len();
        let mut refusals: Vec<Arc<Gap>> = Vec::new();
        for (account, asked) in &search.asked {
            if let Asked::Refused(gap) = asked {
                refusals.push(Arc::clone(gap));
            }
            if sweep.asked.contains(account) {
                continue;
            }
            counts.left_out -= usize::from(sweep.left_out.contains(account));
            // One that could not be opened is counted among these already.
            if matches!(asked, Asked::Answered(_)) || !known.unopened.contains_key(account) {
                counted(&mut counts, asked);
            }
        }
        let is_other = |gap: &&Arc<Gap>| search.asked.iter().all(|it| Some(it.0) != gap.account);
        refusals.extend(sweep.refused.values().filter(is_other).cloned());
        refusals.truncate(KEPT_REFUSALS);
        (refusals, counts)
    }
}

/// Counts an account that does not have the bucket; its refusal, if it did not answer.
fn counted<'a>(counts: &mut OwnerSearch, asked: &'a Asked) -> Option<&'a Arc<Gap>> {
    match asked {
        Asked::Answered(_) => {
            counts.answered += 1;
            None
        }
        // An account that the user left out is opened for this question alone.
        Asked::Refused(gap) if gap.operation == Operation::AssumeRole => {
            counts.unopened += 1;
            Some(gap)
        }
        Asked::Refused(gap) => {
            counts.refused += 1;
            Some(gap)
        }
    }
}

/// How far all accounts were asked, for every bucket together.
#[derive(Debug, Default)]
struct Sweep {
    /// Who is asked next.
    to_ask: VecDeque<(usize, AccountId)>,
    /// Everyone who is asked or will be.
    asked: HashSet<AccountId>,
    stage: Stage,
    /// Owners by bucket, with their places in the order of asking: were two accounts to list the
    /// same name, the first of them counts.
    found: HashMap<Name, (usize, Found)>,
    /// Buckets that trails wait for.
    missing: HashSet<Name>,
    /// By place in the order of asking; only the first that are kept as gaps.
    refused: BTreeMap<usize, Arc<Gap>>,
    counts: OwnerSearch,
    left_out: BTreeSet<AccountId>,
}

/// Whom the sweep has come to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Start,
    Likely,
    All,
}

impl Sweep {
    fn enlist(&mut self, accounts: &[AccountId], known: &BucketSearch) {
        for account in accounts.iter().filter(|it| !known.unopened.contains_key(it)) {
            if self.asked.insert(*account) {
                self.to_ask.push_back((self.asked.len(), *account));
            }
        }
    }

    /// Goes on to the next accounts; false if there are none.
    async fn next_stage(&mut self, owners: &Owners, known: &BucketSearch) -> bool {
        match self.stage {
            Stage::Start => {
                self.enlist(&known.likely, known);
                self.stage = Stage::Likely;
                true
            }
            Stage::Likely => {
                let others = owners.others.clone().await;
                self.enlist(&others.accounts, known);
                let left_out = others.left_out.iter().filter(|it| !self.asked.contains(it));
                self.left_out = left_out.copied().collect();
                self.stage = Stage::All;
                true
            }
            Stage::All => false,
        }
    }

    fn misses(&mut self, wanted: Vec<Name>) -> bool {
        let missing = wanted.into_iter().filter(|it| !self.found.contains_key(it));
        self.missing.extend(missing);
        !self.missing.is_empty()
    }

    fn note(&mut self, place: usize, account: AccountId, asked: &Asked) {
        if let Some(gap) = counted(&mut self.counts, asked) {
            self.refused.insert(place, Arc::clone(gap));
            if self.refused.len() > KEPT_REFUSALS {
                self.refused.pop_last();
            }
        }
        let Asked::Answered(listed) = asked else { return };
        for name in &listed.names {
            self.missing.remove(name);
            let found = (place, (account, listed.evidence.clone()));
            let known = self.found.entry(*name).or_insert_with(|| found.clone());
            if place < known.0 {
                *known = found;
            }
        }
    }
}

impl<P: CollectPorts> Collector<'_, P> {
    /// Asks all accounts one after the other, some at a time, until no bucket misses its owner. Who
    /// comes first asks for everybody; what is under way then is waited for, so that no account is
    /// asked twice and the place in the order decides, not who is faster.
    pub(super) async fn sweep(&self, known: &BucketSearch, bucket: &str) -> Option<Found> {
        let owners = &self.owners;
        let name = owners.want(bucket);
        let mut sweep = owners.sweep.lock().await;
        let mut under_way = FuturesUnordered::new();
        loop {
            let is_missing = sweep.misses(owners.take_wanted());
            let answers = sweep.counts.answered + sweep.counts.refused + sweep.counts.unopened;
            let at_a_time = answers.saturating_sub(ONE_BY_ONE - 1).clamp(1, AT_A_TIME);
            while is_missing && under_way.len() < at_a_time {
                let Some((place, account)) = sweep.to_ask.pop_front() else { break };
                under_way.push(self.buckets_of(account).map(move |it| (place, account, it)));
            }
            match under_way.next().await {
                Some((place, account, asked)) => sweep.note(place, account, &asked),
                None if is_missing && sweep.next_stage(owners, known).await => {}
                None => break,
            }
        }
        // What is missing now is missing for good: everybody was asked.
        sweep.missing.clear();
        sweep.found.get(&name).map(|it| it.1.clone())
    }
}
