//! What a reader must know of the population before any result: whose word stands for it, and what
//! the user left out. GitHub ignores it but for the category; other readers show it.

use trailseal_model::PopulationSource;
use trailseal_model::hash::short_hash;
use trailseal_model::record::v1::{RunLine, ScopeLine};

use crate::alert_location::segment;
use crate::text::{NAME, SENTENCE, clause, first_few, quotable};

/// One thing to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caution {
    /// No AWS account was asked.
    Simulated,
    /// An endpoint that is not AWS's own was set.
    ForeignEndpoints,
    /// The user left a part out.
    Scoped,
    /// Only the user's word stands for the list of accounts.
    SelfDeclared,
    /// There is no organization.
    Standalone,
    /// An exception has expired, or covers nothing.
    DoubtfulExceptions,
    /// Something is accepted.
    ExceptionMatches,
}

impl Caution {
    /// Every one, in the order of the report.
    pub(crate) const ALL: [Self; 7] = [
        Self::Simulated,
        Self::ForeignEndpoints,
        Self::Scoped,
        Self::SelfDeclared,
        Self::Standalone,
        Self::DoubtfulExceptions,
        Self::ExceptionMatches,
    ];

    /// What a run calls for.
    pub(crate) fn of_run(run: &RunLine) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|it| it.applies(run))
    }

    fn applies(self, run: &RunLine) -> bool {
        let source = run.population_source.parse::<PopulationSource>().ok();
        match self {
            Self::Simulated => run.simulation.is_some(),
            Self::ForeignEndpoints => run.endpoints.iter().any(|it| !it.is_aws),
            Self::Scoped => run.scope.is_limited,
            Self::SelfDeclared => source.is_some_and(PopulationSource::is_self_declared),
            Self::Standalone => source == Some(PopulationSource::StandaloneAccount),
            Self::DoubtfulExceptions => !run.exceptions.warnings.is_empty(),
            Self::ExceptionMatches => run.exceptions.in_force > 0,
        }
    }

    /// Its id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Simulated => "simulated-organization",
            Self::ForeignEndpoints => "endpoints-not-aws",
            Self::Scoped => "limited-scope",
            Self::SelfDeclared => "population-self-declared",
            Self::Standalone => "standalone-account",
            Self::DoubtfulExceptions => "exceptions-doubtful",
            Self::ExceptionMatches => "exceptions-in-force",
        }
    }

    /// Its title.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Simulated => "SIMULATION: no AWS account was asked",
            Self::ForeignEndpoints => "ENDPOINTS: not all answers came from endpoints of AWS",
            Self::Scoped => "SCOPED: the user left a part out",
            Self::SelfDeclared => "Population self-declared",
            Self::Standalone => "One account without an organization",
            Self::DoubtfulExceptions => "Exceptions that have expired, or cover nothing",
            Self::ExceptionMatches => "Exceptions in force",
        }
    }

    /// What it means.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Simulated => {
                "A simulator answered and not AWS. Nothing in the file is about real accounts. The category of the upload says so, and real alerts stay as they are."
            }
            Self::ForeignEndpoints => {
                "The environment or the AWS configuration sent requests to endpoints that are not AWS's own. Unless they pass requests on to AWS, nothing in the file is about real accounts. The category of the upload says so, and alerts of other runs stay as they are."
            }
            Self::Scoped => {
                "The run was limited to a part of the accounts, Regions or controls. What lies outside was not assessed and has no result. The category of the upload names the scope, so alerts of other scopes stay as they are."
            }
            Self::SelfDeclared => {
                "The list of accounts comes from a file of the user and not from AWS Organizations. Nobody but the user vouches that no account is missing."
            }
            Self::Standalone => {
                "The caller's account belongs to no organization. It is all that was assessed."
            }
            Self::DoubtfulExceptions => {
                "An exception of the user's file has expired and has no effect any more, or it covers nothing of this run."
            }
            Self::ExceptionMatches => {
                "The user's file of exceptions accepts findings or gaps. They keep their status and leave the exit code. In trailseal.full.sarif they are suppressed results; trailseal.sarif does not have them, because GitHub ignores suppressions."
            }
        }
    }

    /// Where AWS or GitHub explain what it is about.
    pub(crate) const fn help_uri(self) -> &'static str {
        match self {
            Self::Simulated | Self::Scoped | Self::DoubtfulExceptions | Self::ExceptionMatches => {
                "https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"
            }
            Self::SelfDeclared => {
                "https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html"
            }
            Self::ForeignEndpoints => {
                "https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"
            }
            Self::Standalone => {
                "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_introduction.html"
            }
        }
    }

    /// SARIF's level.
    pub(crate) const fn level(self) -> &'static str {
        match self {
            Self::Simulated
            | Self::ForeignEndpoints
            | Self::Scoped
            | Self::SelfDeclared
            | Self::DoubtfulExceptions => "warning",
            Self::Standalone | Self::ExceptionMatches => "note",
        }
    }

    /// The same for one run.
    pub(crate) fn message(self, run: &RunLine) -> String {
        match self {
            Self::Simulated => format!(
                "SIMULATION: no AWS account was asked. A simulator answered, with the scenario '{}', and nothing here is about real accounts.",
                quotable(run.simulation.as_deref().unwrap_or_default(), NAME)
            ),
            Self::ForeignEndpoints => format!(
                "ENDPOINTS: requests went to '{}', which are not AWS's own. Unless they pass requests on to AWS, nothing here is about real accounts.",
                quotable(&first_few(&run.foreign_endpoints()).unwrap_or_default(), SENTENCE)
            ),
            Self::Scoped => format!(
                "SCOPED: the run was limited by its user to '{}'. What lies outside was not assessed and has no result here.",
                limits(&run.scope)
            ),
            Self::SelfDeclared => "Population self-declared: the list of accounts comes from a file of the user and not from AWS Organizations. Nobody but the user vouches that no account is missing.".to_owned(),
            Self::Standalone => format!(
                "Standalone account: '{}' belongs to no organization and is all that was assessed.",
                quotable(&run.caller_account_id, NAME)
            ),
            Self::DoubtfulExceptions => format!(
                "Exceptions: '{}'.",
                clause(&run.exceptions.warnings.join(" "))
            ),
            Self::ExceptionMatches => {
                let it = &run.exceptions;
                format!(
                    "Exceptions in force: '{}' accept '{}' finding(s), '{}' gap(s) and '{}' target(s), which keep their status and leave the exit code.",
                    it.in_force, it.findings, it.gaps, it.targets
                )
            }
        }
    }
}

