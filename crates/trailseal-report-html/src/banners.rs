//! What a reader must know before anything else: where this report does not reach.

use trailseal_model::PopulationSource;
use trailseal_model::record::v1::{RejudgedLine, RunLine};

use crate::coverage::Coverage;
use crate::error::PageError;
use crate::exceptions::Exceptions;
use crate::findings::Findings;
use crate::lists::{Few, Names, Who};
use crate::method::Reconciliation;
use crate::text::{counted, cut, number};
use crate::words;

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
) -> Result<Vec<Banner>, PageError> {
    let source = words::read("population source", &run.population_source)?;
    let banners = [
        run.simulation.as_deref().map(simulated),
        foreign_endpoints(run),
        run.rejudged.as_ref().map(|rejudged| rejudged_again(run, rejudged)),
        scoped(run, coverage, names),
        population(source),
        (!run.population_complete).then(incomplete_population),
        incomplete_coverage(coverage),
        unproven(findings),
        doubtful(exceptions),
        accepted(exceptions),
        reconciliation.iter().any(|it| !it.agrees).then(contradiction),
    ];
    Ok(banners.into_iter().flatten().collect())
}

fn simulated(scenario: &str) -> Banner {
    let text = format!(
        "No AWS account was asked. A simulator answered, with the scenario {}: accounts, trails, \
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
    let plain = |it: &str| Who { id: it.to_owned(), name: String::new() };
    let lists = list("Endpoints and the services that they served", &endpoints, plain)?;
    let title = "ENDPOINTS: not all answers came from endpoints of AWS";
    Some(Banner { lists: vec![lists], ..Banner::new(title, text.to_owned()) })
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
        "The user left something out: nothing below says anything about that part. {excluded} \
         left out."
    );
    if !scope.skipped_controls.is_empty() {
        text.push_str(
            " What only the skipped controls need was not read. A trail or account without one of its \
             essential controls is never called sealed.",
        );
    }
    let accounts = |title, ids: &[String]| list(title, ids, |it| names.who(it));
    let plain = |title, texts: &[String]| {
        list(title, texts, |it| Who { id: it.to_owned(), name: String::new() })
    };
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

fn list(title: &'static str, items: &[String], who: impl Fn(&str) -> Who) -> Option<List> {
    if items.is_empty() {
        return None;
    }
    let few = Few::of(MAX_NAMED, items);
    let items = few.items.iter().map(|it| who(it)).collect();
    Some(List { title, items, more: few.more })
}

fn population(source: PopulationSource) -> Option<Banner> {
    match source {
        PopulationSource::Organizations => None,
        PopulationSource::AccountsFile => Some(Banner::new(
            "The list of accounts was declared by the user; nobody proved that it is complete",
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
        "{} of {} (one account in one Region) could not be read, or not in full, in {}. What is \
         not read is not counted as fine: trails there may be missing in this report.",
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
        "{} not proven: nothing shows a failure, and nothing shows that all is well. They keep \
         their trails and accounts from being called sealed.",
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
    let text = "An exception that has expired has no effect: what it spoke of counts for the exit \
                code. One that covers nothing may be misspelt, or be needed no more.";
    let title = "Exceptions have expired, or cover nothing";
    // A sentence is free text, which may be broken over lines; an id may not.
    let sentence = |it: &str| Who { id: String::new(), name: it.to_owned() };
    let lists = list("These", warnings, sentence)?;
    Some(Banner { lists: vec![lists], ..Banner::new(title, text.to_owned()) })
}

fn accepted(exceptions: &Exceptions) -> Option<Banner> {
    let text = format!(
        "{} keep their status and leave the exit code, because somebody answers for them. They are \
         marked below, and listed with who accepted them under exceptions.",
        exceptions.accepted()?
    );
    Some(Banner::new("Something of this is accepted", text))
}

fn contradiction() -> Banner {
    Banner::new(
        "The record contradicts itself",
        "The totals in its first line are not those of its lines. It may have been changed after \
         the run. See the reconciliation under method and limits."
            .to_owned(),
    )
}
