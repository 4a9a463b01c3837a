//! The summary object of a scan: one for each scan that began, whatever its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use trailseal_aws::Clock;
use trailseal_model::summary::{KIND, Metrics, Results, SCHEMA, Summary};
use trailseal_model::{LogsSealed, Outcome, Scope, Severity, Status, Verdict, exit_code};
use trailseal_record::v1::{Audit, ScopeLine};

use super::progress::RunEvents;
use crate::environment::Environment;
use crate::error::UserError;
use crate::version::VERSION;

/// Follows a scan from its beginning, so that its end can be summed up even where it makes no report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heartbeat(Arc<OnceLock<Begun>>);

/// A scan that has begun.
#[derive(Debug)]
struct Begun {
    run_id: String,
    started_at: Timestamp,
    clock: Clock,
    simulation: Option<String>,
    scope: Scope,
    events: Arc<RunEvents>,
    finished: OnceLock<Finished>,
    resumable: Mutex<Option<PathBuf>>,
}

/// A scan whose reports are written.
#[derive(Debug)]
struct Finished {
    exit_code: u8,
    ended_at: Timestamp,
    folder: PathBuf,
    results: Results,
    metrics: Metrics,
}

impl Heartbeat {
    /// Notes that a scan begins; its events are counted by these.
    pub(crate) fn begin(
        &self,
        run_id: &str,
        started_at: Timestamp,
        scope: Scope,
        outside: &Environment,
        events: &Arc<RunEvents>,
    ) {
        self.0.get_or_init(|| Begun {
            run_id: run_id.to_owned(),
            started_at,
            clock: outside.clock.clone(),
            simulation: outside.simulation.clone(),
            scope,
            events: Arc::clone(events),
            finished: OnceLock::new(),
            resumable: Mutex::default(),
        });
    }

    /// Notes that the reports are in this folder.
    pub(crate) fn finish(&self, audit: &Audit, folder: &Path) {
        let Some(begun) = self.0.get() else { return };
        let results = results(audit);
        begun.finished.get_or_init(|| Finished {
            exit_code: audit.exit_code(),
            ended_at: audit.run.finished_at,
            folder: folder.to_owned(),
            metrics: metrics(audit, &results),
            results,
        });
    }

    /// Notes that the scan can be continued in this folder, if it ends now.
    pub(crate) fn resumable(&self, folder: &Path) {
        self.set_resumable(Some(folder.to_owned()));
    }

    /// Notes that nothing is left to continue.
    pub(crate) fn not_resumable(&self) {
        self.set_resumable(None);
    }

    fn set_resumable(&self, folder: Option<PathBuf>) {
        if let Some(begun) = self.0.get() {
            *begun.resumable.lock().unwrap_or_else(PoisonError::into_inner) = folder;
        }
    }

    /// Whether a scan has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.get().is_some()
    }

    /// The summary of the scan, if one has begun, where the process ends with this exit code or error.
    /// What a scan found counts more than the exit code of a demonstration.
    pub(crate) fn summary(&self, process: u8, error: Option<&UserError>) -> Option<Summary> {
        let begun = self.0.get()?;
        let now = begun.clock.now();
        let finished = begun.finished.get().filter(|_| error.is_none());
        let exit_code = finished.map_or(process, |finished| finished.exit_code);
        let finished_at = finished.map_or(now, |finished| finished.ended_at);
        let took = finished_at.duration_since(begun.started_at);
        let calls = begun.events.calls();
        let is_success = finished.is_some();
        let metrics = Metrics {
            success: u8::from(is_success),
            complete: u8::from(
                is_success && matches!(exit_code, exit_code::CLEAN | exit_code::FAILURES),
            ),
            exit_code,
            duration_seconds: took.as_secs_f64(),
            calls: calls.values().sum(),
            throttles: begun.events.throttles(),
            ..finished.map(|finished| finished.metrics.clone()).unwrap_or_default()
        };
        let text = |path: &Path| path.display().to_string();
        let resumable = begun.resumable.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let summary = Summary {
            kind: KIND.to_owned(),
            schema: SCHEMA.to_owned(),
            timestamp: time(now),
            level: if is_success { "INFO" } else { "ERROR" }.to_owned(),
            message: format!("exit code {exit_code}: {}", exit_code::meaning(exit_code)),
            run_id: begun.run_id.clone(),
            started_at: time(begun.started_at),
            finished_at: time(finished_at),
            tool_version: VERSION.to_owned(),
            simulation: begun.simulation.clone(),
            organization_id: begun.events.organization().map(str::to_owned),
            caller_account_id: begun.events.caller_account().map(|account| account.to_string()),
            scope: ScopeLine::from(&begun.scope),
            exit_code,
            exit_code_meaning: exit_code::meaning(exit_code).to_owned(),
            problem: error.map(|error| error.problem.clone()),
            advice: error.map(|error| error.advice.clone()),
            report_folder: finished.map(|finished| text(&finished.folder)),
            is_resumable: resumable.is_some(),
            resume_folder: resumable.as_deref().map(text),
            calls_by_operation: calls
                .into_iter()
                .map(|(operation, all)| (operation.to_string(), all))
                .collect(),
            retries: begun.events.retries(),
            results: finished.map(|finished| finished.results.clone()),
            metrics,
            organization: None,
            aws: None,
        };
        Some(summary.with_embedded_metrics(finished_at.as_millisecond()))
    }

    /// The same as one line of JSON.
    pub(crate) fn summary_line(&self, process: u8, error: Option<&UserError>) -> Option<String> {
        let summary = self.summary(process, error)?;
        serde_json::to_string(&summary).ok()
    }
}

