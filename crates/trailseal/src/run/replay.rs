//! The whole run without AWS: every answer comes from a journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trailseal_audit::audit;
use trailseal_journal::{AskAgain, EndReason, Journal, Journaled, RunManifest, Unanswered};
use trailseal_model::GapClass;
use trailseal_record::v1::{Rejudged, Run};

use super::audited::{audit_settings, not_audited};
use super::conclude::{Conclusion, conclude};
use super::folder::JOURNAL;
use super::manifest::{self, endpoints_of, unreadable};
use super::noted::Noted;
use super::progress::{Progress, RunEvents};
use super::publish::SPOOL_FILE;
use super::{Scan, Scanned, program};
use crate::environment::time_of_day;
use crate::error::UserError;
use crate::output::{OutputFolder, unwritten};
use crate::samples::SampleSpool;
use crate::terminal;
use crate::version::VERSION;

/// Where the journal is, of the folder of a scan or of the journal itself.
pub(crate) fn journal_in(folder: &Path) -> PathBuf {
    let within = folder.join(JOURNAL);
    if within.is_dir() { within } else { folder.to_owned() }
}

/// Judges the answers of a journal, as the settings of the scan say, and leaves the reports in `out`.
pub(crate) async fn replay(journal: &Path, scan: Scan, out: &Path) -> Result<Scanned, UserError> {
    program::begin();
    let kept = Journal::read(journal).map_err(|problem| unreadable(&problem))?;
    for damage in kept.damages() {
        terminal::warning(format_args!("{damage}; what was in it counts as not read"));
    }
    let manifest = kept.manifest().clone();
    manifest::check_asked(&manifest, &scan.settings, &scan.files)?;
    let reports = OutputFolder::begin(out)?;
    let samples = SampleSpool::create(&reports.path(SPOOL_FILE));
    let mut samples = samples.map_err(|problem| unwritten(&problem))?;
    let (caller, partition) = (manifest.caller_account, manifest.partition);
    let settings = audit_settings(&scan, (caller, partition), manifest.started_at, manifest.seed);
    let missing = match kept.end() {
        Some(EndReason::Deadline) => GapClass::Deadline,
        _ => GapClass::Cancelled,
    };
    let (kept, unanswered) = (Some(Arc::new(kept)), Unanswered(missing));
    let replayed = Journaled::new(unanswered, kept, None, AskAgain::nothing());
    let events = RunEvents::new(Progress::Quiet);
    let noted = Noted::new(&replayed, &events);
    let audited = Box::pin(audit(&noted, &settings, &events, &mut samples)).await;
    let audited = audited.map_err(not_audited)?;
    let window = settings.collect.window;
    let reused = replayed.reused().into_iter();
    let role_name = scan.settings.role_name.0.clone();
    let run = Run {
        other_roles: noted.other_roles(&role_name),
        role_name,
        calls: reused.collect(),
        window,
        program_sha256: program::sha256().await,
        ..run_of(&manifest, &scan)
    };
    let (exceptions, heartbeat) = (scan.exceptions, scan.heartbeat);
    conclude(Conclusion { run, audited, exceptions, samples, reports, heartbeat })
}

fn run_of(manifest: &RunManifest, scan: &Scan) -> Run {
    let settings = &scan.settings;
    let mut recorded = settings.recorded();
    recorded.insert("seed", manifest.seed.to_string());
    let changed = manifest::rejudged(manifest, settings, &scan.files);
    let is_newer = manifest.tool_version != VERSION;
    let rejudged = (is_newer || !changed.is_empty()).then(|| Rejudged {
        answers_tool_version: manifest.tool_version.clone(),
        changed_settings: changed,
    });
    let as_of = manifest.started_at;
    Run {
        id: manifest.run_id.clone(),
        simulation: manifest.simulation.clone(),
        endpoints: endpoints_of(manifest),
        tool_version: VERSION.to_owned(),
        program_sha256: None,
        exceptions_sha256: scan.exceptions_sha256(),
        configuration_sha256: scan.configuration_sha256.clone(),
        started_at: as_of,
        finished_at: time_of_day().now(),
        caller_arn: manifest.caller_arn.clone(),
        caller_account: manifest.caller_account,
        partition: manifest.partition,
        role_name: String::new(),
        other_roles: BTreeMap::new(),
        settings: recorded,
        arguments: manifest.arguments.clone(),
        window: settings.window.at(as_of),
        fail_on: settings.fail_on,
        calls: BTreeMap::new(),
        throttles: 0,
        throttled_keys: Vec::new(),
        rejudged,
    }
}
