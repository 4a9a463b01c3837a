//! How long a run will still take: no estimate before there is one, and none that rises without cause.

use std::time::Duration;

/// How long it takes, in seconds, until an estimate has followed a faster pace for the greater part.
const SMOOTHED_OVER: f64 = 8.0;

/// How far one kind of work is. More may be found at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) done: u64,
    pub(super) total: u64,
}

impl Phase {
    /// What is found and not done.
    pub(super) const fn rest(self) -> u64 {
        self.total.saturating_sub(self.done)
    }
}

/// The pace of one kind of work.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    last: Phase,
    /// For how many seconds there was such work.
    active: f64,
    /// How much of the work is in the estimate.
    estimated: u64,
}

impl Pace {
    fn update(&mut self, phase: Phase, seconds: f64) {
        if self.last.rest() > 0 || self.last != phase {
            self.active += seconds;
        }
        self.last = phase;
    }

    /// Seconds for one unit of work; `None` before one is done.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn seconds_each(self) -> Option<f64> {
        (self.last.done > 0).then(|| self.active / self.last.done as f64)
    }

    /// Seconds for what is left; `None` where the pace is not known.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn seconds_left(self) -> Option<f64> {
        match self.last.rest() {
            0 => Some(0.0),
            rest => Some(rest as f64 * self.seconds_each()?),
        }
    }

    /// Seconds for what was found since the last estimate; from now on it is part of it.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn take_found(&mut self) -> f64 {
        let Some(each) = self.seconds_each() else { return 0.0 };
        let found = self.last.total.saturating_sub(self.estimated);
        self.estimated = self.last.total;
        found as f64 * each
    }
}

/// Estimates the time left from how far each kind of work is. They go on beside one another, so the
/// longest counts.
#[derive(Debug, Clone, Default)]
pub(super) struct TimeLeft<const KINDS: usize> {
    paces: Vec<Pace>,
    at: Duration,
    /// In seconds.
    estimate: Option<f64>,
}

impl<const KINDS: usize> TimeLeft<KINDS> {
    /// Takes in how far the work is at this time after the run's begin. `is_known` once it is known how
    /// much of each kind there is, but for what is found on the way. Returns the time left; `None` where
    /// it is not known, and where nothing is left.
    ///
    /// The estimate follows a faster pace smoothly. At a slower one it stands, and rises only by the
    /// time that newly found work takes.
    pub(super) fn update(
        &mut self,
        now: Duration,
        phases: [Phase; KINDS],
        is_known: bool,
    ) -> Option<Duration> {
        let seconds = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.paces.resize(KINDS, Pace::default());
        for (pace, phase) in self.paces.iter_mut().zip(phases) {
            pace.update(phase, seconds);
        }
        let is_over = phases.iter().all(|phase| phase.rest() == 0);
        let by_pace: Option<Vec<f64>> = self.paces.iter().map(|pace| pace.seconds_left()).collect();
        if let Some(by_pace) = by_pace.filter(|_| is_known) {
            let longest = by_pace.into_iter().fold(0.0, f64::max);
            let found: f64 = self.paces.iter_mut().map(Pace::take_found).sum();
            self.estimate = Some(match self.estimate {
                None => longest,
                Some(last) => followed(last, longest, found, seconds),
            });
        }
        self.estimate.filter(|_| !is_over).map(Duration::from_secs_f64)
    }
}

