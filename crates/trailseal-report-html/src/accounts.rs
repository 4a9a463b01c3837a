//! The answer for every account: are its logs sealed?

use std::collections::BTreeMap;

use trailseal_model::record::v1::AccountLine;
use trailseal_model::{LogsSealed, Outcome};

use crate::bar::{Bar, Part};
use crate::error::PageError;
use crate::lists::{Few, Who};
use crate::ranked::{Ranked, Shown};
use crate::text::cut;
use crate::words::{self, Mark};

/// How many accounts the page shows.
pub(crate) const MAX_ROWS: usize = 200;
/// How many tags and trails of one account.
const MAX_PER_ACCOUNT: usize = 5;

/// The answers, those that ask for something first.
const ANSWERS: [Option<LogsSealed>; 5] = [
    Some(LogsSealed::Unsealed),
    Some(LogsSealed::NotCovered),
    Some(LogsSealed::Unproven),
    None,
    Some(LogsSealed::Sealed),
];

/// Adds up accounts.
#[derive(Debug)]
pub(crate) struct AccountTotals {
    states: BTreeMap<String, u64>,
    counts: [u64; ANSWERS.len()],
    rows: Ranked<AccountRow>,
}

/// One account.
#[derive(Debug)]
pub(crate) struct AccountRow {
    pub(crate) who: Who,
    pub(crate) state: String,
    pub(crate) units: String,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) more_tags: usize,
    pub(crate) answer: Mark,
    pub(crate) recorded_by: Few,
    pub(crate) regions_read: u64,
    pub(crate) regions_lost: u64,
    pub(crate) regions_other: u64,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Accounts {
    pub(crate) total: u64,
    pub(crate) states: BTreeMap<String, u64>,
    pub(crate) answers: Vec<(Mark, u64)>,
    pub(crate) bar: Bar,
    pub(crate) shown: Shown<AccountRow>,
}

impl AccountTotals {
    pub(crate) const fn new() -> Self {
        Self { states: BTreeMap::new(), counts: [0; ANSWERS.len()], rows: Ranked::new(MAX_ROWS) }
    }

    pub(crate) fn add(&mut self, line: &AccountLine) -> Result<(), PageError> {
        *self.states.entry(line.state.clone()).or_default() += 1;
        let word = line.logs_sealed.as_deref();
        let answer = word.map(|it| words::read("answer", it)).transpose()?;
        let rank = ANSWERS.iter().position(|it| *it == answer).unwrap_or_default();
        self.counts[rank] += 1;
        self.rows.push(rank, || AccountRow::of(line, words::answer(answer)));
        Ok(())
    }

    pub(crate) fn finish(self) -> Accounts {
        let answers: Vec<(Mark, u64)> =
            ANSWERS.iter().map(|it| words::answer(*it)).zip(self.counts).collect();
        // From right to wrong, as every other bar.
        let parts = [4, 0, 1, 2, 3].map(|it| Part::new(answers[it].0, answers[it].1));
        Accounts {
            total: self.states.values().sum(),
            states: self.states,
            bar: Bar::new(parts.into_iter()),
            answers,
            shown: self.rows.finish(),
        }
    }
}

impl AccountRow {
    fn of(line: &AccountLine, answer: Mark) -> Self {
        let count = |outcome: Outcome| line.regions.get(outcome.as_str()).copied().unwrap_or(0);
        let regions_read = count(Outcome::Evaluated);
        let regions_lost = count(Outcome::NotEvaluated) + count(Outcome::Partial);
        let all: u64 = line.regions.values().sum();
        let tags: Vec<(String, String)> =
            line.tags.iter().take(MAX_PER_ACCOUNT).map(|(k, v)| (cut(k), cut(v))).collect();
        Self {
            who: Who { id: cut(&line.account_id), name: cut(&line.name) },
            state: line.state.replace('_', " "),
            units: line.ou_names.as_deref().map(cut).unwrap_or_default(),
            more_tags: line.tags.len() - tags.len(),
            tags,
            answer,
            recorded_by: Few::of(MAX_PER_ACCOUNT, &line.recorded_by),
            regions_read,
            regions_lost,
            regions_other: all - regions_read - regions_lost,
        }
    }
}
