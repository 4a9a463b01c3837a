//! What could not be read, and why; what to do about it is in [`crate::advice`].

use std::cmp::Ordering;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::advice::GapCause;
use crate::gap_class::GapClass;
use crate::hash::short_hash;
use crate::operation::Operation;
use crate::region::Region;

/// An operation that could not give its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The kind of failure.
    pub class: GapClass,
    /// What was tried.
    pub operation: Operation,
    /// In which account; `None` for the caller's own directory calls.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
    /// On what: a trail or key ARN, a bucket, an object key.
    pub subject: Option<Box<str>>,
    /// The HTTP status, if there was an answer.
    pub http_status: Option<u16>,
    /// AWS's error code, verbatim.
    pub code: Option<Box<str>>,
    /// AWS's or the transport's message, verbatim.
    pub message: Option<Box<str>>,
    /// AWS's request id.
    pub request_id: Option<Box<str>>,
    /// How often it was tried.
    pub attempts: u8,
    /// How many of the attempts were throttled.
    pub throttles: u8,
}

impl Gap {
    /// A gap with nothing known but its kind and operation.
    #[must_use]
    pub const fn new(class: GapClass, operation: Operation) -> Self {
        Self {
            class,
            operation,
            account: None,
            region: None,
            subject: None,
            http_status: None,
            code: None,
            message: None,
            request_id: None,
            attempts: 0,
            throttles: 0,
        }
    }

    /// The same gap, placed.
    #[must_use]
    pub fn at(mut self, account: AccountId, region: Option<Region>) -> Self {
        self.account = Some(account);
        self.region = region;
        self
    }

    /// The same gap with its subject.
    #[must_use]
    pub fn on(mut self, subject: &str) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The same gap with a message.
    #[must_use]
    pub fn saying(mut self, message: &str) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Why there is no answer, as far as advice depends on it.
    #[must_use]
    pub fn cause(&self) -> GapCause<'_> {
        GapCause {
            class: self.class,
            operation: self.operation,
            code: self.code.as_deref(),
            message: self.message.as_deref(),
        }
    }

    /// What the reader of the report should do.
    #[must_use]
    pub fn what_to_do(&self) -> String {
        let region = self.region.map(Region::name);
        self.cause().what_to_do(region.as_slice())
    }

    /// Whether it counts rather than another gap of the same operation, place and subject: the
    /// worse class, and within one class an order that does not depend on which came first.
    fn is_worse_than(&self, other: &Self) -> bool {
        fn details(gap: &Gap) -> impl Ord + '_ {
            let texts = (&gap.code, &gap.message, &gap.request_id);
            (gap.attempts, gap.throttles, gap.http_status, texts)
        }
        match self.class.rank().cmp(&other.class.rank()) {
            Ordering::Less => true,
            Ordering::Equal => details(self) > details(other),
            Ordering::Greater => false,
        }
    }

    /// A stable name: equal in every run for the same operation, place and subject.
    #[must_use]
    pub fn stable_id(&self) -> String {
        let account = self.account.map(|it| it.to_string()).unwrap_or_default();
        let region = self.region.map(Region::name).unwrap_or_default();
        let subject = self.subject.as_deref().unwrap_or_default();
        short_hash(&["gap", self.operation.as_str(), &account, region, subject])
    }
}

/// Names one gap of one run; counted from one, so that an optional one takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GapId(NonZeroU32);

impl GapId {
    /// Of the gap with this place in the list of all.
    fn of_index(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("fewer than four billion gaps"))
    }

    /// Its place among the gaps of the run.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What a gap is about: what a finding's sentence says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapKind {
    /// What was tried.
    pub operation: Operation,
    /// The kind of failure.
    pub class: GapClass,
    /// For an answer that was not understood: what is wrong with it.
    pub problem: Option<Box<str>>,
}

impl GapKind {
    /// What happened, as part of a sentence, such as `HeadObject was denied`.
    #[must_use]
    pub fn words(&self) -> String {
        let operation = self.operation;
        match (self.class, &self.problem) {
            (GapClass::MalformedAnswer, Some(problem)) => {
                format!("the answer of {operation} was not understood ({problem})")
            }
            (class, _) if class.as_str().starts_with("denied") => format!("{operation} was denied"),
            (class, _) => format!("{operation} failed ({})", class.as_str().replace('_', " ")),
        }
    }
}

/// The kind of each gap of a run, by its id.
#[derive(Debug, Clone, Default)]
pub struct GapKinds(Vec<GapKind>);

impl GapKinds {
    /// The kind of one gap; `None` for one that is not of this run.
    #[must_use]
    pub fn get(&self, id: GapId) -> Option<&GapKind> {
        self.0.get(id.index())
    }
}

