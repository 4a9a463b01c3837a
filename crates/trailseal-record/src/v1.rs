//! Version 1 of the record: sorted JSON lines.
//!
//! The kinds of line come in the order of [`Line`], each kind sorted by its key, what is gravest before
//! the rest; the last line counts the others, so that a record that was cut short is refused.

mod account;
mod audit;
mod blame;
mod bucket;
mod cause;
mod cluster;
mod coverage;
mod endpoints;
mod exceptions;
mod finding;
mod gap;
mod history;
mod key;
mod members;
mod position;
mod rejudged;
mod run;
mod sample;
mod sampling;
mod store;
mod trail;
mod values;
mod write;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use account::AccountLine;
pub use audit::{Audit, Run, SampleSource, ThrottledKey};
pub use bucket::BucketLine;
pub use cause::{CauseLine, EffectLine, FixLine, FixStepLine};
pub use cluster::{SampledClusterLine, sampled_cluster_line};
pub use coverage::CoverageLine;
pub use endpoints::EndpointLine;
pub use exceptions::{ExceptionLine, ExceptionsLine};
pub use finding::{EvidenceLine, FindingLine};
pub use gap::GapLine;
pub use history::{DigestLine, HistoryLine};
pub use key::KeyLine;
pub use members::{AccountPrefixesLine, MemberStatusLine, MembersLine};
pub use position::{CauseRank, Position, StatusRank};
pub use rejudged::{ChangedSettingLine, Rejudged, RejudgedLine};
pub use run::{RunLine, ThresholdsLine, ThrottledKeyLine};
pub use sample::SampleLine;
pub use sampling::SamplingLine;
pub use store::StoreLine;
pub use trail::{DifferingSightingsLine, StatusLine, TrailLine};
pub use trailseal_model::ScopeLine;
pub use write::write_record;

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
    /// One thing to change, with what it affects; the gravest first.
    Cause(Box<CauseLine>),
    /// One account of the organization.
    Account(Box<AccountLine>),
    /// One bucket that a trail names.
    Bucket(BucketLine),
    /// One key that a trail or event data store names.
    Key(Box<KeyLine>),
    /// One CloudTrail Lake event data store.
    EventDataStore(Box<StoreLine>),
    /// One trail.
    Trail(Box<TrailLine>),
    /// One operation that could not give its answer.
    Gap(Box<GapLine>),
    /// One judgement; failures first, then what is not proven, passes, and what does not apply.
    Finding(Box<FindingLine>),
    /// One listed cluster of a trail's log objects.
    SampledCluster(Box<SampledClusterLine>),
    /// One examined log object.
    Sample(Box<SampleLine>),
    /// One account x Region.
    Coverage(Box<CoverageLine>),
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
            Self::Cause(_) => "cause",
            Self::Account(_) => "account",
            Self::Bucket(_) => "bucket",
            Self::Key(_) => "key",
            Self::EventDataStore(_) => "event_data_store",
            Self::Trail(_) => "trail",
            Self::Gap(_) => "gap",
            Self::Finding(_) => "finding",
            Self::SampledCluster(_) => "sampled_cluster",
            Self::Sample(_) => "sample",
            Self::Coverage(_) => "coverage",
            Self::End(_) => "end",
        }
    }
}

/// How many lines of each kind the record has.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_lists_the_words_of_closed_lists() {
        let schema = schema();
        for (name, word) in [
            ("Status", "not_proven"),
            ("Reason", "cluster_sample_sealed"),
            ("ControlId", "account-covered"),
            ("Outcome", "evaluated"),
            ("GapClass", "denied_by_scp"),
            ("Operation", "DescribeTrails"),
            ("SampleResult", "shared_prefix_key"),
            ("Selection", "key_change"),
            ("SampleMethod", "clusters"),
            ("Estimand", "cluster_weighted"),
            ("CauseKind", "denying_policy"),
            ("FixActor", "trailseal_operator"),
            ("KeyReading", "invalid_state"),
            ("ManagedBy", "CUSTOMER"),
            ("DescribedFrom", "agreeing_shadows"),
            ("RecordedBySealed", "not_covered"),
            ("OtherTrailsAnswer", "unknown"),
        ] {
            let words = &schema["$defs"][name]["enum"];
            let words = words.as_array().unwrap_or_else(|| panic!("{name}: {words}"));
            assert!(words.iter().any(|known| known == word), "{name}: {words:?}");
        }
    }

    #[test]
    fn the_schema_describes_every_line_of_the_fixture() {
        let schema = schema();
        for line in crate::fixture::lines() {
            let value = serde_json::to_value(&line).unwrap();
            let variants = schema["oneOf"].as_array().unwrap();
            let kind = |variant: &&serde_json::Value| {
                variant["properties"]["line"]["const"] == value["line"]
            };
            let variant = variants.iter().find(kind).unwrap();
            let name = variant["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            let members = schema["$defs"][name]["properties"].as_object().unwrap();
            for member in value.as_object().unwrap().keys().filter(|name| *name != "line") {
                assert!(members.contains_key(member), "{name} {member}");
            }
        }
    }
}
