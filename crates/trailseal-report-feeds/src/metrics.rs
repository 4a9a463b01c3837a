//! `metrics.prom`: the run in numbers, for a monitoring system.

use std::collections::BTreeMap;

use trailseal_model::{
    AccountState, CauseKind, ControlId, ExceptionState, GapClass, LogsSealed, Operation,
    OtherTrailsAnswer, Outcome, RecordedBySealed, SampleResult, Severity, Status, Verdict,
};
use trailseal_record::Time;
use trailseal_record::v1::RunLine;

use crate::open_metrics::Page;
use crate::tally::{Tally, of};

/// What the names begin with.
const PREFIX: &str = "trailseal_";

/// The same of a simulation, so that no alert about real accounts reads it.
const SIMULATED: &str = "trailseal_simulation_";

/// The metrics. Every word of a closed list is there, also with zero, so that an alert never lacks its
/// series.
pub(crate) fn text(tally: &Tally) -> String {
    let Some(run) = tally.run.as_deref() else { return String::new() };
    let mut page = Page::new(if run.simulation.is_some() { SIMULATED } else { PREFIX });
    of_run(&mut page, run);
    of_findings(&mut page, tally);
    of_causes(&mut page, tally);
    of_accounts(&mut page, tally);
    words(
        &mut page,
        ("trails", "Trails by verdict.", "verdict"),
        Verdict::ALL.iter().map(|word| (word.as_str(), of(&tally.trails, word))),
    );
    words(
        &mut page,
        ("targets", "Targets (account x Region) by outcome; the sum is the population.", "outcome"),
        Outcome::ALL.iter().map(|word| (word.as_str(), of(&tally.targets, word))),
    );
    words(
        &mut page,
        ("examined_objects", "Examined log objects by result.", "result"),
        SampleResult::ALL.iter().map(|word| (word.as_str(), of(&tally.samples, word))),
    );
    of_gaps(&mut page, tally);
    of_requests(&mut page, run);
    of_exceptions(&mut page, run);
    page.finish()
}