impl FromIterator<GapKind> for GapKinds {
    fn from_iter<I: IntoIterator<Item = GapKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

impl From<&Gap> for GapKind {
    fn from(gap: &Gap) -> Self {
        let is_ours = gap.class == GapClass::MalformedAnswer;
        let problem = gap.message.clone().filter(|_| is_ours);
        Self { operation: gap.operation, class: gap.class, problem }
    }
}

/// Every gap of a run, each once. Shared by all work; it only grows.
#[derive(Debug, Default)]
pub struct GapLedger(Mutex<Ledger>);

#[derive(Debug, Default)]
struct Ledger {
    gaps: Vec<Gap>,
    known: HashMap<Identity, GapId>,
}

type Identity = (Operation, Option<AccountId>, Option<Region>, Option<Box<str>>);

impl GapLedger {
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a gap. The same operation, place and subject is one gap, however many needed it: the
    /// worst that was recorded, whatever came first.
    pub fn record(&self, gap: Gap) -> GapId {
        let mut ledger = self.lock();
        let identity = (gap.operation, gap.account, gap.region, gap.subject.clone());
        if let Some(known) = ledger.known.get(&identity).copied() {
            let kept = &mut ledger.gaps[known.index()];
            if gap.is_worse_than(kept) {
                *kept = gap;
            }
            return known;
        }
        let id = GapId::of_index(ledger.gaps.len());
        ledger.gaps.push(gap);
        ledger.known.insert(identity, id);
        id
    }

    /// A copy of one gap, as it is known by now.
    #[must_use]
    pub fn get(&self, id: GapId) -> Gap {
        self.lock().gaps[id.index()].clone()
    }

    /// The kind of each gap; call it when the run is over.
    #[must_use]
    pub fn kinds(&self) -> GapKinds {
        self.lock().gaps.iter().map(GapKind::from).collect()
    }

    /// Every gap with its id; call it when the run is over.
    #[must_use]
    pub fn into_gaps(self) -> Gaps {
        Gaps(self.0.into_inner().unwrap_or_else(PoisonError::into_inner).gaps)
    }
}

/// The gaps of a finished run.
#[derive(Debug, Default)]
pub struct Gaps(Vec<Gap>);

impl Gaps {
    /// One gap.
    #[must_use]
    pub fn get(&self, id: GapId) -> &Gap {
        &self.0[id.index()]
    }

    /// All of them with their ids, in no meaningful order.
    pub fn with_ids(&self) -> impl Iterator<Item = (GapId, &Gap)> {
        self.0.iter().enumerate().map(|(index, it)| (GapId::of_index(index), it))
    }

    /// All of them, in no meaningful order.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether everything could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_is_one_gap() {
        let ledger = GapLedger::default();
        let account = AccountId::new(1).unwrap();
        let gap = Gap::new(GapClass::Denied, Operation::DescribeKey).at(account, None).on("key");
        let first = ledger.record(gap.clone());
        assert_eq!(first, ledger.record(Gap { attempts: 5, ..gap.clone() }));
        assert_ne!(first, ledger.record(gap.clone().on("another key")));
        assert_eq!(ledger.into_gaps().len(), 2);
    }

    #[test]
    fn of_several_gaps_of_one_subject_the_worst_is_kept_whatever_came_first() {
        let account = AccountId::new(1).unwrap();
        let of = |class| Gap::new(class, Operation::DescribeKey).at(account, None).on("key");
        let kept = |gaps: &[&Gap]| {
            let ledger = GapLedger::default();
            let ids: Vec<GapId> = gaps.iter().map(|gap| ledger.record((*gap).clone())).collect();
            assert!(ids.iter().all(|id| *id == ids[0]), "one subject is one gap");
            let gaps = ledger.into_gaps();
            assert_eq!(gaps.len(), 1);
            gaps.get(ids[0]).clone()
        };
        for (index, worse) in GapClass::WORST_FIRST.iter().enumerate() {
            for better in &GapClass::WORST_FIRST[index + 1..] {
                let (worse, better) = (of(*worse), of(*better));
                assert_eq!(kept(&[&worse, &better]), worse);
                assert_eq!(kept(&[&better, &worse]), worse);
                assert_eq!(worse.stable_id(), better.stable_id());
            }
        }
        let one = of(GapClass::Denied).saying("one");
        let other = Gap { attempts: 2, ..of(GapClass::Denied).saying("another") };
        let third = of(GapClass::Denied).saying("third");
        let expected = kept(&[&one, &other, &third]);
        for order in [[&one, &third, &other], [&third, &other, &one], [&other, &one, &third]] {
            assert_eq!(kept(&order), expected);
        }
    }

    #[test]
    fn a_kind_says_what_happened() {
        let ledger = GapLedger::default();
        let gap = |class| Gap::new(class, Operation::HeadObject).saying("User: x is not y");
        let malformed = gap(GapClass::MalformedAnswer).saying("a head without a date");
        let words = |gap: Gap, subject: &str| {
            let id = ledger.record(gap.on(subject));
            ledger.kinds().get(id).unwrap().words()
        };
        assert_eq!(words(gap(GapClass::DeniedByScp), "1"), "HeadObject was denied");
        assert_eq!(words(gap(GapClass::ThrottledOut), "2"), "HeadObject failed (throttled out)");
        let expected = "the answer of HeadObject was not understood (a head without a date)";
        assert_eq!(words(malformed, "3"), expected);
    }

    #[test]
    fn a_stable_id_ignores_what_differs_between_runs() {
        let gap = Gap::new(GapClass::Timeout, Operation::ListAccounts);
        let again = Gap { request_id: Some("r".into()), attempts: 3, ..gap.clone() };
        assert_eq!(gap.stable_id(), again.stable_id());
    }
}
