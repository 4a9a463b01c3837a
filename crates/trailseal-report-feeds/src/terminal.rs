//! `summary.txt`: what commands print when a run ends. The answer first, what limits it, then the trails
//! that are unsealed and the causes, the gravest first, each with its fix.

use trailseal_model::GapClass;
use trailseal_record::v1::{RunLine, ThrottledKeyLine};

use crate::banners::banners;
use crate::causes::Cause;
use crate::sentences::{
    change, effect, exceptions, findings, other_trails, population, recorded, targets, title,
    trails,
};
use crate::tally::Tally;
use crate::text::{counted, elided, number, plain, wrapped};

/// The most lines of the whole text.
const LINES: usize = 39;

/// The most columns of a line; a longer word, such as an ARN, has a line of its own.
const COLUMNS: usize = 100;

/// The most lines of one sentence.
const OF_SENTENCE: usize = 2;

/// The most unsealed trails that are named.
const TRAILS: usize = 3;

/// The most warnings of exceptions, and the most rate limits, that are named.
const WARNINGS: usize = 2;

/// The summary, which ends with a line break.
pub(crate) fn text(tally: &Tally) -> String {
    let Some(run) = tally.run.as_deref() else { return String::new() };
    let mut lines = head(tally, run);
    let throttled = throttled(run.throttles, &run.throttled_keys);
    let room = |lines: &[String]| LINES.saturating_sub(lines.len() + throttled.len());
    if room(&lines) > TRAILS + 5 {
        lines.extend(unsealed(tally));
    }
    let causes = causes(tally, room(&lines));
    lines.extend(causes);
    lines.extend(throttled);
    lines.join("\n") + "\n"
}

/// The answers, and what limits them.
fn head(tally: &Tally, run: &RunLine) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(wrapped(&recorded(tally), COLUMNS, 2, OF_SENTENCE));
    let mut add = |sentence: &str| {
        lines.extend(wrapped(&format!("  {sentence}"), COLUMNS, 4, OF_SENTENCE));
    };
    for banner in banners(run) {
        add(&banner);
    }
    add(&sentence_of_trails(tally));
    add(&population(tally, run));
    add(&targets(tally));
    add(&findings(tally));
    if let Some(sentence) = exceptions(run) {
        add(&sentence);
        let warnings = &run.exceptions.warnings;
        for warning in warnings.iter().take(WARNINGS) {
            add(&plain(warning, 2 * COLUMNS - 20));
        }
        let more = warnings.len().saturating_sub(WARNINGS);
        if more > 0 {
            add(&format!("and {more} more in exceptions.csv"));
        }
    }
    lines
}

fn sentence_of_trails(tally: &Tally) -> String {
    match other_trails(tally) {
        Some(others) => format!("{} {others}", trails(tally)),
        None => trails(tally),
    }
}

/// The trails that are unsealed, those that record most accounts first.
fn unsealed(tally: &Tally) -> Vec<String> {
    let all = &tally.trails_unsealed;
    if all.total == 0 {
        return Vec::new();
    }
    let named: Vec<String> = all
        .kept
        .iter()
        .take(TRAILS)
        .map(|trail| {
            format!(
                "{} of {} in {}, which records {}",
                plain(&trail.name, 60),
                tally.people(trail.account),
                trail.region,
                counted(trail.accounts, "account", "accounts")
            )
        })
        .collect();
    let rest = all.total - named.len() as u64;
    let mut lines = vec![String::new(), format!("Unsealed trails: {}", number(all.total))];
    lines.extend(named.iter().map(|trail| format!("  {}", plain(trail, COLUMNS - 3))));
    if rest > 0 {
        lines.push(format!("  and {} more in trails.csv", number(rest)));
    }
    lines
}

/// What to change, in at most this many lines: in full if all of it fits, else two lines for each cause.
fn causes(tally: &Tally, room: usize) -> Vec<String> {
    let all = tally.causes.open_first();
    let total = tally.causes.total();
    let in_full: Vec<Vec<String>> = all.iter().map(|cause| in_full(tally, cause)).collect();
    let needed: usize = in_full.iter().map(Vec::len).sum();
    let is_short = all.len() as u64 == total && needed + 2 <= room;
    let items: Vec<Vec<String>> = if is_short {
        in_full
    } else {
        all.iter().map(|cause| in_two_lines(tally, cause)).collect()
    };
    let heading =
        format!("What to change: {}, the gravest first", counted(total, "cause", "causes"));
    section(&heading, items.into_iter(), total, room, "more in summary.md and causes.csv")
}

