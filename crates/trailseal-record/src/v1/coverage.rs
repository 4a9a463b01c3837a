//! The line of one account x Region.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, Arn, Coverage, CoverageRow, Delivery, Exception, ExceptionMatches, GapClass,
    NewestLog, Outcome, Region, Target,
};

use super::values::{GapNames, time};
use crate::Time;

/// One account x Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageLine {
    /// The account.
    pub account_id: AccountId,
    /// The Region.
    pub region: Region,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where it was not simply evaluated.
    pub reason_code: Option<GapClass>,
    /// The gap behind it.
    pub gap_id: Option<String>,
    /// How many trails were seen.
    pub trails_found: u16,
    /// How many event data stores were listed.
    pub stores_found: u16,
    /// Requests made.
    pub api_calls: u8,
    /// How many of them were throttled.
    pub throttles: u8,
    /// AWS's request id of the DescribeTrails that listed its trails.
    #[serde(default)]
    pub request_id: Option<String>,
    /// When its listing began; `null` if it never did.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// What the newest log object of the window came to, whichever trail delivered it; `null` if none
    /// was looked for.
    pub newest_log: Option<NewestLog>,
    /// When it was delivered, by its name.
    pub newest_log_at: Option<Time>,
    /// The exceptions that take it from the exit code; the outcome stays.
    #[serde(default)]
    pub exception_ids: Vec<String>,
    /// The ARNs of the trails that cover it, as `account-covered` counts them.
    #[serde(default)]
    pub covered_by: Vec<Arn>,
    /// How organization trails deliver there, by what the member itself receives, the worst of several
    /// trails; `null` if it was not asked.
    pub member_delivery: Option<Delivery>,
    /// When the newest call of ours there was answered that every trail which covers it must have
    /// recorded as a management event, to the second; `null` if none was.
    #[serde(default)]
    pub last_management_call_at: Option<Time>,
}

pub(super) fn coverage_line(
    coverage: &Coverage,
    (account, row): (AccountId, &CoverageRow),
    covered_by: &[Arn],
    started: Timestamp,
    names: &GapNames<'_>,
    excepted: &ExceptionMatches,
) -> CoverageLine {
    let after = |ms: u32| {
        let at = started + jiff::SignedDuration::from_millis(i64::from(ms));
        (row.api_calls > 0).then(|| Time::from(at))
    };
    let target = Target { account, region: row.region };
    CoverageLine {
        account_id: account,
        region: row.region,
        outcome: row.outcome,
        reason_code: row.reason,
        gap_id: row.gap.map(names),
        trails_found: row.trails_found,
        stores_found: row.stores_found,
        api_calls: row.api_calls,
        throttles: row.throttles,
        request_id: coverage.request_id(target),
        started_at: after(row.started),
        finished_at: after(row.finished),
        newest_log: row.newest_log,
        newest_log_at: time(row.newest_log_at()),
        exception_ids: excepted.of_target(target).map(Exception::stable_id).collect(),
        covered_by: covered_by.to_vec(),
        member_delivery: row.member_delivery,
        last_management_call_at: time(coverage.last_management_call_at(target)),
    }
}
