//! Every ready-made scenario is judged as its truth says, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailseal_model::catalogue::CONTROLS;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;

use super::{cost, fair, read_only, rows, scanned_in};

/// A control and its subject.
type Cell = (String, String);

/// Where this version falls short of the truth: case, control, and what it says today instead. An
/// entry that is not needed any more fails the test.
const SHORTFALLS: &[(&str, &str, &str)] = &[
    // A key that DescribeKey does not tell of is not read any further.
    ("access-describe-key-denied", "key-policy-allows-cloudtrail", "not_proven unread"),
    ("access-describe-key-denied", "key-policy-describe-key", "not_proven unread"),
    ("access-describe-key-denied", "key-policy-scoped", "not_proven unread"),
    ("access-describe-key-denied", "key-readers-limited", "not_proven unread"),
    ("access-describe-key-denied", "key-rotation-enabled", "not_proven unread"),
];

/// What the scan found, by control and subject: status and reason.
async fn found(scenario: &Scenario) -> BTreeMap<Cell, String> {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(cost::KEPT);
    let (_folder, scanned) = scanned_in(&simulator, scenario, &[]).await;
    let log = simulator.state().log.report();
    assert_eq!(log.writes, 0, "a scan only reads");
    assert_eq!(log.unusable_accounts.first, [""; 0], "accounts that are not in use are left alone");
    assert_eq!(log.repeated_denials.first, [""; 0], "what is denied is asked once");
    assert_eq!(log.not_understood.into_keys().next(), None, "only what the services have is asked");
    assert_eq!(cost::excess(scenario, &simulator), [""; 0], "what a scan costs is stated");
    assert_eq!(read_only::not_allowed(&simulator, scenario), [""; 0], "the policies are enough");
    let rows = rows(&scanned.folder, "findings.csv");
    let cell = |row: &BTreeMap<String, String>| {
        let is_of_account = row["control_id"] == "account-covered";
        let subject = if is_of_account { &row["account_id"] } else { &row["resource_arn"] };
        let answer = format!("{} {}", row["status"], row["status_reason"]);
        ((row["control_id"].clone(), subject.clone()), answer)
    };
    let found: BTreeMap<_, _> = rows.iter().map(cell).collect();
    assert_eq!(found.len(), rows.len(), "each control judges a subject once");
    found
}

/// Scans the scenarios and compares; a shortfall that none of them shows is a failure, too.
async fn check(names: &[&str], shortfalls: &[&str]) {
    let judged: BTreeSet<&str> =
        CONTROLS.iter().filter(|it| it.is_built).map(|it| it.id.as_str()).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for name in names {
        let scenario = fair(name);
        let mut found = found(&scenario).await;
        for row in scenario.expected.iter().filter(|it| judged.contains(it.control)) {
            let cell = (row.control.to_owned(), row.subject.to_string());
            let answer = found.remove(&cell).unwrap_or_else(|| "nothing".to_owned());
            let status = answer.split(' ').next().unwrap_or_default();
            let short = (&*row.case, row.control, answer.as_str());
            if status == row.status {
                continue;
            }
            if let Some(known) = SHORTFALLS.iter().find(|it| **it == short) {
                seen.insert(known.0);
            } else {
                let (case, control, subject) = (&row.case, row.control, &row.subject);
                let status = row.status;
                wrong.push(format!("{name}: {case} {control} {status}, not {answer}: {subject}"));
            }
        }
        wrong.extend(found.into_iter().map(|(cell, it)| format!("{name}: extra {cell:?} {it}")));
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), shortfalls, "shortfalls that are none");
}

#[tokio::test(start_paused = true)]
async fn every_ready_made_case_is_judged_as_its_row_says() {
    check(&["cases"], &["access-describe-key-denied"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_demonstration_is_judged_as_its_truth_says() {
    check(&["demo"], &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_landing_zone_is_judged_as_its_truth_says() {
    check(&["landing-zone"], &[]).await;
}

#[tokio::test(start_paused = true)]
async fn small_ones_and_other_partitions_are_judged_as_their_truths_say() {
    check(&["small", "standalone", "china", "govcloud"], &[]).await;
}
