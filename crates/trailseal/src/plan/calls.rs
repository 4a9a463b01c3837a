//! Numbers of calls that are known, or known to lie between two others.

use std::iter::Sum;
use std::ops::Add;

/// A number of calls. Retries after throttles and failures are not in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// There are at least this many.
    pub(crate) low: u64,
    /// There are about this many.
    pub(crate) about: u64,
    /// There are at most this many.
    pub(crate) high: u64,
}

impl Calls {
    /// This many.
    pub(super) const fn exact(calls: u64) -> Self {
        Self { low: calls, about: calls, high: calls }
    }

    /// Between two numbers, and about a third one.
    pub(super) fn between(low: u64, about: u64, high: u64) -> Self {
        let high = high.max(low);
        Self { low, about: about.clamp(low, high), high }
    }

    /// Whether the number is known.
    pub(super) const fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// One of the three numbers.
    pub(super) const fn at(self, end: End) -> u64 {
        match end {
            End::Low => self.low,
            End::About => self.about,
            End::High => self.high,
        }
    }
}

impl Add for Calls {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            about: self.about.saturating_add(other.about),
            high: self.high.saturating_add(other.high),
        }
    }
}

impl Sum for Calls {
    fn sum<I: Iterator<Item = Self>>(calls: I) -> Self {
        calls.fold(Self::default(), Add::add)
    }
}

/// Which of the three numbers is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Low,
    About,
    High,
}

/// What follows from the three numbers of calls: seconds, or USD.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) about: f64,
    pub(crate) high: f64,
}

impl Range {
    /// The value at each end.
    pub(super) fn of(value: impl Fn(End) -> f64) -> Self {
        Self { low: value(End::Low), about: value(End::About), high: value(End::High) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_order_and_add_up() {
        let calls = Calls::between(3, 1, 2);
        assert_eq!(calls, Calls::exact(3));
        assert!(calls.is_exact());
        let sum: Calls = [calls, Calls::between(0, 5, 9)].into_iter().sum();
        assert_eq!(sum, Calls { low: 3, about: 8, high: 12 });
        assert!(!sum.is_exact());
        let most = Calls { high: u64::MAX, ..sum };
        assert_eq!((most + calls).high, u64::MAX);
    }
}
