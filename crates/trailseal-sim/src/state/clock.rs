//! The simulated time: the real one with an offset, or frozen.

use std::sync::{PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};

#[derive(Debug, Clone, Copy)]
enum Mode {
    Running(SignedDuration),
    Frozen(Timestamp),
}

/// The simulated time.
#[derive(Debug)]
pub struct Clock(RwLock<Mode>);

impl Default for Clock {
    fn default() -> Self {
        Self(RwLock::new(Mode::Running(SignedDuration::ZERO)))
    }
}

impl Clock {
    fn mode(&self) -> Mode {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, mode: Mode) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = mode;
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
    }
}
