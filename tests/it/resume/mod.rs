//! Scans that are cut off, and continued from their journal.

mod ages;
mod cut;
mod damage;
#[cfg(unix)]
mod killed;
mod latest;
mod refused;
mod replayed;
#[cfg(unix)]
mod stopped;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use trailseal::Scanned;
use trailseal_journal::{Journal, RunManifest, Writer};
use trailseal_model::{AnyQuestion, AnyResult, Operation};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_tests::Failure;
use trailseal_tests::compare::{blanked, has_columns};
use trailseal_tests::sim::{access_flags, outside, scan};

use crate::simulation::fair;

/// A scan that ended, with its journal.
struct Ended {
    _guard: TempDir,
    out: PathBuf,
    scenario: Scenario,
    scanned: Scanned,
    /// Its requests by operation, as the simulator counted them.
    calls: BTreeMap<String, u64>,
}

impl Ended {
    /// Of a ready-made scenario.
    async fn of(name: &str, flags: &[&str]) -> Self {
        Self::of_scenario(fair(name), flags).await
    }

    async fn of_scenario(scenario: Scenario, flags: &[&str]) -> Self {
        let simulator = Arc::new(Simulator::of(&scenario));
        let guard = tempfile::tempdir().unwrap();
        let out = guard.path().join("out");
        let flags = with_access(&scenario, flags);
        let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["--keep-journal"]).collect();
        let scanned = scan(&simulator, &flags, &out).await.unwrap();
        Self { _guard: guard, out, scenario, scanned, calls: calls(&simulator) }
    }

    fn journal(&self) -> Journal {
        Journal::read(&self.out.join("journal")).unwrap()
    }

    fn records(&self) -> Vec<(AnyQuestion, AnyResult)> {
        self.journal().records().collect()
    }

    fn reports(&self) -> BTreeMap<String, String> {
        reports(&self.out)
    }
}

fn with_access(scenario: &Scenario, flags: &[&str]) -> Vec<String> {
    let further = flags.iter().map(|flag| (*flag).to_owned());
    access_flags(scenario).into_iter().chain(further).collect()
}

/// The requests that a simulator got, by operation.
fn calls(simulator: &Simulator) -> BTreeMap<String, u64> {
    let operations = simulator.state().log.report().operations;
    operations.into_iter().map(|of| (of.operation.to_string(), of.calls)).collect()
}

fn count(calls: &BTreeMap<String, u64>, operation: Operation) -> u64 {
    calls.get(operation.as_str()).copied().unwrap_or_default()
}

/// Every report of a folder with what may differ between two runs blanked, but for those in prose.
fn reports(folder: &Path) -> BTreeMap<String, String> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file() && path.to_str().is_some_and(has_columns));
    let named = files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let report = blanked(&name, &std::fs::read(path).unwrap()).unwrap();
        (name, report)
    });
    named.collect()
}

/// A folder with a journal of these answers, as a process leaves it that was killed.
async fn cut_off(
    around: &Path,
    manifest: &RunManifest,
    records: &[(AnyQuestion, AnyResult)],
) -> PathBuf {
    let out = around.join("out");
    std::fs::create_dir(&out).unwrap();
    let writer = Writer::begin(&out.join("journal"), manifest).unwrap();
    for (question, result) in records {
        writer.append(question, result).await;
    }
    drop(writer);
    out
}

/// Continues the scan in a folder, and returns the simulator that answered.
async fn resumed(
    scenario: &Scenario,
    out: &Path,
    flags: &[&str],
) -> (Arc<Simulator>, Result<Scanned, Failure>) {
    let simulator = Arc::new(Simulator::of(scenario));
    let scanned = resumed_from(&simulator, scenario, out, flags).await;
    (simulator, scanned)
}

/// The same with a simulator of one's own.
async fn resumed_from(
    simulator: &Arc<Simulator>,
    scenario: &Scenario,
    out: &Path,
    flags: &[&str],
) -> Result<Scanned, Failure> {
    let flags = with_access(scenario, flags);
    let words = flags.iter().map(std::ffi::OsString::from);
    let words = words.chain(["--resume".into(), out.into()]);
    trailseal::scan_in(words, outside(simulator)?).await.map_err(Failure::from)
}
