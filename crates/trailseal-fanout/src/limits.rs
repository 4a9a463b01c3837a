//! Rate limits: AWS's published quotas, a share of each, per account and Region where the audited
//! account pays, per prefix of a bucket in S3, and once for the run where the caller pays. A key
//! that AWS throttles goes slower for a while.

mod pace;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::watch;
use tokio::time::Instant;
use trailseal_model::{AccountId, LimitScope, Operation, Region};

use self::pace::Pace;

/// Whose quota a request uses.
#[derive(Debug, Clone, Copy)]
pub struct QuotaKey<'a> {
    /// Whose session is used; `None` for the caller's own calls.
    pub account: Option<AccountId>,
    /// The Region of the endpoint.
    pub region: Option<Region>,
    /// `bucket/key` or `bucket/prefix`, of a request for objects.
    pub object: Option<&'a str>,
}

/// Whose bucket a request draws from; as small as it can be, for a run has hundreds of thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LimitKey {
    Caller,
    Account(AccountId),
    RegionStatus(AccountId, Region),
    /// A hash: two prefixes with one hash would only share a bucket.
    Prefix(u64),
}

impl LimitKey {
    fn new(scope: LimitScope, place: QuotaKey<'_>) -> Self {
        match (scope, place.account, place.region, place.object) {
            (LimitScope::BucketPrefix, _, _, Some(object)) => Self::of_object(object),
            (LimitScope::Caller, ..) | (_, None, ..) => Self::Caller,
            (LimitScope::Account, Some(account), ..) | (_, Some(account), None, _) => {
                Self::Account(account)
            }
            (_, Some(account), Some(region), _) => Self::RegionStatus(account, region),
        }
    }

    /// The bucket with the prefix of one account's logs. S3 splits a busy bucket by prefixes, from
    /// the left, and the account stands left of Region and day; nobody publishes where.
    fn of_object(object: &str) -> Self {
        let end = object.rfind("/CloudTrail/").or_else(|| object.rfind('/'));
        let mut hasher = DefaultHasher::new();
        object[..end.unwrap_or(object.len())].hash(&mut hasher);
        Self::Prefix(hasher.finish())
    }
}

/// A share of every published quota, from just above 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateShare(f64);

impl RateShare {
    /// Half: whatever else works in the accounts keeps the other half.
    pub const HALF: Self = Self(0.5);

    /// The share; `None` unless it is above 0 and at most 1.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share > 0.0 && share <= 1.0).then_some(Self(share))
    }

    /// The share as a number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// How long this number of requests of one operation takes at least, if one quota key pays for all
    /// of them and AWS throttles none: what exceeds the burst waits for its turn.
    #[must_use]
    pub fn time_of(self, operation: Operation, requests: u64) -> Duration {
        let quota = operation.quota().shared_with.quota();
        let waiting = requests.saturating_sub(u64::from(scaled_burst(quota.burst, self).get()));
        #[expect(clippy::cast_precision_loss, reason = "numbers of requests are far below 2^52")]
        let seconds = waiting as f64 * self.period(quota.per_second).as_secs_f64();
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// The time between two requests at this share of a quota.
    fn period(self, per_second: u32) -> Duration {
        Duration::from_secs_f64(1.0 / (f64::from(per_second) * self.0))
    }
}

impl std::fmt::Display for RateShare {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The limits of one run, shared by all its work.
pub struct Limits {
    operations: Vec<OperationLimit>,
    is_closed: watch::Sender<bool>,
}

impl Limits {
    /// Limits at this share of the published quotas.
    #[must_use]
    pub fn new(share: RateShare) -> Self {
        let operations = Operation::ALL.iter().map(|it| OperationLimit::new(*it, share)).collect();
        Self { operations, is_closed: watch::Sender::new(false) }
    }

    /// The same limits for a run that goes on where an earlier process of it was cut off: that one may
    /// have used what quotas allow at once, so nothing is left of it.
    #[must_use]
    pub fn used_up(share: RateShare) -> Self {
        let mut limits = Self::new(share);
        let now = Instant::now();
        for limit in &mut limits.operations {
            limit.fills_until = Some(now + limit.period * limit.burst.get());
        }
        limits
    }

    /// No request begins any more: the run stops.
    pub fn close(&self) {
        self.is_closed.send_replace(true);
    }

    /// Ready when no request may begin any more.
    pub async fn closed(&self) {
        // The sender is in `self`, so waiting ends with nothing but the value.
        let _ = self.is_closed.subscribe().wait_for(|is_closed| *is_closed).await;
    }

    /// Waits until this request may be made. Requests for one key go in the order they came, and
    /// at most one of them watches the clock, however many wait.
    pub async fn permit(&self, operation: Operation, place: QuotaKey<'_>) {
        let (limit, key) = self.of(operation, place);
        limit.permit(key).await;
        limit.forget_now_and_then();
    }

