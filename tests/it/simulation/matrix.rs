//! Every operation fails in every way that the simulator knows, from its first call on and later:
//! the gap is in the reports, and nothing passes by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use trailseal::{Scanned, UserError};
use trailseal_model::{GapClass, Loss, Operation, Purpose};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_tests::sim::{access_flags, scan};

use super::{rows, start};

/// What comes of it, by operation and way to fail: the class of the gap, `answer` where it is no gap
/// but something that the operation may say, `-` where nothing makes the operation fail so.
///
/// A HEAD answer has no body, so whatever denies it is only `denied`; and a bare 400 to HEAD alone, from a
/// session that lists the object, says that the object lies under a key of its writer. Only AssumeRole can find that a role is not assumable.
/// A Region that accounts cannot disable refuses a token only if that is no good. What happens before a
/// request gets out (`dns`, `tls`, `proxy`) no server can do.
const TABLE: &str = include_str!("matrix.csv");

const ORGANIZATION: &str = include_str!("matrix.toml");

/// The ways to fail, as the control endpoint takes them.
fn effects() -> Vec<(&'static str, Value)> {
    let denied = |by: &str| json!({ "denied": by });
    let answer = |code: &str| json!({ "answer": { "status": 403, "code": code } });
    let plain = ["region_disabled", "expired_token", "clock_skew", "not_found", "throttled"];
    let broken = ["server_error", "hang", "reset", "truncated", "garbage", "malformed"];
    let denials = ["scp", "rcp", "identity", "resource", "untold"].map(|it| (it, denied(it)));
    let mut effects = denials.to_vec();
    effects.push(("not_signed_up", answer("OptInRequired")));
    effects.push(("region_off", answer("RegionDisabledException")));
    effects.extend(plain.iter().chain(&broken).map(|it| (*it, json!(it))));
    effects
}

/// What one scan came to.
enum Outcome {
    /// No reports: the line on stderr.
    Refused(String),
    Reported(Reported),
}

struct Reported {
    exit_code: u8,
    /// Operation and class of each gap.
    gaps: BTreeSet<(String, String)>,
    /// Control, account and resource of each pass.
    passes: BTreeSet<[String; 3]>,
    /// Targets by outcome.
    coverage: BTreeMap<String, usize>,
}

impl Reported {
    fn read(scanned: &Scanned) -> Self {
        let gaps = rows(&scanned.folder, "gaps.csv");
        let mut findings = rows(&scanned.folder, "findings.csv");
        findings.retain(|it| it["status"] == "pass");
        let subject = ["control_id", "account_id", "resource_arn"];
        let mut coverage = BTreeMap::new();
        for row in rows(&scanned.folder, "coverage.csv") {
            *coverage.entry(row["outcome"].clone()).or_default() += 1;
        }
        Self {
            exit_code: scanned.exit_code,
            gaps: gaps.iter().map(|it| (it["operation"].clone(), it["class"].clone())).collect(),
            passes: findings.iter().map(|it| subject.map(|name| it[name].clone())).collect(),
            coverage,
        }
    }
}

/// What a scan found, and how often the rule struck.
struct Tried {
    outcome: Outcome,
    calls: u64,
    struck: u64,
}

/// Puts a rule in force over the control endpoint, as another program would. It says no to what
/// nothing can do.
fn arm(simulator: &Simulator, operation: &str, skip: u64, effect: &Value) -> bool {
    let rule = json!({ "operation": operation, "skip": skip, "effect": effect });
    let request = Request::builder().method(Method::POST).uri("/_sim/faults");
    let request = request.body(Bytes::from(rule.to_string())).unwrap();
    simulator.handle(&request, start()).response.status().is_success()
}

