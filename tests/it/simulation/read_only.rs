//! A scan needs the generated policies, all of them and nothing else, and they let nobody write.
//! Which action a call needs is the simulator's word: it has a list of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::service::Service;
use trailseal_sim::state::{Effect, LoggedCall, Rule};
use trailseal_sim::world::denial::{matches_action, matches_text};

use super::cost::KEPT;
use super::{fair, scanned_in, start};

const ROLE: &str = include_str!("../../../docs/generated/iam-audit-role.json");
const CALLER: &str = include_str!("../../../docs/generated/iam-caller.json");

/// Where CloudTrail writes logs and digests, below a prefix or not.
const LOG_OBJECTS: [&str; 2] =
    ["arn:aws:s3:::*/AWSLogs/*/CloudTrail-Digest/*", "arn:aws:s3:::*/AWSLogs/*/CloudTrail/*"];

/// A policy as IAM takes it. Conditions are not evaluated here: `permissions.rs` has what they allow.
struct Policy(Vec<Value>);

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

impl Policy {
    fn read(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).unwrap();
        Self(document["Policy"]["Statement"].as_array().unwrap().clone())
    }

    fn statements(&self, effect: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |it| it["Effect"] == effect)
    }

    /// Whether some statement with this effect is about that.
    fn says(&self, effect: &str, action: &str, resource: &str) -> bool {
        self.statements(effect).any(|it| {
            let is_about = |pattern: &&str| matches_text(pattern, resource);
            texts(&it["Action"]).iter().any(|pattern| matches_action(pattern, action))
                && texts(&it["Resource"]).iter().any(is_about)
        })
    }

    fn allows(&self, action: &str, resource: &str) -> bool {
        self.says("Allow", action, resource) && !self.says("Deny", action, resource)
    }

    fn allowed(&self) -> BTreeSet<&str> {
        self.statements("Allow").flat_map(|it| texts(&it["Action"])).collect()
    }
}

/// What the call needs, by the simulator's list; `None` needs nothing.
fn action_of(call: &LoggedCall) -> Option<&'static str> {
    let mut services = Service::ALL.into_iter().filter(|it| it.signing_name() == call.service);
    services.find_map(|it| it.operation(&call.operation)).unwrap().action
}

/// The calls of one scan that the policies do not allow.
pub(super) fn not_allowed(simulator: &Simulator, scenario: &Scenario) -> Vec<String> {
    // As they are printed for a caller in this partition.
    let partition = format!("arn:{}:", scenario.parts.partition);
    let [role, caller] = [ROLE, CALLER].map(|it| Policy::read(&it.replace("arn:aws:", &partition)));
    let of_caller = scenario.access.caller.to_string();
    let calls = simulator.state().log.calls();
    assert!(!calls.is_empty() && calls.len() < KEPT, "the whole log is needed");
    let refused = calls.into_iter().filter(|it| {
        let policy = if it.account == of_caller { &caller } else { &role };
        action_of(it).is_some_and(|action| !policy.allows(action, &it.resource))
    });
    refused.map(|it| format!("{} {} {}", it.operation, it.account, it.resource)).collect()
}

/// The actions that a scan's calls need, the caller's and those with the role.
async fn needed(
    scenario: &Scenario,
    rules: Vec<Rule>,
    flags: &[&str],
) -> [BTreeSet<&'static str>; 2] {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(KEPT);
    for rule in rules {
        simulator.state().faults.add(rule);
    }
    scanned_in(&simulator, scenario, flags).await;
    assert_eq!(not_allowed(&simulator, scenario), [""; 0]);
    let of_caller = scenario.access.caller.to_string();
    let calls = simulator.state().log.calls();
    let (caller, role): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|it| it.account == of_caller);
    [caller, role].map(|it| it.iter().filter_map(action_of).collect())
}

#[tokio::test(start_paused = true)]
async fn the_policies_allow_what_scans_call_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fair("standalone");
    let everything = Scenario::from_toml(include_str!("matrix.toml"), start()).unwrap();
    let accounts = everything.parts.accounts.iter().map(|it| format!("{}\n", it.id));
    let file = folder.path().join("accounts.txt");
    std::fs::write(&file, accounts.collect::<String>()).unwrap();
    let unlisted = Rule::operation("ListAccounts", Effect::ServerError);
    let from_file = ["--accounts-file", file.to_str().unwrap()];
    let scans = [
        needed(&plain, Vec::new(), &[]).await,
        needed(&everything, Vec::new(), &["--account-tag", "owner"]).await,
        needed(&everything, vec![unlisted], &from_file).await,
    ];
    let [caller, role] = scans.into_iter().fold([BTreeSet::new(), BTreeSet::new()], |all, it| {
        let [caller, role] = all;
        let [more_of_caller, more_of_role] = it;
        [&caller | &more_of_caller, &role | &more_of_role]
    });
    let not_called = |policy: &str, called: &BTreeSet<&str>| -> Vec<String> {
        let policy = Policy::read(policy);
        policy.allowed().difference(called).map(|it| (*it).to_owned()).collect()
    };
    assert_eq!(not_called(CALLER, &caller), [""; 0], "allowed to the caller and never called");
    assert_eq!(not_called(ROLE, &role), [""; 0], "allowed to the role and never called");
}

#[test]
fn the_policies_let_nobody_write_nor_read_a_log() {
    for text in [ROLE, CALLER] {
        let policy = Policy::read(text);
        for action in policy.allowed() {
            let (service, verb) = action.split_once(':').unwrap();
            let reads = ["Describe", "Get", "List"].iter().any(|it| verb.starts_with(it));
            assert!(reads || action == "sts:AssumeRole", "{action}");
            assert!(!service.contains('*') && !verb.contains('*'), "{action}");
        }
        for statement in policy.statements("Allow") {
            for element in ["NotAction", "NotResource", "NotPrincipal"] {
                assert_eq!(statement.get(element), None, "{statement}");
            }
            // Names of objects are listed below the folders of CloudTrail only.
            let is_listing = texts(&statement["Action"]) == ["s3:ListBucket"];
            assert_eq!(statement.get("Condition").is_some(), is_listing, "{statement}");
            if is_listing {
                let prefixes = texts(&statement["Condition"]["StringLike"]["s3:prefix"]);
                assert!(!prefixes.is_empty() && prefixes.iter().all(|it| it.contains("AWSLogs/")));
            }
            // The service reference has HeadObject under s3:GetObject; all else is metadata.
            if texts(&statement["Action"]).contains(&"s3:GetObject") {
                assert_eq!(texts(&statement["Action"]), ["s3:GetObject"]);
                assert_eq!(texts(&statement["Resource"]), LOG_OBJECTS);
            }
        }
        let key = "arn:aws:kms:us-east-1:000000000001:key/1";
        assert!(policy.says("Deny", "kms:Decrypt", key), "a log stays sealed");
        assert!(!policy.allows("kms:Decrypt", key));
        assert!(!policy.allows("s3:GetObject", "arn:aws:s3:::payroll/2026.csv"));
        assert!(!policy.allows("s3:GetObject", "arn:aws:s3:::logs/a/AWSLogs/1/Config/x"));
        assert!(policy.allows("s3:GetObject", "arn:aws:s3:::logs/a/AWSLogs/1/CloudTrail/x"));
    }
}
