//! The whole program over a simulated organization: the real command line and SDK, no socket.

mod broken;
mod causes;
mod chaos;
mod cost;
mod exceptions;
mod last_calls;
mod limits;
mod matrix;
mod members;
mod owners;
mod permissions;
mod plan;
mod policies;
mod populations;
mod quotas;
mod read_only;
mod rows_decide;
mod sentences;
mod sessions;
mod skipped;
mod trusted;
mod truth;
mod wire;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;
use trailseal::Scanned;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};
use trailseal_tests::sim::{access_flags, scan};

/// When simulated organizations are made for.
pub(crate) fn start() -> Timestamp {
    "2026-11-20T12:02:30Z".parse().unwrap()
}

/// A ready-made scenario, without random faults and limits.
pub(crate) fn fair(name: &str) -> Scenario {
    let scenario = Scenario::ready_made(name, start()).unwrap();
    Scenario {
        random_faults: RandomFaultSettings::default(),
        limits: LimitSettings::default(),
        ..scenario
    }
}

/// The scenario of this text, without random faults and limits unless it has some.
pub(crate) fn of_text(text: &str) -> Scenario {
    Scenario::from_toml(text, start()).unwrap()
}

/// Scans the simulator's organization with these further flags; the folder goes when the guard does.
pub(crate) async fn scanned_in(
    simulator: &Arc<Simulator>,
    scenario: &Scenario,
    flags: &[&str],
) -> (TempDir, Scanned) {
    let folder = tempfile::tempdir().unwrap();
    let access = access_flags(scenario);
    let flags: Vec<&str> = access.iter().map(String::as_str).chain(flags.iter().copied()).collect();
    let scanned = scan(simulator, &flags, &folder.path().join("out")).await.unwrap();
    (folder, scanned)
}

/// The rows of one of a scan's CSV files, each with its columns by name.
pub(crate) fn rows(folder: &Path, file: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