/// Scans while an operation fails from some call on; `None` if nothing makes it fail so. Only where
/// the accounts cannot be listed is the organization itself asked for.
async fn tried(operation: Operation, skip: u64, effect: &Value) -> Option<Tried> {
    let scenario = Scenario::from_toml(ORGANIZATION, start()).unwrap();
    let simulator = Arc::new(Simulator::of(&scenario));
    let folder = tempfile::tempdir().unwrap();
    let mut flags = access_flags(&scenario);
    flags.extend(["--regions", "us-east-1", "--account-tag", "owner"].map(str::to_owned));
    if operation == Operation::DescribeOrganization {
        let accounts = scenario.parts.accounts.iter().map(|it| format!("{}\n", it.id));
        let file = folder.path().join("accounts.txt");
        std::fs::write(&file, accounts.collect::<String>()).unwrap();
        flags.extend(["--accounts-file".to_owned(), file.to_str().unwrap().to_owned()]);
        assert!(arm(&simulator, "ListAccounts", 0, &json!({ "denied": "untold" })));
    }
    if !arm(&simulator, operation.as_str(), skip, effect) {
        return None;
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let outcome = match scan(&simulator, &flags, &folder.path().join("out")).await {
        Ok(scanned) => Outcome::Reported(Reported::read(&scanned)),
        Err(error) => Outcome::Refused(error.downcast::<UserError>().unwrap().to_string()),
    };
    let armed = simulator.state().faults.rules().pop().unwrap();
    Some(Tried { outcome, calls: armed.calls(), struck: armed.struck() })
}

/// The classes of the operation's gaps, or of the line that ends the program.
fn classes(outcome: &Outcome, operation: Operation) -> Vec<String> {
    match outcome {
        Outcome::Refused(line) => {
            let words = GapClass::ALL.iter().map(|it| it.as_str());
            words.filter(|it| line.contains(&format!("({it},"))).map(str::to_owned).collect()
        }
        Outcome::Reported(it) => {
            let of_operation = it.gaps.iter().filter(|it| it.0 == operation.as_str());
            of_operation.map(|it| it.1.clone()).collect()
        }
    }
}

fn audits() -> impl Iterator<Item = Operation> {
    Operation::ALL.iter().copied().filter(|it| it.purpose() == Purpose::Audit)
}

/// The rows of the table: operation, and what each way to fail comes to.
fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(TABLE.as_bytes());
    let rows = reader.deserialize().map(|it| -> BTreeMap<String, String> { it.unwrap() });
    rows.map(|mut it| (it.remove("operation").unwrap(), it)).collect()
}

/// What never fails in this organization.
async fn clean(operation: Operation) -> (Reported, u64) {
    let tried = tried(operation, u64::MAX, &json!("hang")).await.unwrap();
    let Outcome::Reported(reported) = tried.outcome else { panic!("a clean scan has reports") };
    (reported, tried.calls)
}

/// Whatever failed, nothing passes by it, and a loss of targets is never called complete.
fn check_reports(cell: &str, operation: Operation, found: &Reported, clean: &Reported) {
    assert!(found.passes.is_subset(&clean.passes), "{operation} {cell}: something passes by it");
    let has_gap = found.gaps.iter().any(|it| it.0 == operation.as_str());
    let is_missed = matches!(operation.loss(), Loss::Population | Loss::Account | Loss::Target);
    let is_incomplete = [3, 4].contains(&found.exit_code);
    assert!(is_incomplete || !has_gap || !is_missed, "{operation} {cell}: {}", found.exit_code);
}

#[tokio::test(start_paused = true)]
async fn every_operation_fails_in_every_way_from_the_first_call_on() {
    let mut found = BTreeMap::new();
    for operation in audits() {
        let (clean, _) = clean(operation).await;
        let mut row = BTreeMap::new();
        for (name, effect) in effects() {
            let Some(Tried { outcome, struck, .. }) = tried(operation, 0, &effect).await else {
                row.insert(name.to_owned(), "-".to_owned());
                continue;
            };
            assert!(struck > 0, "{operation} is never called");
            let classes = classes(&outcome, operation);
            if let Outcome::Reported(reported) = &outcome {
                check_reports(name, operation, reported, &clean);
                let fewer = reported.passes.len() < clean.passes.len();
                match operation.loss() {
                    _ if classes.is_empty() => {}
                    Loss::Target => {
                        let whole = clean.coverage["evaluated"];
                        assert_eq!(reported.coverage["partial"], whole, "{operation} {name}");
                    }
                    Loss::Leg => assert!(fewer, "{operation} {name}: nothing hangs on it"),
                    _ => {}
                }
            }
            let cell = if classes.is_empty() { "answer".to_owned() } else { classes.join("+") };
            row.insert(name.to_owned(), cell);
        }
        found.insert(operation.to_string(), row);
    }
    let table = table();
    for (operation, row) in &found {
        assert_eq!(Some(row), table.get(operation), "{operation}");
    }
    assert_eq!(found.len(), table.len(), "the table names what does not exist");
}

#[tokio::test(start_paused = true)]
async fn every_operation_fails_in_every_way_from_a_later_call_on() {
    for (operation, row) in audits().filter_map(|it| Some((it, table().remove(it.as_str())?))) {
        let (clean, calls) = clean(operation).await;
        for (name, effect) in effects().into_iter().filter(|_| calls > 1) {
            let Some(tried) = tried(operation, calls / 2, &effect).await else { continue };
            let Outcome::Reported(reported) = &tried.outcome else {
                panic!("{operation} {name}: the first call was answered")
            };
            check_reports(name, operation, reported, &clean);
            let classes = classes(&tried.outcome, operation);
            let is_as_said = row[name] == "answer" || classes.contains(&row[name]);
            assert!(is_as_said, "{operation} {name}: {classes:?} in {calls} calls");
        }
    }
}
