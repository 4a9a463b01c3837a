//! `trailseal plan`: what it says beforehand is what a scan then makes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use serde_json::Value;
use trailseal::{Environment, Planned, plan_in};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Scenario, Shape};
use trailseal_sim::state::{Effect, LoggedCall, Rule};
use trailseal_sim::world::account::AccountId;
use trailseal_sim::world::denial::PolicyKind;
use trailseal_tests::sim::access_flags;

use super::{cost, fair, of_text, scanned_in, start};

const PAGE: &str = include_str!("../../../docs/operations/planning.md");

/// A plan, and the simulator that it was made of.
async fn planned(scenario: &Scenario, flags: &[&str]) -> (Planned, Value, Arc<Simulator>) {
    planned_as("test", scenario, flags).await
}

/// The same, where the scenario has this name.
async fn planned_as(
    name: &str,
    scenario: &Scenario,
    flags: &[&str],
) -> (Planned, Value, Arc<Simulator>) {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(cost::KEPT);
    let access = access_flags(scenario);
    let flags = access.iter().map(String::as_str).chain(flags.iter().copied());
    let outside = Environment::simulated(&simulator, name).unwrap();
    let planned = plan_in(flags.map(OsString::from), outside).await.unwrap();
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

/// What a scan with these flags called less or more often than its plan says, which asks no account more
/// than six questions.
pub(super) async fn not_planned(
    scenario: &Scenario,
    scanned: &Simulator,
    flags: &[&str],
) -> Vec<String> {
    let (_, json, simulator) = planned(scenario, flags).await;
    check_questions(&json, &simulator);
    let mut made = calls(scanned);
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

async fn outside_the_plan(scenario: &Scenario, flags: &[&str]) -> Vec<String> {
    let simulator = Arc::new(Simulator::of(scenario));
    scanned_in(&simulator, scenario, flags).await;
    not_planned(scenario, &simulator, flags).await
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
            _ => account.clone(),
        };
        *counts.entry(account).or_default() += 1;
    }
    counts
}

/// What the plan says of its own calls for each account is what the simulator was asked.
fn check_questions(json: &Value, simulator: &Simulator) {
    let by_account = calls_by_account(simulator);
    for row in json["accounts"].as_array().unwrap() {
        let account = row["account_id"].as_str().unwrap();
        let made = by_account.get(account).copied().unwrap_or_default();
        assert_eq!(row["plan_calls"], made, "{row}");
        assert!(made <= 6, "{row}");
    }
    assert_eq!(json["plan_calls"], calls(simulator).values().sum::<u64>());
    let log = simulator.state().log.report();
    assert_eq!((log.writes, log.unusable_accounts.count), (0, 0));
}

// Every ready-made scenario is planned beside its scan, in `truth.rs`.
#[tokio::test(start_paused = true)]
async fn every_call_of_a_scan_of_many_accounts_is_within_the_plan() {
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
        &["--skip-control", "event-data-store-kms-encrypted,key-readers-limited"],
        &["--skip-control", "log-objects-sealed,digest-objects-sealed,history-sealed"],
        &["--skip-control", "account-covered,trail-delivering"],
    ] {
        assert_eq!(outside_the_plan(&landing_zone, flags).await, [""; 0], "{flags:?}");
    }
}

/// The plan of the organization of this text, as JSON and in words.
async fn plan_of(text: &str, flags: &[&str]) -> (Value, String) {
    let scenario = of_text(&format!("{ORGANIZATION}{text}"));
    let (planned, json, _) = planned(&scenario, flags).await;
    (json, planned.text)
}

const ORGANIZATION: &str = r#"
seed = 3
external_id = "canary-external-id"

[[unit]]
name = "Workloads"

[[organization_trail]]
case = "organization-sealed"

[[account]]
name = "Management"
duty = "management"

[[account]]
name = "Log Archive"
duty = "log-archive"

[[account]]
name = "Audit"
duty = "audit"

[[account]]
name = "shop"
unit = "Workloads"
"#;

/// The one entry of what is missing for an operation.
fn missing<'a>(json: &'a Value, operation: &str) -> &'a Value {
    let entries = json["missing"].as_array().unwrap();
    let mut found = entries.iter().filter(|entry| entry["operation"] == operation);
    let entry = found.next().unwrap_or_else(|| panic!("{operation}: {entries:?}"));
    assert!(found.next().is_none(), "{operation}: {entries:?}");
    entry
}

