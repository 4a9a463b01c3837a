//! The summary of one scan as one JSON object, version 1: what a log shipper and an alarm read. It is
//! an embedded metric format document of Amazon CloudWatch too.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scope::ScopeLine;

/// The schema's name, in every summary.
pub const SCHEMA: &str = "trailseal-summary/1";

/// The value of [`Summary::kind`].
pub const KIND: &str = "summary";

/// The CloudWatch namespace of the metrics.
pub const NAMESPACE: &str = "Trailseal";

/// The member that is a dimension of the metrics.
pub const ORGANIZATION: &str = "Organization";

/// How a scan ended: the last line of stderr with `--log-format json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Always `summary`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Always `trailseal-summary/1`.
    pub schema: String,
    /// When the summary was made, UTC.
    pub timestamp: String,
    /// `INFO` if the scan ended with reports, else `ERROR`.
    pub level: String,
    /// The exit code and its meaning in one line.
    pub message: String,
    /// Names the run.
    pub run_id: String,
    /// When the run began, UTC.
    pub started_at: String,
    /// When it ended, UTC.
    pub finished_at: String,
    /// The program's version, with the commit.
    pub tool_version: String,
    /// The scenario, if a simulation answered and not AWS; there are no metrics then.
    pub simulation: Option<String>,
    /// The organization; `None` until its accounts are listed, and for an account without one.
    pub organization_id: Option<String>,
    /// The caller's account; `None` until AWS named it.
    pub caller_account_id: Option<String>,
    /// What the user limited the run to.
    pub scope: ScopeLine,
    /// The exit code of the scan.
    pub exit_code: u8,
    /// Its meaning.
    pub exit_code_meaning: String,
    /// What ended the scan before its reports; `None` if nothing did.
    pub problem: Option<String>,
    /// What to do about that.
    pub advice: Option<String>,
    /// The folder of the reports; `None` where there are none.
    pub report_folder: Option<String>,
    /// Whether the scan can be resumed.
    pub is_resumable: bool,
    /// The folder to resume; `None` if it cannot be.
    pub resume_folder: Option<String>,
    /// Requests by operation.
    pub calls_by_operation: BTreeMap<String, u64>,
    /// Requests that were made again after a failure.
    pub retries: u64,
    /// What was found; `None` where the scan ended before its reports.
    pub results: Option<Results>,
    /// The metrics.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// The organization as a dimension; absent while it is not known.
    #[serde(rename = "Organization", skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// What tells CloudWatch that this object has metrics; absent in a simulation, which must not feed
    /// an alarm about real accounts.
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    pub aws: Option<EmbeddedMetrics>,
}

/// What a finished audit found, in numbers; those of the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// Accounts by state.
    pub accounts_by_state: BTreeMap<String, u64>,
    /// Accounts that are in use, so that they can be audited.
    pub accounts_in_use: u64,
    /// Of these, accounts that the scope does not leave out.
    pub accounts_in_scope: u64,
    /// Accounts by the answer whether their logs are sealed; those that are judged.
    pub accounts_by_logs_sealed: BTreeMap<String, u64>,
    /// Targets (account x Region) by outcome; the sum is the population.
    pub targets_by_outcome: BTreeMap<String, u64>,
    /// Trails by verdict.
    pub trails_by_verdict: BTreeMap<String, u64>,
    /// Findings by status.
    pub findings_by_status: BTreeMap<String, u64>,
    /// Failed findings by severity, accepted ones among them.
    pub failed_by_severity: BTreeMap<String, u64>,
    /// Failed findings that an exception accepts.
    pub failed_accepted: u64,
    /// Gaps by class.
    pub gaps_by_class: BTreeMap<String, u64>,
}

/// The metrics, as CloudWatch names them. Those of the findings are absent where a scan ended before
/// its reports: no number is better than a wrong zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Metrics {
    /// 1 if the scan ended with reports (exit code 0, 1, 3 or 4), else 0.
    pub success: u8,
    /// 1 if the reports are complete as well (exit code 0 or 1), else 0.
    pub complete: u8,
    /// The exit code.
    pub exit_code: u8,
    /// How long the scan took, in seconds.
    pub duration_seconds: f64,
    /// Requests.
    pub calls: u64,
    /// Throttled requests.
    pub throttles: u64,
    /// Findings that failed and that no exception accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_findings: Option<u64>,
    /// Of these, the ones of severity high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_findings_high: Option<u64>,
    /// Findings that are not proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_proven_findings: Option<u64>,
    /// Targets in scope that were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets_not_evaluated: Option<u64>,
    /// Targets in scope that were read in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets_partial: Option<u64>,
    /// Gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gaps: Option<u64>,
    /// Trails that are unsealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsealed_trails: Option<u64>,
    /// Accounts whose logs are unsealed or that a Region without a trail leaves uncovered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsealed_accounts: Option<u64>,
}

