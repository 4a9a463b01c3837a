//! What was called, how often, how fast and by how many at once.

mod report;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

pub use report::{LogReport, LoggedCall, OperationCalls, Remarks};

use super::shards::{Hashes, Shards, lock};
use super::{Facts, Peaks};
use crate::draw::Draw;
use crate::service::{Operation, Service};
use crate::world::account::AccountId;

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// It was answered.
    Answered,
    /// It was answered with an error: the HTTP status and AWS's code.
    Failed(u16, &'a str),
    /// The answer did not come, or made no sense.
    Broken,
}

impl Outcome<'_> {
    fn is_throttle(self) -> bool {
        matches!(
            self,
            Self::Failed(
                _,
                "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "SlowDown"
            )
        )
    }

    /// A policy or a trust says no, and will say so again.
    fn is_denial(self) -> bool {
        matches!(self, Self::Failed(_, "AccessDenied" | "AccessDeniedException"))
    }
}

/// One call, as it is noted.
#[derive(Debug)]
pub(crate) struct Noted<'a> {
    pub(crate) facts: Facts<'a>,
    /// The call's identity, whoever's session and whichever attempt it is.
    pub(crate) identity: Draw,
    pub(crate) now: Timestamp,
    pub(crate) outcome: Outcome<'a>,
    /// The request as it came.
    pub(crate) request: &'a Request<Bytes>,
    /// Whether it is a call to an account that cannot be used.
    pub(crate) is_to_unusable: bool,
}

/// How many remarks are kept.
const FIRST: usize = 20;

fn said(service: Service, request: &Request<Bytes>) -> String {
    match service {
        Service::S3 => request.uri().query().unwrap_or_default().to_owned(),
        _ => String::from_utf8_lossy(request.body()).into_owned(),
    }
}

fn remark(remarks: &Mutex<Remarks>, facts: &Facts<'_>) {
    let mut remarks = lock(remarks);
    remarks.count += 1;
    if remarks.first.len() < FIRST {
        let Facts { operation, account, region, resource, .. } = facts;
        remarks.first.push(format!("{operation} {account} {region} {resource}"));
    }
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    throttled: AtomicU64,
    denied: AtomicU64,
    failed: AtomicU64,
    broken: AtomicU64,
}

impl Counts {
    fn add(&self, outcome: Outcome<'_>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let further = match outcome {
            Outcome::Answered => return,
            Outcome::Broken => &self.broken,
            outcome if outcome.is_throttle() => &self.throttled,
            outcome if outcome.is_denial() => &self.denied,
            Outcome::Failed(..) => &self.failed,
        };
        further.fetch_add(1, Ordering::Relaxed);
    }
}

/// The calls of each operation, by its place in the list of all.
type PerOperation = Box<[u32]>;

