//! What a scan finds in a ready-made scenario, against the truth that the scenario's cases say. The
//! truth was written by hand, case by case, and knows nothing of the program.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_model::ControlId;
use trailseal_model::record::v1::{FindingLine, Line};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_tests::sim;

/// Where the program says less than the truth, and why: case, control, what it says instead.
const KNOWN: &[(&str, &str, &str)] = &[
    // A Region that is still being enabled refuses every session, and a policy that denies a Region
    // denies asking for the status there: nobody but AWS knows what the trail does in it.
    ("region-being-enabled", "account-covered", "not_proven"),
    ("region-being-enabled", "trail-delivering", "not_proven"),
    ("key-outside-organization", "account-covered", "not_proven"),
    ("access-region-denied", "account-covered", "not_proven"),
    // Which of two trails with one prefix delivered an object, its name does not say.
    ("trail-one-prefix-one-keyless", "log-objects-sealed", "not_proven"),
    ("trail-one-prefix-two-keys", "log-objects-sealed", "not_proven"),
    // Only the newest objects are looked at, which proves nothing of the others.
    ("objects-many-a-day", "log-objects-sealed", "not_proven"),
    ("organization-sealed", "log-objects-sealed", "not_proven"),
    // Where DescribeKey is denied, nothing else is asked about the key.
    ("access-describe-key-denied", "key-policy-allows-cloudtrail", "not_proven"),
    ("access-describe-key-denied", "key-rotation-enabled", "not_proven"),
    // One object that cannot be read stays below the tolerable rate.
    ("objects-customer-provided-key", "log-objects-sealed", "pass"),
];

type Found = BTreeMap<(String, String), FindingLine>;

/// Scans as the scenario says that an audit gets in.
async fn found(scenario: &Scenario) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let access = &scenario.access;
    let archive = access.log_archive.map(|it| it.to_string());
    let mut flags = vec!["--role-name", &*access.role_name];
    flags.extend(access.external_id.iter().flat_map(|it| ["--external-id", it]));
    flags.extend(archive.iter().flat_map(|it| ["--log-archive-account", it]));
    let simulator = Arc::new(Simulator::of(scenario));
    let scanned = sim::scan(&simulator, &flags, &folder.path().join("out")).await.unwrap();
    let log = simulator.state().log.report();
    assert_eq!(log.writes, 0, "a scan only reads");
    let lines = sim::record(&scanned.folder).unwrap().into_iter();
    let findings = lines.filter_map(|it| match it {
        Line::Finding(it) => Some(((it.resource_arn.clone(), it.control_id.clone()), *it)),
        _ => None,
    });
    findings.collect()
}

/// Every row of the truth has its finding, every finding its row, and they say the same but for
/// what is known.
async fn check(name: &str) {
    let start: Timestamp = "2026-11-20T12:02:30Z".parse().unwrap();
    let scenario = Scenario::ready_made(name, start).unwrap();
    let mut found = found(&scenario).await;
    let mut wrong = Vec::new();
    let is_built = |it: &str| ControlId::from_word(it).is_some_and(|it| it.entry().is_built);
    for row in scenario.expected.iter().filter(|it| is_built(it.control)) {
        let place = (row.subject.to_string(), row.control.to_owned());
        let finding = found.remove(&place);
        let status = finding.as_ref().map_or("nothing", |it| &it.status);
        let is_known = KNOWN.contains(&(&*row.case, row.control, status));
        if status != row.status && !is_known {
            let message = finding.as_ref().map_or("", |it| &it.message);
            wrong.push(format!("{row:?}: {status} {message}"));
        }
    }
    wrong.extend(found.into_values().map(|it| format!("nothing expects {it:?}")));
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn of_a_small_organization() {
    check("small").await;
}

#[tokio::test(start_paused = true)]
async fn of_an_account_for_every_case() {
    check("cases").await;
}

#[tokio::test(start_paused = true)]
async fn of_the_demonstration() {
    check("demo").await;
}

#[tokio::test(start_paused = true)]
async fn of_a_landing_zone() {
    check("landing-zone").await;
}

#[tokio::test(start_paused = true)]
async fn of_one_account_alone() {
    check("standalone").await;
}

#[tokio::test(start_paused = true)]
async fn of_other_partitions() {
    check("govcloud").await;
    check("china").await;
}