/// The metadata of the embedded metric format.
///
/// Source: CloudWatch user guide, "Specification: Embedded metric format".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct EmbeddedMetrics {
    /// The time of the metrics, in milliseconds after 1970-01-01 UTC.
    pub timestamp: i64,
    /// What to extract; one entry.
    pub cloud_watch_metrics: Vec<MetricDirective>,
}

/// Which members of the summary are metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct MetricDirective {
    /// Always `Trailseal`.
    pub namespace: String,
    /// The sets of dimensions that each metric is kept under: the empty one, and the organization
    /// where it is known.
    pub dimensions: Vec<Vec<String>>,
    /// The metrics.
    pub metrics: Vec<MetricDefinition>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct MetricDefinition {
    /// A member of the summary.
    pub name: String,
    /// `Seconds`, `Count` or `None`.
    pub unit: String,
}

impl Metrics {
    /// The metrics that are there, with CloudWatch's units.
    #[must_use]
    pub fn definitions(&self) -> Vec<MetricDefinition> {
        let with = [
            ("Success", "None", true),
            ("Complete", "None", true),
            ("ExitCode", "None", true),
            ("DurationSeconds", "Seconds", true),
            ("Calls", "Count", true),
            ("Throttles", "Count", true),
            ("FailedFindings", "Count", self.failed_findings.is_some()),
            ("FailedFindingsHigh", "Count", self.failed_findings_high.is_some()),
            ("NotProvenFindings", "Count", self.not_proven_findings.is_some()),
            ("TargetsNotEvaluated", "Count", self.targets_not_evaluated.is_some()),
            ("TargetsPartial", "Count", self.targets_partial.is_some()),
            ("Gaps", "Count", self.gaps.is_some()),
            ("UnsealedTrails", "Count", self.unsealed_trails.is_some()),
            ("UnsealedAccounts", "Count", self.unsealed_accounts.is_some()),
        ];
        let there = with.into_iter().filter(|metric| metric.2);
        there
            .map(|(name, unit, _)| MetricDefinition { name: name.into(), unit: unit.into() })
            .collect()
    }
}

impl Summary {
    /// Marks the metrics for CloudWatch, at this time in milliseconds after 1970-01-01 UTC. Not in a
    /// simulation.
    #[must_use]
    pub fn with_embedded_metrics(mut self, milliseconds: i64) -> Self {
        self.organization.clone_from(&self.organization_id);
        let of_organization = self.organization.is_some().then(|| vec![ORGANIZATION.to_owned()]);
        self.aws = self.simulation.is_none().then(|| EmbeddedMetrics {
            timestamp: milliseconds,
            cloud_watch_metrics: vec![MetricDirective {
                namespace: NAMESPACE.to_owned(),
                dimensions: std::iter::once(Vec::new()).chain(of_organization).collect(),
                metrics: self.metrics.definitions(),
            }],
        });
        self
    }
}

/// The JSON Schema of a summary.
///
/// # Panics
/// Never: a schema is always JSON.
#[must_use]
pub fn schema() -> serde_json::Value {
    serde_json::to_value(schemars::schema_for!(Summary)).expect("a schema is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_that_is_there_is_defined_and_no_other() {
        let few = Metrics::default();
        let all = Metrics {
            failed_findings: Some(1),
            failed_findings_high: Some(1),
            not_proven_findings: Some(1),
            targets_not_evaluated: Some(1),
            targets_partial: Some(1),
            gaps: Some(1),
            unsealed_trails: Some(1),
            unsealed_accounts: Some(1),
            ..Metrics::default()
        };
        for metrics in [few, all] {
            let value = serde_json::to_value(&metrics).unwrap();
            let mut members: Vec<&String> = value.as_object().unwrap().keys().collect();
            let definitions = metrics.definitions();
            let mut defined: Vec<&String> = definitions.iter().map(|metric| &metric.name).collect();
            members.sort();
            defined.sort();
            assert_eq!(members, defined);
        }
    }
}
