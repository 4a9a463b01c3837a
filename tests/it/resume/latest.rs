//! What is beside the folders of scans: the newest one by name, and no more than are kept.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};
use trailseal_tests::sim::scan;

use super::with_access;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_newest_scan_is_named_and_the_oldest_go() {
    let around = tempfile::tempdir().unwrap();
    let around = around.path();
    std::fs::write(around.join("notes.txt"), "mine").unwrap();
    for (name, day) in [("a", 18), ("b", 19), ("c", 20)] {
        let start = format!("2026-11-{day}T12:02:30Z").parse().unwrap();
        let scenario = Scenario {
            random_faults: RandomFaultSettings::default(),
            limits: LimitSettings::default(),
            ..Scenario::ready_made("small", start).unwrap()
        };
        let flags = with_access(&scenario, &["--keep", "2"]);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let simulator = Arc::new(Simulator::of(&scenario));
        let scanned = scan(&simulator, &flags, &around.join(name)).await.unwrap();
        let latest = json(&around.join("latest.json"));
        let run = json(&around.join(name).join("run.json"));
        assert_eq!((&latest["folder"], &latest["run_id"]), (&name.into(), &run["run_id"]));
        assert_eq!(latest["exit_code"], scanned.exit_code);
    }
    let entries = std::fs::read_dir(around).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["b", "c", "latest.json", "notes.txt"]);
}
