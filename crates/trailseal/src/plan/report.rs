//! Everything that a plan says, before it is written in words or as JSON. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailseal_aws::Caller;
use trailseal_fanout::RateShare;
use trailseal_model::{Account, AccountId, Endpoint, PopulationSource, Region, exit_code};

use super::estimate::Estimate;
use super::missing::Missing;
use super::not_seen::{NotSeen, not_seen};
use super::probe::{AccountRow, Standing};
use super::resources::{BucketAnswer, BucketRow};
use super::seen::{Found, Seen};

/// A plan.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) asking: Asking,
    pub(super) conclusions: Conclusions,
}

/// Who asked, when and how.
#[derive(Debug)]
pub(super) struct Asking {
    /// The scenario, if a simulation answered.
    pub(super) simulation: Option<String>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) planned_at: Timestamp,
    pub(super) caller: Caller,
    /// Calls that the plan itself made.
    pub(super) calls: u64,
    pub(super) role_name: String,
    pub(super) rate_share: RateShare,
    pub(super) max_in_flight: u32,
}

/// What follows from the answers.
#[derive(Debug)]
pub(super) struct Conclusions {
    pub(super) population: Counts,
    pub(super) accounts: Vec<AccountLine>,
    pub(super) missing: Vec<Missing>,
    pub(super) estimate: Estimate,
    pub(super) not_seen: Vec<NotSeen>,
    pub(super) buckets: Vec<BucketLine>,
}

/// The population in numbers.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) organization: Option<String>,
    pub(super) source: PopulationSource,
    pub(super) is_complete: bool,
    pub(super) listed: u64,
    /// Accounts by their state, those that occur.
    pub(super) by_state: BTreeMap<&'static str, u64>,
    /// Accounts in use: active, being closed, or in no state that is known.
    pub(super) in_use: u64,
    /// Accounts in use and in scope.
    pub(super) in_scope: u64,
    /// Accounts in use that the user left out.
    pub(super) excluded: u64,
    /// Accounts that could be opened, the caller's own included.
    pub(super) roles_ok: u64,
    pub(super) unreachable: Vec<(AccountId, String)>,
    /// Accounts x Regions that a scan reads.
    pub(super) targets: u64,
}

/// One account.
#[derive(Debug)]
pub(super) struct AccountLine {
    pub(super) id: AccountId,
    pub(super) name: String,
    pub(super) state: &'static str,
    /// `reached`, `unreachable`, `excluded` or `not_in_use`.
    pub(super) standing: &'static str,
    pub(super) looked_in: Option<Region>,
    pub(super) targets: u64,
    /// Calls that the plan made for it.
    pub(super) calls: u8,
}

/// A bucket that trails deliver to.
#[derive(Debug)]
pub(super) struct BucketLine {
    pub(super) bucket: String,
    /// The prefix that was listed.
    pub(super) prefix: String,
    /// `listed`, `gone`, `refused` or `owner_unknown`.
    pub(super) answer: &'static str,
    /// The owner, or the accounts that were asked and do not own it.
    pub(super) accounts: Vec<AccountId>,
}

impl From<&BucketRow> for BucketLine {
    fn from(row: &BucketRow) -> Self {
        let (answer, accounts) = match &row.answer {
            BucketAnswer::Listed(owner) => ("listed", vec![*owner]),
            BucketAnswer::Gone => ("gone", Vec::new()),
            BucketAnswer::Refused(gap) => ("refused", gap.account.into_iter().collect()),
            BucketAnswer::OwnerUnknown(asked) => ("owner_unknown", asked.clone()),
        };
        Self { bucket: row.bucket.clone(), prefix: row.prefix.clone(), answer, accounts }
    }
}

impl Plan {
    /// 0 where a scan lacks nothing that the plan can tell, else 3.
    pub(super) fn exit_code(&self) -> u8 {
        let Conclusions { population, missing, .. } = &self.conclusions;
        let is_ready = missing.is_empty() && population.is_complete && population.targets > 0;
        if is_ready { exit_code::CLEAN } else { exit_code::INCOMPLETE }
    }
}

/// Draws the conclusions.
pub(super) fn conclusions(
    found: Found<'_>,
    seen: &Seen,
    estimate: Estimate,
    missing: Vec<Missing>,
) -> Conclusions {
    let population = counts(found);
    let not_seen = not_seen(found, seen, &population);
    let accounts = found.rows.iter().map(line).collect();
    let buckets = found.buckets.iter().map(BucketLine::from).collect();
    Conclusions { population, accounts, missing, estimate, not_seen, buckets }
}

fn counts(found: Found<'_>) -> Counts {
    let Found { population, rows, .. } = found;
    let number = |is: fn(&AccountRow) -> bool| rows.iter().filter(|row| is(row)).count() as u64;
    let mut by_state = BTreeMap::new();
    for account in &population.accounts {
        *by_state.entry(account.state.as_str()).or_default() += 1;
    }
    let unreachable = rows.iter().filter(|row| matches!(row.standing, Standing::Unreachable(_)));
    let unreachable: Vec<_> = unreachable.map(|row| (row.account.id, name(&row.account))).collect();
    let roles_ok = number(|row| row.reached().is_some());
    let excluded =
        number(|row| row.account.state.is_audited() && matches!(row.standing, Standing::LeftOut));
    let in_scope = roles_ok + unreachable.len() as u64;
    let targets = rows.iter().filter_map(AccountRow::reached).map(|it| it.targets.len() as u64);
    Counts {
        organization: population.organization.as_ref().map(|it| it.id.clone()),
        source: population.source,
        is_complete: population.is_complete,
        listed: population.accounts.len() as u64,
        by_state,
        in_use: in_scope + excluded,
        in_scope,
        excluded,
        roles_ok,
        unreachable,
        targets: targets.sum(),
    }
}

/// Names are the customer's free text: control characters must not reach a terminal.
fn name(account: &Account) -> String {
    account.name.chars().filter(|letter| !letter.is_control()).collect()
}

fn line(row: &AccountRow) -> AccountLine {
    let reached = row.reached();
    AccountLine {
        id: row.account.id,
        name: name(&row.account),
        state: row.account.state.as_str(),
        standing: match &row.standing {
            Standing::NotInUse => "not_in_use",
            Standing::LeftOut => "excluded",
            Standing::Unreachable(_) => "unreachable",
            Standing::Reached(_) => "reached",
        },
        looked_in: reached.and_then(|reached| reached.looked_in),
        targets: reached.map_or(0, |reached| reached.targets.len() as u64),
        calls: row.spent,
    }
}

/// Names that are shown before the rest is only counted.
pub(super) const NAMED: usize = 5;

/// The first names, and how many more there are.
pub(super) fn first<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

/// `1 account`, `1,204 accounts`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number as people write it: `9,800`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let shown = [0, 7, 999, 1000, 9800, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "7", "999", "1,000", "9,800", "1,234,567"]);
        assert_eq!(counted(1, "account"), "1 account");
        assert_eq!(counted(1204, "account"), "1,204 accounts");
        assert_eq!(first(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}
