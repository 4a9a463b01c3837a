//! How often a run may ask again, all its work together.

use std::sync::atomic::{AtomicU32, Ordering};

use trailseal_model::GapClass;

/// Two budgets: one for failures, by which a broken Region or service cannot double the calls of a
/// run, and a larger one for throttles, which slow their key down besides.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    failures: Bucket,
    throttles: Bucket,
}

impl RetryBudget {
    /// The budgets of a run, full.
    pub(crate) const fn new() -> Self {
        Self { failures: Bucket::new(1), throttles: Bucket::new(RETRY) }
    }

    /// Takes a retry after this failure; false where none is left.
    pub(crate) fn take(&self, class: GapClass) -> bool {
        match class {
            GapClass::ThrottledOut => self.throttles.take(),
            _ => self.failures.take(),
        }
    }

    /// An answer came: a part of a retry is earned.
    pub(crate) fn earn(&self) {
        self.failures.earn();
        self.throttles.earn();
    }
}

/// A bucket of retries, counted in fifths so that whole numbers do.
#[derive(Debug)]
struct Bucket {
    fifths: AtomicU32,
    /// What one answer earns.
    earned: u32,
}

const RETRY: u32 = 5;
/// 500 retries: as many as the SDK's own bucket has.
const FULL: u32 = 500 * RETRY;

impl Bucket {
    const fn new(earned: u32) -> Self {
        Self { fifths: AtomicU32::new(FULL), earned }
    }

    fn take(&self) -> bool {
        let less = |it: u32| it.checked_sub(RETRY);
        self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn earn(&self) {
        // Full is the usual case, and reading is cheaper than writing.
        let more = |it: u32| (it < FULL).then(|| (it + self.earned).min(FULL));
        let _ = self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(budget: &RetryBudget, class: GapClass) -> usize {
        (0..10_000).take_while(|_| budget.take(class)).count()
    }

    #[test]
    fn failures_and_throttles_have_a_budget_each() {
        let budget = RetryBudget::new();
        assert_eq!(left(&budget, GapClass::ServerError), 500);
        assert_eq!(left(&budget, GapClass::Timeout), 0);
        assert_eq!(left(&budget, GapClass::ThrottledOut), 500);
    }

    #[test]
    fn answers_earn_retries_up_to_a_full_budget() {
        let budget = RetryBudget::new();
        left(&budget, GapClass::ServerError);
        left(&budget, GapClass::ThrottledOut);
        (0..100).for_each(|_| budget.earn());
        assert_eq!(left(&budget, GapClass::ServerError), 20);
        assert_eq!(left(&budget, GapClass::ThrottledOut), 100);
        (0..10_000).for_each(|_| budget.earn());
        assert_eq!(left(&budget, GapClass::ServerError), 500);
    }
}
