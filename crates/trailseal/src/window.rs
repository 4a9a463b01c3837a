//! `--window`: which log objects count.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::Window;

/// `7d`, or `START/END` as times like `2026-11-01T00:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowChoice {
    /// So many days before the run.
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

impl FromStr for WindowChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "`{text}` is not a window: give days such as `7d` (1 to 90), or START/END such as `2026-11-01T00:00:00Z/2026-11-08T00:00:00Z`"
            )
        };
        if let Some(days) = text.strip_suffix('d') {
            let days = days.parse().ok().filter(|it| (1..=90).contains(it)).ok_or_else(wrong)?;
            return Ok(Self::Days(days));
        }
        let (start, end) = text.split_once('/').ok_or_else(wrong)?;
        let time = |it: &str| it.parse::<Timestamp>().map_err(|_| wrong());
        let window = Window { start: time(start)?, end: time(end)? };
        if window.start < window.end { Ok(Self::Fixed(window)) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_spans_are_understood_and_nothing_else() {
        assert_eq!("7d".parse(), Ok(WindowChoice::Days(7)));
        let span = "2026-11-01T00:00:00Z/2026-11-08T00:00:00Z".parse::<WindowChoice>();
        assert!(matches!(span, Ok(WindowChoice::Fixed(_))));
        for text in
            ["", "d", "0d", "91d", "-1d", "7", "a/b", "2026-11-08T00:00:00Z/2026-11-01T00:00:00Z"]
        {
            assert!(text.parse::<WindowChoice>().is_err(), "{text}");
        }
    }
}
