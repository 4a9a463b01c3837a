//! The answers for every account: which trails record it, and are its logs sealed?

use std::collections::BTreeMap;

use trailseal_model::{AccountState, LogsSealed, OtherTrailsAnswer, Outcome, RecordedBySealed};
use trailseal_record::v1::AccountLine;

use crate::bar::{Bar, Part};
use crate::causes::{CauseLinks, CauseTotals};
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

/// Whether sealed trails record an account, from right to wrong.
const RECORDED: [Option<RecordedBySealed>; 5] = [
    Some(RecordedBySealed::Yes),
    Some(RecordedBySealed::Unproven),
    Some(RecordedBySealed::No),
    Some(RecordedBySealed::NotCovered),
    None,
];

/// What other trails do, the worst first.
const OTHERS: [Option<OtherTrailsAnswer>; 6] = [
    Some(OtherTrailsAnswer::Unsealed),
    Some(OtherTrailsAnswer::Unproven),
    Some(OtherTrailsAnswer::Unknown),
    Some(OtherTrailsAnswer::Sealed),
    Some(OtherTrailsAnswer::None),
    None,
];

/// Adds up accounts.
#[derive(Debug)]
pub(crate) struct AccountTotals {
    states: BTreeMap<AccountState, u64>,
    answers: BTreeMap<Option<LogsSealed>, u64>,
    recorded: BTreeMap<Option<RecordedBySealed>, u64>,
    others: BTreeMap<Option<OtherTrailsAnswer>, u64>,
    unlisted_regions: Option<(u64, u64)>,
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
    pub(crate) recorded: Mark,
    pub(crate) others: Mark,
    pub(crate) unlisted_regions: u64,
    pub(crate) answer: Mark,
    pub(crate) recorded_by: Few,
    pub(crate) regions_read: u64,
    pub(crate) regions_lost: u64,
    pub(crate) regions_other: u64,
    pub(crate) causes: CauseLinks,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Accounts {
    pub(crate) total: u64,
    /// Accounts that were judged: the population of the three answers.
    pub(crate) judged: u64,
    pub(crate) states: BTreeMap<AccountState, u64>,
    /// Whether logs are sealed, in the order of what asks for something.
    pub(crate) answers: Vec<(Mark, u64)>,
    pub(crate) recorded: Vec<(Mark, u64)>,
    pub(crate) others: Vec<(Mark, u64)>,
    /// The fewest and the most Regions that were not listed, of the accounts of which the other
    /// trails are not known.
    pub(crate) unlisted_regions: Option<(u64, u64)>,
    pub(crate) bar: Bar,
    pub(crate) shown: Shown<AccountRow>,
}

impl AccountTotals {
    pub(crate) const fn new() -> Self {
        Self {
            states: BTreeMap::new(),
            answers: BTreeMap::new(),
            recorded: BTreeMap::new(),
            others: BTreeMap::new(),
            unlisted_regions: None,
            rows: Ranked::new(MAX_ROWS),
        }
    }

    pub(crate) fn add(&mut self, line: &AccountLine, causes: &CauseTotals) {
        *self.states.entry(line.state).or_default() += 1;
        *self.answers.entry(line.logs_sealed).or_default() += 1;
        *self.recorded.entry(line.recorded_by_sealed_trail).or_default() += 1;
        *self.others.entry(line.other_trails).or_default() += 1;
        if line.other_trails == Some(OtherTrailsAnswer::Unknown) {
            let regions = line.other_trails_unknown_regions;
            let (fewest, most) = self.unlisted_regions.unwrap_or((regions, regions));
            self.unlisted_regions = Some((fewest.min(regions), most.max(regions)));
        }
        self.rows.push(rank(line), || AccountRow::of(line, causes));
    }

    pub(crate) fn finish(self) -> Accounts {
        let recorded = marked(&RECORDED, &self.recorded, words::recorded);
        Accounts {
            total: self.states.values().sum(),
            judged: self
                .recorded
                .iter()
                .filter(|(answer, _)| answer.is_some())
                .map(|it| it.1)
                .sum(),
            states: self.states,
            bar: Bar::new(recorded.iter().map(|(mark, count)| Part::new(*mark, *count))),
            answers: marked(&ANSWERS, &self.answers, words::answer),
            recorded,
            others: marked(&OTHERS, &self.others, words::other_trails),
            unlisted_regions: self.unlisted_regions,
            shown: self.rows.finish(),
        }
    }
}

fn marked<T: Copy + Ord>(
    order: &[T],
    counts: &BTreeMap<T, u64>,
    mark: impl Fn(T) -> Mark,
) -> Vec<(Mark, u64)> {
    let count = |answer: &T| counts.get(answer).copied().unwrap_or_default();
    order.iter().map(|answer| (mark(*answer), count(answer))).collect()
}

/// What asks for a change comes first; an account that only a listing is missing of comes after that.
fn rank(line: &AccountLine) -> usize {
    match (line.recorded_by_sealed_trail, line.logs_sealed) {
        (Some(RecordedBySealed::No | RecordedBySealed::NotCovered), _) => 0,
        (Some(RecordedBySealed::Unproven), _) => 1,
        (_, Some(LogsSealed::Unsealed | LogsSealed::NotCovered)) => 2,
        (_, Some(LogsSealed::Unproven)) => 3,
        (_, None) => 4,
        (_, Some(LogsSealed::Sealed)) => 5,
    }
}

impl Accounts {
    /// How many accounts have this word of one of the answers.
    pub(crate) fn count(answers: &[(Mark, u64)], word: &str) -> u64 {
        let found = answers.iter().find(|(mark, _)| mark.word == word);
        found.map(|(_, count)| *count).unwrap_or_default()
    }
}

impl AccountRow {
    fn of(line: &AccountLine, causes: &CauseTotals) -> Self {
        let count = |outcome: Outcome| line.regions.get(&outcome).copied().unwrap_or(0);
        let regions_read = count(Outcome::Evaluated);
        let regions_lost = count(Outcome::NotEvaluated) + count(Outcome::Partial);
        let all: u64 = line.regions.values().sum();
        let shown = line.tags.iter().take(MAX_PER_ACCOUNT);
        let tags: Vec<(String, String)> =
            shown.map(|(name, value)| (cut(name), cut(value))).collect();
        Self {
            who: Who { id: line.account_id.to_string(), name: cut(&line.name) },
            state: line.state.as_str().replace('_', " "),
            units: line.ou_names.as_deref().map(cut).unwrap_or_default(),
            more_tags: line.tags.len() - tags.len(),
            tags,
            recorded: words::recorded(line.recorded_by_sealed_trail),
            others: words::other_trails(line.other_trails),
            unlisted_regions: line.other_trails_unknown_regions,
            answer: words::answer(line.logs_sealed),
            recorded_by: Few::of(MAX_PER_ACCOUNT, &line.recorded_by),
            regions_read,
            regions_lost,
            regions_other: all - regions_read - regions_lost,
            causes: CauseLinks::of(causes, line.cause_ids.iter()),
        }
    }
}
