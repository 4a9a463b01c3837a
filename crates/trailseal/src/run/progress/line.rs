//! How far a run is, as a line of text that fits a terminal.

use std::time::Duration;

use super::time_left::Phase;

/// How many columns the text takes at most: what is before it, a bar or the program's name, fits
/// beside it in 80.
pub(super) const WIDTH: usize = 66;
/// From here on numbers are shown in thousands where there is no room.
const THOUSAND: u64 = 1000;

/// How far a run is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progressed {
    pub(super) accounts: Phase,
    /// Whether all accounts are listed.
    pub(super) is_listed: bool,
    pub(super) targets: Phase,
    pub(super) trails: Phase,
    pub(super) objects: Phase,
    pub(super) calls: u64,
    pub(super) throttles: u64,
    pub(super) gaps: u64,
    pub(super) elapsed: Duration,
    pub(super) left: Option<Duration>,
}

/// How a number is shown.
type Shown = fn(u64) -> String;

/// Kinds of work that are shown, the more of them the more room there is.
const ALL: &[&str] = &["account", "target", "trail", "object"];
const MOST: &[&str] = &["target", "trail", "object"];
const FEW: &[&str] = &["target", "object"];

impl Progressed {
    /// What is found and done, and how long it will still take; the fullest text that fits.
    pub(super) fn line(&self) -> String {
        let left = self.left.map(|left| format!("{} left", about(left)));
        let pace = Some(format!("{}/s", self.per_second()));
        let throttled =
            (self.throttles > 0).then(|| format!("{} throttled", shortened(self.throttles)));
        let full = self.phases(exact, ALL).into_iter().chain(left.clone());
        let short = |kinds| joined(self.phases(shortened, kinds).into_iter().chain(left.clone()));
        let candidates = [
            joined(full.clone().chain(pace.clone()).chain(throttled)),
            joined(full.clone().chain(pace)),
            joined(full),
            short(ALL),
            short(MOST),
            short(FEW),
        ];
        fitting(candidates)
    }

    /// What was done, and how long it took.
    pub(super) fn last_line(&self) -> String {
        let took = format!("in {}", exactly(self.elapsed));
        let calls = count(self.calls, "call");
        let rest = [
            (self.throttles > 0).then(|| format!("{} throttled", self.throttles)),
            (self.gaps > 0).then(|| count(self.gaps, "gap")),
        ];
        let done = joined(self.phases(exact, ALL));
        let with_calls = format!("{done}, {calls} {took}");
        let short = |kinds| format!("{} {took}", joined(self.phases(shortened, kinds)));
        fitting([
            joined(std::iter::once(with_calls.clone()).chain(rest.into_iter().flatten())),
            with_calls,
            format!("{done} {took}"),
            short(ALL),
            short(MOST),
            short(FEW),
        ])
    }

    /// How far everything that was found is, in parts of a whole.
    pub(super) fn parts(&self, whole: u64) -> u64 {
        let phases = [self.accounts, self.targets, self.trails, self.objects];
        let total: u64 = phases.iter().map(|phase| phase.total).sum();
        let done: u64 = phases.iter().map(|phase| phase.done).sum();
        (done * whole).checked_div(total).unwrap_or_default()
    }

    fn per_second(&self) -> u64 {
        let millis = self.elapsed.as_millis().max(1);
        u64::try_from(u128::from(self.calls) * 1000 / millis).unwrap_or(u64::MAX)
    }

    /// Each kind of work: how much is done of how much, or how much it was.
    fn phases(&self, shown: Shown, kinds: &[&str]) -> Vec<String> {
        let more = if self.is_listed { "" } else { "+" };
        let phases = [
            ("account", self.accounts, more),
            ("target", self.targets, ""),
            ("trail", self.trails, ""),
            ("object", self.objects, ""),
        ];
        let text = |(noun, phase, more): (&str, Phase, &str)| match phase.rest() {
            0 if more.is_empty() && phase.total == 1 => format!("1 {noun}"),
            0 if more.is_empty() => format!("{} {noun}s", shown(phase.total)),
            _ => format!("{noun}s {}/{}{more}", shown(phase.done), shown(phase.total)),
        };
        let is_there = |(noun, phase, _): &(&str, Phase, &str)| {
            kinds.contains(noun) && (*noun == "account" || phase.total > 0)
        };
        phases.into_iter().filter(is_there).map(text).collect()
    }
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(", ")
}

/// The first text that fits; else the last one, which is the shortest.
fn fitting<const COUNT: usize>(texts: [String; COUNT]) -> String {
    let mut texts = texts.into_iter().peekable();
    while let Some(text) = texts.next() {
        if text.len() <= WIDTH || texts.peek().is_none() {
            return text;
        }
    }
    String::new()
}

