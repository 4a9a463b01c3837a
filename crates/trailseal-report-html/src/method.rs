//! How the report came about: settings, provenance, and whether the record agrees with itself.

use std::collections::BTreeMap;
use std::fmt::Display;

use trailseal_model::ControlId;
use trailseal_model::controls::{self, CONTROLS, Control};
use trailseal_record::v1::{RunLine, ThresholdsLine};

use crate::accounts::Accounts;
use crate::coverage::Coverage;
use crate::findings::Findings;
use crate::gaps::Gaps;
use crate::text::{cut, number, when};
use crate::trails::Trails;
use crate::words;

/// A total of the run line beside what its lines add up to.
#[derive(Debug)]
pub(crate) struct Reconciliation {
    pub(crate) what: &'static str,
    pub(crate) said: String,
    pub(crate) counted: String,
    pub(crate) agrees: bool,
}

/// Compares the totals of the run line with the lines.
pub(crate) fn reconcile(
    run: &RunLine,
    accounts: &Accounts,
    coverage: &Coverage,
    trails: &Trails,
    findings: &Findings,
    gaps: &Gaps,
) -> Vec<Reconciliation> {
    vec![
        row("Accounts by state", &run.accounts, &accounts.states),
        row("Targets by outcome", &run.coverage, &coverage.by_outcome),
        row("Trails by verdict", &run.trails, &trails.by_verdict),
        row("Findings by status", &run.findings, &findings.by_status),
        row("Gaps by class", &run.gaps, &gaps.by_class),
    ]
}

fn row<T: Display>(
    what: &'static str,
    said: &BTreeMap<T, u64>,
    counted: &BTreeMap<T, u64>,
) -> Reconciliation {
    let (said, counted) = (in_words(said), in_words(counted));
    Reconciliation { what, agrees: said == counted, said, counted }
}

/// The total, and what it consists of; what is zero is left out.
fn in_words<T: Display>(counts: &BTreeMap<T, u64>) -> String {
    let total: u64 = counts.values().sum();
    let present = counts.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<String> =
        present.map(|(word, count)| format!("{} {word}", number(*count))).collect();
    match parts.as_slice() {
        [] => "0".to_owned(),
        _ => format!("{}: {}", number(total), parts.join(", ")),
    }
}

/// AWS, unless a simulation or other endpoints are on record.
fn answered_by(run: &RunLine) -> String {
    let (foreign, aws) = (run.foreign_endpoints(), run.aws_endpoints());
    match &run.simulation {
        Some(scenario) => cut(&format!("a simulation, scenario {scenario}")),
        None if !foreign.is_empty() => cut(&[foreign, aws].concat().join(", ")),
        None if !aws.is_empty() => cut(&format!("AWS, at {}", aws.join(", "))),
        None => "AWS".to_owned(),
    }
}

/// The run itself, as rows of name and value.
pub(crate) fn provenance(run: &RunLine) -> Vec<(&'static str, String)> {
    let not_known = || "not known".to_owned();
    let optional = |text: &Option<String>| text.as_deref().map_or_else(not_known, cut);
    let without = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), cut);
    vec![
        ("Run", cut(&run.run_id)),
        ("Answered by", answered_by(run)),
        ("Trailseal version", cut(&run.tool_version)),
        ("SHA-256 of the program", optional(&run.program_sha256)),
        ("SHA-256 of the configuration file", without(&run.configuration_sha256)),
        ("SHA-256 of the exceptions file", without(&run.exceptions_sha256)),
        ("Caller", cut(&run.caller_arn)),
        ("Caller's account", run.caller_account_id.to_string()),
        ("Organization", optional(&run.organization_id)),
        (
            "Management account",
            run.management_account_id.map_or_else(not_known, |account| account.to_string()),
        ),
        ("List of accounts from", words::population_source(run.population_source)),
        ("Role assumed in members", cut(&run.role_name)),
        ("Began", when(run.started_at)),
        ("Ended", when(run.finished_at)),
        ("Judged as of", when(run.as_of)),
        ("Log objects named from", when(run.window_start)),
        ("Log objects named before", when(run.window_end)),
        ("Failures count for the exit code from", run.fail_on.to_string()),
        ("Throttled requests", number(run.throttles)),
        ("Schema of the record", cut(&run.schema)),
    ]
}

/// The thresholds in force, as rows of name, value and meaning.
pub(crate) fn thresholds(line: &ThresholdsLine) -> Vec<(&'static str, String, &'static str)> {
    let seconds = |it: i64| format!("{it} s");
    vec![
        (
            "tolerable_rate",
            line.tolerable_rate.to_string(),
            "share of log objects that may deviate at most; whatever could not be read counts as deviating",
        ),
        (
            "confidence",
            line.confidence.to_string(),
            "of the bound that follows from a random sample",
        ),
        (
            "sample_size",
            line.sample_size.to_string(),
            "log objects drawn per trail; a smaller population is examined whole",
        ),
        (
            "listing_budget",
            line.listing_budget.to_string(),
            "ListObjectsV2 calls per trail at most",
        ),
        (
            "stale_after_seconds",
            seconds(line.stale_after_seconds),
            "a last delivery older than this proves nothing",
        ),
        (
            "fresh_within_seconds",
            seconds(line.fresh_within_seconds),
            "a delivery younger than this contradicts a delivery error",
        ),
        (
            "key_change_tolerance_seconds",
            seconds(line.key_change_tolerance_seconds),
            "tolerance when objects of several Regions are put in order",
        ),
    ]
}

/// The settings in force that no other table has.
pub(crate) fn settings(run: &RunLine) -> Vec<(String, String)> {
    let trusted: Vec<String> = run.trusted_key_accounts.iter().map(ToString::to_string).collect();
    let mut rows: Vec<(String, String)> =
        run.settings.iter().map(|(name, value)| (cut(name), cut(value))).collect();
    rows.push(("trusted_key_accounts".to_owned(), cut(&trusted.join(", "))));
    rows.retain(|it| !it.1.is_empty());
    rows
}

/// Requests by operation.
pub(crate) fn calls(run: &RunLine) -> (String, Vec<(String, String)>) {
    let rows = run.calls.iter().map(|(name, count)| (name.to_string(), number(*count))).collect();
    (number(run.calls.values().sum::<u64>()), rows)
}

/// The command line, as it was typed; an argument with a space is quoted.
pub(crate) fn command(run: &RunLine) -> String {
    let quoted = |it: &String| {
        let needs_quotes = it.is_empty() || it.contains(char::is_whitespace);
        if needs_quotes { format!("\"{it}\"") } else { it.clone() }
    };
    let words: Vec<String> = run.arguments.iter().map(quoted).collect();
    cut(&format!("trailseal {}", words.join(" ")))
}

/// The ids of other catalogs for the controls: framework, versions, ids, control.
pub(crate) fn mappings() -> impl Iterator<Item = (&'static str, String, String, &'static str)> {
    controls::mappings().map(|(control, mapping)| {
        let versions = mapping.versions.join(", ");
        (mapping.framework.title(), versions, mapping.ids.join(", "), control.as_str())
    })
}

/// The controls that no catalog has an id for.
pub(crate) fn unmapped() -> impl Iterator<Item = ControlId> {
    ControlId::ALL.iter().copied().filter(|it| it.mappings().next().is_none())
}

/// The controls that this version does not judge.
pub(crate) fn not_judged() -> impl Iterator<Item = &'static Control> {
    CONTROLS.iter().filter(|it| !it.is_built)
}
