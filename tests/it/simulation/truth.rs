//! Every ready-made scenario is judged as its truth says, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trailseal_record::FileName;
use trailseal_report_csv::sums;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::cases::{Auditor, ORGANIZATION_CASES, OrganizationCase};
use trailseal_sim::scenario::{Expected, Scenario};

use super::{
    cost, fair, of_text, plan, populations, read_only, rows, rows_decide, scanned_in, sentences,
};

/// A control and its subject.
type Cell = (String, String);

/// Cases and controls that the program does not judge as their truth says yet, with the status that
/// it gives. An entry that is not needed any more fails the test.
const SHORTFALLS: &[(&str, &str, &str)] = &[];

/// What the scan found, by control and subject: status and reason; `wrong` takes the sentences that are
/// not true of their case, and the numbers of the tables that do not add up. What it cost is stated but where
/// the owner of an organization trail does not answer, and others are asked instead.
async fn found(scenario: &Scenario, wrong: &mut Vec<String>) -> BTreeMap<Cell, String> {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(cost::KEPT);
    let (_folder, scanned) = scanned_in(&simulator, scenario, &[]).await;
    let log = simulator.state().log.report();
    assert_eq!(log.writes, 0, "a scan only reads");
    assert_eq!(log.unusable_accounts.first, [""; 0], "accounts that are not in use are left alone");
    assert_eq!(log.repeated_denials.first, [""; 0], "what is denied is asked once");
    assert_eq!(log.not_understood.into_keys().next(), None, "only what the services have is asked");
    if !is_owner_unread(scenario) {
        assert_eq!(cost::excess(scenario, &simulator), [""; 0], "what a scan costs is stated");
    }
    assert_eq!(plan::not_planned(scenario, &simulator, &[]).await, [""; 0], "the plan says it");
    assert_eq!(read_only::not_allowed(&simulator, scenario), [""; 0], "the policies are enough");
    wrong.extend(sentences::wrong(scenario, &scanned.folder));
    wrong.extend(rows_decide::contradictions(&scanned.folder));
    let read = |file: FileName| std::fs::read_to_string(scanned.folder.join(file)).unwrap();
    wrong.extend(sums::contradictions(&read));
    wrong.extend(populations::contradictions(&scanned.folder));
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

/// Whether CloudTrail tells nothing in the account of the organization trail.
fn is_owner_unread(scenario: &Scenario) -> bool {
    let cases = scenario.expected.iter().filter_map(|it| OrganizationCase::find(&it.case));
    cases.into_iter().any(|it| !it.denied.is_empty())
}

/// Scans the ready-made scenarios and compares.
async fn check(names: &[&str]) {
    check_all(names.iter().map(|it| (*it, fair(it)))).await;
}

/// Whether this is a known shortfall; it is taken out of the list.
fn is_known(shortfalls: &mut Vec<(&str, &str, &str)>, row: &Expected, status: &str) -> bool {
    let found = shortfalls.iter().position(|it| *it == (&*row.case, row.control, status));
    found.map(|it| shortfalls.remove(it)).is_some()
}

async fn check_all(scenarios: impl IntoIterator<Item = (&str, Scenario)>) {
    let mut wrong = Vec::new();
    let mut checked = BTreeSet::new();
    let mut shortfalls = SHORTFALLS.to_vec();
    for (name, scenario) in scenarios {
        let mut found = found(&scenario, &mut wrong).await;
        for row in &scenario.expected {
            let cell = (row.control.to_owned(), row.subject.to_string());
            let answer = found.remove(&cell).unwrap_or_else(|| "nothing".to_owned());
            let status = answer.split(' ').next().unwrap_or_default();
            checked.insert(row.case.clone());
            if status != row.status && !is_known(&mut shortfalls, row, status) {
                let (case, control, subject) = (&row.case, row.control, &row.subject);
                let status = row.status;
                wrong.push(format!("{name}: {case} {control} {status}, not {answer}: {subject}"));
            }
        }
        wrong.extend(found.into_iter().map(|(cell, it)| format!("{name}: extra {cell:?} {it}")));
    }
    let unneeded = shortfalls.iter().filter(|it| checked.contains(it.0));
    wrong.extend(unneeded.map(|it| format!("no shortfall any more: {it:?}")));
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn every_ready_made_case_is_judged_as_its_row_says() {
    check(&["cases"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_demonstration_is_judged_as_its_truth_says() {
    check(&["demo"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_landing_zone_is_judged_as_its_truth_says() {
    check(&["landing-zone"]).await;
}

#[tokio::test(start_paused = true)]
async fn small_ones_and_other_partitions_are_judged_as_their_truths_say() {
    check(&["small", "standalone", "china", "govcloud"]).await;
}

/// A small organization with this trail, audited by whom its truth is of.
fn organization(case: &OrganizationCase) -> Scenario {
    let caller = match case.auditor {
        Auditor::Administrator => "delegated",
        Auditor::Anybody | Auditor::Management => "management",
    };
    let account = |case: &str| format!("[[account]]\nname = \"{case}\"\ncase = \"{case}\"\n");
    let accounts = ["no-trail", "trail-every-region", "access-suspended"].map(account).concat();
    let trail = format!("[[organization_trail]]\ncase = \"{}\"\n", case.id);
    of_text(&format!("seed = 6\ncaller = \"{caller}\"\n{trail}{accounts}"))
}

#[tokio::test(start_paused = true)]
async fn every_organization_trail_is_judged_as_its_row_says() {
    check_all(ORGANIZATION_CASES.iter().map(|it| (it.id, organization(it)))).await;
}

/// `described_from` and `differing_sightings` of the organization's trail.
async fn sightings(case: &str) -> [String; 2] {
    let scenario = organization(OrganizationCase::find(case).unwrap());
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_folder, scanned) = scanned_in(&simulator, &scenario, &[]).await;
    let trails = rows(&scanned.folder, "trails.csv");
    let trail = trails.iter().find(|it| it["is_organization_trail"] == "true").unwrap();
    let archive = scenario.access.log_archive.unwrap().to_string();
    ["described_from", "differing_sightings"].map(|it| trail[it].replace(&archive, "ARCHIVE"))
}

#[tokio::test(start_paused = true)]
async fn whose_description_counts_is_told_and_who_contradicts_it() {
    // The archive is first where it has the lowest number; either way its view is the keyless one.
    let check = async |case: &str, from: &str, tells: Option<&str>| {
        let [described_from, differing] = sightings(case).await;
        assert_eq!(described_from, from, "{case}");
        match tells {
            None => assert_eq!(differing, "", "{case}"),
            Some(text) => assert!(differing.contains(text), "{case}: {differing}"),
        }
    };
    let keyless = "ARCHIVE ap-northeast-1 x17: KmsKeyId=";
    check("organization-sealed", "home", None).await;
    check("organization-member-contradicts", "home", Some(keyless)).await;
    let (administrator, agree) = ("delegated_administrator", "agreeing_shadows");
    check("organization-owner-unread-administrator", administrator, None).await;
    check("organization-owner-unread-members-agree", agree, None).await;
    let contradicted = "organization-owner-unread-administrator-contradicted";
    for case in ["organization-owner-unread-members-disagree", contradicted] {
        check(case, "disagreeing_shadows", Some("KmsKeyId=")).await;
    }
}
