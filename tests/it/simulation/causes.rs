//! Causes and fixes over simulated organizations: how many there are, and that a fix keeps its promise
//! when the one fact that it names is changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::world::Parts;
use trailseal_sim::world::key::{KeyState, Rotation};
use trailseal_sim::world::trail::Trail;

use super::{fair, of_text, rows, scanned_in};

type Row = BTreeMap<String, String>;

/// The landing zone with this many accounts added, each behind the policy that denies Regions.
fn landing_zone(tenants: u32) -> Scenario {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/trailseal-sim/scenarios/landing-zone.toml");
    let text = std::fs::read_to_string(path).unwrap();
    of_text(&format!(
        "{text}\n[[population]]\nname = \"tenant\"\nunit = \"Production\"\naccounts = {tenants}\n\
         cases = {{ no-trail = 9, trail-every-region = 1 }}\n"
    ))
}

/// The accounts that the landing zone of the test has besides its own; `cargo xtask judge --slow` asks
/// for 1,000.
fn tenants() -> u32 {
    let asked = std::env::var("TRAILSEAL_TESTS_TENANTS").ok();
    asked.map_or(30, |number| number.parse().expect("TRAILSEAL_TESTS_TENANTS is a number"))
}

fn alerts(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("trailseal.sarif")).unwrap();
    let log: Value = serde_json::from_str(&text).unwrap();
    log["runs"][0]["results"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_denies_regions_is_one_cause_however_many_accounts_it_binds() {
    let scenario = landing_zone(tenants());
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &[]).await;
    let causes = rows(&scanned.folder, "causes.csv");
    let titles: Vec<&str> = causes.iter().map(|row| row["title"].as_str()).collect();
    assert!(causes.len() <= 5, "{titles:#?}");
    let alerts = alerts(&scanned.folder);
    assert!(alerts.len() <= 8, "{} alerts", alerts.len());

    let policies: Vec<&Row> = causes.iter().filter(|row| row["kind"] == "denying_policy").collect();
    let [policy] = policies.as_slice() else { panic!("{titles:#?}") };
    assert!(policy["subject"].ends_with("p-rgdeny01"), "{}", policy["subject"]);
    let gaps = rows(&scanned.folder, "gaps.csv");
    assert!(!gaps.is_empty() && gaps.iter().all(|row| row["cause_id"] == policy["cause_id"]));
    assert_eq!(policy["gaps"], gaps.len().to_string());
    for action in ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"] {
        assert!(policy["fix_steps"].contains(action), "{}", policy["fix_steps"]);
    }
    for way in ["NotAction", "ExemptedActions", "[[gaps]]"] {
        assert!(policy["fix_steps"].contains(way), "{way}: {}", policy["fix_steps"]);
    }
    assert!(!policy["fix_steps"].contains("aws:PrincipalArn"), "{}", policy["fix_steps"]);

    let accounts = rows(&scanned.folder, "accounts.csv");
    let recorded = accounts.iter().filter(|row| row["recorded_by_sealed_trail"] == "yes").count();
    let in_use = accounts.iter().filter(|row| !row["recorded_by_sealed_trail"].is_empty()).count();
    assert_eq!(recorded, in_use, "the organization trail is sealed and records every account");
    let headline = scanned.summary.lines().find(|line| !line.is_empty()).unwrap();
    assert!(headline.contains(&recorded.to_string()), "{headline}");
    let is_behind_policy = |row: &&Row| row["account_name"].starts_with("tenant");
    assert!(accounts.iter().filter(is_behind_policy).all(|row| row["logs_sealed"] == "unproven"));
}

/// The entry of `exceptions.toml` that the fix shows is one that the program takes.
#[tokio::test(start_paused = true)]
async fn the_exception_of_a_denying_policy_is_ready_to_paste() {
    let scenario = fair("landing-zone");
    let simulator = Arc::new(Simulator::of(&scenario));
    let (guard, scanned) = scanned_in(&simulator, &scenario, &[]).await;
    let causes = rows(&scanned.folder, "causes.csv");
    let policy = causes.iter().find(|row| row["kind"] == "denying_policy").unwrap();
    let begin = policy["fix_steps"].find("[[gaps]]").unwrap();
    let entry: Vec<&str> = policy["fix_steps"][begin..]
        .lines()
        .take_while(|line| line.starts_with("[[") || line.contains(" = "))
        .collect();
    let file = guard.path().join("exceptions.toml");
    std::fs::write(&file, entry.join("\n")).unwrap();
    let flags = ["--exceptions", file.to_str().unwrap()];
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_guard, again) = scanned_in(&simulator, &scenario, &flags).await;
    let gaps = rows(&again.folder, "gaps.csv");
    let open: Vec<&Row> = gaps.iter().filter(|row| row["exception_id"].is_empty()).collect();
    assert!(open.is_empty(), "{open:#?}");
}

/// One account for each thing that a test can change in the simulated world.
const CHANGEABLE: &str = r#"
seed = 16

[[unit]]
name = "Workloads"

[[unit]]
name = "Restricted"

[[account]]
name = "Management"
duty = "management"

[[account]]
name = "Log Archive"
duty = "log-archive"
unit = "Workloads"

[[organization_trail]]
case = "organization-sealed"

[[account]]
name = "disabled"
unit = "Workloads"
case = "key-disabled"

[[account]]
name = "pending"
unit = "Workloads"
case = "key-pending-deletion"

[[account]]
name = "unrotated"
unit = "Workloads"
case = "key-rotation-off"

[[account]]
name = "stopped"
unit = "Workloads"
case = "trail-stopped"

