//! The verdict in words.

use trailseal_model::{PopulationSource, exit_code};
use trailseal_record::v1::RunLine;

use crate::accounts::Accounts;
use crate::banners::Banner;
use crate::findings::Findings;
use crate::text::{counted, number};
use crate::trails::Trails;
use crate::words::Mark;

/// The top of the page.
#[derive(Debug)]
pub(crate) struct Headline {
    /// The first thing that is read.
    pub(crate) verdict: String,
    /// The worst of what it says, as a class of the stylesheet.
    pub(crate) class: &'static str,
    /// What follows the verdict, in sentences.
    pub(crate) leads: Vec<String>,
    pub(crate) exit_code: u8,
    pub(crate) exit_meaning: String,
}

impl Headline {
    pub(crate) fn of(
        run: &RunLine,
        trails: &Trails,
        accounts: &Accounts,
        findings: &Findings,
        banners: &[Banner],
    ) -> Self {
        let meaning = exit_code::ALL.iter().find(|(code, _)| *code == run.exit_code);
        let has_bad = |counts: &[(Mark, u64)]| {
            counts.iter().any(|(mark, count)| mark.class == "bad" && *count > 0)
        };
        let is_bad = has_bad(&trails.verdicts)
            || has_bad(&accounts.answers)
            || has_bad(&accounts.recorded)
            || findings.by_severity.iter().any(|(_, count)| *count > 0);
        // That the population is one account takes nothing from what is said of that account.
        let is_standalone = run.population_source == PopulationSource::StandaloneAccount;
        let is_shown = trails.total > 0
            && trails.verdicts.iter().all(|(mark, count)| mark.class == "good" || *count == 0)
            && banners.len() == usize::from(is_standalone);
        let of_trails = of_trails(trails);
        let mut leads = of_accounts(accounts);
        let verdict = if leads.is_empty() {
            leads.push("No account was judged.".to_owned());
            of_trails
        } else {
            leads.push(format!("{of_trails}."));
            leads.remove(0)
        };
        Self {
            verdict,
            class: match (is_bad, is_shown) {
                (true, _) => "bad",
                (false, false) => "open",
                (false, true) => "good",
            },
            leads,
            exit_code: run.exit_code,
            exit_meaning: meaning
                .map_or("not a code of this version", |(_, meaning)| meaning)
                .replace('`', ""),
        }
    }
}

/// Like "Of 17 trails 6 are sealed, 9 unsealed, 2 unproven".
fn of_trails(trails: &Trails) -> String {
    let parts = present(&trails.verdicts);
    match (trails.total, parts.as_slice()) {
        (0, _) => "No trail was seen".to_owned(),
        (1, [(mark, _)]) => format!("The one trail that was seen is {}", mark.label),
        (total, [(mark, _)]) => {
            format!("All {} trails that were seen are {}", number(total), mark.label)
        }
        (total, [first, rest @ ..]) => {
            let verb = if first.1 == 1 { "is" } else { "are" };
            let mut text =
                format!("Of {} trails {} {verb} {}", number(total), number(first.1), first.0.label);
            for (mark, count) in rest {
                text = format!("{text}, {} {}", number(*count), mark.label);
            }
            text
        }
        (_, []) => "No trail has a verdict".to_owned(),
    }
}

/// The two answers, the headline first, and the strict one; nothing if no account was judged. The
/// numbers of each sentence add up to the judged accounts.
fn of_accounts(accounts: &Accounts) -> Vec<String> {
    if accounts.judged == 0 {
        return Vec::new();
    }
    let yes = Accounts::count(&accounts.recorded, "yes");
    let verb = if yes == 1 { "is" } else { "are" };
    let judged = counted(accounts.judged, "account", "accounts");
    let mut sentences =
        vec![format!("{} of {judged} {verb} recorded by a sealed trail", number(yes))];
    let rest = present(&accounts.recorded);
    let rest: Vec<String> = rest
        .iter()
        .filter(|(mark, _)| !matches!(mark.word, "yes" | ""))
        .map(|(mark, count)| format!("{} {}", number(*count), mark.label))
        .collect();
    if !rest.is_empty() {
        sentences.push(format!("The rest: {}.", rest.join(", ")));
    }
    sentences.push(of_others(accounts));
    let strict = present(&accounts.answers);
    let strict: Vec<String> = strict
        .iter()
        .filter(|(mark, _)| !mark.word.is_empty())
        .map(|(mark, count)| format!("{} {}", number(*count), mark.label))
        .collect();
    sentences
        .push(format!("Logs of all trails taken together, by account: {}.", strict.join(", ")));
    sentences
}

/// Like "Other trails: unsealed in 12 accounts, not listed in 13 Regions of each of 1,001, none in 3".
fn of_others(accounts: &Accounts) -> String {
    let part = |(mark, count): &(Mark, u64)| {
        let count = counted(*count, "account", "accounts");
        match (mark.word, accounts.unlisted_regions) {
            ("unknown", Some((fewest, most))) if fewest == most => {
                format!("{count} with {} not listed", counted(most, "Region", "Regions"))
            }
            ("unknown", Some((fewest, most))) => {
                format!("{count} with {} to {} Regions not listed", number(fewest), number(most))
            }
            _ => format!("{} in {count}", mark.label),
        }
    };
    let parts = present(&accounts.others);
    let parts: Vec<String> =
        parts.iter().filter(|(mark, _)| !mark.word.is_empty()).map(part).collect();
    if parts.is_empty() { String::new() } else { format!("Other trails: {}.", parts.join(", ")) }
}

fn present(counts: &[(Mark, u64)]) -> Vec<(Mark, u64)> {
    counts.iter().filter(|(_, count)| *count > 0).copied().collect()
}
