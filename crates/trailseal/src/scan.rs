//! `trailseal scan`: connects, audits, writes, sums up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_aws::{Aws, Clock, ConnectError, Settings, Substitutes, connect};
use trailseal_evaluator::CollectSettings;
use trailseal_fanout::{Limits, RateShare};
use trailseal_model::record::v1::{Audit, Run, write_record};
use trailseal_model::{
    Account, AccountId, Excepted, Exception, Gap, MemberStatus, Scope, Severity, Thresholds,
};

use crate::audit::{AuditError, AuditSettings, Audited, audit};
use crate::error::UserError;
use crate::events::{Progress, RunEvents};
use crate::output::{OutputFolder, RECORD_FILE, write_reports};
use crate::outside::Outside;
use crate::samples::SampleSpool;
use crate::summary::summary;
use crate::version::VERSION;
use crate::window::WindowChoice;

/// Everything a scan is told, flags and configuration brought together.
#[derive(Debug, Clone)]
pub(crate) struct ScanSettings {
    pub(crate) out: Option<PathBuf>,
    /// Whether an earlier simulation's reports in `out` give way.
    pub(crate) replaces_simulation: bool,
    pub(crate) role_name: String,
    /// Roles that are tried where the first one is missing.
    pub(crate) role_fallbacks: Vec<String>,
    pub(crate) external_id: Option<String>,
    /// Names the sessions; after the run, if it has no name.
    pub(crate) session_name: Option<String>,
    pub(crate) source_identity: Option<String>,
    pub(crate) session_tags: BTreeMap<String, String>,
    pub(crate) profile: Option<String>,
    pub(crate) log_archive_accounts: Vec<AccountId>,
    pub(crate) trusted_key_accounts: BTreeSet<AccountId>,
    pub(crate) trusted_readers: BTreeSet<AccountId>,
    pub(crate) bucket_owners: Vec<(String, AccountId)>,
    pub(crate) scope: Scope,
    pub(crate) declared_accounts: Vec<Account>,
    pub(crate) account_tags: BTreeSet<String>,
    pub(crate) window: WindowChoice,
    pub(crate) sample_size: u32,
    pub(crate) tolerable_rate: f64,
    /// A random one where none is given.
    pub(crate) seed: Option<u64>,
    pub(crate) member_status: MemberStatus,
    pub(crate) rate_share: RateShare,
    pub(crate) max_in_flight: usize,
    pub(crate) fail_on: Severity,
    /// What somebody answers for.
    pub(crate) exceptions: Vec<Exception>,
    /// Where that stands.
    pub(crate) exceptions_file: Option<PathBuf>,
    pub(crate) progress: Progress,
    pub(crate) arguments: Vec<String>,
}

impl Default for ScanSettings {
    /// What holds where nobody says otherwise.
    fn default() -> Self {
        Self {
            out: None,
            replaces_simulation: false,
            role_name: "TrailsealAudit".to_owned(),
            role_fallbacks: Vec::new(),
            external_id: None,
            session_name: None,
            source_identity: None,
            session_tags: BTreeMap::new(),
            profile: None,
            log_archive_accounts: Vec::new(),
            trusted_key_accounts: BTreeSet::new(),
            trusted_readers: BTreeSet::new(),
            bucket_owners: Vec::new(),
            scope: Scope::default(),
            declared_accounts: Vec::new(),
            account_tags: BTreeSet::new(),
            window: WindowChoice::DEFAULT,
            sample_size: Thresholds::DEFAULT.sample_size,
            tolerable_rate: Thresholds::DEFAULT.tolerable_rate,
            seed: None,
            member_status: MemberStatus::Home,
            rate_share: RateShare::HALF,
            max_in_flight: 256,
            fail_on: Severity::High,
            exceptions: Vec::new(),
            exceptions_file: None,
            progress: Progress::Shown,
            arguments: Vec::new(),
        }
    }
}

impl ScanSettings {
    fn session_name(&self, run_id: &str) -> String {
        self.session_name.clone().unwrap_or_else(|| format!("trailseal-{run_id}"))
    }

    fn session(&self, run_id: &str, clock: Clock, substitutes: Substitutes) -> Settings {
        Settings {
            role_name: self.role_name.clone(),
            role_fallbacks: self.role_fallbacks.clone(),
            external_id: self.external_id.clone(),
            session_name: self.session_name(run_id),
            source_identity: self.source_identity.clone(),
            session_tags: self.session_tags.clone().into_iter().collect(),
            profile: self.profile.clone(),
            max_in_flight: self.max_in_flight,
            clock,
            substitutes,
        }
    }
}

/// What a scan came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The exit code.
    pub exit_code: u8,
    /// Where the reports are.
    pub folder: PathBuf,
    /// The result in a few lines for people.
    pub summary: String,
}