/// `whole` or `scoped`.
pub(crate) const fn scope_word(run: &RunLine) -> &'static str {
    if run.scope.is_limited { "scoped" } else { "whole" }
}

/// The organization's id; the caller's account where there is none or none is known.
pub(crate) fn organization(run: &RunLine) -> &str {
    run.organization_id.as_ref().unwrap_or(&run.caller_account_id)
}

/// GitHub's category: alerts live in it, so it is stable. A limited run has one of its own, because
/// an upload closes what it does not have, in its own category only; so have a simulation and whatever else is not known to be AWS.
pub(crate) fn category(run: &RunLine) -> String {
    let program = if run.simulation.is_some() {
        "trailseal/simulation"
    } else if Caution::ForeignEndpoints.applies(run) {
        "trailseal/other-endpoints"
    } else {
        "trailseal"
    };
    let whole = format!("{program}/{}", segment(organization(run)));
    if !run.scope.is_limited {
        return whole;
    }
    let digest = short_hash(&[&canonical(&run.scope)]);
    format!("{whole}/scope-{}", &digest[..8])
}

/// The scope as one text that depends on what is in it alone.
fn canonical(scope: &ScopeLine) -> String {
    let parts = [
        ("accounts", &scope.accounts),
        ("organizational_units", &scope.organizational_units),
        ("excluded_accounts", &scope.excluded_accounts),
        ("regions", &scope.regions),
    ];
    let text = |(name, values): (&str, &Vec<String>)| {
        let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        format!("{name}={}", values.join(","))
    };
    let mut texts: Vec<String> = parts.into_iter().map(text).collect();
    // Scopes without it keep the category that they have always had.
    if !scope.skipped_controls.is_empty() {
        texts.push(text(("skipped_controls", &scope.skipped_controls)));
    }
    texts.join(";")
}

/// The scope for people.
fn limits(scope: &ScopeLine) -> String {
    let parts = [
        ("accounts", &scope.accounts),
        ("organizational units", &scope.organizational_units),
        ("all but the accounts", &scope.excluded_accounts),
        ("Regions", &scope.regions),
        ("all but the controls", &scope.skipped_controls),
    ];
    let texts: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, values)| Some(format!("{name} {}", first_few(values)?)))
        .collect();
    quotable(&texts.join("; "), SENTENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_order_of_a_scope_does_not_matter_and_its_kind_does() {
        let accounts =
            |values: &[&str]| ScopeLine { accounts: texts(values), ..Default::default() };
        let same = canonical(&accounts(&["2", "1", "2"]));
        assert_eq!(same, "accounts=1,2;organizational_units=;excluded_accounts=;regions=");
        assert_eq!(same, canonical(&accounts(&["1", "2"])));
        let excluded = ScopeLine { excluded_accounts: texts(&["1", "2"]), ..Default::default() };
        assert_ne!(same, canonical(&excluded));
        let skipping = |values: &[&str]| {
            let skipped_controls = texts(values);
            canonical(&ScopeLine { skipped_controls, ..accounts(&["1", "2"]) })
        };
        assert_eq!(skipping(&["b", "a"]), format!("{same};skipped_controls=a,b"));
        assert_eq!(skipping(&["a", "b"]), skipping(&["b", "a"]));
    }

    #[test]
    fn a_scope_is_told_in_words() {
        let scope = ScopeLine {
            is_limited: true,
            accounts: texts(&["1", "2"]),
            organizational_units: texts(&["ou-'{0}"]),
            excluded_accounts: texts(&["3"]),
            regions: texts(&["a", "b", "c", "d", "e", "f"]),
            skipped_controls: texts(&["key-rotation-enabled"]),
        };
        assert_eq!(
            limits(&scope),
            "accounts 1, 2; organizational units ou-’(0); all but the accounts 3; Regions a, b, c, d, e and 1 more; all but the controls key-rotation-enabled"
        );
    }
}
