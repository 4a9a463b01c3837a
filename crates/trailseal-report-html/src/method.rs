//! How the report came about: settings, provenance, and whether the record agrees with itself.

use std::collections::BTreeMap;

use trailseal_model::ControlId;
use trailseal_model::controls::{self, CONTROLS, Control};
use trailseal_model::record::v1::{RunLine, ThresholdsLine};

use crate::accounts::Accounts;
use crate::coverage::Coverage;
use crate::findings::Findings;
use crate::gaps::Gaps;
use crate::text::{cut, number, when};
use crate::trails::Trails;

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
    let row = |what, said: &BTreeMap<String, u64>, counted: &BTreeMap<String, u64>| {
        let present = |it: &BTreeMap<String, u64>| -> Vec<(String, u64)> {
            it.iter().filter(|it| *it.1 > 0).map(|(word, it)| (word.clone(), *it)).collect()
        };
        let (said, counted) = (present(said), present(counted));
        Reconciliation {
            what,
            agrees: said == counted,
            said: in_words(&said),
            counted: in_words(&counted),
        }
    };
    vec![
        row("Accounts by state", &run.accounts, &accounts.states),
        row("Targets by outcome", &run.coverage, &coverage.by_outcome),
        row("Trails by verdict", &run.trails, &trails.by_verdict),
        row("Findings by status", &run.findings, &findings.by_status),
        row("Gaps by class", &run.gaps, &gaps.by_class),
    ]
}

fn in_words(counts: &[(String, u64)]) -> String {
    let total: u64 = counts.iter().map(|it| it.1).sum();
    let parts: Vec<String> =
        counts.iter().map(|(word, count)| format!("{} {}", number(*count), cut(word))).collect();
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
    let optional = |it: &Option<String>| it.as_deref().map_or_else(|| "not known".to_owned(), cut);
    vec![
        ("Run", cut(&run.run_id)),
        ("Answered by", answered_by(run)),
        ("Trailseal version", cut(&run.tool_version)),
        ("Caller", cut(&run.caller_arn)),
        ("Caller's account", cut(&run.caller_account_id)),
        ("Organization", optional(&run.organization_id)),
        ("Management account", optional(&run.management_account_id)),
        ("List of accounts from", cut(&run.population_source)),
        ("Role assumed in members", cut(&run.role_name)),
        ("Began", when(&run.started_at)),
        ("Ended", when(&run.finished_at)),
        ("Judged as of", when(&run.as_of)),
        ("Log objects named from", when(&run.window_start)),
        ("Log objects named before", when(&run.window_end)),
        ("Failures count for the exit code from", cut(&run.fail_on)),
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
            "switch_tolerance_seconds",
            seconds(line.switch_tolerance_seconds),
            "tolerance when objects of several Regions are put in order",
        ),
    ]
}

/// The settings in force that stand nowhere else.
pub(crate) fn settings(run: &RunLine) -> Vec<(String, String)> {
    let trusted = cut(&run.trusted_key_accounts.join(", "));
    let mut rows: Vec<(String, String)> =
        run.settings.iter().map(|(name, value)| (cut(name), cut(value))).collect();
    rows.push(("trusted_key_accounts".to_owned(), trusted));
    rows.retain(|it| !it.1.is_empty());
    rows
}

/// Requests by operation.
pub(crate) fn calls(run: &RunLine) -> (String, Vec<(String, String)>) {
    let rows = run.calls.iter().map(|(name, count)| (cut(name), number(*count))).collect();
    (number(run.calls.values().sum::<u64>()), rows)
}

/// The command line, as it was typed; an argument with a space stands between quotation marks.
pub(crate) fn command(run: &RunLine) -> String {
    let quoted = |it: &String| {
        let needs_quotes = it.is_empty() || it.contains(char::is_whitespace);
        if needs_quotes { format!("\"{it}\"") } else { it.clone() }
    };
    let words: Vec<String> = run.arguments.iter().map(quoted).collect();
    cut(&format!("trailseal {}", words.join(" ")))
}

/// Where catalogs file the controls: framework, versions, ids, control.
pub(crate) fn mappings() -> impl Iterator<Item = (&'static str, String, String, &'static str)> {
    controls::mappings().map(|(control, mapping)| {
        let versions = mapping.versions.join(", ");
        (mapping.framework.title(), versions, mapping.ids.join(", "), control.as_str())
    })
}

/// The controls that no catalog files by themselves.
pub(crate) fn unfiled() -> impl Iterator<Item = ControlId> {
    ControlId::ALL.iter().copied().filter(|it| it.mappings().next().is_none())
}

/// The controls that this version does not judge.
pub(crate) fn not_judged() -> impl Iterator<Item = &'static Control> {
    CONTROLS.iter().filter(|it| !it.is_built)
}
