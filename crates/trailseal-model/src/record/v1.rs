//! Version 1 of the record: sorted JSON lines.
//!
//! The kinds of line come in the order of [`Line`], each kind sorted by its key; the last line
//! counts the others, so that a record that was cut short is refused.

mod convert;
mod endpoints;
mod exceptions;
mod gap_line;
mod history;
mod inventory;
mod lines;
mod members;
mod rejudged;
mod sampling;
mod values;
mod write;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use endpoints::EndpointLine;
pub use exceptions::{ExceptionLine, ExceptionsLine};
pub use gap_line::GapLine;
pub use history::{DigestLine, HistoryLine};
pub use lines::{
    AccountLine, BucketLine, CoverageLine, DifferingSightingsLine, EvidenceLine, FindingLine,
    KeyLine, StatusLine, StoreLine, ThrottledKeyLine, TrailLine,
};
pub use members::{AccountPrefixesLine, MemberStatusLine, MembersLine};
pub use rejudged::{ChangedSettingLine, Rejudged, RejudgedLine};
pub use sampling::{SampleLine, SampledCellLine, SamplingLine, sampled_cell_line};
pub use write::{Audit, Run, SampleSource, ThrottledKey, write_record};

/// The schema's name, in the first line of every record.
pub const SCHEMA: &str = "trailseal-record/1";

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The run; the first line.
    Run(Box<RunLine>),
    /// One exception that the user's file makes.
    Exception(Box<ExceptionLine>),
    /// One account of the organization.
    Account(AccountLine),
    /// One bucket that a trail names.
    Bucket(BucketLine),
    /// One key that a trail names.
    Key(KeyLine),
    /// One CloudTrail Lake event data store.
    EventDataStore(Box<StoreLine>),
    /// One trail.
    Trail(Box<TrailLine>),
    /// One operation that could not give its answer.
    Gap(GapLine),
    /// One judgement.
    Finding(Box<FindingLine>),
    /// One listed cell of a trail's log objects.
    #[serde(rename = "sampled_cell")]
    SampledCluster(Box<SampledCellLine>),
    /// One looked-at log object.
    Sample(Box<SampleLine>),
    /// One account x Region.
    Coverage(CoverageLine),
    /// The count of the lines above; the last line.
    End(EndLine),
}

impl Line {
    /// The kind's name, as in the `line` field.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Exception(_) => "exception",
            Self::Account(_) => "account",
            Self::Bucket(_) => "bucket",
            Self::Key(_) => "key",
            Self::EventDataStore(_) => "event_data_store",
            Self::Trail(_) => "trail",
            Self::Gap(_) => "gap",
            Self::Finding(_) => "finding",
            Self::SampledCluster(_) => "sampled_cell",
            Self::Sample(_) => "sample",
            Self::Coverage(_) => "coverage",
            Self::End(_) => "end",
        }
    }

    /// Where the line belongs: lines of a record strictly ascend by this.
    #[must_use]
    pub fn position(&self) -> (u8, String) {
        match self {
            Self::Run(_) => (0, String::new()),
            Self::Exception(it) => (1, format!("{}\0{:08}", it.kind, it.entry)),
            Self::Account(it) => (2, it.account_id.clone()),
            Self::Bucket(it) => (3, it.bucket.clone()),
            Self::Key(it) => (4, it.key_arn.clone()),
            Self::EventDataStore(it) => (5, it.event_data_store_arn.clone()),
            Self::Trail(it) => (6, it.trail_arn.clone()),
            Self::Gap(it) => (7, it.place()),
            Self::Finding(it) => (8, format!("{}\0{:02}", it.resource_arn, it.control_order())),
            Self::SampledCluster(it) => (9, format!("{}\0{:08}", it.trail_arn, it.cell_index)),
            Self::Sample(it) => (10, format!("{}\0{:08}", it.trail_arn, it.selection_index)),
            Self::Coverage(it) => (11, format!("{}{}", it.account_id, it.region)),
            Self::End(_) => (12, String::new()),
        }
    }
}

/// What was run, when, by whom, over what, and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunLine {
    /// Always [`SCHEMA`].
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
    /// The SHA-256 of the program's file; `None` if it could not be read.
    #[serde(default)]
    pub program_sha256: Option<String>,
    /// The SHA-256 of the file of exceptions as it was read; `None` without one.
    #[serde(default)]
    pub exceptions_sha256: Option<String>,
    /// The SHA-256 of the configuration file as it was read; `None` without one. A scan that is
    /// continued without one has that of its beginning.
    #[serde(default)]
    pub configuration_sha256: Option<String>,
    /// When the run began, UTC.
    pub started_at: String,
    /// When it ended, UTC.
    pub finished_at: String,
    /// "Now" for everything that was judged, UTC.
    pub as_of: String,
    /// The caller's ARN.
    pub caller_arn: String,
    /// The caller's account.
    pub caller_account_id: String,
    /// The organization, where Organizations told.
    pub organization_id: Option<String>,
    /// Its management account.
    pub management_account_id: Option<String>,
    /// Where the list of accounts comes from: `organizations`, `standalone_account` or
    /// `accounts_file`; only the user's word stands for the last one.
    pub population_source: String,
    /// Whether every page of it arrived.
    pub population_complete: bool,
    /// What the user limited the run to.
    pub scope: ScopeLine,
    /// The role assumed in members.
    pub role_name: String,
    /// The command line, secrets left out.
    pub arguments: Vec<String>,
    /// The settings in force that stand nowhere else, wherever they came from.
    pub settings: BTreeMap<String, String>,
    /// Log objects count from this time in their name, UTC.
    pub window_start: String,
    /// And before this one.
    pub window_end: String,
    /// The numbers in force.
    pub thresholds: ThresholdsLine,
    /// Accounts outside the organization whose keys are trusted.
    pub trusted_key_accounts: Vec<String>,
    /// The severity from which on a failure sets the exit code.
    pub fail_on: String,
    /// Accounts by state.
    pub accounts: BTreeMap<String, u64>,
    /// Targets by outcome; the sum is the population.
    pub coverage: BTreeMap<String, u64>,
    /// Trails by verdict.
    pub trails: BTreeMap<String, u64>,
    /// Findings by status.
    pub findings: BTreeMap<String, u64>,
    /// Gaps by class.
    pub gaps: BTreeMap<String, u64>,
    /// Requests by operation.
    pub calls: BTreeMap<String, u64>,
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

/// What the user limited the run to; where every list is empty, nothing was left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeLine {
    /// Whether anything was left out.
    pub is_limited: bool,
    /// Only these accounts, together with those of `organizational_units`.
    pub accounts: Vec<String>,
    /// Only accounts below one of these.
    pub organizational_units: Vec<String>,
    /// None of these accounts.
    pub excluded_accounts: Vec<String>,
    /// Only these Regions.
    pub regions: Vec<String>,
    /// None of these controls: each of their findings is `not_applicable`, `skipped`.
    #[serde(default)]
    pub skipped_controls: Vec<String>,
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
    /// Tolerance when objects of several Regions are put in order.
    pub switch_tolerance_seconds: i64,
}

/// How many lines of each kind stand above.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EndLine {
    /// Lines by kind, this one not counted.
    pub lines: BTreeMap<String, u64>,
}

/// The JSON Schema of one line.
///
/// # Panics
/// Never: a schema is always JSON.
#[must_use]
pub fn schema() -> serde_json::Value {
    serde_json::to_value(schemars::schema_for!(Line)).expect("a schema is JSON")
}
