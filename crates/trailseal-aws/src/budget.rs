//! How often a run may ask again: a part for each operation, so that one that fails everywhere uses
//! up its own retries and no other's.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use trailseal_model::{GapClass, Operation};

/// The retries of a run.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    parts: [Part; Operation::ALL.len()],
}

impl RetryBudget {
    /// The budget of a run, full.
    pub(crate) fn new() -> Self {
        // Operations are numbered in the order of the list.
        Self { parts: std::array::from_fn(|index| Part::new(stock(Operation::ALL[index]))) }
    }

    /// Takes a retry of this operation after this failure; else says why there is none.
    pub(crate) fn take(&self, operation: Operation, class: GapClass) -> Result<(), NoRetry> {
        let part = &self.parts[operation as usize];
        if part.is_asked_once.load(Ordering::Relaxed) {
            return Err(NoRetry::AskedOnce);
        }
        let bucket = match class {
            GapClass::ThrottledOut => &part.throttles,
            _ => &part.failures,
        };
        if bucket.take() { Ok(()) } else { Err(NoRetry::UsedUp) }
    }

    /// The operation gave an answer, which earns it a part of a retry.
    pub(crate) fn earn(&self, operation: Operation) {
        let part = &self.parts[operation as usize];
        part.failures.earn();
        part.throttles.earn();
    }

    /// From now on this operation has no retries.
    pub(crate) fn ask_once(&self, operation: Operation) {
        self.parts[operation as usize].is_asked_once.store(true, Ordering::Relaxed);
    }
}

/// Why a call is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRetry {
    /// The operation has used up its retries.
    UsedUp,
    /// The operation is asked once everywhere.
    AskedOnce,
}

impl NoRetry {
    /// What the gap's message says of it.
    pub(crate) const fn note(self) -> &'static str {
        match self {
            Self::UsedUp => "not tried again: the retries of this operation are used up",
            Self::AskedOnce => {
                "not tried again: this operation failed in the same way in the five accounts with the lowest ids, and was answered nowhere"
            }
        }
    }
}

/// The retries that an operation begins with and never has more of: two for each request that may be
/// on its way at the usual `--max-in-flight` of 256, so that a failure of one moment, or two, is made
/// good for all of them. What no essential control needs has half of the places (see
/// [`Channel`](crate::call::Channel)), and so half of the retries.
fn stock(operation: Operation) -> u32 {
    if operation.is_essential() { 500 } else { 250 }
}

/// One operation's part: one bucket for failures, by which a broken Region or service cannot double
/// the calls of an operation, and one for throttles that is filled faster, because throttles slow
/// their key down besides.
#[derive(Debug)]
struct Part {
    failures: Bucket,
    throttles: Bucket,
    is_asked_once: AtomicBool,
}

impl Part {
    const fn new(stock: u32) -> Self {
        Self {
            failures: Bucket::new(stock, 1),
            throttles: Bucket::new(stock, RETRY),
            is_asked_once: AtomicBool::new(false),
        }
    }
}

/// A bucket of retries, counted in fifths so that whole numbers do.
#[derive(Debug)]
struct Bucket {
    fifths: AtomicU32,
    full: u32,
    /// What one answer earns.
    earned: u32,
}

const RETRY: u32 = 5;

impl Bucket {
    const fn new(retries: u32, earned: u32) -> Self {
        let full = retries * RETRY;
        Self { fifths: AtomicU32::new(full), full, earned }
    }

    fn take(&self) -> bool {
        let less = |fifths: u32| fifths.checked_sub(RETRY);
        self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn earn(&self) {
        // Full is the usual case, and reading is cheaper than writing.
        let more =
            |fifths: u32| (fifths < self.full).then(|| (fifths + self.earned).min(self.full));
        let _ = self.fifths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: Operation = Operation::DescribeTrails;
    const OTHER: Operation = Operation::ListEventDataStores;

    fn left(budget: &RetryBudget, operation: Operation, class: GapClass) -> usize {
        (0..10_000).take_while(|_| budget.take(operation, class).is_ok()).count()
    }

    #[test]
    fn failures_and_throttles_have_a_budget_each() {
        let budget = RetryBudget::new();
        assert_eq!(left(&budget, NEEDED, GapClass::ServerError), 500);
        assert_eq!(left(&budget, NEEDED, GapClass::Timeout), 0);
        assert_eq!(left(&budget, NEEDED, GapClass::ThrottledOut), 500);
    }

    #[test]
    fn each_operation_has_a_part_of_its_own() {
        let budget = RetryBudget::new();
        for operation in Operation::ALL {
            for class in [GapClass::ServerError, GapClass::ThrottledOut] {
                let expected = if operation.is_essential() { 500 } else { 250 };
                assert_eq!(left(&budget, *operation, class), expected, "{operation} {class}");
                assert_eq!(budget.take(*operation, class), Err(NoRetry::UsedUp));
            }
        }
    }

    #[test]
    fn answers_earn_retries_of_their_operation_up_to_a_full_budget() {
        let budget = RetryBudget::new();
        for operation in [NEEDED, OTHER] {
            left(&budget, operation, GapClass::ServerError);
            left(&budget, operation, GapClass::ThrottledOut);
        }
        (0..100).for_each(|_| budget.earn(NEEDED));
        assert_eq!(left(&budget, NEEDED, GapClass::ServerError), 20);
        assert_eq!(left(&budget, NEEDED, GapClass::ThrottledOut), 100);
        assert_eq!(left(&budget, OTHER, GapClass::ServerError), 0);
        (0..10_000).for_each(|_| budget.earn(NEEDED));
        assert_eq!(left(&budget, NEEDED, GapClass::ServerError), 500);
    }

    #[test]
    fn an_operation_that_is_asked_once_has_no_retries_and_all_others_have_theirs() {
        let budget = RetryBudget::new();
        budget.ask_once(OTHER);
        (0..100).for_each(|_| budget.earn(OTHER));
        for class in [GapClass::ServerError, GapClass::ThrottledOut] {
            assert_eq!(budget.take(OTHER, class), Err(NoRetry::AskedOnce));
        }
        assert_eq!(left(&budget, NEEDED, GapClass::ServerError), 500);
    }
}
