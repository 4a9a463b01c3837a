//! How old something was when AWS answered, and which answers corroborate each other.
//!
//! A run can take hours, and one that is resumed a day. So an age is measured at the time of the
//! answer that shows it and never at the start of the run: what was fresh 23 hours ago is not fresh.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::Evidence;

/// How far AWS's clocks may be ahead of this machine's. A time further in the future is no time at
/// which something can have happened, so it is never fresh.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_secs(60);

/// Answers further apart than this say nothing about each other.
const TOGETHER: SignedDuration = SignedDuration::from_hours(1);

/// A threshold as a span of time.
pub(crate) const fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// Whether a time is less than this span before the answer that shows it, and not after it.
pub(crate) fn is_within(time: Timestamp, answered_at: Timestamp, span: SignedDuration) -> bool {
    let age = answered_at.duration_since(time);
    age < span && !is_in_future(time, answered_at)
}

/// Whether a time is later than the answer that shows it, by more than clocks differ.
pub(crate) fn is_in_future(time: Timestamp, answered_at: Timestamp) -> bool {
    time.duration_since(answered_at) > CLOCK_DIFFERENCE
}

/// Whether two answers were given less than an hour apart: only then do they describe one state.
pub(crate) fn corroborate(one: &Evidence, other: &Evidence) -> bool {
    one.at.duration_since(other.at).abs() < TOGETHER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{evidence, now};

    #[test]
    fn a_time_in_the_future_is_never_within() {
        let hour = SignedDuration::from_hours(1);
        for (age, expected) in
            [(0, true), (3599, true), (3600, false), (-60, true), (-61, false), (-86_400, false)]
        {
            let time = now() - SignedDuration::from_secs(age);
            assert_eq!(is_within(time, now(), hour), expected, "{age}");
        }
    }

    #[test]
    fn answers_an_hour_apart_do_not_corroborate_each_other() {
        for (seconds, expected) in [(0, true), (3599, true), (3600, false), (86_400, false)] {
            let mut later = evidence();
            later.at += SignedDuration::from_secs(seconds);
            assert_eq!(corroborate(&evidence(), &later), expected, "{seconds}");
            assert_eq!(corroborate(&later, &evidence()), expected, "{seconds}");
        }
    }
}
