//! Audits through a connection, and shows progress beside.

use std::hash::{BuildHasher as _, Hasher as _};

use jiff::Timestamp;
use trailseal_audit::{AuditError, AuditSettings, Audited, audit};
use trailseal_aws::Aws;
use trailseal_evaluator::CollectSettings;
use trailseal_model::Thresholds;

use super::Scan;
use super::connect::from_gap;
use super::progress::RunEvents;
use super::refusals::{advice, problem};
use crate::environment::Environment;
use crate::error::UserError;
use crate::output::unwritten;
use crate::samples::SampleSpool;
use crate::settings::Settings;

/// Audits, and shows how far it is until it ends.
pub(super) async fn audited(
    aws: &Aws,
    scan: &Scan,
    settings: &AuditSettings,
    events: &RunEvents,
    samples: &mut SampleSpool,
) -> Result<Audited, UserError> {
    let audited = tokio::select! {
        biased;
        res = audit(aws, settings, events, samples) => res,
        class = events.refused_everywhere(), if scan.fails_fast => {
            events.end();
            let role = &scan.settings.role_name.0;
            return Err(UserError::usage(problem(class, role), advice(&scan.settings)));
        }
        () = events.show() => unreachable!("progress is shown for as long as the audit runs"),
    };
    events.end();
    audited.map_err(not_audited)
}

/// The random seed: a simulation draws the same objects each time, unless it is given another one.
pub(super) fn seed(settings: &Settings, outside: &Environment) -> u64 {
    match outside.simulation {
        Some(_) => settings.seed.unwrap_or_default(),
        None => settings.seed.unwrap_or_else(random_seed),
    }
}

/// Which logs are examined must not be foreseeable for those who deliver them. The standard library seeds its
/// hash maps from the operating system, which is all that is needed here. TOML has no larger numbers.
fn random_seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish() >> 1
}

pub(super) fn audit_settings(scan: &Scan, aws: &Aws, as_of: Timestamp, seed: u64) -> AuditSettings {
    let settings = &scan.settings;
    AuditSettings {
        caller: aws.caller().account,
        partition: aws.caller().partition,
        scope: settings.scope(),
        declared_accounts: scan.declared_accounts.clone(),
        account_tags: settings.account_tags.iter().cloned().collect(),
        member_status: settings.member_status,
        collect: CollectSettings {
            window: settings.window.at(as_of),
            thresholds: Thresholds {
                sample_size: settings.sample_size.0,
                tolerable_rate: settings.tolerable_rate.0,
                ..Thresholds::DEFAULT
            },
            seed,
            log_archive_accounts: settings.log_archive_accounts.clone(),
            bucket_owners: settings.bucket_owners.iter().map(|it| (it.0.clone(), it.1)).collect(),
        },
        trusted_key_accounts: settings.trusted_key_accounts.iter().copied().collect(),
        trusted_readers: settings.trusted_readers.iter().copied().collect(),
        max_in_flight: usize::try_from(settings.max_in_flight.0).unwrap_or(usize::MAX),
        as_of,
    }
}

/// The line that the run ends with where it cannot audit.
pub(crate) fn not_audited(error: AuditError) -> UserError {
    match error {
        AuditError::NoDirectory(gap) => {
            from_gap("the accounts of the organization cannot be listed", &gap)
        }
        AuditError::UnknownAccounts(accounts) => UserError::usage(
            format!("the organization has no account {}", listed(&accounts)),
            "correct --accounts or --exclude-account",
        ),
        AuditError::UnknownLogArchives(accounts) => UserError::usage(
            format!("the organization has no account {}", listed(&accounts)),
            "correct --log-archive-account, or leave it out: owners of buckets are found without it",
        ),
        AuditError::UnknownUnits(units) => UserError::usage(
            format!("no account of the organization is below {}", listed(&units)),
            "correct --ou",
        ),
        AuditError::EmptyScope => UserError::usage(
            "no account is left to audit",
            "correct --accounts, --exclude-account or --ou",
        ),
        AuditError::Samples(problem) => unwritten(&problem),
    }
}

fn listed<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