/// Milliseconds, always with `Z`, as in the record.
fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn results(audit: &Audit) -> Results {
    let (facts, findings) = (&audit.facts, &audit.findings);
    let in_use = facts.accounts.iter().filter(|account| account.state.is_audited());
    let failed = findings.iter().filter(|finding| finding.status() == Status::Fail);
    let sealing = audit.accounts.iter().filter_map(|account| account.logs_sealed);
    let totals = facts.coverage.totals();
    Results {
        accounts_by_state: count(facts.accounts.iter().map(|account| account.state.as_str())),
        accounts_in_use: in_use.clone().count() as u64,
        accounts_in_scope: in_use.filter(|account| facts.scope.includes(account)).count() as u64,
        accounts_by_logs_sealed: count(sealing.map(LogsSealed::as_str)),
        targets_by_outcome: totals.iter().map(|(word, all)| (word.to_string(), *all)).collect(),
        trails_by_verdict: count(audit.verdicts().values().map(|verdict| verdict.as_str())),
        findings_by_status: count(findings.iter().map(|finding| finding.status().as_str())),
        failed_by_severity: count(
            failed.clone().map(|finding| finding.control().entry().severity.as_str()),
        ),
        failed_accepted: failed.filter(|finding| audit.excepted.has_finding(finding)).count()
            as u64,
        gaps_by_class: count(audit.gaps.iter().map(|gap| gap.class.as_str())),
    }
}

/// The metrics of what was found; the others are those of the run.
fn metrics(audit: &Audit, results: &Results) -> Metrics {
    let counts = |severity: Option<Severity>| {
        let counted = audit.findings.iter().filter(|finding| {
            finding.status() == Status::Fail
                && !audit.excepted.has_finding(finding)
                && severity.is_none_or(|severity| finding.control().entry().severity == severity)
        });
        counted.count() as u64
    };
    let of = |all: &BTreeMap<String, u64>, word: &str| all.get(word).copied().unwrap_or_default();
    let accounts = &results.accounts_by_logs_sealed;
    Metrics {
        failed_findings: Some(counts(None)),
        failed_findings_high: Some(counts(Some(Severity::High))),
        not_proven_findings: Some(of(&results.findings_by_status, Status::NotProven.as_str())),
        targets_not_evaluated: Some(of(
            &results.targets_by_outcome,
            Outcome::NotEvaluated.as_str(),
        )),
        targets_partial: Some(of(&results.targets_by_outcome, Outcome::Partial.as_str())),
        gaps: Some(results.gaps_by_class.values().sum()),
        unsealed_trails: Some(of(&results.trails_by_verdict, Verdict::Unsealed.as_str())),
        unsealed_accounts: Some(
            of(accounts, LogsSealed::Unsealed.as_str())
                + of(accounts, LogsSealed::NotCovered.as_str()),
        ),
        ..Metrics::default()
    }
}

fn count<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    words.fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word.to_owned()).or_default() += 1;
        counts
    })
}

#[cfg(test)]
mod tests {
    use super::super::progress::Progress;
    use super::*;

    /// A scan that began and whose organization is not known.
    fn begun(simulation: Option<&str>) -> Heartbeat {
        let heartbeat = Heartbeat::default();
        let events = Arc::new(RunEvents::new(Progress::Quiet));
        let simulation = simulation.map(str::to_owned);
        let outside = Environment { simulation, ..Environment::real() };
        let started_at = outside.clock.now();
        heartbeat.begin("run", started_at, Scope::default(), &outside, &events);
        heartbeat
    }

    #[test]
    fn without_a_scan_there_is_no_summary() {
        assert_eq!(Heartbeat::default().summary(exit_code::USAGE, None), None);
    }

    #[test]
    fn an_interrupted_scan_names_the_folder_to_resume_and_is_no_success() {
        let heartbeat = begun(None);
        heartbeat.resumable(Path::new("out"));
        let summary = heartbeat.summary(exit_code::INTERRUPTED, None).unwrap();
        assert_eq!((summary.is_resumable, summary.resume_folder.as_deref()), (true, Some("out")));
        let Metrics { success, complete, exit_code, .. } = summary.metrics;
        assert_eq!((success, complete, exit_code), (0, 0, exit_code::INTERRUPTED));
        assert_eq!((summary.results, summary.report_folder), (None, None));
    }

    #[test]
    fn a_panic_ends_with_a_summary_too() {
        let error = UserError::internal();
        let summary = begun(None).summary(error.exit_code, Some(&error)).unwrap();
        assert_eq!((summary.exit_code, summary.level.as_str()), (exit_code::INTERNAL, "ERROR"));
        assert_eq!(summary.problem.as_deref(), Some("internal error"));
        let metrics = &summary.aws.unwrap().cloud_watch_metrics[0];
        assert_eq!(metrics.dimensions, [[""; 0]], "no organization, no dimension");
    }

    #[test]
    fn a_simulation_has_no_metrics_for_cloudwatch() {
        let summary = begun(Some("small")).summary(exit_code::CLEAN, None).unwrap();
        assert_eq!((summary.simulation.as_deref(), summary.aws), (Some("small"), None));
    }
}