fn exact(number: u64) -> String {
    number.to_string()
}

/// In thousands or millions, rounded down, where it is that much.
fn shortened(number: u64) -> String {
    match number / THOUSAND {
        0 => number.to_string(),
        thousands if thousands < THOUSAND => format!("{thousands}k"),
        thousands => format!("{}m", thousands / THOUSAND),
    }
}

fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A duration that is not known to the second: rounded up, so that it ends at nothing.
fn about(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..60 => format!("{} s", seconds.max(1)),
        60..3600 if minutes < 60 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// A duration to the second.
fn exactly(duration: Duration) -> String {
    let seconds = (duration + Duration::from_millis(500)).as_secs();
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds:02} s"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phase(done: u64, total: u64) -> Phase {
        Phase { done, total }
    }

    fn demo() -> Progressed {
        Progressed {
            accounts: phase(35, 35),
            is_listed: true,
            targets: phase(300, 574),
            trails: phase(3, 23),
            objects: phase(12, 90),
            calls: 4438,
            throttles: 39,
            gaps: 67,
            elapsed: Duration::from_secs(10),
            left: Some(Duration::from_millis(7_200)),
        }
    }

    #[test]
    fn each_kind_of_work_has_what_is_done_of_what_was_found() {
        let expected = "35 accounts, targets 300/574, trails 3/23, objects 12/90, 8 s left";
        assert_eq!(demo().line(), expected);
        let listing = Progressed {
            accounts: phase(0, 1000),
            elapsed: Duration::from_secs(2),
            calls: 20,
            ..Progressed::default()
        };
        assert_eq!(listing.line(), "accounts 0/1000+, 10/s");
        let one = Progressed { accounts: phase(1, 1), trails: phase(1, 1), ..demo() };
        assert!(one.line().starts_with("1 account, targets 300/574, 1 trail, "), "{}", one.line());
    }

    #[test]
    fn the_last_line_says_what_it_took() {
        let done = Progressed {
            targets: phase(574, 574),
            trails: phase(23, 23),
            objects: phase(90, 90),
            left: None,
            ..demo()
        };
        let expected = "35 accounts, 574 targets, 23 trails, 90 objects, 4438 calls in 10 s";
        assert_eq!(expected.len(), WIDTH + 1);
        assert_eq!(done.last_line(), "35 accounts, 574 targets, 23 trails, 90 objects in 10 s");
        let small = Progressed { accounts: phase(1, 1), gaps: 1, objects: phase(0, 0), ..done };
        let expected = "1 account, 574 targets, 23 trails, 4438 calls in 10 s, 39 throttled";
        assert_eq!(expected.len(), WIDTH + 1);
        assert_eq!(small.last_line(), "1 account, 574 targets, 23 trails, 4438 calls in 10 s");
    }

    #[test]
    fn where_there_is_no_room_numbers_are_in_thousands() {
        let large = Progressed {
            accounts: phase(10_000, 10_031),
            targets: phase(153_000, 341_054),
            trails: phase(900, 1_012),
            objects: phase(999, 341_000),
            left: Some(Duration::from_secs(3_500)),
            ..demo()
        };
        assert_eq!(large.line(), "targets 153k/341k, trails 900/1k, objects 999/341k, 59 min left");
    }

    #[test]
    fn durations_are_rounded_up_and_never_nothing() {
        for (millis, expected) in [
            (0, "1 s"),
            (1_000, "1 s"),
            (1_001, "2 s"),
            (59_001, "1 min"),
            (61_000, "2 min"),
            (3_540_000, "59 min"),
            (3_541_000, "1 h 00 min"),
            (36_000_000, "10 h 00 min"),
        ] {
            assert_eq!(about(Duration::from_millis(millis)), expected, "{millis}");
        }
    }

    proptest! {
        #[test]
        fn every_line_fits(
            counts in proptest::collection::vec((0..2_000_000u64, 0..2_000_000u64), 4),
            (is_listed, left) in (any::<bool>(), proptest::option::of(0..400_000u64)),
            (calls, throttles, gaps, elapsed) in (0..100_000_000u64, 0..10_000_000u64, 0..1_000_000u64, 1..400_000u64),
        ) {
            let phases: Vec<Phase> =
                counts.iter().map(|(one, other)| phase(*one.min(other), *one.max(other))).collect();
            let progressed = Progressed {
                accounts: phases[0],
                is_listed,
                targets: phases[1],
                trails: phases[2],
                objects: phases[3],
                calls,
                throttles,
                gaps,
                elapsed: Duration::from_secs(elapsed),
                left: left.map(Duration::from_secs),
            };
            for line in [progressed.line(), progressed.last_line()] {
                prop_assert!(line.len() <= WIDTH, "{} {line}", line.len());
            }
        }
    }
}
