//! The steps of a run, which commands put together: connect, audit, publish, with progress beside.

pub(crate) mod audited;
pub(crate) mod connect;
pub(crate) mod progress;
mod publish;
mod refusals;
pub(crate) mod summary;
mod throttled;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_model::record::v1::{Audit, Run};
use trailseal_model::{Account, Exception, ExceptionMatches};

use crate::environment::Environment;
use crate::error::UserError;
use crate::output::{OutputFolder, unwritten};
use crate::samples::SampleSpool;
use crate::settings::{Settings, sessions};
use crate::version::VERSION;
use progress::{Progress, RunEvents};
use publish::{SPOOL_FILE, publish};
use summary::summary;
use trailseal_audit::Audited;

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
}

impl Scan {
    /// A scan that reads no file and shows its progress.
    pub(crate) const fn of(settings: Settings) -> Self {
        Self {
            settings,
            declared_accounts: Vec::new(),
            exceptions: Vec::new(),
            replaces_simulation: false,
            progress: Progress::Shown,
            fails_fast: false,
            arguments: Vec::new(),
        }
    }

    /// The folder of the reports, which nothing else may be in.
    fn folder(&self, run_id: &str) -> Result<OutputFolder, UserError> {
        let of_run = || Path::new(OUT).join(run_id);
        let out = self.settings.out.clone().unwrap_or_else(of_run);
        if self.replaces_simulation {
            OutputFolder::begin_over_simulation(&out)
        } else {
            OutputFolder::begin(&out)
        }
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

/// Scans, and leaves the reports in the folder that the settings name.
pub(crate) async fn scan(scan: Scan, outside: Environment) -> Result<Scanned, UserError> {
    let started_at = outside.clock.now();
    let run_id = run_id(started_at, outside.simulation.as_deref());
    let tags = sessions::tags(&scan.settings.session_tags)?;
    let folder = scan.folder(&run_id)?;
    let events = Arc::new(RunEvents::new(scan.progress));
    let aws = connect::connect(&scan.settings, tags, &run_id, &outside, &events).await?;
    events.connected(&aws, &scan.settings);
    let samples = SampleSpool::create(&folder.path(SPOOL_FILE));
    let mut samples = samples.map_err(|it| unwritten(&it))?;
    let seed = audited::seed(&scan.settings, &outside);
    let audit_settings = audited::audit_settings(&scan, &aws, started_at, seed);
    let audited = audited::audited(&aws, &scan, &audit_settings, &events, &mut samples);
    let audited = Box::pin(audited).await?;
    let settings = &scan.settings;
    let mut recorded = settings.recorded();
    recorded.insert("seed", seed.to_string());
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
        role_name: settings.role_name.0.clone(),
        other_roles: aws.other_roles(),
        settings: recorded,
        arguments: scan.arguments,
        window: audit_settings.collect.window,
        fail_on: settings.fail_on,
        calls: events.calls(),
        throttles: events.throttles(),
        throttled_keys: events.throttled_keys(),
    };
    let Audited { facts, findings, accounts, covered_by, gaps } = audited;
    let excepted = ExceptionMatches::new(scan.exceptions, &facts, &findings, &gaps);
    let audit = Audit { run, facts, findings, accounts, covered_by, gaps, excepted };
    let folder = publish(&audit, samples, folder)?;
    Ok(Scanned { exit_code: audit.exit_code(), folder, summary: summary(&audit) })
}

/// Sorts by time, and tells two runs within one second apart. A simulation's shows what it is, for
/// it is in every row of every table; and two of the same world have the same, for AWS repeats
/// it in messages: sessions are named after it.
pub(crate) fn run_id(at: Timestamp, simulation: Option<&str>) -> String {
    let time: String = format!("{at:.0}").chars().filter(|it| !"-:".contains(*it)).collect();
    if simulation.is_some() {
        return format!("simulation-{time}");
    }
    format!("{time}-{:04x}", (at.subsec_nanosecond().unsigned_abs() / 1000) & 0xffff)
}
