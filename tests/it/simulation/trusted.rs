//! Accounts outside the organization that the user trusts, from the configuration file to the reports.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use trailseal::Scanned;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;

use super::{rows, scanned_in, start};

const CASES: [&str; 4] = [
    "readers-stranger",
    "readers-strangers-role",
    "readers-stranger-may-do-all",
    "readers-every-account",
];

fn scenario() -> Scenario {
    let account = |case: &&str| format!("[[account]]\nname = \"{case}\"\ncase = \"{case}\"\n");
    let accounts: String = CASES.iter().map(account).collect();
    Scenario::from_toml(&format!("seed = 6\n{accounts}"), start()).unwrap()
}

/// The findings about readers, by the account's name: reason and what was observed.
fn readers(folder: &Path) -> BTreeMap<String, (String, String)> {
    let mut findings = rows(folder, "findings.csv");
    findings.retain(|it| it["control_id"] == "key-readers-limited");
    let of = |it: &BTreeMap<String, String>| {
        let answer = format!("{} {}", it["status"], it["status_reason"]);
        (it["account_name"].clone(), (answer, it["observed"].clone()))
    };
    findings.iter().map(of).collect()
}

/// Scans with these trusted readers in `trailseal.toml`.
async fn trusting(accounts: &[&str]) -> (tempfile::TempDir, Scanned) {
    let scenario = scenario();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("trailseal.toml");
    fs::write(&config, format!("trusted_readers = {accounts:?}\n")).unwrap();
    let simulator = Arc::new(Simulator::of(&scenario));
    scanned_in(&simulator, &scenario, &["--config", config.to_str().unwrap()]).await
}

#[tokio::test(start_paused = true)]
async fn an_outsider_reads_by_the_configuration_file_only() {
    const OUTSIDER: &str = "fail outsider_reads";
    let check = |folder: &Path, expected: [&str; 4]| {
        let found = readers(folder);
        for (case, expected) in CASES.iter().zip(expected) {
            assert_eq!(found[*case].0, expected, "{case}: {}", found[*case].1);
        }
    };
    let refused = [OUTSIDER, OUTSIDER, OUTSIDER, "fail everybody_reads"];
    let (_guard, scanned) = trusting(&[]).await;
    check(&scanned.folder, refused);
    let shown = readers(&scanned.folder)["readers-strangers-role"].1.clone();
    let stranger = shown.split(':').find(|it| it.len() == 12).expect("the ARN of a role");
    let (_guard, scanned) = trusting(&["210987654321"]).await;
    check(&scanned.folder, refused);
    let (_guard, scanned) = trusting(&["210987654321", stranger]).await;
    let limited = "pass readers_limited";
    check(&scanned.folder, [limited, limited, limited, "fail everybody_reads"]);
    let run = fs::read_to_string(scanned.folder.join("run.json")).unwrap();
    assert!(run.contains("trusted_readers") && run.contains(stranger), "{run}");
}
