//! `--window`: which log objects count.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::Window;

use super::value::Value;

/// The longest window.
const MOST_DAYS: u16 = 90;

/// `7d`, or `START/END` as times like `2026-11-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowChoice {
    /// This number of days before the run.
    Days(u16),
    /// A fixed span.
    Fixed(Window),
}

impl WindowChoice {
    /// The last week.
    pub(crate) const DEFAULT: Self = Self::Days(7);

    /// The window of a run at this time.
    pub(crate) fn at(self, now: Timestamp) -> Window {
        match self {
            Self::Days(days) => {
                let start = now - SignedDuration::from_hours(i64::from(days) * 24);
                Window { start, end: now }
            }
            Self::Fixed(window) => window,
        }
    }
}

impl Value for WindowChoice {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not a window: give days such as `7d` (1 to 90), or START/END such as `2026-11-01T00:00:00Z/2026-11-08T00:00:00Z`"
            )
        };
        if let Some(days) = text.strip_suffix('d') {
            let days = days.parse().ok().filter(|it| (1..=MOST_DAYS).contains(it));
            return days.map(Self::Days).ok_or_else(wrong);
        }
        let (start, end) = text.split_once('/').ok_or_else(wrong)?;
        let time = |text: &str| text.parse::<Timestamp>().map_err(|_| wrong());
        let window = Window { start: time(start)?, end: time(end)? };
        let length = window.end.duration_since(window.start);
        if length > SignedDuration::from_hours(i64::from(MOST_DAYS) * 24) {
            return Err(format!("`{text}` is longer than {MOST_DAYS} days"));
        }
        if length.is_positive() { Ok(Self::Fixed(window)) } else { Err(wrong()) }
    }

    fn shown(&self) -> String {
        match self {
            Self::Days(days) => format!("{days}d"),
            Self::Fixed(window) => format!("{}/{}", window.start, window.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_spans_are_understood_and_nothing_else() {
        assert_eq!(WindowChoice::parse("7d"), Ok(WindowChoice::Days(7)));
        let span = WindowChoice::parse("2026-11-01T00:00:00Z/2026-11-08T00:00:00Z");
        assert!(matches!(span, Ok(WindowChoice::Fixed(_))));
        for text in [
            "2026-01-01T00:00:00Z/2026-11-08T00:00:00Z",
            "",
            "d",
            "0d",
            "91d",
            "-1d",
            "7",
            "a/b",
            "2026-11-08T00:00:00Z/2026-11-01T00:00:00Z",
        ] {
            assert!(WindowChoice::parse(text).is_err(), "{text}");
        }
    }
}
