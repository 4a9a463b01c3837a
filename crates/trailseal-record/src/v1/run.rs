//! The first line: the run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, AccountState, Arn, GapClass, Operation, Outcome, PopulationSource, Region,
    ScopeLine, Severity, Status, Thresholds, Verdict,
};

use super::SCHEMA;
use super::audit::{Audit, ThrottledKey};
use super::endpoints::{EndpointLine, endpoint_lines, shown};
use super::exceptions::{ExceptionsLine, exceptions_line};
use super::rejudged::RejudgedLine;
use crate::Time;

/// What was run, when, by whom, over what, and with what result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunLine {
    /// Always `trailseal-record/1`.
    pub schema: String,
    /// Names the run; a simulation's begins with `simulation-`.
    pub run_id: String,
    /// The scenario, if a simulation answered and not AWS: nothing here is about real accounts.
    pub simulation: Option<String>,
    /// The endpoints that the environment or the AWS configuration set, by service. Where one of
    /// them is not AWS's own, an emulator may have answered. Empty if AWS's own rules were followed.
    #[serde(default)]
    pub endpoints: Vec<EndpointLine>,
    /// The program's version with the git commit that it was built from, such as
    /// `0.1.0-dev+1a2b3c4d5e6f`; `.dirty` follows if the sources differed from the commit.
    pub tool_version: String,
    /// The SHA-256 of the program's file; `null` where it could not be read.
    pub program_sha256: Option<String>,
    /// The SHA-256 of the exceptions file; `null` without one.
    pub exceptions_sha256: Option<String>,
    /// The SHA-256 of the configuration file; `null` without one.
    pub configuration_sha256: Option<String>,
    /// When the run began.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Time,
    /// "Now" for everything that was judged.
    pub as_of: Time,
    /// The caller's ARN.
    pub caller_arn: String,
    /// The caller's account.
    pub caller_account_id: AccountId,
    /// The organization, where Organizations named it.
    pub organization_id: Option<String>,
    /// Its management account.
    pub management_account_id: Option<AccountId>,
    /// Where the list of accounts comes from; `accounts_file` is the user's word only.
    pub population_source: PopulationSource,
    /// Whether every page of it arrived.
    pub population_complete: bool,
    /// What the user limited the run to.
    pub scope: ScopeLine,
    /// The role assumed in members.
    pub role_name: String,
    /// The command line, secrets left out.
    pub arguments: Vec<String>,
    /// The settings in force that no other field has, wherever they came from.
    pub settings: BTreeMap<String, String>,
    /// Log objects count from this time in their name.
    pub window_start: Time,
    /// And before this one.
    pub window_end: Time,
    /// The numbers in force.
    pub thresholds: ThresholdsLine,
    /// Accounts outside the organization whose keys are trusted.
    pub trusted_key_accounts: Vec<AccountId>,
    /// The severity from which on a failure sets the exit code.
    pub fail_on: Severity,
    /// Accounts by state.
    pub accounts: BTreeMap<AccountState, u64>,
    /// Targets by outcome; the sum is the population.
    pub coverage: BTreeMap<Outcome, u64>,
    /// Trails by verdict.
    pub trails: BTreeMap<Verdict, u64>,
    /// Findings by status.
    pub findings: BTreeMap<Status, u64>,
    /// Gaps by class.
    pub gaps: BTreeMap<GapClass, u64>,
    /// Requests by operation.
    pub calls: BTreeMap<Operation, u64>,
    /// Throttled requests.
    pub throttles: u64,
    /// The rate limits that AWS enforced most often, the most often first; only some.
    pub throttled_keys: Vec<ThrottledKeyLine>,
    /// How the answers of an earlier scan were judged again; `null` for a scan's own reports.
    #[serde(default)]
    pub rejudged: Option<RejudgedLine>,
    /// What was accepted, and what is wrong with that.
    #[serde(default)]
    pub exceptions: ExceptionsLine,
    /// The exit code.
    pub exit_code: u8,
}

/// The numbers that judging depended on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdsLine {
    /// The tolerable share of deviating objects.
    pub tolerable_rate: f64,
    /// The confidence of the bound.
    pub confidence: f64,
    /// Objects examined per trail.
    pub sample_size: u32,
    /// ListObjectsV2 calls per trail.
    pub listing_budget: u32,
    /// A last delivery older than this proves nothing.
    pub stale_after_seconds: i64,
    /// A delivery younger than this contradicts a delivery error.
    pub fresh_within_seconds: i64,
    /// How far apart the clocks of Regions may be when objects of several Regions are put in order.
    pub key_change_tolerance_seconds: i64,
}

