//! Times as JSON numbers: seconds since 1970 with a fraction, as AWS sends them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::draw::Draw;

/// The time, some milliseconds later in the same second: events do not wait for a full second.
pub(super) fn within_second(draw: Draw, at: Timestamp) -> Timestamp {
    let milliseconds = i64::try_from(draw.word("millisecond").below(1000)).unwrap_or_default();
    at.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(at)
}

/// The time as a number of seconds.
pub(super) fn seconds(at: Timestamp) -> Value {
    let milliseconds = at.as_millisecond();
    let (whole, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    format!("{whole}.{rest:03}").parse::<f64>().map_or(Value::from(whole), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_three_places_at_most() {
        let at: Timestamp = "2026-11-20T12:00:00.125Z".parse().unwrap();
        assert_eq!(seconds(at), Value::from(1_795_176_000.125_f64));
        let within = within_second(Draw::new(1), "2026-11-20T12:00:00Z".parse().unwrap());
        assert_eq!(within.as_second(), at.as_second());
        assert_ne!(within.subsec_millisecond(), 0, "for this seed");
    }
}
