//! Token buckets for the published limits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::shards::{HashedMap, Shards};
use crate::service::Quota;

/// Whether and how the published limits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Whether they are kept at all.
    pub enabled: bool,
    /// Which part of the published rate and burst is allowed, to the thousandth: 1 is what AWS
    /// publishes. One request at once is always allowed.
    pub share: f64,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { enabled: false, share: 1.0 }
    }
}

impl LimitSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn mistake(&self) -> Option<String> {
        let is_share = (0.001..=1000.0).contains(&self.share);
        (!is_share).then(|| format!("`share` is {}, not from 0.001 to 1000", self.share))
    }
}

/// Rates and bursts are kept in thousandths, so that a share of them is exact.
const THOUSANDTHS: u64 = 1000;
/// One request, in the unit of [`TokenBucket`]: thousandths of a request at one a nanosecond.
const REQUEST: u64 = THOUSANDTHS * 1_000_000_000;

/// What a bucket gets and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    per_nanosecond: u64,
    full: u64,
}

impl Allowance {
    /// A share of a quota, in thousandths.
    fn new(quota: Quota, share: u64) -> Self {
        let full = u64::from(quota.burst) * share * 1_000_000_000;
        Self { per_nanosecond: u64::from(quota.per_second) * share, full: full.max(REQUEST) }
    }

    /// The quota as AWS publishes it.
    pub(super) fn published(quota: Quota) -> Self {
        Self::new(quota, THOUSANDTHS)
    }
}

/// One bucket. All of it is whole numbers: no request is lost or won by rounding.
#[derive(Debug, Clone, Copy)]
struct TokenBucket {
    level: u64,
    /// Nanoseconds of the epoch.
    at: u64,
}

/// A clock that was set back by more than this did not just come late from another thread.
const SET_BACK: u64 = 1_000_000_000;

impl TokenBucket {
    /// The level at this time.
    fn level_at(self, allowance: Allowance, now: u64) -> u64 {
        let gained = now.saturating_sub(self.at).saturating_mul(allowance.per_nanosecond);
        self.level.saturating_add(gained).min(allowance.full)
    }

    fn take(&mut self, allowance: Allowance, now: u64) -> bool {
        self.level = self.level_at(allowance, now);
        if now > self.at || self.at - now > SET_BACK {
            self.at = now;
        }
        let left = self.level.checked_sub(REQUEST);
        self.level = left.unwrap_or(self.level);
        left.is_some()
    }
}

#[derive(Debug, Clone, Copy)]
struct Kept {
    bucket: TokenBucket,
    allowance: Allowance,
}

/// Buckets by the hash of who pays. One that is full again is forgotten, so that only those that
/// are in use take up memory.
#[derive(Debug, Default)]
pub(super) struct Buckets(Shards<HashedMap<Kept>>);

impl Buckets {
    /// Takes one request from a bucket, which begins full; false means that it is empty.
    pub(super) fn take(&self, allowance: Allowance, payer: u64, now: Timestamp) -> bool {
        let now = nanoseconds(now);
        let mut buckets = self.0.of(payer);
        if buckets.len() == buckets.capacity() && !buckets.contains_key(&payer) {
            buckets.retain(|_, it| it.bucket.level_at(it.allowance, now) < it.allowance.full);
        }
        let full = TokenBucket { level: allowance.full, at: now };
        let kept = buckets.entry(payer).or_insert(Kept { bucket: full, allowance });
        kept.bucket.take(allowance, now)
    }

    /// All are full.
    pub(super) fn clear(&self) {
        self.0.each().for_each(|mut it| *it = HashedMap::default());
    }
}

/// Nanoseconds since the epoch.
pub(super) fn nanoseconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_nanosecond()).unwrap_or_default()
}

/// The limits in force.
#[derive(Debug, Default)]
pub struct Limits {
    settings: RwLock<LimitSettings>,
    /// In thousandths; 0 while limits are not kept.
    share: AtomicU64,
    buckets: Buckets,
}