/// A rate limit that AWS enforced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThrottledKeyLine {
    /// The operation; of those that share a limit, the one that names it.
    pub operation: Operation,
    /// The account that pays; `null` where it is the caller's.
    pub account_id: Option<AccountId>,
    /// The Region; `null` where the limit is not kept per Region.
    pub region: Option<Region>,
    /// How many requests were throttled.
    pub throttles: u64,
}

impl From<&ThrottledKey> for ThrottledKeyLine {
    fn from(key: &ThrottledKey) -> Self {
        Self {
            operation: key.operation,
            account_id: key.account,
            region: key.region,
            throttles: key.throttles,
        }
    }
}

impl From<Thresholds> for ThresholdsLine {
    fn from(thresholds: Thresholds) -> Self {
        Self {
            tolerable_rate: thresholds.tolerable_rate,
            confidence: thresholds.confidence,
            sample_size: thresholds.sample_size,
            listing_budget: thresholds.listing_budget,
            stale_after_seconds: thresholds.stale_after_seconds,
            fresh_within_seconds: thresholds.fresh_within_seconds,
            key_change_tolerance_seconds: thresholds.key_change_tolerance_seconds,
        }
    }
}

impl RunLine {
    /// The endpoints that are not AWS's own, each with its services, such as
    /// `http://127.0.0.1:5000 (kms, s3)`; sorted. Where there is one, an emulator may have answered.
    #[must_use]
    pub fn foreign_endpoints(&self) -> Vec<String> {
        shown(self.endpoints.iter().filter(|it| !it.is_aws))
    }

    /// The same of those that are AWS's own.
    #[must_use]
    pub fn aws_endpoints(&self) -> Vec<String> {
        shown(self.endpoints.iter().filter(|it| it.is_aws))
    }
}

pub(super) fn run_line(audit: &Audit, verdicts: &BTreeMap<&Arn, Verdict>) -> RunLine {
    let (run, facts) = (&audit.run, &audit.facts);
    let organization = facts.organization.as_ref();
    RunLine {
        schema: SCHEMA.to_owned(),
        run_id: run.id.clone(),
        simulation: run.simulation.clone(),
        endpoints: endpoint_lines(&run.endpoints),
        tool_version: run.tool_version.clone(),
        program_sha256: run.program_sha256.clone(),
        exceptions_sha256: run.exceptions_sha256.clone(),
        configuration_sha256: run.configuration_sha256.clone(),
        started_at: run.started_at.into(),
        finished_at: run.finished_at.into(),
        as_of: facts.as_of.into(),
        caller_arn: run.caller_arn.clone(),
        caller_account_id: run.caller_account,
        organization_id: organization.map(|organization| organization.id.clone()),
        management_account_id: organization.map(|organization| organization.management_account),
        population_source: facts.population_source,
        population_complete: facts.population.known().is_some(),
        scope: ScopeLine::from(&facts.scope),
        role_name: run.role_name.clone(),
        arguments: run.arguments.clone(),
        settings: run.settings.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        window_start: run.window.start.into(),
        window_end: run.window.end.into(),
        thresholds: facts.thresholds.into(),
        trusted_key_accounts: facts.trusted_key_accounts.iter().copied().collect(),
        fail_on: run.fail_on,
        accounts: count(facts.accounts.iter().map(|account| account.state)),
        coverage: facts.coverage.totals().into_iter().collect(),
        trails: count(verdicts.values().copied()),
        findings: count(audit.findings.iter().map(trailseal_model::Finding::status)),
        gaps: count(audit.gaps.iter().map(|gap| gap.class)),
        calls: run.calls.clone(),
        throttles: run.throttles,
        throttled_keys: run.throttled_keys.iter().map(ThrottledKeyLine::from).collect(),
        rejudged: run.rejudged.as_ref().map(RejudgedLine::from),
        exceptions: exceptions_line(&audit.excepted),
        exit_code: audit.exit_code(),
    }
}

fn count<T: Ord>(words: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    words.fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word).or_default() += 1;
        counts
    })
}
