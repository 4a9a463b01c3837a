//! When each target last answered a call that CloudTrail records: what the simulator itself noted.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_model::Outcome;
use trailseal_record::Time;
use trailseal_record::v1::{CoverageLine, Line};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{Effect, Rule};
use trailseal_sim::world::denial::PolicyKind;
use trailseal_tests::sim::record;

use super::cost::KEPT;
use super::{fair, rows, scanned_in};

/// What covering trails must have recorded of what a scan calls: this list is the test's own.
const RECORDED: [&str; 7] = [
    "DescribeTrails",
    "ListTrails",
    "GetTrailStatus",
    "GetEventSelectors",
    "ListEventDataStores",
    "GetEventDataStore",
    "ListBuckets",
];

/// The coverage that a scan recorded, and when the simulator last answered such a call, to the second,
/// by account and Region.
struct RecordedTimes {
    coverage: Vec<CoverageLine>,
    csv: Vec<BTreeMap<String, String>>,
    answered: BTreeMap<(String, String), Timestamp>,
}

async fn seen(scenario: &Scenario, rule: Option<Rule>, flags: &[&str]) -> RecordedTimes {
    let simulator = Arc::new(Simulator::of(scenario));
    simulator.state().log.keep(KEPT);
    if let Some(rule) = rule {
        simulator.state().faults.add(rule);
    }
    let (_guard, scanned) = scanned_in(&simulator, scenario, flags).await;
    let lines = record(&scanned.folder).unwrap();
    let coverage: Vec<CoverageLine> = lines
        .into_iter()
        .filter_map(|line| match line {
            Line::Coverage(line) => Some(*line),
            _ => None,
        })
        .collect();
    let without_stores: Vec<_> = coverage
        .iter()
        .filter(|line| line.stores_found == 0)
        .map(|line| (line.account_id.to_string(), line.region.to_string()))
        .collect();
    let mut answered = BTreeMap::new();
    let calls = simulator.state().log.calls();
    assert!(!calls.is_empty() && calls.len() < KEPT, "the whole log is needed");
    for call in calls {
        let target = (call.account.clone(), call.region.to_owned());
        let is_empty = call.operation == "ListEventDataStores" && without_stores.contains(&target);
        if call.status == 200 && RECORDED.contains(&call.operation.as_str()) && !is_empty {
            let second = Timestamp::from_second(call.at.as_second()).unwrap();
            let newest = answered.entry(target).or_insert(second);
            *newest = second.max(*newest);
        }
    }
    RecordedTimes { coverage, csv: rows(&scanned.folder, "coverage.csv"), answered }
}

impl RecordedTimes {
    /// Every row has what the simulator noted, and nothing where it answered no such call. A simulated
    /// answer arrives within the second that follows.
    fn agree(&self) -> usize {
        let mut called = 0;
        for line in &self.coverage {
            let target = (line.account_id.to_string(), line.region.to_string());
            let said = line.last_management_call_at;
            let noted = self.answered.get(&target).copied();
            let is_same = match (said.map(Time::timestamp), noted) {
                (Some(said), Some(noted)) => {
                    (0..=1).contains(&(said.as_second() - noted.as_second()))
                }
                (None, None) => true,
                _ => false,
            };
            assert!(is_same, "{target:?}: {said:?}, the simulator has {noted:?}");
            if line.outcome == Outcome::Evaluated {
                assert!(said.is_some(), "{target:?} was evaluated");
            }
            called += usize::from(said.is_some());
        }
        called
    }
}

#[tokio::test(start_paused = true)]
async fn every_target_has_the_time_of_the_newest_call_there_and_what_was_not_called_has_none() {
    for name in ["small", "demo"] {
        let seen = seen(&fair(name), None, &[]).await;
        let called = seen.agree();
        assert!(called > 20 && called < seen.coverage.len(), "{name}: {called}");
        for (line, row) in seen.coverage.iter().zip(&seen.csv) {
            let said = line.last_management_call_at.map(|at| at.to_string()).unwrap_or_default();
            assert_eq!(row["last_management_call_at"], said, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_was_left_out_and_not_called_has_none() {
    let seen = seen(&fair("small"), None, &["--regions", "us-east-1"]).await;
    seen.agree();
    let left_out = seen.coverage.iter().filter(|line| line.outcome == Outcome::Excluded);
    assert!(left_out.clone().count() > 20);
    assert!(left_out.into_iter().any(|line| line.last_management_call_at.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_denied_call_does_not_count() {
    let denied = Rule::operation("DescribeTrails", Effect::Denied(PolicyKind::ServiceControl));
    let seen = seen(&fair("small"), Some(denied), &[]).await;
    seen.agree();
    let partial: Vec<_> =
        seen.coverage.iter().filter(|line| line.outcome == Outcome::Partial).collect();
    assert!(partial.len() > 20);
    assert!(partial.iter().any(|line| line.last_management_call_at.is_none()));
}
