//! What a reader must know before anything else: where this report does not reach.

use trailseal_model::{AccountId, PopulationSource};
use trailseal_record::v1::{RejudgedLine, RunLine};

use crate::coverage::Coverage;
use crate::exceptions::Exceptions;
use crate::findings::Findings;
use crate::lists::{Names, Who};
use crate::method::Reconciliation;
use crate::text::{counted, cut, number};

/// How many accounts, units or Regions a banner names.
const MAX_NAMED: usize = 20;

/// One loud notice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Banner {
    pub(crate) title: &'static str,
    pub(crate) text: String,
    pub(crate) lists: Vec<List>,
}

/// What a notice names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) title: &'static str,
    /// Accounts with their names; anything else has its text for an id.
    pub(crate) items: Vec<Who>,
    pub(crate) more: usize,
}

impl Banner {
    const fn new(title: &'static str, text: String) -> Self {
        Self { title, text, lists: Vec::new() }
    }
}

/// Everything that limits what this report says, the widest limit first.
pub(crate) fn banners(
    run: &RunLine,
    coverage: &Coverage,
    findings: &Findings,
    exceptions: &Exceptions,
    reconciliation: &[Reconciliation],
    names: &Names,
) -> Vec<Banner> {
    let banners = [
        run.simulation.as_deref().map(simulated),
        foreign_endpoints(run),
        run.rejudged.as_ref().map(|rejudged| rejudged_again(run, rejudged)),
        scoped(run, coverage, names),
        population(run.population_source),
        (!run.population_complete).then(incomplete_population),
        incomplete_coverage(coverage),
        unproven(findings),
        doubtful(exceptions),
        accepted(exceptions),
        reconciliation.iter().any(|row| !row.agrees).then(contradiction),
    ];
    banners.into_iter().flatten().collect()
}

fn simulated(scenario: &str) -> Banner {
    let text = format!(
        "AWS received no request. A simulator answered, with the scenario {}: accounts, trails, \
         keys and failures below are made up.",
        cut(scenario)
    );
    Banner::new("SIMULATION: nothing here is about real accounts", text)
}

/// A scan of an emulator looks like a real one but for this.
fn foreign_endpoints(run: &RunLine) -> Option<Banner> {
    let endpoints = run.foreign_endpoints();
    let text = "The environment or the AWS configuration sent requests to the endpoints below. Unless \
                they pass requests on to AWS, the answers are not about real accounts.";
    let list = plain("Endpoints and the services that they served", &endpoints)?;
    let title = "ENDPOINTS: not all answers came from endpoints of AWS";
    Some(Banner { lists: vec![list], ..Banner::new(title, text.to_owned()) })
}

fn rejudged_again(run: &RunLine, rejudged: &RejudgedLine) -> Banner {
    let sentence = rejudged.sentence(&run.tool_version);
    let text = format!("{sentence} AWS was not asked: the answers are as old as that scan.");
    Banner::new("RE-JUDGED: the answers of an earlier scan, judged again", cut(&text))
}

fn scoped(run: &RunLine, coverage: &Coverage, names: &Names) -> Option<Banner> {
    let scope = &run.scope;
    if !scope.is_limited {
        return None;
    }
    let excluded = counted(coverage.excluded, "target was", "targets were");
    let mut text = format!(
        "The user limited this run, and nothing below is about the part that was left out. \
         {excluded} left out."
    );
    if !scope.skipped_controls.is_empty() {
        text.push_str(
            " What only the skipped controls need was not read. A trail or account without one of its \
             essential controls is never called sealed.",
        );
    }
    let accounts = |title, ids: &[AccountId]| list(title, ids, |id| names.who(*id));
    let lists = [
        accounts("Only these accounts", &scope.accounts),
        plain("Only accounts below", &scope.organizational_units),
        accounts("None of these accounts", &scope.excluded_accounts),
        plain("Only these Regions", &scope.regions),
        plain("None of these controls", &scope.skipped_controls),
    ];
    let lists = lists.into_iter().flatten().collect();
    Some(Banner { lists, ..Banner::new("SCOPED: this run was limited", text) })
}

fn list<T>(title: &'static str, items: &[T], who: impl Fn(&T) -> Who) -> Option<List> {
    if items.is_empty() {
        return None;
    }
    let more = items.len().saturating_sub(MAX_NAMED);
    Some(List { title, items: items.iter().take(MAX_NAMED).map(who).collect(), more })
}

/// A list of texts that are no accounts.
fn plain<T: ToString>(title: &'static str, items: &[T]) -> Option<List> {
    list(title, items, |item| Who { id: cut(&item.to_string()), name: String::new() })
}

fn population(source: PopulationSource) -> Option<Banner> {
    match source {
        PopulationSource::Organizations => None,
        PopulationSource::AccountsFile => Some(Banner::new(
            "The list of accounts is self-declared; nothing proves that it is complete",
            "AWS Organizations did not answer, so the accounts come from a file. An account that \
             is missing in that file is missing here, and nothing would show it."
                .to_owned(),
        )),
        PopulationSource::StandaloneAccount => Some(Banner::new(
            "One account, not an organization",
            "The caller's account belongs to no organization. This report is about that account \
             alone."
                .to_owned(),
        )),
    }
}

fn incomplete_population() -> Banner {
    Banner::new(
        "The list of accounts may not be whole",
        "Not every page of it arrived. Accounts can be missing in everything below. See the gaps."
            .to_owned(),
    )
}

fn incomplete_coverage(coverage: &Coverage) -> Option<Banner> {
    if coverage.incomplete == 0 {
        return None;
    }
    let text = format!(
        "{} of {} (one account in one Region) could not be read, or not in full, in {}. What was \
         not read never counts as a pass: this report may lack trails there.",
        number(coverage.incomplete),
        counted(coverage.targets, "target", "targets"),
        counted(coverage.incomplete_accounts, "account", "accounts"),
    );
    Some(Banner::new("Part of the organization was not read", text))
}

fn unproven(findings: &Findings) -> Option<Banner> {
    if findings.unproven_essential == 0 {
        return None;
    }
    let text = format!(
        "{} not proven: no answer shows a failure, and none shows a pass. They keep their trails \
         and accounts from being called sealed.",
        counted(
            findings.unproven_essential,
            "finding of an essential control is",
            "findings of essential controls are"
        ),
    );
    Some(Banner::new("Not everything is proven", text))
}

fn doubtful(exceptions: &Exceptions) -> Option<Banner> {
    let warnings = &exceptions.totals.warnings;
    let text = "An expired exception has no effect: what it covered counts for the exit code. An \
                exception that covers nothing may be misspelt, or no longer be needed.";
    let title = "Exceptions have expired, or cover nothing";
    // A sentence is free text, which may be broken over lines; an id may not.
    let sentence = |text: &String| Who { id: String::new(), name: cut(text) };
    let list = list("These", warnings, sentence)?;
    Some(Banner { lists: vec![list], ..Banner::new(title, text.to_owned()) })
}

fn accepted(exceptions: &Exceptions) -> Option<Banner> {
    let text = format!(
        "{} keep their status and do not count for the exit code, because exceptions accept them. \
         They are marked below, and the section on exceptions names who accepted them.",
        exceptions.accepted()?
    );
    Some(Banner::new("Exceptions accept a part of this", text))
}

fn contradiction() -> Banner {
    Banner::new(
        "The record contradicts itself",
        "The totals in its first line are not those of its lines. It may have been changed after \
         the run. See the reconciliation under method and limits."
            .to_owned(),
    )
}