impl Limits {
    /// Changes the limits; buckets begin full.
    pub fn set(&self, settings: LimitSettings) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float becomes the nearest number there is, and the range is cut after"
        )]
        let share = (settings.share * 1000.0).round() as u64;
        let share = if settings.enabled { share.clamp(1, 1_000_000) } else { 0 };
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        self.share.store(share, Ordering::Relaxed);
        self.buckets.clear();
    }

    /// The limits in force.
    #[must_use]
    pub fn settings(&self) -> LimitSettings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one request from the bucket of this payer; false means that it is empty. The payer is
    /// the hash that tells the buckets of one quota apart.
    #[must_use]
    pub fn take(&self, quota: Quota, payer: u64, now: Timestamp) -> bool {
        match self.share.load(Ordering::Relaxed) {
            0 => true,
            share => self.buckets.take(Allowance::new(quota, share), payer, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::service::Payer;

    fn quota(per_second: u32, burst: u32) -> Quota {
        Quota { bucket: "test", per_second, burst, payer: Payer::RegionStatus }
    }

    fn start() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn kept(share: f64) -> Limits {
        let limits = Limits::default();
        limits.set(LimitSettings { enabled: true, share });
        limits
    }

    fn passes(limits: &Limits, quota: Quota, payer: u64, now: Timestamp) -> usize {
        (0..200).filter(|_| limits.take(quota, payer, now)).count()
    }

    #[test]
    fn a_standing_clock_gives_the_burst_and_each_second_the_rate() {
        for (per_second, burst, share, at_once, then) in [
            (10, 10, 1.0, 10, 10),
            (8, 12, 1.0, 12, 8),
            (1, 2, 1.0, 2, 1),
            (10, 10, 0.5, 5, 5),
            (8, 12, 0.001, 1, 0),
        ] {
            let (limits, quota) = (kept(share), quota(per_second, burst));
            let mut now = start();
            assert_eq!(passes(&limits, quota, 1, now), at_once, "{per_second} {burst} {share}");
            for _ in 0..5 {
                now += SignedDuration::from_secs(1);
                assert_eq!(passes(&limits, quota, 1, now), then, "{per_second} {burst} {share}");
            }
            assert_eq!(passes(&limits, quota, 2, now), at_once, "another payer's is full");
            limits.set(LimitSettings { enabled: true, share });
            assert_eq!(passes(&limits, quota, 1, now), at_once, "new limits begin full");
        }
    }

    #[test]
    fn threads_together_get_no_more_than_one() {
        let (limits, quota) = (kept(1.0), quota(10, 100));
        let passed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| passes(&limits, quota, 1, start()))).collect();
            threads.into_iter().map(|it| it.join().unwrap()).sum()
        });
        assert_eq!(passed, 100);
    }

    #[test]
    fn without_limits_everything_passes() {
        assert_eq!(passes(&Limits::default(), quota(1, 1), 1, start()), 200);
    }

    #[test]
    fn a_clock_that_is_set_back_fills_no_bucket_and_dries_up_none() {
        let (limits, quota) = (kept(1.0), quota(10, 10));
        let (day, second) = (SignedDuration::from_hours(24), SignedDuration::from_secs(1));
        assert_eq!(passes(&limits, quota, 1, start()), 10);
        assert_eq!(passes(&limits, quota, 1, start() - day), 0);
        assert_eq!(passes(&limits, quota, 1, start() - day + second), 10);
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let (limits, quota) = (kept(1.0), quota(10, 10));
        for index in 0..100_000_u64 {
            let payer = crate::draw::Draw::new(1).number(index).value();
            let now = start() + SignedDuration::from_millis(i64::try_from(index).unwrap());
            assert!(limits.take(quota, payer, now));
        }
        let held: usize = limits.buckets.0.each().map(|it| it.len()).sum();
        assert!(held < 3000, "{held}");
    }

    proptest! {
        /// Whatever the gaps, no window of time lets through more than burst and rate allow.
        #[test]
        fn nobody_gets_more_than_burst_and_rate(
            gaps in prop::collection::vec(0_i64..400_000_000, 1..200),
            per_second in 1_u32..20,
            burst in 1_u32..20,
        ) {
            let (limits, quota) = (kept(1.0), quota(per_second, burst));
            let mut now = start();
            let mut passed = Vec::new();
            for gap in gaps {
                now += SignedDuration::from_nanos(gap);
                if limits.take(quota, 1, now) {
                    passed.push(now);
                }
            }
            for (index, first) in passed.iter().enumerate() {
                for (count, last) in passed[index..].iter().enumerate() {
                    let time = last.duration_since(*first).as_nanos();
                    let allowed = i128::from(burst) * 1_000_000_000 + time * i128::from(per_second);
                    prop_assert!((count as i128 + 1) * 1_000_000_000 <= allowed);
                }
            }
        }
    }
}
