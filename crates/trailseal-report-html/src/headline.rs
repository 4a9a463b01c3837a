//! The verdict in words.

use trailseal_model::record::v1::RunLine;
use trailseal_model::{PopulationSource, exit_code};

use crate::accounts::Accounts;
use crate::banners::Banner;
use crate::findings::Findings;
use crate::text::{counted, number};
use crate::trails::Trails;
use crate::words::Mark;

/// What stands on top of the page.
#[derive(Debug)]
pub(crate) struct Headline {
    /// The first thing that is read.
    pub(crate) verdict: String,
    /// The worst of what it says, as a class of the stylesheet.
    pub(crate) class: &'static str,
    pub(crate) accounts: String,
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
        let meaning = exit_code::ALL.iter().find(|it| it.0 == run.exit_code);
        let is_bad = trails.verdicts.iter().any(|it| it.0.class == "bad" && it.1 > 0)
            || accounts.answers.iter().any(|it| it.0.class == "bad" && it.1 > 0)
            || findings.by_severity.iter().any(|it| it.1 > 0);
        // That there is one account only takes nothing from what is said of it.
        let is_standalone = run.population_source == PopulationSource::StandaloneAccount.as_str();
        let is_shown = trails.total > 0
            && trails.verdicts.iter().all(|it| it.0.class == "good" || it.1 == 0)
            && banners.len() == usize::from(is_standalone);
        Self {
            verdict: verdict(trails),
            class: match (is_bad, is_shown) {
                (true, _) => "bad",
                (false, false) => "open",
                (false, true) => "good",
            },
            accounts: of_accounts(accounts),
            exit_code: run.exit_code,
            exit_meaning: meaning.map_or("not a code of this version", |it| it.1).replace('`', ""),
        }
    }
}

/// Like "Of 17 trails 6 are sealed, 9 unsealed, 2 unproven".
fn verdict(trails: &Trails) -> String {
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

fn of_accounts(accounts: &Accounts) -> String {
    let judged: Vec<(Mark, u64)> =
        present(&accounts.answers).into_iter().filter(|it| !it.0.word.is_empty()).collect();
    let total: u64 = judged.iter().map(|it| it.1).sum();
    if total == 0 {
        return "No account was judged.".to_owned();
    }
    let parts: Vec<String> =
        judged.iter().map(|(mark, count)| format!("{} {}", number(*count), mark.label)).collect();
    format!("Logs of {}: {}.", counted(total, "account", "accounts"), parts.join(", "))
}

fn present(counts: &[(Mark, u64)]) -> Vec<(Mark, u64)> {
    counts.iter().filter(|it| it.1 > 0).copied().collect()
}
