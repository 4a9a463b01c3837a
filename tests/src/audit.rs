//! Audits a made-up organization and writes its reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use jiff::SignedDuration;
use trailseal::{OutputFolder, RECORD_FILE, SampleSpool, write_reports};
use trailseal_audit::{AuditSettings, Audited, audit};
use trailseal_evaluator::{CauseContext, CollectSettings, causes};
use trailseal_model::{
    AccountId, Answers, ExceptionMatches, MemberStatusScope, NoEvents, Partition, Scope, Severity,
    Thresholds, Window,
};
use trailseal_record::v1::{Audit, Run, write_record};

use crate::Failure;
use crate::plan::{Plan, now};
use crate::world::World;

fn window() -> Window {
    Window { start: now() - SignedDuration::from_hours(7 * 24), end: now() }
}

/// The settings of an audit of the whole world.
#[must_use]
pub fn settings(world: &World) -> AuditSettings {
    AuditSettings {
        caller: Plan::account(world.plan.caller),
        partition: Partition::Aws,
        scope: Scope::default(),
        declared_accounts: Vec::new(),
        account_tags: BTreeSet::new(),
        member_status: MemberStatusScope::Home,
        collect: CollectSettings {
            window: window(),
            thresholds: Thresholds::DEFAULT,
            seed: 1,
            log_archive_accounts: Vec::new(),
            bucket_owners: Vec::new(),
        },
        trusted_key_accounts: BTreeSet::new(),
        trusted_readers: BTreeSet::new(),
        max_in_flight: 256,
        as_of: now(),
    }
}

/// Audits the world and leaves every report in the folder, which must not exist yet.
///
/// # Errors
/// When there is no audit (see [`trailseal_audit::AuditError`]), or the files cannot be written.
pub async fn audit_into(world: &World, out: &Path) -> Result<Audit, Failure> {
    audit_with(world, &settings(world), out).await
}

/// The same with these settings.
///
/// # Errors
/// As [`audit_into`].
pub async fn audit_with(
    answers: &dyn Answers,
    settings: &AuditSettings,
    out: &Path,
) -> Result<Audit, Failure> {
    let folder = OutputFolder::begin(out)?;
    let spool = folder.path(".samples");
    let mut samples = SampleSpool::create(&spool)?;
    let audited = audit(answers, settings, &NoEvents, &mut samples).await?;
    let audit = finished(settings.caller, audited);
    let record = BufWriter::new(File::create(folder.path(RECORD_FILE))?);
    write_record(&audit, &mut samples, record)?;
    drop(samples);
    fs::remove_file(spool)?;
    write_reports(&folder)?;
    folder.publish()?;
    Ok(audit)
}

fn finished(caller: AccountId, audited: Audited) -> Audit {
    let run = Run {
        id: "20261120T120000Z-0000".to_owned(),
        simulation: None,
        endpoints: Vec::new(),
        tool_version: "0.0.0".to_owned(),
        program_sha256: None,
        exceptions_sha256: None,
        configuration_sha256: None,
        started_at: now(),
        finished_at: now(),
        caller_arn: format!("arn:aws:sts::{caller}:assumed-role/auditor/run"),
        caller_account: caller,
        partition: Partition::Aws,
        role_name: "TrailsealAudit".to_owned(),
        other_roles: BTreeMap::new(),
        arguments: Vec::new(),
        settings: BTreeMap::new(),
        window: window(),
        fail_on: Severity::High,
        calls: BTreeMap::new(),
        throttles: 0,
        throttled_keys: Vec::new(),
        rejudged: None,
    };
    let Audited { facts, findings, accounts, covered_by, gaps } = audited;
    let context = CauseContext {
        partition: run.partition,
        caller_arn: &run.caller_arn,
        caller_account: run.caller_account,
        role_name: &run.role_name,
        other_roles: &run.other_roles,
    };
    let causes = causes(&facts, &findings, &gaps, &context);
    let excepted = ExceptionMatches::default();
    Audit { run, facts, findings, accounts, covered_by, gaps, excepted, causes }
}

/// Every file of a folder by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    fs::read_dir(folder)?
        .map(|entry| {
            let path = entry?.path();
            let name = path.file_name().ok_or("a file has a name")?.to_string_lossy().into_owned();
            Ok((name, fs::read(path)?))
        })
        .collect()
}

/// Whether a file's name ends so.
#[must_use]
pub fn is(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == extension)
}