/// The call log.
#[derive(Debug)]
pub struct CallLog {
    /// How fast calls came.
    pub peaks: Peaks,
    operations: Vec<(Service, &'static Operation)>,
    places: HashMap<(Service, &'static str), usize>,
    counts: Vec<Counts>,
    accounts: Shards<HashMap<AccountId, PerOperation>>,
    refused: AtomicU64,
    not_understood: Mutex<BTreeMap<String, u64>>,
    in_flight: Arc<AtomicUsize>,
    highest_concurrency: AtomicUsize,
    unusable_accounts: Mutex<Remarks>,
    denied: Shards<Hashes>,
    repeated_denials: Mutex<Remarks>,
    kept: AtomicUsize,
    /// Of so many calls one is kept.
    kept_of: AtomicU64,
    calls: Mutex<VecDeque<LoggedCall>>,
}

impl Default for CallLog {
    fn default() -> Self {
        let operations: Vec<_> = Service::ALL
            .into_iter()
            .flat_map(|service| service.operations().iter().map(move |it| (service, it)))
            .collect();
        let places = operations.iter().enumerate();
        Self {
            peaks: Peaks::default(),
            places: places.map(|(place, it)| ((it.0, it.1.name), place)).collect(),
            counts: operations.iter().map(|_| Counts::default()).collect(),
            operations,
            accounts: Shards::default(),
            refused: AtomicU64::new(0),
            not_understood: Mutex::default(),
            in_flight: Arc::default(),
            highest_concurrency: AtomicUsize::new(0),
            unusable_accounts: Mutex::default(),
            denied: Shards::default(),
            repeated_denials: Mutex::default(),
            kept: AtomicUsize::new(0),
            kept_of: AtomicU64::new(1),
            calls: Mutex::default(),
        }
    }
}

/// A request that has not been answered yet.
#[derive(Debug)]
pub struct InFlight(Option<Arc<AtomicUsize>>);

impl InFlight {
    /// A request that does not count.
    pub(crate) const fn uncounted() -> Self {
        Self(None)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl CallLog {
    /// Counts a request for as long as the guard lives.
    #[must_use]
    pub fn begin(&self) -> InFlight {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        if now > self.highest_concurrency.load(Ordering::Relaxed) {
            self.highest_concurrency.fetch_max(now, Ordering::Relaxed);
        }
        InFlight(Some(Arc::clone(&self.in_flight)))
    }

    /// Requests that have not been answered yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Counts a request whose caller is not taken.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that is not understood, by the code of the answer.
    pub(crate) fn misunderstand(&self, code: &str) {
        *lock(&self.not_understood).entry(code.to_owned()).or_default() += 1;
    }

    /// Notes a call.
    pub(crate) fn note(&self, noted: &Noted<'_>) {
        let Noted { facts, identity, outcome, .. } = noted;
        let Some(place) = self.places.get(&(facts.service, facts.operation)).copied() else {
            return;
        };
        self.counts[place].add(*outcome);
        {
            let mut accounts = self.accounts.of(facts.account.number() << 40);
            let calls = accounts
                .entry(facts.account)
                .or_insert_with(|| vec![0; self.operations.len()].into());
            calls[place] += 1;
        }
        if noted.is_to_unusable {
            remark(&self.unusable_accounts, facts);
        }
        if outcome.is_denial() {
            let hash = identity.value();
            if !self.denied.of(hash).insert(hash) {
                remark(&self.repeated_denials, facts);
            }
        }
        let kept = self.kept.load(Ordering::Relaxed);
        let of = self.kept_of.load(Ordering::Relaxed);
        if kept > 0 && identity.value().is_multiple_of(of) {
            self.log(noted, kept);
        }
    }

    fn log(&self, noted: &Noted<'_>, kept: usize) {
        let (status, code) = match noted.outcome {
            Outcome::Answered => (200, ""),
            Outcome::Failed(status, code) => (status, code),
            Outcome::Broken => (0, ""),
        };
        let call = LoggedCall {
            at: noted.now,
            service: noted.facts.service.signing_name(),
            operation: noted.facts.operation.to_owned(),
            account: noted.facts.account.to_string(),
            region: noted.facts.region.name(),
            resource: noted.facts.resource.to_owned(),
            input: said(noted.facts.service, noted.request),
            status,
            code: code.to_owned(),
        };
        let mut calls = lock(&self.calls);
        while calls.len() >= kept {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    /// Keeps the last so many calls in full from now on; 0, as at first, keeps none.
    pub fn keep(&self, calls: usize) {
        self.kept.store(calls, Ordering::Relaxed);
        let mut kept = lock(&self.calls);
        let surplus = kept.len().saturating_sub(calls);
        kept.drain(..surplus);
    }

    /// Of so many different calls only one is kept, so that those kept stand for all of a large run.
    pub fn keep_one_in(&self, calls: NonZeroU64) {
        self.kept_of.store(calls.get(), Ordering::Relaxed);
    }

    /// The last calls in full, as many as are kept, the oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<LoggedCall> {
        lock(&self.calls).iter().cloned().collect()
    }

    /// Everything that was noted but single calls and accounts.
    #[must_use]
    pub fn report(&self) -> LogReport {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let rows = self.operations.iter().zip(&self.counts).map(|((service, operation), it)| {
            OperationCalls {
                service: service.signing_name(),
                operation: operation.name,
                is_read: operation.is_read,
                calls: read(&it.calls),
                throttled: read(&it.throttled),
                denied: read(&it.denied),
                failed: read(&it.failed),
                broken: read(&it.broken),
            }
        });
        let operations: Vec<_> = rows.filter(|it| it.calls > 0).collect();
        LogReport {
            calls: operations.iter().map(|it| it.calls).sum(),
            writes: operations.iter().filter(|it| !it.is_read).map(|it| it.calls).sum(),
            operations,
            refused: read(&self.refused),
            not_understood: lock(&self.not_understood).clone(),
            highest_concurrency: self.highest_concurrency.load(Ordering::Relaxed),
            unusable_accounts: lock(&self.unusable_accounts).clone(),
            repeated_denials: lock(&self.repeated_denials).clone(),
        }
    }

    /// How often sessions of each account called each operation.
    #[must_use]
    pub fn accounts(&self) -> BTreeMap<AccountId, BTreeMap<&'static str, u32>> {
        let mut all = BTreeMap::new();
        for part in self.accounts.each() {
            for (account, calls) in part.iter() {
                let named = self.operations.iter().zip(calls.iter());
                let called = named.filter(|it| *it.1 > 0);
                all.insert(*account, called.map(|it| (it.0.1.name, *it.1)).collect());
            }
        }
        all
    }

    /// Forgets everything but how many calls to keep and what is in flight.
    pub fn clear(&self) {
        for it in &self.counts {
            for count in [&it.calls, &it.throttled, &it.denied, &it.failed, &it.broken] {
                count.store(0, Ordering::Relaxed);
            }
        }
        self.peaks.clear();
        self.accounts.each().for_each(|mut it| it.clear());
        self.denied.each().for_each(|mut it| *it = Hashes::default());
        self.refused.store(0, Ordering::Relaxed);
        self.highest_concurrency.store(self.in_flight(), Ordering::Relaxed);
        *lock(&self.unusable_accounts) = Remarks::default();
        *lock(&self.repeated_denials) = Remarks::default();
        lock(&self.not_understood).clear();
        lock(&self.calls).clear();
    }
}
