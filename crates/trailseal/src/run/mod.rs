//! The steps of a run, which commands put together: connect, audit, publish.

pub(crate) mod audited;
mod conclude;
pub(crate) mod connect;
mod endings;
mod folder;
pub(crate) mod heartbeat;
mod journaling;
mod latest;
pub(crate) mod manifest;
mod noted;
mod program;
pub(crate) mod progress;
mod publish;
mod refusals;
pub(crate) mod replay;
pub(crate) mod stop;
mod throttled;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;
use trailseal_fanout::Limits;
use trailseal_journal::{EndReason, RunManifest};
use trailseal_model::{Account, Exception, GapClass, exit_code, hash};
use trailseal_record::v1::Run;

use crate::environment::Environment;
use crate::error::UserError;
use crate::output::{OutputFolder, unwritten};
use crate::samples::SampleSpool;
use crate::settings::{Settings, sessions};
use crate::terminal;
use crate::version::VERSION;
use audited::{Answered, audited};
use conclude::{Conclusion, conclude};
use endings::{interrupted, resumable, resume_command, too_late};
use folder::RunFolder;
use heartbeat::Heartbeat;
use journaling::Journaling;
pub(crate) use journaling::KeepJournal;
use progress::{Progress, RunEvents};
use publish::SPOOL_FILE;
use stop::{Stop, asking_ends};

/// The folder of the folders of runs, unless the user names one.
pub(crate) const OUT: &str = "trailseal-out";

/// A scan: its settings, and what was read for it.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) settings: Settings,
    /// The accounts of the file of accounts.
    pub(crate) declared_accounts: Vec<Account>,
    /// The entries of the file of exceptions.
    pub(crate) exceptions: Vec<Exception>,
    /// Whether an earlier simulation's reports in the output folder give way.
    pub(crate) replaces_simulation: bool,
    pub(crate) progress: Progress,
    /// Whether the scan stops when the first accounts all refuse the role.
    pub(crate) fails_fast: bool,
    /// The command line for the record, without what is secret.
    pub(crate) arguments: Vec<String>,
    /// The texts of the files that settings name, by the settings' keys.
    pub(crate) files: BTreeMap<String, String>,
    /// The SHA-256 of the configuration file, if there is one.
    pub(crate) configuration_sha256: Option<String>,
    /// What becomes of the journal.
    pub(crate) keep_journal: KeepJournal,
    /// The folder of the scan to continue, with what is known of it.
    pub(crate) resume: Option<(PathBuf, RunManifest)>,
    /// Classes of gaps in the journal that are asked again, besides those that may pass by themselves.
    pub(crate) ask_again: Vec<GapClass>,
    /// Asks the scan to stop.
    pub(crate) stop: Stop,
    /// Follows the scan for its summary object.
    pub(crate) heartbeat: Heartbeat,
}

impl Scan {
    /// A scan that reads no file and shows its progress.
    pub(crate) fn of(settings: Settings) -> Self {
        Self {
            settings,
            declared_accounts: Vec::new(),
            exceptions: Vec::new(),
            replaces_simulation: false,
            progress: Progress::Shown,
            fails_fast: false,
            arguments: Vec::new(),
            files: BTreeMap::new(),
            configuration_sha256: None,
            keep_journal: KeepJournal::UntilDone,
            resume: None,
            ask_again: Vec::new(),
            stop: Stop::new(),
            heartbeat: Heartbeat::default(),
        }
    }

    /// The SHA-256 of the file of exceptions, if there is one.
    fn exceptions_sha256(&self) -> Option<String> {
        self.files.get("exceptions").map(|text| hash::sha256(text.as_bytes()))
    }

    /// The folder that the scan leaves.
    fn out(&self, run_id: &str) -> PathBuf {
        match &self.resume {
            Some((folder, _)) => folder.clone(),
            None => self.settings.out.clone().unwrap_or_else(|| Path::new(OUT).join(run_id)),
        }
    }
}

/// Which run this is.
#[derive(Debug, Clone)]
struct Identity {
    run_id: String,
    started_at: Timestamp,
    seed: u64,
    simulation: Option<String>,
}

impl Identity {
    /// Of a scan that begins now, or of the one that goes on.
    fn of(scan: &Scan, outside: &Environment) -> Self {
        let simulation = outside.simulation.clone();
        if let Some((_, manifest)) = &scan.resume {
            let (run_id, started_at) = (manifest.run_id.clone(), manifest.started_at);
            return Self { run_id, started_at, seed: manifest.seed, simulation };
        }
        let started_at = outside.clock.now();
        let run_id = run_id(started_at, simulation.as_deref());
        Self { run_id, started_at, seed: audited::seed(&scan.settings, outside), simulation }
    }
}

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The exit code.
    pub exit_code: u8,
    /// Where the reports are.
    pub folder: PathBuf,
    /// The result in a few lines for people.
    pub summary: String,
}

