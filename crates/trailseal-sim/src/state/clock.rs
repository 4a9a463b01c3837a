//! The simulated time: the real one with an offset, or frozen.

use std::sync::{Mutex, PoisonError, RwLock};

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use super::shards::lock;

#[derive(Debug, Clone, Copy)]
enum Mode {
    Running(SignedDuration),
    Frozen(Timestamp),
}

impl Default for Mode {
    fn default() -> Self {
        Self::Running(SignedDuration::ZERO)
    }
}

/// The simulated time.
#[derive(Debug, Default)]
pub struct Clock {
    mode: RwLock<Mode>,
    /// The last second that a `Date` was written for.
    date: Mutex<Option<(i64, HeaderValue)>>,
}

impl Clock {
    fn mode(&self) -> Mode {
        *self.mode.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, mode: Mode) {
        *self.mode.write().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Whether it stands.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self.mode(), Mode::Frozen(_))
    }

    /// The value of the header `Date` at this simulated time.
    pub(crate) fn date(&self, now: Timestamp) -> Option<HeaderValue> {
        let second = now.as_second();
        let mut last = lock(&self.date);
        if last.as_ref().is_none_or(|it| it.0 != second) {
            let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            *last = Some((second, HeaderValue::from_str(&text).ok()?));
        }
        last.as_ref().map(|it| it.1.clone())
    }

    /// The simulated time at this real time.
    #[must_use]
    pub fn at(&self, real: Timestamp) -> Timestamp {
        match self.mode() {
            Mode::Running(offset) => real.saturating_add(offset).unwrap_or(real),
            Mode::Frozen(at) => at,
        }
    }

    /// Lets the clock run on from a simulated time.
    pub fn run_from(&self, simulated: Timestamp, real: Timestamp) {
        self.set(Mode::Running(simulated.duration_since(real)));
    }

    /// Stops the clock at a simulated time.
    pub fn freeze(&self, simulated: Timestamp) {
        self.set(Mode::Frozen(simulated));
    }

    /// Moves the clock on; whether it stands or runs, it goes on so.
    pub fn advance(&self, by: SignedDuration) {
        self.set(match self.mode() {
            Mode::Running(offset) => Mode::Running(offset.saturating_add(by)),
            Mode::Frozen(at) => Mode::Frozen(at.saturating_add(by).unwrap_or(at)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_stands_and_jumps() {
        let real: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let simulated: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let second = SignedDuration::from_secs(1);
        let clock = Clock::default();
        assert_eq!(clock.at(real), real);
        clock.run_from(simulated, real);
        assert_eq!(clock.at(real + second), simulated + second);
        clock.advance(second);
        assert_eq!(clock.at(real), simulated + second);
        clock.freeze(simulated);
        assert_eq!(clock.at(real + second), simulated);
        clock.advance(second);
        assert_eq!(clock.at(real), simulated + second);
        assert!(clock.is_frozen());
    }

    #[test]
    fn its_date_is_that_of_http() {
        let clock = Clock::default();
        for (time, expected) in [
            ("2026-01-01T00:00:00.9Z", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("2026-11-20T12:00:01Z", "Fri, 20 Nov 2026 12:00:01 GMT"),
        ] {
            assert_eq!(clock.date(time.parse().unwrap()).unwrap(), expected);
        }
    }
}