    /// AWS throttled this request, so all that draw from its bucket go slower: at half the rate
    /// they had, but not below an eighth of the share, and again a sixtieth of the share faster
    /// with each second that passes.
    pub fn throttled(&self, operation: Operation, place: QuotaKey<'_>) {
        let (limit, key) = self.of(operation, place);
        let now = Instant::now();
        let slowed = &mut limit.keys().slowed;
        slowed.entry(key).or_insert_with(|| Pace::full(now)).slow_down(now, limit.period);
    }

    fn of(&self, operation: Operation, place: QuotaKey<'_>) -> (&OperationLimit, LimitKey) {
        let quota = operation.quota();
        let limit = &self.operations[quota.shared_with as usize];
        (limit, LimitKey::new(quota.scope, place))
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Limits").finish_non_exhaustive()
    }
}

type Queue = Arc<tokio::sync::Mutex<()>>;

/// Permits after which keys that no request used lately are forgotten: often enough that they
/// do not pile up, seldom enough that looking through them costs a permit nothing.
const FORGET_EVERY: u32 = 16_384;

struct OperationLimit {
    buckets: RateLimiter<LimitKey, DefaultKeyedStateStore<LimitKey>, TokioClock>,
    /// The time between two requests at the full share.
    period: Duration,
    /// Requests that may be made at once.
    burst: NonZeroU32,
    /// Until then a key that was not asked for yet has no burst.
    fills_until: Option<Instant>,
    keys: Mutex<Keys>,
    permits: AtomicU32,
}

/// What is kept of few keys only, so that all others cost nothing.
#[derive(Default)]
struct Keys {
    /// Keys that requests wait for right now.
    queues: HashMap<LimitKey, Queue>,
    /// Keys that AWS throttled lately.
    slowed: HashMap<LimitKey, Pace>,
}

impl OperationLimit {
    fn new(operation: Operation, share: RateShare) -> Self {
        let published = operation.quota();
        let period = share.period(published.per_second);
        let burst = scaled_burst(published.burst, share);
        let quota = Quota::with_period(period).expect("a rate above zero").allow_burst(burst);
        let buckets = RateLimiter::new(quota, DefaultKeyedStateStore::default(), TokioClock);
        let (keys, permits) = (Mutex::default(), AtomicU32::default());
        Self { buckets, period, burst, fills_until: None, keys, permits }
    }

    /// Takes the burst of a key that nothing was asked of yet, while buckets fill up. A bucket that was
    /// asked for has been emptied, and takes longer than that to be full again.
    fn empty(&self, key: LimitKey) {
        if self.fills_until.is_some_and(|until| Instant::now() < until) {
            // Refused where there is less: then it was emptied before.
            let _ = self.buckets.check_key_n(&key, self.burst);
        }
    }

    async fn permit(&self, key: LimitKey) {
        self.empty(key);
        let (waiting, is_slowed) = {
            let keys = self.keys();
            (keys.queues.get(&key).cloned(), keys.slowed.contains_key(&key))
        };
        let queue = match waiting {
            None if !is_slowed && self.buckets.check_key(&key).is_ok() => return,
            None => Arc::clone(self.keys().queues.entry(key).or_default()),
            Some(queue) => queue,
        };
        let turn = queue.lock().await;
        while let Err(wait) = self.keep_pace(key) {
            tokio::time::sleep(wait).await;
        }
        // The share holds for a slowed key too.
        while let Err(not_until) = self.buckets.check_key(&key) {
            tokio::time::sleep(not_until.wait_time_from(TokioClock.now())).await;
        }
        drop(turn);
        // This clone and the map's: no other request waits for the key.
        let mut keys = self.keys();
        if Arc::strong_count(&queue) <= 2 {
            keys.queues.remove(&key);
        }
    }

    /// Takes the next turn of a slowed key, or says how long it takes until then.
    fn keep_pace(&self, key: LimitKey) -> Result<(), Duration> {
        let now = Instant::now();
        let mut keys = self.keys();
        match keys.slowed.get_mut(&key) {
            Some(pace) if pace.is_over(now) => {
                keys.slowed.remove(&key);
                Ok(())
            }
            Some(pace) => pace.take_turn(now, self.period),
            None => Ok(()),
        }
    }

    fn forget_now_and_then(&self) {
        if self.permits.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.buckets.retain_recent();
            let now = Instant::now();
            self.keys().slowed.retain(|_, pace| !pace.is_over(now));
        }
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What may be sent at once: a share of the published burst, but for a tenth of it, or one request.
/// What is sent with pauses can arrive without them, and would then exceed a burst used to the full.
fn scaled_burst(burst: u32, share: RateShare) -> NonZeroU32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a u32 is a u32 again"
    )]
    let scaled = (f64::from(burst) * share.0).floor() as u32;
    NonZeroU32::new(scaled.saturating_sub((scaled / 10).max(1))).unwrap_or(NonZeroU32::MIN)
}

/// governor's own clock is not tokio's, so paused time would never reach it.
#[derive(Debug, Clone, Copy)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = std::time::Instant;

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }
}
