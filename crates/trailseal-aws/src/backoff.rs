//! How long to wait before asking again.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::time::Duration;

use trailseal_model::{AccountId, GapClass, Operation};

/// Makes the waits of two processes differ, so that shards of one run do not ask in step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jitter(u64);

impl Jitter {
    /// A seed that no other process is likely to have.
    pub(crate) fn of_this_process() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// The wait after this many failed attempts: between half of the full wait and all of it.
    pub(crate) fn wait(
        self,
        operation: Operation,
        account: Option<AccountId>,
        attempt: u8,
        class: GapClass,
    ) -> Duration {
        let mut hasher = std::hash::DefaultHasher::new();
        (self.0, operation, account, attempt).hash(&mut hasher);
        let full = full_wait(attempt, class);
        // Thousandths are fine enough for spreading, and exact in integers.
        let thousandths = u32::try_from(500 + hasher.finish() % 501).unwrap_or(1000);
        full * thousandths / 1000
    }
}

fn full_wait(attempt: u8, class: GapClass) -> Duration {
    // A throttle says that we are too fast, so its waits begin longer and may grow further.
    let (base, cap) = match class {
        GapClass::ThrottledOut => (Duration::from_millis(500), Duration::from_secs(10)),
        _ => (Duration::from_millis(100), Duration::from_secs(5)),
    };
    let doublings = u32::from(attempt.saturating_sub(1)).min(16);
    (base * 2u32.pow(doublings)).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_cap() {
        let waits = |class| [1, 2, 3, 9].map(|it| full_wait(it, class).as_millis());
        assert_eq!(waits(GapClass::ServerError), [100, 200, 400, 5_000]);
        assert_eq!(waits(GapClass::ThrottledOut), [500, 1_000, 2_000, 10_000]);
    }

    #[test]
    fn the_jitter_spreads_accounts_within_half_of_the_wait() {
        let jitter = Jitter(7);
        let wait = |account| {
            let account = AccountId::new(account);
            jitter.wait(Operation::DescribeTrails, account, 3, GapClass::Timeout)
        };
        let waits: std::collections::BTreeSet<Duration> = (0..200).map(wait).collect();
        assert!(waits.len() > 80, "{}", waits.len());
        assert!(waits.first().unwrap().as_millis() >= 200);
        assert!(waits.last().unwrap().as_millis() <= 400);
    }
}
