//! Everything that a plan says, before it is written in words or as JSON. Pure.

use jiff::Timestamp;
use trailseal_aws::Caller;
use trailseal_fanout::RateShare;
use trailseal_model::{AccountId, Endpoint, Region, exit_code};

use super::counts::{Counts, counts, name};
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