/// What is wrong, with what it affects before the title, because a long line is cut at its end.
fn what(tally: &Tally, cause: &Cause) -> String {
    let accepted = if tally.causes.is_accepted(cause) { "ACCEPTED " } else { "" };
    format!("{accepted}[{}] {}: {}", cause.line.severity, effect(tally, cause), title(cause))
}

fn in_full(tally: &Tally, cause: &Cause) -> Vec<String> {
    let mut lines = wrapped(&format!("  {}", what(tally, cause)), COLUMNS, 4, 3);
    lines.extend(wrapped(&format!("    Fix: {}", change(cause)), COLUMNS, 9, 3));
    lines
}

fn in_two_lines(tally: &Tally, cause: &Cause) -> Vec<String> {
    let fix = format!("Fix: {}", change(cause));
    let line = |text: &str, indent: usize, word: [usize; 2]| {
        let room = COLUMNS - indent - 1;
        format!("{}{}", " ".repeat(indent), plain(&elided(text, room, word), room))
    };
    vec![line(&what(tally, cause), 2, [9, 7]), line(&fix, 4, [22, 9])]
}

/// A heading with the items that fit into so many lines, and how many more there are.
fn section(
    heading: &str,
    items: impl Iterator<Item = Vec<String>>,
    total: u64,
    room: usize,
    more: &str,
) -> Vec<String> {
    if total == 0 || room < 2 {
        return Vec::new();
    }
    let mut lines = vec![String::new(), heading.to_owned()];
    let mut shown: u64 = 0;
    for item in items {
        // A line is kept for how many more there are.
        let needed = item.len() + usize::from(shown + 1 < total);
        if lines.len() + needed > room {
            break;
        }
        lines.extend(item);
        shown += 1;
    }
    if shown < total && lines.len() < room {
        lines.push(format!("  and {} {more}", number(total - shown)));
    }
    lines
}

/// Whose quota was too small for this run, besides whatever else draws from it.
fn throttled(throttles: u64, keys: &[ThrottledKeyLine]) -> Vec<String> {
    if throttles == 0 {
        return Vec::new();
    }
    let requests = counted(throttles, "request", "requests");
    let first = format!("Throttled: {requests}; {}", GapClass::ThrottledOut.what_to_do());
    let mut lines = vec![String::new(), first];
    lines.extend(keys.iter().take(WARNINGS).map(|key| {
        let account =
            key.account_id.map_or("the calling account".to_owned(), |account| account.to_string());
        let region = key.region.map(|region| format!(" {region}")).unwrap_or_default();
        let times = counted(key.throttles, "time", "times");
        format!("  {} in {account}{region}: {times}", key.operation)
    }));
    lines
}

#[cfg(test)]
mod tests {
    use trailseal_model::Operation;
    use trailseal_record::fixture;

    use super::*;

    #[test]
    fn throttled_limits_are_named_the_worst_first() {
        assert!(throttled(0, &[]).is_empty());
        let key = |operation, account: u64, region: Option<&str>, throttles| ThrottledKeyLine {
            operation,
            account_id: (account > 0).then(|| fixture::id(account)),
            region: region.map(fixture::region),
            throttles,
        };
        let mut keys = vec![
            key(Operation::DescribeTrails, 12_345_678_901, Some("eu-west-1"), 14),
            key(Operation::ListAccounts, 0, None, 1),
        ];
        let expected = [
            "",
            "Throttled: 15 requests; lower --rate-share, or scan at a quieter time",
            "  DescribeTrails in 012345678901 eu-west-1: 14 times",
            "  ListAccounts in the calling account: 1 time",
        ];
        assert_eq!(throttled(15, &keys), expected);
        keys.extend(std::iter::repeat_n(key(Operation::ListRegions, 1, None, 1), 9));
        assert_eq!(throttled(24, &keys).len(), 2 + WARNINGS);
    }
}
