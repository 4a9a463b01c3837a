//! `trailseal plan`: what it says beforehand is what a scan then makes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use trailseal::Planned;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Scenario, Shape};
use trailseal_sim::state::LoggedCall;

use super::{cost, fair, of_text, planned_in, scanned_in, start};

const READY_MADE: [&str; 7] =
    ["cases", "china", "demo", "govcloud", "landing-zone", "small", "standalone"];

/// A plan, and the simulator that it was made of.
async fn planned(scenario: &Scenario, flags: &[&str]) -> (Planned, Value, Arc<Simulator>) {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(cost::KEPT);
    let planned = planned_in(&simulator, scenario, flags).await;
    let json: Value = serde_json::from_str(&planned.json).unwrap();
    let code = if json["missing"] == serde_json::json!([]) { 0 } else { 3 };
    assert_eq!((planned.exit_code, &json["exit_code"]), (code, &Value::from(code)));
    (planned, json, simulator)
}

/// Calls by operation of everything that the simulator was asked.
fn calls(simulator: &Simulator) -> BTreeMap<String, u64> {
    let operations = simulator.state().log.report().operations;
    operations.into_iter().map(|it| (it.operation.to_owned(), it.calls)).collect()
}

/// What a scan called less or more often than the plan says.
async fn outside_the_plan(scenario: &Scenario, flags: &[&str]) -> Vec<String> {
    let (_, json, _) = planned(scenario, flags).await;
    let simulator = Arc::new(Simulator::of(scenario));
    scanned_in(&simulator, scenario, flags).await;
    let mut made = calls(&simulator);
    let mut wrong = Vec::new();
    for (operation, calls) in json["calls"].as_object().unwrap() {
        let (low, high) = (calls["at_least"].as_u64().unwrap(), calls["at_most"].as_u64().unwrap());
        let about = calls["about"].as_u64().unwrap();
        assert!(low <= about && about <= high, "{operation}: {calls}");
        let made = made.remove(operation).unwrap_or_default();
        if made < low || made > high {
            wrong.push(format!("{operation}: {made} calls, planned {low} to {high}"));
        }
    }
    wrong.extend(made.into_iter().map(|it| format!("{}: {} calls, none planned", it.0, it.1)));
    wrong
}

/// Calls for each account: AssumeRole counts for the account that it opens, and what is asked of the
/// organization for none.
fn calls_by_account(simulator: &Simulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in simulator.state().log.calls() {
        let LoggedCall { operation, account, resource, .. } = call;
        let account = match &*operation {
            "AssumeRole" => resource.split(':').nth(4).unwrap_or_default().to_owned(),
            "GetCallerIdentity" => continue,
            operation if operation.starts_with("ListAccounts") => continue,
            "ListRoots" | "ListOrganizationalUnitsForParent" | "DescribeOrganization" => continue,
            _ => account.to_string(),
        };
        *counts.entry(account).or_default() += 1;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn every_call_of_a_scan_is_within_the_plan_in_every_ready_made_scenario() {
    for name in READY_MADE {
        assert_eq!(outside_the_plan(&fair(name), &[]).await, [""; 0], "{name}");
    }
    for (accounts, shape) in [(30, Shape::LandingZone), (8, Shape::Worst)] {
        let scenario = Scenario::bench(accounts, 17, shape, start()).unwrap();
        assert_eq!(outside_the_plan(&scenario, &[]).await, [""; 0], "{shape:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn settings_change_the_plan_as_they_change_the_scan() {
    let landing_zone = fair("landing-zone");
    let member = landing_zone.parts.accounts.iter().find(|it| &*it.name == "network-hub").unwrap();
    let member = member.id.to_string();
    for flags in [
        &["--accounts", &member][..],
        &["--exclude-account", &member],
        &["--regions", "eu-west-1"],
        &["--member-status", "all"],
        &["--member-status", "off"],
        &["--account-tag", "stage"],
        &["--role-fallback", "Other"],
        &["--sample-size", "10"],
    ] {
        assert_eq!(outside_the_plan(&landing_zone, flags).await, [""; 0], "{flags:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_account_is_asked_more_than_six_questions() {
    for name in READY_MADE {
        let (_, json, simulator) = planned(&fair(name), &[]).await;
        let by_account = calls_by_account(&simulator);
        for (account, calls) in &by_account {
            assert!(*calls <= 6, "{name}: {calls} calls for {account}");
        }
        for row in json["accounts"].as_array().unwrap() {
            let account = row["account_id"].as_str().unwrap();
            let made = by_account.get(account).copied().unwrap_or_default();
            assert_eq!(row["plan_calls"], made, "{name}: {account}");
        }
        let all: u64 = calls(&simulator).values().sum();
        assert_eq!(json["plan_calls"], all, "{name}");
        let log = simulator.state().log.report();
        assert_eq!(log.writes, 0, "{name}");
        assert_eq!(log.unusable_accounts.first, [""; 0], "{name}");
    }
}
