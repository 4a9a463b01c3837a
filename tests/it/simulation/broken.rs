//! An operation that no essential control needs is broken everywhere: no essential control changes,
//! and it does not cost much.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use trailseal_model::controls::CONTROLS;
use trailseal_model::{Operation, Purpose};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{Effect, Rule};
use trailseal_sim::world::denial::PolicyKind;

use super::{fair, of_text, rows, scanned_in};

/// Accounts with a trail of their own, with an event data store and with neither, beside a trail of
/// the organization. They come without their paths, so the whole tree is walked.
const ORGANIZATION: &str = "
seed = 31

[organization]
paths = false

[[unit]]
name = \"Workloads\"

[[account]]
name = \"Management\"
duty = \"management\"

[[account]]
name = \"Log Archive\"
duty = \"log-archive\"
unit = \"Workloads\"

[[organization_trail]]
case = \"organization-sealed\"

[[population]]
name = \"sealed\"
unit = \"Workloads\"
accounts = 3
cases = { trail-every-region = 1 }

[[population]]
name = \"lake\"
unit = \"Workloads\"
accounts = 3
cases = { store-with-key = 1 }

[[population]]
name = \"bare\"
unit = \"Workloads\"
accounts = 1
cases = { no-trail = 1 }
";

/// So few Regions and objects that it does not take long; the tags are asked for.
const FLAGS: &[&str] = &[
    "--regions",
    "us-east-1,eu-west-1",
    "--account-tag",
    "owner",
    "--seed",
    "1",
    "--sample-size",
    "14",
    "--tolerable-rate",
    "0.2",
];

/// The status and reason of each essential control, the verdict of each trail and the answer for
/// each account.
fn essential(folder: &Path) -> BTreeMap<[String; 3], [String; 2]> {
    let is_essential = |id: &str| CONTROLS.iter().any(|it| it.id.as_str() == id && it.essential);
    let mut all = BTreeMap::new();
    for row in rows(folder, "findings.csv").iter().filter(|it| is_essential(&it["control_id"])) {
        let subject = ["control_id", "account_id", "resource_arn"].map(|name| row[name].clone());
        all.insert(subject, ["status", "status_reason"].map(|name| row[name].clone()));
    }
    for (file, name, answer) in
        [("trails.csv", "trail_arn", "verdict"), ("accounts.csv", "account_id", "logs_sealed")]
    {
        for row in rows(folder, file) {
            let subject = [file.to_owned(), row[name].clone(), String::new()];
            all.insert(subject, [row[answer].clone(), String::new()]);
        }
    }
    all
}

/// What no essential control needs, of what a scan calls.
fn others() -> impl Iterator<Item = Operation> {
    let audit = Operation::ALL.iter().copied().filter(|it| it.purpose() == Purpose::Audit);
    audit.filter(|it| !it.is_essential())
}

/// How it fails: in what is tried again and in what is not; ListEventDataStores, which is called more
/// often than all others together, in every way.
fn ways(operation: Operation) -> Vec<Effect> {
    let mut ways = vec![Effect::ServerError, Effect::Hang, Effect::Denied(PolicyKind::Untold)];
    if operation == Operation::ListEventDataStores {
        ways.extend([
            Effect::Throttled,
            Effect::Reset,
            Effect::Truncated,
            Effect::Garbage,
            Effect::ExpiredToken,
        ]);
    }
    ways
}

/// What a scan finds while this operation fails so everywhere, and how many calls failed.
async fn found(
    scenario: &Scenario,
    flags: &[&str],
    broken: Option<(Operation, &Effect)>,
) -> (BTreeMap<[String; 3], [String; 2]>, u64) {
    let simulator = Arc::new(Simulator::of(scenario));
    if let Some((operation, effect)) = broken {
        simulator.state().faults.add(Rule::operation(operation.as_str(), effect.clone()));
    }
    let (_guard, scanned) = scanned_in(&simulator, scenario, flags).await;
    let rules = simulator.state().faults.rules();
    (essential(&scanned.folder), rules.first().map_or(0, |it| it.struck()))
}

fn count(found: &BTreeMap<[String; 3], [String; 2]>, answer: &str) -> usize {
    found.values().filter(|it| it[0] == answer).count()
}

#[tokio::test(start_paused = true)]
async fn each_broken_everywhere_in_each_way_changes_no_essential_control() {
    let scenario = of_text(ORGANIZATION);
    let (clean, _) = found(&scenario, FLAGS, None).await;
    // Three trails of their own, the organization's, and every account by that.
    assert_eq!(count(&clean, "sealed"), 4 + scenario.parts.accounts.len(), "{clean:#?}");
    for operation in others() {
        for effect in ways(operation) {
            let (found, struck) = found(&scenario, FLAGS, Some((operation, &effect))).await;
            assert!(struck > 0, "{operation} is never called");
            assert!(found == clean, "{operation} {effect:?}: {:#?}", difference(&clean, &found));
        }
    }
}

fn difference(
    clean: &BTreeMap<[String; 3], [String; 2]>,
    found: &BTreeMap<[String; 3], [String; 2]>,
) -> Vec<String> {
    let of = |subject: &[String; 3]| (clean.get(subject), found.get(subject));
    let subjects = clean.keys().chain(found.keys());
    let differing = subjects.filter(|subject| of(subject).0 != of(subject).1);
    differing.map(|subject| format!("{subject:?}: {:?}", of(subject))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_the_five_lowest_accounts_is_asked_once_everywhere_else() {
    let scenario = of_text(ORGANIZATION);
    let simulator = Arc::new(Simulator::of(&scenario));
    let rule = Rule::operation("ListEventDataStores", Effect::ServerError);
    simulator.state().faults.add(rule);
    let (_guard, scanned) = scanned_in(&simulator, &scenario, FLAGS).await;
    let mut attempts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for gap in rows(&scanned.folder, "gaps.csv") {
        assert_eq!((&*gap["operation"], &*gap["class"]), ("ListEventDataStores", "server_error"));
        attempts
            .entry(gap["account_id"].clone())
            .or_default()
            .push(gap["attempts"].parse().unwrap());
    }
    let accounts = scenario.parts.accounts.len();
    assert_eq!(attempts.len(), accounts);
    let (first, rest): (Vec<_>, Vec<_>) = attempts.values().enumerate().partition(|it| it.0 < 5);
    assert!(first.iter().all(|it| *it.1 == [5, 5]), "{attempts:?}");
    // One key is tried before it is known which accounts are the lowest.
    let tried_ahead = rest.iter().filter(|it| **it.1 != [1, 1]).count();
    assert!(tried_ahead <= 1, "{attempts:?}");
    let struck = simulator.state().faults.rules()[0].struck();
    let few = 5 * 2 * 5 + 2 * (accounts as u64 - 5);
    assert!((few..=few + 4).contains(&struck), "{struck}, not {few}");
}

/// In all Regions: what fails there uses up circuits, retries and places many times over.
#[tokio::test(start_paused = true)]
async fn a_landing_zone_without_an_event_data_store_that_answers_has_the_same_sealed_trails() {
    let scenario = fair("landing-zone");
    let (clean, _) = found(&scenario, &["--seed", "1"], None).await;
    let broken = Some((Operation::ListEventDataStores, &Effect::ServerError));
    let (found, _) = found(&scenario, &["--seed", "1"], broken).await;
    assert!(found == clean, "{:#?}", difference(&clean, &found));
}