/// Where a scan writes.
struct OutputLocation {
    /// Dropped before the folder around it, which goes if nothing is left in it.
    reports: OutputFolder,
    /// The locked folder; none for a demonstration, which replaces an earlier one as a whole.
    folder: Option<RunFolder>,
}

impl OutputLocation {
    fn take(scan: &Scan, run_id: &str) -> Result<Self, UserError> {
        let out = scan.out(run_id);
        if scan.replaces_simulation {
            let reports = OutputFolder::begin_over_simulation(&out)?;
            return Ok(Self { folder: None, reports });
        }
        let folder = match &scan.resume {
            Some(_) => RunFolder::resume(&out)?,
            None => RunFolder::begin(&out)?,
        };
        let reports = folder.reports()?;
        Ok(Self { folder: Some(folder), reports })
    }
}

/// Scans, and leaves the reports in the folder that the settings name.
pub(crate) async fn scan(scan: Scan, outside: Environment) -> Result<Scanned, UserError> {
    let start = Instant::now();
    program::begin();
    let identity = Identity::of(&scan, &outside);
    let events = Arc::new(RunEvents::new(scan.progress));
    let run_id = &identity.run_id;
    scan.heartbeat.begin(run_id, identity.started_at, scan.settings.scope(), &outside, &events);
    let tags = sessions::tags(&scan.settings.session_tags)?;
    let place = OutputLocation::take(&scan, &identity.run_id)?;
    let command = resume_command(&scan.out(run_id), &scan.settings);
    let kept = scan.resume.as_ref().map(|_| &*command);
    if let Some((folder, manifest)) = &scan.resume {
        scan.heartbeat.resumable(folder);
        manifest::check_asked(manifest, &scan.settings, &scan.files)?;
        manifest::check_external_id(manifest, &scan.settings)?;
        manifest::check_age(manifest, outside.clock.now(), scan.settings.resume_max_age)?;
    }
    let limits = match &scan.resume {
        Some(_) => Limits::used_up(scan.settings.rate_share),
        None => Limits::new(scan.settings.rate_share),
    };
    let connecting = connect::connect(&scan.settings, tags, run_id, &outside, &events, limits);
    let deadline = scan.settings.deadline.map(|deadline| deadline.0);
    let connection = tokio::select! {
        biased;
        signal = scan.stop.requested() => return Err(interrupted(signal, kept)),
        () = asking_ends(start, deadline) => return Err(too_late(&scan.settings, kept)),
        connected = connecting => connected.map_err(|error| resumable(error, kept))?,
    };
    let manifest = match &scan.resume {
        Some((_, manifest)) => {
            manifest::check_caller(manifest, &connection.aws, identity.simulation.as_deref())?;
            manifest.clone()
        }
        None => manifest::of_scan(&scan, &connection.aws, &identity),
    };
    let journaling = Journaling::begin(&scan, place.folder.as_ref(), &manifest)?;
    let kept = place.folder.as_ref().filter(|_| journaling.is_kept()).map(RunFolder::path);
    if let Some(folder) = kept {
        scan.heartbeat.resumable(folder);
    }
    let command = kept.map(|_| command);
    let run = Running { start, scan, identity, manifest, connection, journaling, events, command };
    Box::pin(run.ended(&outside, place)).await
}

/// A scan that is connected and has its journal.
struct Running {
    start: Instant,
    scan: Scan,
    identity: Identity,
    manifest: RunManifest,
    connection: connect::Connection,
    journaling: Journaling,
    events: Arc<RunEvents>,
    /// The command that continues it, if its answers are kept.
    command: Option<String>,
}

impl Running {
    fn how_to_resume(&self) -> Option<&str> {
        self.command.as_deref()
    }

    /// Ready when the time for asking is over.
    async fn asking_ends(&self) {
        let deadline = self.scan.settings.deadline.map(|deadline| deadline.0);
        asking_ends(self.start, deadline).await;
    }

    fn too_late(&self) -> UserError {
        too_late(&self.scan.settings, self.how_to_resume())
    }

