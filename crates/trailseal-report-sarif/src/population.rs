//! What a reader must know of the population before any result: who vouches for it, and what the user
//! left out. GitHub ignores it but for the category; other readers show it.

use trailseal_model::PopulationSource;
use trailseal_model::hash::short_hash;
use trailseal_record::v1::{RunLine, ScopeLine};

use crate::alert_location::segment;
use crate::text::{NAME, SENTENCE, clause, counted, first_few, quotable};

/// One thing to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caution {
    /// No AWS account was asked.
    Simulated,
    /// An endpoint that is not AWS's own was set.
    ForeignEndpoints,
    /// The answers of an earlier scan were judged again.
    Rejudged,
    /// The user left a part out.
    Scoped,
    /// Only the user vouches for the list of accounts.
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
    pub(crate) const ALL: [Self; 8] = [
        Self::Simulated,
        Self::ForeignEndpoints,
        Self::Rejudged,
        Self::Scoped,
        Self::SelfDeclared,
        Self::Standalone,
        Self::DoubtfulExceptions,
        Self::ExceptionMatches,
    ];

    /// What a run calls for.
    pub(crate) fn of_run(run: &RunLine) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|caution| caution.applies(run))
    }

    fn applies(self, run: &RunLine) -> bool {
        let source = run.population_source;
        match self {
            Self::Simulated => run.simulation.is_some(),
            Self::ForeignEndpoints => run.endpoints.iter().any(|endpoint| !endpoint.is_aws),
            Self::Rejudged => run.rejudged.is_some(),
            Self::Scoped => run.scope.is_limited,
            Self::SelfDeclared => source.is_self_declared(),
            Self::Standalone => source == PopulationSource::StandaloneAccount,
            Self::DoubtfulExceptions => !run.exceptions.warnings.is_empty(),
            Self::ExceptionMatches => run.exceptions.in_force > 0,
        }
    }

    /// Its id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Simulated => "simulated-organization",
            Self::ForeignEndpoints => "endpoints-not-aws",
            Self::Rejudged => "answers-judged-again",
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
            Self::Rejudged => "RE-JUDGED: the answers of an earlier scan, judged again",
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
                "A simulator answered and not AWS. Nothing in the file is about real accounts. The upload has a category of its own, so real alerts stay as they are."
            }
            Self::ForeignEndpoints => {
                "The environment or the AWS configuration sent requests to endpoints that are not AWS's own. Unless they pass requests on to AWS, nothing in the file is about real accounts. The upload has a category of its own, so alerts of other runs stay as they are."
            }
            Self::Rejudged => {
                "AWS was not asked. The answers that an earlier scan kept in its journal were judged with other settings or by a newer version. They are as old as that scan."
            }
            Self::Scoped => {
                "The run was limited to a part of the accounts, Regions or controls. What is outside was not assessed and has no result. The category of the upload names the scope, so alerts of other scopes stay as they are."
            }
            Self::SelfDeclared => {
                "The list of accounts comes from a file of the user and not from AWS Organizations. Only the user vouches that no account is missing."
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
            Self::Simulated
            | Self::Rejudged
            | Self::Scoped
            | Self::DoubtfulExceptions
            | Self::ExceptionMatches => {
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
            | Self::Rejudged
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
            Self::Rejudged => {
                let sentence = run.rejudged.as_ref().map(|line| line.sentence(&run.tool_version));
                format!("RE-JUDGED: '{}'.", clause(&sentence.unwrap_or_default()))
            }
            Self::Scoped => format!(
                "SCOPED: the run was limited by its user to '{}'. What is outside was not assessed and has no result here.",
                limits(&run.scope)
            ),
            Self::SelfDeclared => "Population self-declared: the list of accounts comes from a file of the user and not from AWS Organizations. Only the user vouches that no account is missing.".to_owned(),
            Self::Standalone => format!(
                "Standalone account: '{}' belongs to no organization and is all that was assessed.",
                run.caller_account_id
            ),
            Self::DoubtfulExceptions => format!(
                "Exceptions: '{}'.",
                clause(&run.exceptions.warnings.join(" "))
            ),
            Self::ExceptionMatches => {
                let exceptions = &run.exceptions;
                format!(
                    "Exceptions in force: '{}' for '{}', '{}' and '{}', which keep their status and leave the exit code.",
                    counted(exceptions.in_force, "exception", "exceptions"),
                    counted(exceptions.findings, "finding", "findings"),
                    counted(exceptions.gaps, "gap", "gaps"),
                    counted(exceptions.targets, "target", "targets"),
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
pub(crate) fn organization(run: &RunLine) -> String {
    run.organization_id.clone().unwrap_or_else(|| run.caller_account_id.to_string())
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
    let whole = format!("{program}/{}", segment(&organization(run)));
    if !run.scope.is_limited {
        return whole;
    }
    let digest = short_hash(&[&canonical(&run.scope)]);
    format!("{whole}/scope-{}", &digest[..8])
}

/// The scope as one text that depends on what is in it alone.
fn canonical(scope: &ScopeLine) -> String {
    let parts = [
        ("accounts", texts(&scope.accounts)),
        ("organizational_units", texts(&scope.organizational_units)),
        ("excluded_accounts", texts(&scope.excluded_accounts)),
        ("regions", texts(&scope.regions)),
    ];
    let text = |(name, mut values): (&str, Vec<String>)| {
        values.sort_unstable();
        values.dedup();
        format!("{name}={}", values.join(","))
    };
    let mut all: Vec<String> = parts.into_iter().map(text).collect();
    // Scopes without it keep the category that they have always had.
    if !scope.skipped_controls.is_empty() {
        all.push(text(("skipped_controls", texts(&scope.skipped_controls))));
    }
    all.join(";")
}

/// The scope for people.
fn limits(scope: &ScopeLine) -> String {
    let parts = [
        ("accounts", texts(&scope.accounts)),
        ("organizational units", texts(&scope.organizational_units)),
        ("all but the accounts", texts(&scope.excluded_accounts)),
        ("Regions", texts(&scope.regions)),
        ("all but the controls", texts(&scope.skipped_controls)),
    ];
    let named: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, values)| Some(format!("{name} {}", first_few(&values)?)))
        .collect();
    quotable(&named.join("; "), SENTENCE)
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use trailseal_model::ControlId;
    use trailseal_record::fixture::{id, region};

    use super::*;

    #[test]
    fn the_order_of_a_scope_does_not_matter_and_its_kind_does() {
        let accounts = |numbers: &[u64]| ScopeLine {
            accounts: numbers.iter().copied().map(id).collect(),
            ..Default::default()
        };
        let same = canonical(&accounts(&[2, 1, 2]));
        assert_eq!(
            same,
            "accounts=000000000001,000000000002;organizational_units=;excluded_accounts=;regions="
        );
        assert_eq!(same, canonical(&accounts(&[1, 2])));
        let excluded = ScopeLine { excluded_accounts: vec![id(1), id(2)], ..ScopeLine::default() };
        assert_ne!(same, canonical(&excluded));
        let skipping = |skipped: &[ControlId]| {
            let skipped_controls = skipped.to_vec();
            canonical(&ScopeLine { skipped_controls, ..accounts(&[1, 2]) })
        };
        let (one, other) = (ControlId::KeyUsable, ControlId::HistorySealed);
        let expected = format!("{same};skipped_controls=history-sealed,key-usable");
        assert_eq!(skipping(&[one, other]), expected);
        assert_eq!(skipping(&[other, one]), expected);
    }

    #[test]
    fn a_scope_is_put_in_words() {
        let names = ["eu-west-1", "eu-west-2", "eu-west-3", "us-east-1", "us-east-2", "us-west-1"];
        let scope = ScopeLine {
            is_limited: true,
            accounts: vec![id(1), id(2)],
            organizational_units: vec!["ou-'{0}".to_owned()],
            excluded_accounts: vec![id(3)],
            regions: names.map(region).to_vec(),
            skipped_controls: vec![ControlId::KeyRotationEnabled],
        };
        assert_eq!(
            limits(&scope),
            "accounts 000000000001, 000000000002; organizational units ou-’(0); all but the accounts 000000000003; Regions eu-west-1, eu-west-2, eu-west-3, us-east-1, us-east-2 and 1 more; all but the controls key-rotation-enabled"
        );
    }
}
