//! How fast a key goes that AWS throttled.

use std::time::Duration;

use tokio::time::Instant;

/// The slowest, as a part of the share: slower would not spare AWS much, and a throttle may also
/// come from what others do in the same account.
const SLOWEST: f64 = 1.0 / 8.0;

/// From standstill to the full share, so from half of it in half of this.
const RECOVERY: Duration = Duration::from_mins(1);

/// Throttles within this time are answers to what was sent at the faster rate, and count as one.
const REACTION: Duration = Duration::from_secs(1);

/// So long after the last throttle a key is as any other. Before that it has no burst, or the
/// first thing after its recovery would be the burst that was saved up in the meantime.
pub(super) const MEMORY: Duration = Duration::from_mins(2);

/// What a late timer may make good, so that a key of many requests a second keeps its rate.
const CATCH_UP: Duration = Duration::from_millis(10);

/// The pace of one slowed key: a part of its share that grows again with time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    part: f64,
    /// When that was the part: at the last slowing down, `None` if there was none yet.
    slowed_at: Option<Instant>,
    next: Instant,
}

impl Pace {
    /// The full share.
    pub(super) const fn full(now: Instant) -> Self {
        Self { part: 1.0, slowed_at: None, next: now }
    }

    /// Half of the pace, unless it was just halved.
    pub(super) fn slow_down(&mut self, now: Instant, period: Duration) {
        if self.slowed_at.is_some_and(|it| now.duration_since(it) < REACTION) {
            return;
        }
        self.part = (self.part(now) / 2.0).max(SLOWEST);
        self.slowed_at = Some(now);
        self.next = self.next.max(now + period.div_f64(self.part));
    }

    /// Takes the next turn, or says how long it takes until then.
    pub(super) fn take_turn(&mut self, now: Instant, period: Duration) -> Result<(), Duration> {
        let wait = self.next.saturating_duration_since(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        let late = now.duration_since(self.next).min(CATCH_UP);
        self.next = now - late + period.div_f64(self.part(now));
        Ok(())
    }

    /// Whether the last throttle is so long ago that it tells nothing any more.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.since_slowed(now) >= MEMORY
    }

    fn part(&self, now: Instant) -> f64 {
        let regained = self.since_slowed(now).as_secs_f64() / RECOVERY.as_secs_f64();
        (self.part + regained).min(1.0)
    }

    fn since_slowed(&self, now: Instant) -> Duration {
        self.slowed_at.map_or(Duration::ZERO, |it| now.duration_since(it))
    }
}
