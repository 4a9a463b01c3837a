//! What a reader must know before any number.

use trailseal_record::v1::{RunLine, ScopeLine};

use crate::text::plain;

/// The longest banner, in characters.
const LONGEST: usize = 500;

/// The banners of a run, each on one line and without markup.
pub(crate) fn banners(run: &RunLine) -> Vec<String> {
    let mut banners = Vec::new();
    if let Some(scenario) = &run.simulation {
        banners.push(format!(
            "SIMULATION: no AWS account was asked; the scenario `{scenario}` is made up."
        ));
    }
    let foreign = run.foreign_endpoints();
    if !foreign.is_empty() {
        banners.push(format!(
            "ENDPOINTS: requests went to {}, which are not AWS's own; unless they pass requests on to \
             AWS, nothing here is about real accounts.",
            foreign.join(", ")
        ));
    }
    if let Some(rejudged) = &run.rejudged {
        let sentence = rejudged.sentence(&run.tool_version);
        banners.push(format!("RE-JUDGED: {sentence} AWS was not asked."));
    }
    if run.scope.is_limited {
        banners.push(format!("SCOPED: this run judged only a part: {}.", limits(&run.scope)));
    }
    if run.population_source.is_self_declared() {
        banners.push(
            "SELF-DECLARED: the accounts come from a file; nothing shows that none is missing."
                .to_owned(),
        );
    }
    if !run.population_complete {
        banners.push(
            "INCOMPLETE LIST: not every page of the organization's accounts arrived; accounts are \
             missing here."
                .to_owned(),
        );
    }
    banners.iter().map(|banner| plain(banner, LONGEST)).collect()
}

/// The flags that limit a run, with how much they name.
fn limits(scope: &ScopeLine) -> String {
    let part = |flag: &str, count: usize| (count > 0).then(|| format!("{flag} ({count})"));
    let parts = [
        part("--accounts", scope.accounts.len()),
        part("--ou", scope.organizational_units.len()),
        part("--exclude-account", scope.excluded_accounts.len()),
        part("--regions", scope.regions.len()),
        skipped(scope),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Controls are named: what is missing without them is another thing for each.
fn skipped(scope: &ScopeLine) -> Option<String> {
    let skipped: Vec<&str> =
        scope.skipped_controls.iter().map(|control| control.as_str()).collect();
    (!skipped.is_empty()).then(|| format!("without {} (--skip-control)", skipped.join(", ")))
}