/// The next estimate after this many seconds, where by the pace it would be `longest`.
fn followed(last: f64, longest: f64, found: f64, seconds: f64) -> f64 {
    let expected = (last - seconds).max(0.0);
    if longest >= expected {
        return longest.min(last + found);
    }
    let weight = 1.0 - (-seconds / SMOOTHED_OVER).exp();
    expected + (longest - expected) * weight
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phase(done: u64, total: u64) -> Phase {
        Phase { done, total }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn there_is_no_estimate_before_the_work_is_known_and_begun() {
        let mut left = TimeLeft::default();
        assert_eq!(left.update(seconds(1), [phase(0, 0)], false), None);
        assert_eq!(left.update(seconds(2), [phase(5, 10)], false), None);
        let mut left = TimeLeft::default();
        assert_eq!(left.update(seconds(1), [phase(0, 10)], true), None);
        assert_eq!(left.update(seconds(2), [phase(2, 10)], true), Some(seconds(8)));
    }

    #[test]
    fn at_a_constant_pace_it_falls_with_the_time() {
        let mut left = TimeLeft::default();
        for second in 1..100 {
            let now = left.update(seconds(second), [phase(second * 3, 300)], true).unwrap();
            assert!(now.abs_diff(seconds(100 - second)) < Duration::from_millis(10), "{now:?}");
        }
        assert_eq!(left.update(seconds(100), [phase(300, 300)], true), None);
    }

    #[test]
    fn a_slower_pace_lets_it_stand_and_a_faster_one_lets_it_fall_smoothly() {
        let mut left = TimeLeft::default();
        let first = left.update(seconds(10), [phase(10, 100)], true).unwrap();
        assert_eq!(first, seconds(90));
        assert_eq!(left.update(seconds(30), [phase(11, 100)], true), Some(first));
        let next = left.update(seconds(31), [phase(90, 100)], true).unwrap();
        assert!(next < first && next > seconds(40), "{next:?}");
    }

    #[test]
    fn it_rises_by_what_newly_found_work_takes() {
        let mut left = TimeLeft::default();
        left.update(seconds(10), [phase(10, 100), phase(0, 0)], true);
        let found = left.update(seconds(10), [phase(10, 130), phase(0, 0)], true);
        assert_eq!(found, Some(seconds(120)));
        // Of another kind nothing is done yet: the estimate stands until its pace is known.
        let unknown = left.update(seconds(11), [phase(11, 130), phase(0, 40)], true);
        assert_eq!(unknown, found);
        let known = left.update(seconds(12), [phase(12, 130), phase(1, 1000)], true).unwrap();
        assert!(known > seconds(1000), "{known:?}");
    }

    #[test]
    fn a_pause_without_such_work_does_not_slow_its_pace() {
        let mut left = TimeLeft::default();
        left.update(seconds(10), [phase(10, 10)], true);
        left.update(seconds(100), [phase(10, 10)], true);
        let again = left.update(seconds(101), [phase(11, 20)], true).unwrap();
        assert!(again < seconds(10), "{again:?}");
    }

    #[test]
    fn time_that_does_not_pass_does_no_harm() {
        let mut left = TimeLeft::default();
        assert_eq!(left.update(seconds(5), [phase(5, 10)], true), Some(seconds(5)));
        assert_eq!(left.update(seconds(5), [phase(5, 10)], true), Some(seconds(5)));
        assert_eq!(left.update(seconds(4), [phase(5, 10)], true), Some(seconds(5)));
    }

    proptest! {
        #[test]
        fn it_never_rises_by_more_than_the_work_found_makes_it(
            steps in proptest::collection::vec(((0..20u64, 0..20u64), (0..5u64, 0..50u64), 0..30u64), 1..60),
        ) {
            let (mut left, mut now) = (TimeLeft::default(), Duration::ZERO);
            let mut phases = [phase(0, 10), phase(0, 0)];
            let mut last: Option<f64> = None;
            for (first, second, passed) in steps {
                for (phase, (done, found)) in phases.iter_mut().zip([first, second]) {
                    phase.total += found;
                    phase.done = (phase.done + done).min(phase.total);
                }
                now += Duration::from_millis(passed * 100);
                let not_estimated: Vec<u64> =
                    left.paces.iter().map(|pace: &Pace| pace.estimated).collect();
                let next = left.update(now, phases, true);
                let paces = left.paces.iter().zip(not_estimated.iter().chain([&0, &0]));
                let found: f64 = paces
                    .map(|(pace, before)| {
                        let found = pace.estimated - before;
                        f64::from(u32::try_from(found).unwrap()) * pace.seconds_each().unwrap_or_default()
                    })
                    .sum();
                let estimate = left.estimate;
                if let (Some(last), Some(estimate)) = (last, estimate) {
                    prop_assert!(estimate <= last + found + 1e-6, "{last} {found} {estimate}");
                }
                prop_assert!(estimate.is_none_or(|it| it.is_finite() && it >= 0.0));
                let is_over = phases.iter().all(|phase| phase.rest() == 0);
                prop_assert!(!is_over || next.is_none());
                last = estimate;
            }
        }
    }
}