[[account]]
name = "closed"
unit = "Workloads"
case = "access-role-missing"

[[account]]
name = "denied"
unit = "Restricted"
case = "trail-every-region"

[[denial]]
policy = "p-rgdeny01"
unit = "Restricted"
except_regions = ["us-east-1"]
actions = ["cloudtrail:*", "kms:*"]
"#;

/// CloudTrail delivers again from the moment on at which the key or the trail works.
fn deliver_again(trail: &mut Trail) {
    trail.logging.delivery_error = None;
    trail.logging.is_on = true;
    trail.logging.stopped = None;
    let deliveries = Arc::make_mut(&mut trail.deliveries);
    deliveries.until = None;
}

fn change_key(parts: &mut Parts, arn: &str, change: impl Fn(&mut trailseal_sim::world::key::Key)) {
    let key = parts.keys.iter_mut().find(|key| key.arn() == arn).unwrap();
    change(key);
    for trail in parts.trails.iter_mut().filter(|trail| trail.key.as_deref() == Some(arn)) {
        deliver_again(trail);
    }
}

/// Makes the change that a cause's fix asks for; false where the simulated world cannot.
fn change(parts: &mut Parts, cause: &Row) -> bool {
    let subject = cause["subject"].clone();
    match (cause["kind"].as_str(), cause["aspect"].as_str()) {
        ("key", "disabled" | "pending_deletion") => change_key(parts, &subject, |key| {
            key.state = KeyState::Enabled;
            key.deletion_date = None;
            key.rotation = Rotation::Every(365);
        }),
        ("key", "rotation_off") => {
            change_key(parts, &subject, |key| key.rotation = Rotation::Every(365));
        }
        ("trail", "not_logging") => {
            let trail = parts.trails.iter_mut().find(|trail| trail.arn() == subject).unwrap();
            deliver_again(trail);
        }
        ("denying_policy", _) => {
            parts.denials.retain(|denial| denial.policy_arn.as_deref() != Some(&*subject));
        }
        ("role", "role_not_assumable") => {
            let with_role = parts.accounts.iter().find(|account| &*account.name == "denied");
            let roles = Arc::clone(&with_role.unwrap().roles);
            for account in parts.accounts.iter_mut().filter(|account| account.roles.is_empty()) {
                account.roles = Arc::clone(&roles);
            }
        }
        _ => return false,
    }
    true
}

/// What a fix promises is what judging again finds, with that one fact changed: every finding of which
/// the cause is the only blocker passes then.
#[tokio::test(start_paused = true)]
async fn a_fix_never_promises_more_than_the_change_brings() {
    let scenario = of_text(CHANGEABLE);
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_guard, before) = scanned_in(&simulator, &scenario, &[]).await;
    let findings = rows(&before.folder, "findings.csv");
    let mut changed = Vec::new();
    for cause in rows(&before.folder, "causes.csv") {
        let mut after = of_text(CHANGEABLE);
        if !change(&mut after.parts, &cause) {
            continue;
        }
        let is_promised = |row: &&Row| {
            row["cause_id"] == cause["cause_id"] && row["further_cause_ids"].is_empty()
        };
        let promised: Vec<&Row> = findings.iter().filter(is_promised).collect();
        assert_eq!(promised.len().to_string(), cause["mended"], "{}", cause["title"]);
        let simulator = Arc::new(Simulator::of(&after));
        let (_guard, scanned) = scanned_in(&simulator, &after, &[]).await;
        let status: BTreeMap<String, String> = rows(&scanned.folder, "findings.csv")
            .into_iter()
            .map(|mut row| (row.remove("finding_id").unwrap(), row.remove("status").unwrap()))
            .collect();
        for row in promised {
            let now = status[&row["finding_id"]].as_str();
            assert!(
                matches!(now, "pass" | "not_applicable"),
                "{}: {} of {} is {now} after the change",
                cause["title"],
                row["control_id"],
                row["resource_arn"]
            );
        }
        let still = rows(&scanned.folder, "causes.csv");
        let is_left = |row: &Row| row["cause_id"] == cause["cause_id"];
        assert!(!still.iter().any(is_left), "{} is still a cause", cause["title"]);
        changed.push(format!("{} {}", cause["kind"], cause["aspect"]));
    }
    changed.sort();
    let expected = [
        "denying_policy denied_by_scp",
        "key disabled",
        "key pending_deletion",
        "key rotation_off",
        "role role_not_assumable",
        "trail not_logging",
    ];
    assert_eq!(changed, expected);
}

/// Each fix of the demonstration, checked by hand: what the table says is what the program says.
#[tokio::test(start_paused = true)]
async fn the_demonstration_has_few_causes_and_each_fix_was_checked_by_hand() {
    let scenario = fair("demo");
    let simulator = Arc::new(Simulator::of(&scenario));
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &[]).await;
    let causes = rows(&scanned.folder, "causes.csv");
    assert!(causes.len() <= 20, "{} causes", causes.len());
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/simulation/demo_fixes.csv");
    let mut reader = csv::Reader::from_path(table).unwrap();
    let checked: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    let shown = |row: &Row| -> Vec<String> {
        ["cause_id", "title", "fix_change", "fix_steps"].map(|name| row[name].clone()).to_vec()
    };
    let now: Vec<Vec<String>> = causes.iter().map(shown).collect();
    let then: Vec<Vec<String>> = checked.iter().map(shown).collect();
    assert_eq!(now, then);
    assert!(
        checked.iter().all(|row| row["checked"].len() > 20),
        "each row says how it was checked"
    );
}
