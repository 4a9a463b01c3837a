//! A finished audit, from which the record is made.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use trailseal_model::outcome::{self, Completeness, HasFailures, verdicts};
use trailseal_model::{
    AccountId, AccountSealing, Arn, Causes, CoveredBy, Endpoint, ExceptionMatches, Finding, Gaps,
    Operation, OrganizationFacts, Partition, Region, Sample, Severity, Verdict, Window,
};

use super::cluster::SampledClusterLine;
use super::rejudged::Rejudged;

/// What is known of the run itself.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names the run.
    pub id: String,
    /// The scenario, if a simulation answered and not AWS.
    pub simulation: Option<String>,
    /// The endpoints that were set in place of those that AWS publishes, sorted by service.
    pub endpoints: Vec<Endpoint>,
    /// The program's version, with the commit.
    pub tool_version: String,
    /// The SHA-256 of the program's file, in hexadecimal digits; `None` where it could not be read.
    pub program_sha256: Option<String>,
    /// The same of the exceptions file; `None` without one.
    pub exceptions_sha256: Option<String>,
    /// The same of the configuration file; `None` without one.
    pub configuration_sha256: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The caller's ARN.
    pub caller_arn: String,
    /// The caller's account.
    pub caller_account: AccountId,
    /// The partition.
    pub partition: Partition,
    /// The role assumed in members.
    pub role_name: String,
    /// Members that were opened with another role, and its name.
    pub other_roles: BTreeMap<AccountId, String>,
    /// The command line, secrets left out.
    pub arguments: Vec<String>,
    /// The settings in force that no other field has, wherever they came from.
    pub settings: BTreeMap<&'static str, String>,
    /// Which log objects count.
    pub window: Window,
    /// From which severity on a failure sets the exit code.
    pub fail_on: Severity,
    /// Requests by operation.
    pub calls: BTreeMap<Operation, u64>,
    /// Throttled requests.
    pub throttles: u64,
    /// The rate limits that AWS enforced most often, the most often first; only some.
    pub throttled_keys: Vec<ThrottledKey>,
    /// How the answers were judged again, if they were.
    pub rejudged: Option<Rejudged>,
}

/// A rate limit that AWS enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottledKey {
    /// The operation; of those that share a limit, the one that names it.
    pub operation: Operation,
    /// The account that pays; `None` where it is the caller's.
    pub account: Option<AccountId>,
    /// The Region; `None` where the limit is not kept per Region.
    pub region: Option<Region>,
    /// How many requests were throttled.
    pub throttles: u64,
}

/// A finished audit: everything the record is made from, but the samples.
#[derive(Debug)]
pub struct Audit {
    /// The run.
    pub run: Run,
    /// What was read.
    pub facts: OrganizationFacts,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// What all findings say of each account, sorted by account.
    pub accounts: Vec<AccountSealing>,
    /// Which trails cover each target, in the order of the coverage.
    pub covered_by: CoveredBy,
    /// What was not read.
    pub gaps: Gaps,
    /// What the user accepted of it.
    pub excepted: ExceptionMatches,
    /// What is behind the findings and gaps.
    pub causes: Causes,
}

impl Audit {
    /// The exit code of this audit.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let Self { run, facts, findings, gaps, excepted, .. } = self;
        let has_failures = HasFailures::of(findings, run.fail_on, excepted);
        outcome::exit_code(has_failures, Completeness::of(facts, findings, gaps, excepted))
    }

    /// The verdict of every trail.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<&Arn, Verdict> {
        verdicts(&self.findings)
    }
}

/// Where the samples of a run wait: they stream out while it runs.
pub trait SampleSource {
    /// The listed clusters of one trail, in their order.
    ///
    /// # Errors
    /// When they cannot be read back.
    fn clusters(&mut self, trail: &Arn) -> io::Result<Vec<SampledClusterLine>>;

    /// The judged objects of one trail, in the order of their selection.
    ///
    /// # Errors
    /// When they cannot be read back.
    fn samples(&mut self, trail: &Arn) -> io::Result<Vec<Sample>>;
}