/// A family with one label, which is a word of a list.
fn words<'a>(
    page: &mut Page,
    (name, help, label): (&'static str, &str, &str),
    counts: impl Iterator<Item = (&'a str, u64)>,
) {
    let mut family = page.family(name, None, help);
    for (word, count) in counts {
        family.count(&[(label, word)], count);
    }
}

fn of_run(page: &mut Page, run: &RunLine) {
    let endpoints = run.foreign_endpoints().join(", ");
    let labels = [
        ("run_id", run.run_id.as_str()),
        ("version", &run.tool_version),
        ("organization", run.organization_id.as_deref().unwrap_or("")),
        ("caller_account", &run.caller_account_id.to_string()),
        ("population_source", run.population_source.as_str()),
        ("scope", if run.scope.is_limited { "scoped" } else { "whole" }),
        ("simulation", run.simulation.as_deref().unwrap_or("")),
        ("foreign_endpoints", &endpoints),
    ];
    page.family("run_info", None, "The run; always 1.").sample(&labels, "1");
    let seconds = Some("seconds");
    let help = "When the run began, in seconds after 1970-01-01 UTC.";
    page.family("run_start_timestamp_seconds", seconds, help).sample(&[], &stamp(run.started_at));
    let help = "When the run ended, in seconds after 1970-01-01 UTC.";
    page.family("run_end_timestamp_seconds", seconds, help).sample(&[], &stamp(run.finished_at));
    let duration = run.finished_at.as_millisecond() - run.started_at.as_millisecond();
    let help = "How long the run took.";
    page.family("run_duration_seconds", seconds, help).sample(&[], &decimal(duration));
    page.family("run_exit_code", None, "The exit code of the run.")
        .count(&[], u64::from(run.exit_code));
    let help = "1 if every page of the list of accounts arrived, else 0.";
    page.family("run_population_complete", None, help)
        .count(&[], u64::from(run.population_complete));
}

/// Seconds after 1970 with three decimals.
fn stamp(time: Time) -> String {
    decimal(time.as_millisecond())
}

/// Milliseconds as seconds with three decimals.
fn decimal(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}

/// Whether an exception accepts it, as a label.
const fn accepted(is_accepted: bool) -> (&'static str, &'static str) {
    ("accepted", if is_accepted { "true" } else { "false" })
}

fn of_findings(page: &mut Page, tally: &Tally) {
    let help = "Findings by control, severity and status, and whether an exception accepts them.";
    let mut family = page.family("findings", None, help);
    for control in ControlId::ALL {
        let severity = control.entry().severity.as_str();
        for status in Status::ALL {
            let can_be_accepted = matches!(status, Status::Fail | Status::NotProven);
            for is_accepted in [false, true] {
                let count = of(&tally.findings, &(*control, *status, is_accepted));
                if is_accepted && !can_be_accepted && count == 0 {
                    continue;
                }
                let labels = [
                    ("control", control.as_str()),
                    ("severity", severity),
                    ("status", status.as_str()),
                    accepted(is_accepted),
                ];
                family.count(&labels, count);
            }
        }
    }
}

fn of_causes(page: &mut Page, tally: &Tally) {
    let mut family = page.family("causes", None, "Causes, things to change, by kind and severity.");
    for kind in CauseKind::ALL {
        for severity in Severity::ALL {
            let count = of(&tally.causes.counts, &(*kind, *severity));
            family.count(&[("kind", kind.as_str()), ("severity", severity.as_str())], count);
        }
    }
}

fn of_accounts(page: &mut Page, tally: &Tally) {
    words(
        page,
        ("accounts", "Accounts by state.", "state"),
        AccountState::ALL.iter().map(|word| (word.as_str(), of(&tally.accounts, word))),
    );
    let help = "Accounts in use by whether a sealed trail records every enabled Region; \
                not_judged is left out by the scope.";
    let answers =
        RecordedBySealed::ALL.iter().map(|word| (word.as_str(), of(&tally.recorded, word)));
    words(
        page,
        ("accounts_recorded_by_sealed_trail", help, "answer"),
        answers.chain([("not_judged", tally.not_judged)]),
    );
    let help = "Judged accounts by the worst of the other trails that record them.";
    words(
        page,
        ("accounts_other_trails", help, "answer"),
        OtherTrailsAnswer::ALL.iter().map(|word| (word.as_str(), of(&tally.other_trails, word))),
    );
    let help = "Judged accounts by whether every trail that records them is sealed.";
    words(
        page,
        ("accounts_logs_sealed", help, "answer"),
        LogsSealed::ALL.iter().map(|word| (word.as_str(), of(&tally.logs_sealed, word))),
    );
}

fn of_gaps(page: &mut Page, tally: &Tally) {
    let help = "Calls without an answer by class, and whether an exception accepts them.";
    let mut family = page.family("gaps", None, help);
    for class in GapClass::ALL {
        for is_accepted in [false, true] {
            let count = of(&tally.gaps, &(*class, is_accepted));
            family.count(&[("class", class.as_str()), accepted(is_accepted)], count);
        }
    }
}

fn of_requests(page: &mut Page, run: &RunLine) {
    let calls: &BTreeMap<Operation, u64> = &run.calls;
    words(
        page,
        ("requests", "Requests of the run by operation, retries included.", "operation"),
        Operation::ALL.iter().map(|word| (word.as_str(), of(calls, word))),
    );
    page.family("throttled_requests", None, "Requests of the run that AWS throttled.")
        .count(&[], run.throttles);
}

fn of_exceptions(page: &mut Page, run: &RunLine) {
    let line = &run.exceptions;
    words(
        page,
        ("exceptions", "Exceptions of the user's file by state.", "state"),
        ExceptionState::ALL.iter().map(|state| {
            let count = match state {
                ExceptionState::InForce => line.in_force,
                ExceptionState::Expired => line.expired,
                ExceptionState::Unmatched => line.unmatched,
            };
            (state.as_str(), count)
        }),
    );
}