    async fn ended(
        self,
        outside: &Environment,
        place: OutputLocation,
    ) -> Result<Scanned, UserError> {
        let Self { scan, identity, journaling, events, .. } = &self;
        let folder = place.folder.as_ref();
        let command = self.how_to_resume();
        events.connected(&self.connection.aws, &scan.settings);
        journaling.describe(scan.progress);
        let samples = SampleSpool::create(&place.reports.path(SPOOL_FILE));
        let mut samples = samples.map_err(|problem| unwritten(&problem))?;
        let caller = self.connection.aws.caller();
        let caller = (caller.account, caller.partition);
        let (as_of, seed) = (identity.started_at, identity.seed);
        let audit_settings = audited::audit_settings(scan, caller, as_of, seed);
        let answered = Box::pin(audited(&self, &audit_settings, &mut samples)).await;
        let answered = match answered {
            Ok(answered) => answered,
            Err(error) => return Err(self.not_audited(error, place)),
        };
        let run = self.run_line(&answered, audit_settings.collect.window, outside);
        let run = Run { program_sha256: program::sha256().await, ..run };
        let conclusion = Conclusion {
            run,
            audited: answered.audited,
            exceptions: scan.exceptions.clone(),
            samples,
            reports: place.reports,
            heartbeat: scan.heartbeat.clone(),
        };
        // In a thread of its own, so that a signal still ends the run at once.
        let concluding = tokio::task::spawn_blocking(|| conclude(conclusion));
        let scanned = tokio::select! {
            biased;
            signal = scan.stop.requested() => return Err(interrupted(signal, command)),
            concluded = concluding => concluded.map_err(|panicked| match panicked.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => unwritten(&"the thread that writes them was cancelled"),
            })?,
        };
        let scanned = scanned.map_err(|error| resumable(error, command))?;
        if let Some(folder) = folder {
            self.finish(folder, &scanned, outside.clock.now());
        }
        Ok(scanned)
    }

    /// Removes what is not needed any more, and points to the run. The reports are there, so nothing
    /// of this is worth more than a warning.
    fn finish(&self, folder: &RunFolder, scanned: &Scanned, finished_at: Timestamp) {
        if is_done(scanned.exit_code) {
            self.scan.heartbeat.not_resumable();
            if self.scan.keep_journal != KeepJournal::Always
                && let Err(problem) = folder.remove_journal()
            {
                let journal = folder.journal();
                terminal::warning(format_args!(
                    "{} cannot be removed: {problem}",
                    journal.display()
                ));
            }
        }
        let run = latest::EndedRun {
            run_id: self.identity.run_id.clone(),
            started_at: self.identity.started_at,
            finished_at,
            exit_code: scanned.exit_code,
        };
        let keep = self.scan.settings.keep.map(|keep| keep.0);
        if let Err(problem) = latest::note(folder.path(), run, keep) {
            terminal::warning(format_args!(
                "the list of scans beside {} cannot be updated: {problem}",
                folder.path().display()
            ));
        }
    }

    /// Seals the journal, or removes it where the run is over before it began.
    fn not_audited(&self, error: UserError, place: OutputLocation) -> UserError {
        let OutputLocation { folder, reports } = place;
        drop(reports);
        let is_refused = error.exit_code == exit_code::USAGE && self.scan.resume.is_none();
        if let Some(folder) = folder.filter(|_| is_refused) {
            drop(self.journaling.seal(EndReason::Cancelled));
            self.scan.heartbeat.not_resumable();
            // What is left of it does no harm, and the error is what counts.
            let _ = folder.remove_journal();
            return error;
        }
        resumable(error, self.how_to_resume())
    }

    fn run_line(
        &self,
        answered: &Answered,
        window: trailseal_model::Window,
        outside: &Environment,
    ) -> Run {
        let Self { scan, identity, manifest, events, .. } = self;
        let settings = &scan.settings;
        let mut recorded = settings.recorded();
        recorded.insert("seed", identity.seed.to_string());
        let mut calls = events.calls();
        for (operation, requests) in &answered.reused {
            *calls.entry(*operation).or_default() += requests;
        }
        Run {
            id: identity.run_id.clone(),
            simulation: identity.simulation.clone(),
            endpoints: self.connection.aws.endpoints().to_vec(),
            tool_version: VERSION.to_owned(),
            program_sha256: None,
            exceptions_sha256: scan.exceptions_sha256(),
            configuration_sha256: scan.configuration_sha256.clone(),
            started_at: identity.started_at,
            finished_at: outside.clock.now(),
            // A scan that was continued keeps the session that began it.
            caller_arn: manifest.caller_arn.clone(),
            caller_account: manifest.caller_account,
            partition: manifest.partition,
            role_name: settings.role_name.0.clone(),
            other_roles: answered.other_roles.clone(),
            settings: recorded,
            arguments: manifest.arguments.clone(),
            window,
            fail_on: settings.fail_on,
            calls,
            throttles: events.throttles(),
            throttled_keys: events.throttled_keys(),
            rejudged: None,
        }
    }
}

/// Whether everything was read, so that nothing is left to continue.
fn is_done(code: u8) -> bool {
    [exit_code::CLEAN, exit_code::FAILURES].contains(&code)
}

/// Sorts by time, and differs for two runs within one second. Two simulations of the same world have the
/// same one, because AWS repeats it in messages: sessions are named after it.
pub(crate) fn run_id(at: Timestamp, simulation: Option<&str>) -> String {
    let time: String = format!("{at:.0}").chars().filter(|it| !"-:".contains(*it)).collect();
    if simulation.is_some() {
        return format!("simulation-{time}");
    }
    format!("{time}-{:04x}", (at.subsec_nanosecond().unsigned_abs() / 1000) & 0xffff)
}
