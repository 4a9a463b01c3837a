//! Audits through a connection, with the journal between, until everything is answered or the run stops.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use trailseal_audit::{AuditError, AuditSettings, Audited, Closing, Gate, GateHandle, audit};
use trailseal_evaluator::CollectSettings;
use trailseal_journal::{EndReason, JournalError};
use trailseal_model::question::ListAccounts;
use trailseal_model::{
    AccountId, Answers, AnyQuestion, AnyResult, GapClass, Operation, Partition, Thresholds,
};

use super::connect::from_gap;
use super::endings::interrupted;
use super::journaling::{accounts, compare};
use super::noted::Noted;
use super::refusals::{advice, problem};
use super::stop::GRACE;
use super::{Running, Scan};
use crate::environment::Environment;
use crate::error::UserError;
use crate::output::unwritten;
use crate::samples::SampleSpool;
use crate::settings::Settings;

/// An audit, and what was noted beside it.
pub(super) struct Answered {
    pub(super) audited: Audited,
    /// Members that another role opened.
    pub(super) other_roles: BTreeMap<AccountId, String>,
    /// Requests behind the answers that the journal gave.
    pub(super) reused: BTreeMap<Operation, u64>,
}

/// How the audit's time went by.
enum Ended {
    /// Every question had its answer or gap.
    Audited(Box<Result<Audited, AuditError>>),
    /// The first accounts all refuse the role.
    Refused(GapClass),
    /// Answers cannot be kept any more.
    Unkept(JournalError),
    /// What was under way when the run was asked to stop took too long.
    Cut,
}

/// Audits, and shows how far it is until it ends. Then the journal is sealed.
pub(super) async fn audited(
    run: &Running,
    settings: &AuditSettings,
    samples: &mut SampleSpool,
) -> Result<Answered, UserError> {
    let Running { scan, journaling, events, connection, .. } = run;
    // What the journal has is answered also when nothing more is asked.
    let (gate, handle) = Gate::new(&connection.aws);
    let journaled = journaling.before(&gate);
    let noted = Noted::new(&journaled, events);
    if scan.resume.is_some() {
        noted.keep_accounts(accounts_again(run).await?);
    }
    let ended = tokio::select! {
        biased;
        problem = journaling.failed() => Ended::Unkept(problem),
        () = stopped(run, &handle) => Ended::Cut,
        res = audit(&noted, settings, events.as_ref(), samples) => Ended::Audited(Box::new(res)),
        class = events.refused_everywhere(), if scan.fails_fast => Ended::Refused(class),
        () = events.show() => unreachable!("progress is shown for as long as the audit runs"),
    };
    events.end();
    let signal = futures::FutureExt::now_or_never(scan.stop.requested());
    let why = match (&ended, signal) {
        (Ended::Unkept(_), _) => EndReason::Disk,
        (_, Some(_)) | (Ended::Refused(_), None) => EndReason::Cancelled,
        _ if handle.is_closed() => EndReason::Deadline,
        _ => EndReason::Complete,
    };
    // A journal that failed has said why already.
    let sealed = journaling.seal(why);
    match (ended, signal) {
        (Ended::Unkept(problem), _) => Err(unkept(&problem)),
        (Ended::Refused(class), _) => {
            let role = &scan.settings.role_name.0;
            Err(UserError::usage(problem(class, role), advice(&scan.settings)))
        }
        (Ended::Cut | Ended::Audited(_), Some(signal)) => {
            Err(interrupted(signal, run.how_to_resume()))
        }
        (Ended::Cut, None) => unreachable!("only a signal cuts a run"),
        (Ended::Audited(res), None) => {
            sealed.map_err(|problem| unkept(&problem))?;
            let audited = (*res).map_err(|error| match error {
                AuditError::NoDirectory(gap) if gap.class == GapClass::Deadline => run.too_late(),
                error => not_audited(error),
            });
            Ok(Answered {
                audited: audited?,
                other_roles: noted.other_roles(&scan.settings.role_name.0),
                reused: journaled.reused(),
            })
        }
    }
}

/// Closes the gate when the run is asked to stop or its time for asking is over. Ready when nothing
/// more is waited for after a signal.
async fn stopped(run: &Running, gate: &GateHandle) {
    let deadline = run.scan.settings.deadline;
    let grace = tokio::select! {
        biased;
        _ = run.scan.stop.requested() => None,
        () = run.asking_ends() => Some(deadline.map_or(GRACE, |deadline| GRACE.min(deadline.0 / 10))),
    };
    run.connection.limits.close();
    if let Some(grace) = grace {
        gate.close(Closing::Deadline, grace);
        run.scan.stop.requested().await;
    }
    gate.close(Closing::Cancelled, GRACE);
    tokio::time::sleep_until(Instant::now() + GRACE + Duration::from_millis(500)).await;
}

/// Asks for the accounts again, and refuses another organization than the journal's. A list that was
/// there before is never given up for the lack of one: accounts would be left out in silence.
async fn accounts_again(run: &Running) -> Result<AnyResult, UserError> {
    let question = AnyQuestion::from(ListAccounts);
    let listed = tokio::select! {
        biased;
        signal = run.scan.stop.requested() => return Err(interrupted(signal, run.how_to_resume())),
        () = run.asking_ends() => return Err(run.too_late()),
        listed = run.connection.aws.answer(question.clone()) => listed,
    };
    if let Some(before) = run.journaling.accounts() {
        match (accounts(&listed), &listed) {
            (Some(now), _) => compare(&before, now)?,
            (None, Err(gap)) => {
                return Err(from_gap(
                    "the accounts of the organization cannot be listed again",
                    gap,
                ));
            }
            (None, Ok(_)) => {}
        }
    }
    run.journaling.keep(&question, &listed).await;
    Ok(listed)
}

fn unkept(problem: &JournalError) -> UserError {
    UserError::own(problem.to_string(), "free disk space or fix the folder's permissions")
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

/// The settings of the audit that a caller makes, with its partition.
pub(super) fn audit_settings(
    scan: &Scan,
    (caller, partition): (AccountId, Partition),
    as_of: Timestamp,
    seed: u64,
) -> AuditSettings {
    let settings = &scan.settings;
    AuditSettings {
        caller,
        partition,
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
