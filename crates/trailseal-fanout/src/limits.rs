//! Rate limits: AWS's published quotas, a share of each, per account and Region where the audited
//! account pays and once for the run where the caller does.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use tokio::time::Instant;
use trailseal_model::{AccountId, LimitScope, Operation, Region};

/// Whose bucket a request draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct LimitKey {
    account: Option<AccountId>,
    region: Option<Region>,
}

impl LimitKey {
    fn new(scope: LimitScope, account: Option<AccountId>, region: Option<Region>) -> Self {
        match scope {
            LimitScope::Caller => Self { account: None, region: None },
            LimitScope::Account => Self { account, region: None },
            LimitScope::AccountRegion => Self { account, region },
        }
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
}

impl std::fmt::Display for RateShare {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The limits of one run, shared by all its work.
pub struct Limits {
    operations: Vec<OperationLimit>,
}

impl Limits {
    /// Limits at this share of the published quotas.
    #[must_use]
    pub fn new(share: RateShare) -> Self {
        let operations = Operation::ALL.iter().map(|it| OperationLimit::new(*it, share)).collect();
        Self { operations }
    }

    /// Waits until this request may be made. Requests for one key go in the order they came, and
    /// at most one of them watches the clock, however many wait.
    pub async fn permit(
        &self,
        operation: Operation,
        account: Option<AccountId>,
        region: Option<Region>,
    ) {
        let quota = operation.quota();
        let limit = &self.operations[quota.shared_with as usize];
        limit.permit(LimitKey::new(quota.scope, account, region)).await;
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Limits").finish_non_exhaustive()
    }
}

type Queue = Arc<tokio::sync::Mutex<()>>;

struct OperationLimit {
    buckets: RateLimiter<LimitKey, DefaultKeyedStateStore<LimitKey>, TokioClock>,
    /// Only keys that somebody waits for right now.
    queues: Mutex<HashMap<LimitKey, Queue>>,
}

impl OperationLimit {
    fn new(operation: Operation, share: RateShare) -> Self {
        let published = operation.quota();
        let period = Duration::from_secs_f64(1.0 / (f64::from(published.per_second) * share.0));
        let burst = scaled_burst(published.burst, share);
        let quota = Quota::with_period(period).expect("a rate above zero").allow_burst(burst);
        let buckets = RateLimiter::new(quota, DefaultKeyedStateStore::default(), TokioClock);
        Self { buckets, queues: Mutex::default() }
    }

    async fn permit(&self, key: LimitKey) {
        let waiting = self.queues().get(&key).cloned();
        let queue = match waiting {
            None if self.buckets.check_key(&key).is_ok() => return,
            None => Arc::clone(self.queues().entry(key).or_default()),
            Some(queue) => queue,
        };
        let turn = queue.lock().await;
        while let Err(not_until) = self.buckets.check_key(&key) {
            tokio::time::sleep(not_until.wait_time_from(TokioClock.now())).await;
        }
        drop(turn);
        // This clone and the map's: nobody else waits for the key any more.
        let mut queues = self.queues();
        if Arc::strong_count(&queue) <= 2 {
            queues.remove(&key);
        }
    }

    fn queues(&self) -> std::sync::MutexGuard<'_, HashMap<LimitKey, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn scaled_burst(burst: u32, share: RateShare) -> NonZeroU32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a u32 is a u32 again"
    )]
    let scaled = (f64::from(burst) * share.0).floor() as u32;
    NonZeroU32::new(scaled).unwrap_or(NonZeroU32::MIN)
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

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    fn account(number: u64) -> Option<AccountId> {
        AccountId::new(number)
    }

    async fn time_for(requests: usize, share: f64, key: impl Fn(usize) -> u64) -> Duration {
        let limits = Limits::new(RateShare::new(share).unwrap());
        let region = Region::new("us-east-1");
        let start = Instant::now();
        join_all(
            (0..requests)
                .map(|it| limits.permit(Operation::DescribeTrails, account(key(it)), region)),
        )
        .await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn one_hot_key_gets_its_burst_and_then_its_rate() {
        // 10 at once, then 10 a second: the 60th comes 5 s after the start.
        let took = time_for(60, 1.0, |_| 1).await;
        assert!(took >= Duration::from_secs_f64(4.99), "{took:?}");
        assert!(took <= Duration::from_secs_f64(5.2), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn half_the_share_takes_twice_as_long() {
        let took = time_for(30, 0.5, |_| 1).await;
        assert!(took >= Duration::from_secs_f64(4.99), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn accounts_do_not_wait_for_each_other() {
        let took = time_for(1_000, 1.0, |it| it as u64 / 10).await;
        assert_eq!(took, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_requests_go_in_the_order_they_came() {
        let limits = Limits::new(RateShare::new(1.0).unwrap());
        let order = Mutex::new(Vec::new());
        join_all((0..50).map(|it| {
            let (limits, order) = (&limits, &order);
            async move {
                limits.permit(Operation::ListAccounts, None, None).await;
                order.lock().unwrap().push(it);
            }
        }))
        .await;
        assert!(order.into_inner().unwrap().is_sorted());
        assert!(limits.operations.iter().all(|it| it.queues().is_empty()));
    }

    #[tokio::test(start_paused = true)]
    async fn operations_that_aws_counts_together_share_a_bucket() {
        let limits = Limits::new(RateShare::new(1.0).unwrap());
        let start = Instant::now();
        for it in 0..1200 {
            let operation =
                if it % 2 == 0 { Operation::AssumeRole } else { Operation::GetCallerIdentity };
            limits.permit(operation, account(it), None).await;
        }
        assert!(start.elapsed() >= Duration::from_millis(990));
    }

    #[test]
    fn shares_outside_zero_to_one_are_refused() {
        for share in [0.0, -1.0, 1.01, f64::NAN] {
            assert_eq!(RateShare::new(share), None);
        }
    }
}