#[tokio::test(start_paused = true)]
async fn where_everything_is_there_the_plan_is_ready() {
    let (json, text) = plan_of("", &[]).await;
    assert_eq!((&json["exit_code"], &json["missing"]), (&Value::from(0), &serde_json::json!([])));
    assert!(text.contains("4 accounts, 4 active, 4 roles ok, about "), "{text}");
    assert!(text.contains("Exit code 0: ready"), "{text}");
    // The bucket was listed in the log archive, with the prefix of the organization's logs.
    let bucket = &json["buckets"][0];
    assert_eq!(bucket["answer"], "listed", "{bucket}");
    assert!(bucket["prefix"].as_str().unwrap().contains("AWSLogs/o-"), "{bucket}");
    // No opt-in Region, no trail of an own, so what the population decides is known exactly.
    for operation in ["ListAccounts", "AssumeRole", "ListRegions", "DescribeTrails"] {
        let calls = &json["calls"][operation];
        assert_eq!(calls["at_least"], calls["at_most"], "{operation}");
    }
    assert_eq!(json["calls"]["DescribeTrails"]["about"], 4 * 17);
}

#[tokio::test(start_paused = true)]
async fn a_missing_role_is_named_with_the_trust_to_paste() {
    let account =
        "\n[[account]]\nname = \"lost\"\nunit = \"Workloads\"\ncase = \"access-role-missing\"\n";
    let (json, text) = plan_of(account, &[]).await;
    let entry = missing(&json, "AssumeRole");
    assert_eq!(json["exit_code"], 3);
    assert_eq!(entry["accounts"], json["population"]["unreachable"]);
    assert_eq!(entry["statement"]["Action"], "sts:AssumeRole");
    assert!(entry["statement"]["Principal"]["AWS"].as_str().unwrap().starts_with("arn:aws:iam::"));
    let id = entry["accounts"][0].as_str().unwrap();
    assert!(text.contains(&format!("4 roles ok, 1 unreachable (lost {id})")), "{text}");
    assert!(text.contains("\"Action\": \"sts:AssumeRole\""), "{text}");
    assert!(text.contains("1 account cannot be opened"), "{text}");
    for shown in [text, json.to_string()] {
        assert!(!shown.contains("canary"), "the external id is secret: {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_control_policy_is_named_and_not_papered_over() {
    let denial = r#"
[[denial]]
policy = "p-denies01"
unit = "Workloads"
except_regions = ["us-east-1"]
actions = ["cloudtrail:*"]
"#;
    let (json, text) = plan_of(denial, &["--regions", "eu-west-1"]).await;
    assert_eq!(json["exit_code"], 3);
    for operation in ["DescribeTrails", "ListEventDataStores"] {
        let entry = missing(&json, operation);
        assert_eq!((&entry["class"], &entry["statement"]), (&"denied_by_scp".into(), &Value::Null));
        let what_to_do = entry["what_to_do"].as_str().unwrap();
        assert!(what_to_do.contains("p-denies01") && what_to_do.contains("eu-west-1"), "{entry}");
    }
    assert!(text.contains("p-denies01"), "{text}");
    assert!(text.contains("shop"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_list_its_bucket_or_describe_its_key_gets_the_statement_with_their_arns()
 {
    let accounts = r#"
[[account]]
name = "no-s3"
unit = "Workloads"
case = "access-s3-denied"

[[account]]
name = "no-kms"
unit = "Workloads"
case = "access-kms-denied"
"#;
    let (json, text) = plan_of(accounts, &[]).await;
    assert_eq!(json["exit_code"], 3);
    let bucket = missing(&json, "ListObjectsV2");
    assert_eq!(bucket["statement"]["Action"], "s3:ListBucket");
    let resource = bucket["statement"]["Resource"].as_str().unwrap();
    assert!(resource.starts_with("arn:aws:s3:::"), "{bucket}");
    assert!(json["buckets"].to_string().contains(&resource["arn:aws:s3:::".len()..]), "{bucket}");
    let key = missing(&json, "DescribeKey");
    let resource = key["statement"]["Resource"].as_str().unwrap();
    let account = key["accounts"][0].as_str().unwrap();
    assert!(resource.starts_with("arn:aws:kms:") && resource.contains(account), "{key}");
    assert!(text.contains(resource), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_listed_where_it_is_and_an_owner_that_is_not_found_is_no_missing_permission() {
    let mut scenario = of_text(ORGANIZATION);
    // Without the setting, the account is found by the bucket's name or its own.
    let archive = scenario.access.log_archive.take().unwrap();
    let (_, json, _) = planned(&scenario, &[]).await;
    let bucket = &json["buckets"][0];
    assert_eq!((&json["exit_code"], &bucket["answer"]), (&Value::from(0), &"listed".into()));
    assert_eq!(bucket["accounts"], serde_json::json!([archive.to_string()]));
    scenario.parts.buckets[0].owner = AccountId::new(999_999_999_999).unwrap();
    let (_, json, _) = planned(&scenario, &[]).await;
    assert_eq!(json["exit_code"], 0, "{}", json["missing"]);
    assert_eq!(json["buckets"][0]["answer"], "owner_unknown");
    assert!(json["not_seen"].to_string().contains("bucket_owners"));
    // Where the settings name the owner, a refusal is a missing permission.
    let name = json["buckets"][0]["bucket"].as_str().unwrap();
    let (_, json, _) = planned(&scenario, &["--bucket-owner", &format!("{name}={archive}")]).await;
    assert_eq!(json["exit_code"], 3);
    let resource = &missing(&json, "ListObjectsV2")["statement"]["Resource"];
    assert_eq!(*resource, format!("arn:aws:s3:::{name}"));
}

#[tokio::test(start_paused = true)]
async fn accounts_of_a_file_take_the_place_of_those_that_cannot_be_listed() {
    let scenario = of_text(ORGANIZATION);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accounts.txt");
    let accounts = scenario.parts.accounts.iter().map(|it| format!("{}\n", it.id));
    std::fs::write(&file, accounts.collect::<String>()).unwrap();
    let simulator = Arc::new(Simulator::of(&scenario));
    simulator
        .state()
        .faults
        .add(Rule::operation("ListAccounts", Effect::Denied(PolicyKind::Identity)));
    let access = access_flags(&scenario);
    let flags = ["--accounts-file", file.to_str().unwrap()];
    let flags = access.iter().map(String::as_str).chain(flags).map(OsString::from);
    let flags: Vec<OsString> = flags.collect();
    let outside = || Environment::simulated(&simulator, "test").unwrap();
    let planned = plan_in(flags.clone(), outside()).await.unwrap();
    let json: Value = serde_json::from_str(&planned.json).unwrap();
    assert_eq!((planned.exit_code, &json["missing"]), (0, &serde_json::json!([])));
    assert_eq!(json["population"]["source"], "accounts_file");
    assert_eq!(json["calls"]["DescribeOrganization"]["about"], 1);
    assert!(planned.text.contains("only you vouch that none is missing"), "{}", planned.text);
    // Without the file there is nothing to plan, as there is nothing to scan.
    let refused = plan_in(flags[..flags.len() - 2].to_vec(), outside()).await.unwrap_err();
    assert_eq!(refused.exit_code, 2, "{refused}");
}

/// A number as the text shows it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn the_page_shows_what_the_demo_organization_gets_and_json_has_the_same_numbers() {
    let (planned, json, _) = planned_as("demo", &fair("demo"), &[]).await;
    let shown = PAGE.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let is_shown = shown == planned.text;
    assert!(is_shown, "docs/operations/planning.md shows another plan than\n{}", planned.text);
    let text = planned.text;
    let table = text.split("\nCalls ").nth(1).unwrap();
    for (operation, calls) in json["calls"].as_object().unwrap() {
        let row = table.lines().find(|line| line.trim_start().starts_with(operation.as_str()));
        let words: Vec<&str> = row.unwrap().split_whitespace().skip(1).collect();
        let [low, about, high] =
            ["at_least", "about", "at_most"].map(|end| grouped(calls[end].as_u64().unwrap()));
        let expected =
            if low == high { vec![low.as_str(), "exactly"] } else { vec![&*low, &*about, &*high] };
        assert_eq!(words, expected, "{operation}");
    }
    let population = &json["population"];
    let number = |key: &str| grouped(population[key].as_u64().unwrap());
    let expected = format!("{} accounts, ", number("listed"));
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains(&format!("roles: {} ok", number("roles_ok"))), "{text}");
    assert!(text.contains(&format!("{} targets to read", number("targets"))), "{text}");
    assert_eq!(json["accounts"].as_array().unwrap().len() as u64, population["listed"]);
    for key in json.as_object().unwrap().keys() {
        assert!(PAGE.contains(&format!("| `{key}` |")), "the page has no row for `{key}`");
    }
}