/// Scans, and leaves the reports in the folder that the settings name.
pub(crate) async fn run(settings: ScanSettings, outside: Outside) -> Result<Scanned, UserError> {
    let started_at = outside.clock.now();
    let run_id = run_id(started_at, outside.simulation.as_deref());
    let out = settings.out.clone().unwrap_or_else(|| Path::new(OUT).join(&run_id));
    let folder = if settings.replaces_simulation {
        OutputFolder::begin_over_simulation(&out)?
    } else {
        OutputFolder::begin(&out)?
    };
    let events = Arc::new(RunEvents::new(settings.progress));
    let limits = Arc::new(Limits::new(settings.rate_share));
    let session = settings.session(&run_id, outside.clock.clone(), outside.substitutes);
    let aws = connect(session, limits, events.clone()).await;
    let aws = aws.map_err(|it| not_connected(&it))?;
    check_regions(&settings.scope, &aws)?;
    let mut samples = SampleSpool::create(&folder.path(SPOOL_FILE)).map_err(|it| unwritten(&it))?;
    let seed = match outside.simulation {
        Some(_) => settings.seed.unwrap_or_default(),
        None => settings.seed.unwrap_or_else(random_seed),
    };
    let audit_settings = audit_settings(&settings, &aws, started_at, seed);
    let audited = tokio::select! {
        biased;
        res = audit(&aws, &audit_settings, events.as_ref(), &mut samples) => res,
        () = events.show() => unreachable!("progress is shown for as long as the audit runs"),
    };
    events.end();
    let audited = audited.map_err(not_audited)?;
    let run = Run {
        id: run_id,
        simulation: outside.simulation,
        endpoints: aws.endpoints().to_vec(),
        tool_version: VERSION.to_owned(),
        started_at,
        finished_at: outside.clock.now(),
        caller_arn: aws.caller().arn.to_string(),
        caller_account: aws.caller().account,
        partition: aws.caller().partition,
        role_name: settings.role_name.clone(),
        other_roles: aws.other_roles(),
        settings: in_force(&settings, &audit_settings),
        arguments: settings.arguments,
        window: audit_settings.collect.window,
        fail_on: settings.fail_on,
        calls: events.calls(),
        throttles: events.throttles(),
        throttled_keys: events.throttled_keys(),
    };
    let Audited { facts, findings, accounts, covered_by, gaps } = audited;
    let excepted = Excepted::new(settings.exceptions, &facts, &findings, &gaps);
    let audit = Audit { run, facts, findings, accounts, covered_by, gaps, excepted };
    let folder = write(&audit, samples, folder)?;
    Ok(Scanned { exit_code: audit.exit_code(), folder, summary: summary(&audit) })
}

/// A Region of another partition would leave everything out.
fn check_regions(scope: &Scope, aws: &Aws) -> Result<(), UserError> {
    let partition = aws.caller().partition;
    let known = partition.regions();
    match scope.regions.iter().find(|it| !known.contains(it)) {
        None => Ok(()),
        Some(other) => Err(UserError::usage(
            format!("--regions: {other} is not a Region of the caller's partition `{partition}`"),
            "name Regions of this partition, or use credentials of the other one",
        )),
    }
}

const SPOOL_FILE: &str = ".samples";
/// Where the folders of runs are, if nobody says otherwise.
pub(crate) const OUT: &str = "trailseal-out";

fn audit_settings(
    settings: &ScanSettings,
    aws: &Aws,
    as_of: Timestamp,
    seed: u64,
) -> AuditSettings {
    AuditSettings {
        caller: aws.caller().account,
        partition: aws.caller().partition,
        scope: settings.scope.clone(),
        declared_accounts: settings.declared_accounts.clone(),
        account_tags: settings.account_tags.clone(),
        member_status: settings.member_status,
        collect: CollectSettings {
            window: settings.window.at(as_of),
            thresholds: Thresholds {
                sample_size: settings.sample_size,
                tolerable_rate: settings.tolerable_rate,
                ..Thresholds::DEFAULT
            },
            seed,
            log_archive_accounts: settings.log_archive_accounts.clone(),
            bucket_owners: settings.bucket_owners.clone(),
        },
        trusted_key_accounts: settings.trusted_key_accounts.clone(),
        trusted_readers: settings.trusted_readers.clone(),
        max_in_flight: settings.max_in_flight,
        as_of,
    }
}

/// Nobody who delivers logs may foresee which of them are looked at. The standard library seeds its
/// hash maps from the operating system, which is all that is needed here. TOML has no larger numbers.
fn random_seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish() >> 1
}

/// What a reader needs to run the same scan again, whether it came from flags, environment or file.
fn in_force(settings: &ScanSettings, audit: &AuditSettings) -> BTreeMap<&'static str, String> {
    fn list<'a>(accounts: impl IntoIterator<Item = &'a AccountId>) -> String {
        accounts.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(";")
    }
    let owners = settings.bucket_owners.iter().map(|(bucket, owner)| format!("{bucket}={owner}"));
    let exceptions = settings.exceptions_file.as_ref().map(|it| it.display().to_string());
    let tags = settings.session_tags.iter().map(|(key, value)| format!("{key}={value}"));
    BTreeMap::from([
        ("role_fallbacks", settings.role_fallbacks.join(";")),
        ("session_name", settings.session_name.clone().unwrap_or_default()),
        ("source_identity", settings.source_identity.clone().unwrap_or_default()),
        ("session_tags", tags.collect::<Vec<_>>().join(";")),
        ("log_archive_accounts", list(&settings.log_archive_accounts)),
        ("trusted_readers", list(&settings.trusted_readers)),
        ("bucket_owners", owners.collect::<Vec<_>>().join(";")),
        ("account_tags", settings.account_tags.iter().cloned().collect::<Vec<_>>().join(";")),
        ("member_status", settings.member_status.to_string()),
        ("rate_share", settings.rate_share.to_string()),
        ("exceptions", exceptions.unwrap_or_default()),
        ("max_in_flight", settings.max_in_flight.to_string()),
        ("seed", audit.collect.seed.to_string()),
    ])
}

/// Writes the record, every report from it, and publishes the folder.
fn write(
    audit: &Audit,
    mut samples: SampleSpool,
    folder: OutputFolder,
) -> Result<PathBuf, UserError> {
    let record = File::create(folder.path(RECORD_FILE)).map(BufWriter::new);
    let record = record.map_err(|it| unwritten(&it))?;
    write_record(audit, &mut samples, record).map_err(|it| unwritten(&it))?;
    drop(samples);
    std::fs::remove_file(folder.path(SPOOL_FILE)).map_err(|it| unwritten(&it))?;
    write_reports(&folder).map_err(|it| unwritten(&it))?;
    folder.publish()
}

/// Sorts by time, and tells two runs within one second apart. A simulation's shows what it is, for
/// it stands in every row of every table; and two of the same world have the same, for AWS repeats
/// it in messages: sessions are named after it.
fn run_id(at: Timestamp, simulation: Option<&str>) -> String {
    let time: String = format!("{at:.0}").chars().filter(|it| !"-:".contains(*it)).collect();
    if simulation.is_some() {
        return format!("simulation-{time}");
    }
    format!("{time}-{:04x}", (at.subsec_nanosecond().unsigned_abs() / 1000) & 0xffff)
}

fn unwritten(problem: &dyn std::fmt::Display) -> UserError {
    UserError::usage(
        format!("the reports cannot be written: {problem}"),
        "check the free space and the rights of the output folder",
    )
}

fn not_connected(error: &ConnectError) -> UserError {
    match error {
        ConnectError::Misconfigured(it) => UserError::usage(&it.problem, &it.advice),
        ConnectError::Caller(gap) => from_gap("the caller's identity cannot be read", gap),
    }
}

fn not_audited(error: AuditError) -> UserError {
    match error {
        AuditError::NoDirectory(gap) => {
            from_gap("the accounts of the organization cannot be listed", &gap)
        }
        AuditError::UnknownAccounts(accounts) => UserError::usage(
            format!("the organization has no account {}", listed(&accounts)),
            "correct --accounts or --exclude-account",
        ),
        AuditError::UnknownUnits(units) => UserError::usage(
            format!("no account of the organization stands under {}", listed(&units)),
            "correct --ou",
        ),
        AuditError::EmptyScope => UserError::usage(
            "no account is left to audit",
            "correct --accounts, --exclude-account or --ou",
        ),
        AuditError::Spool(problem) => unwritten(&problem),
    }
}

fn listed<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// One line with everything that helps: operation, account, Region, code, message, request id.
fn from_gap(what: &str, gap: &Gap) -> UserError {
    use std::fmt::Write as _;
    let mut problem = format!("{what}: {} failed ({}", gap.operation, gap.class);
    let _ = gap.http_status.map(|it| write!(problem, ", HTTP {it}"));
    let _ = gap.code.as_ref().map(|it| write!(problem, ", {it}"));
    let _ = gap.account.map(|it| write!(problem, ", account {it}"));
    let _ = gap.region.map(|it| write!(problem, ", {it}"));
    let _ = gap.request_id.as_ref().map(|it| write!(problem, ", request id {it}"));
    problem.push(')');
    let _ = gap.message.as_ref().map(|it| write!(problem, ": {it}"));
    UserError::usage(problem, gap.what_to_do())
}
