//! A whole scan where AWS throttles, fails, or lets nobody in.

use std::sync::Arc;

use trailseal_model::Operation;
use trailseal_record::v1::{Line, RunLine};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Scenario, Shape};
use trailseal_sim::service::Service;
use trailseal_sim::state::{Effect, LimitSettings, RandomFaultSettings, Rule};
use trailseal_sim::world::account::{AccountId, Role};
use trailseal_sim::world::region::Region;
use trailseal_tests::sim::record;

use super::{rows, scanned_in, start};

/// Eight accounts with a trail of their own in each, a few milliseconds away.
fn scenario() -> Scenario {
    let scenario = Scenario::bench(8, 17, Shape::Worst, start()).unwrap();
    let random_faults = RandomFaultSettings { latency_ms: 30, jitter_ms: 20, ..Default::default() };
    Scenario { random_faults, limits: LimitSettings::default(), ..scenario }
}

/// One of the accounts that are opened with a role.
fn member(scenario: &Scenario, index: usize) -> AccountId {
    let accounts = scenario.parts.accounts.iter().map(|it| it.id);
    accounts.filter(|it| *it != scenario.access.caller).nth(index).unwrap()
}

/// So few Regions that it does not take long.
const IN_REGIONS: [&str; 2] = ["--regions", "us-east-1,eu-west-1"];

fn run_line(lines: &[Line]) -> &RunLine {
    let Line::Run(run) = &lines[0] else { panic!("the run comes first") };
    run
}

#[tokio::test(start_paused = true)]
async fn throttles_lose_nothing_and_are_named_by_whose_limit_it_was() {
    let scenario = scenario();
    let simulator = Arc::new(Simulator::of(&scenario));
    let account = member(&scenario, 0);
    let here = Rule {
        account: Some(account),
        region: Region::new("eu-west-1"),
        times: Some(3),
        ..Rule::operation("DescribeTrails", Effect::Throttled)
    };
    simulator.state().faults.add(here);
    let opening = Rule::operation("AssumeRole", Effect::Throttled);
    simulator.state().faults.add(Rule { times: Some(2), ..opening });
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &IN_REGIONS).await;
    let lines = record(&scanned.folder).unwrap();
    let run = run_line(&lines);
    assert_eq!((run.gaps.len(), run.throttles), (0, 5));
    let expected = format!(
        "
Throttled: 5 requests; lower --rate-share, or scan at a quieter time
  DescribeTrails in {account} eu-west-1: 3 times
  AssumeRole in the calling account: 2 times
"
    );
    assert!(scanned.summary.contains(&expected), "{}", scanned.summary);
    let keys = run.throttled_keys.iter();
    let keys: Vec<_> = keys.map(|it| (it.operation, it.throttles)).collect();
    assert_eq!(keys, [(Operation::DescribeTrails, 3), (Operation::AssumeRole, 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_down_costs_its_own_targets_and_few_calls() {
    let scenario = scenario();
    let simulator = Arc::new(Simulator::of(&scenario));
    let down = Region::new("eu-west-1").unwrap();
    let rule = Rule {
        service: Some(Service::CloudTrail),
        region: Some(down),
        ..Rule::every(Effect::ServerError)
    };
    simulator.state().faults.add(rule);
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &IN_REGIONS).await;
    for row in rows(&scanned.folder, "coverage.csv") {
        let is_down = row["region"] == "eu-west-1";
        let is_lost = row["outcome"] == "not_evaluated";
        assert_eq!(is_lost, is_down, "{row:?}");
    }
    for gap in rows(&scanned.folder, "gaps.csv") {
        assert_eq!(gap["region"], "eu-west-1", "{gap:?}");
        assert!(["server_error", "circuit_open"].contains(&&*gap["class"]), "{gap:?}");
    }
    let struck = simulator.state().faults.rules()[0].struck();
    // Each of the three operations that are asked there has its own circuit.
    assert!(struck <= 8 * 3 * 10, "{struck} calls where nothing answers");
}

#[tokio::test(start_paused = true)]
async fn sessions_that_aws_calls_expired_are_renewed_and_nothing_is_lost() {
    let scenario = scenario();
    let simulator = Arc::new(Simulator::of(&scenario));
    let of_members = [("DescribeTrails", 0), ("ListTrails", 1), ("ListRegions", 2)];
    for (operation, index) in of_members {
        let rule = Rule::operation(operation, Effect::ExpiredToken);
        let account = Some(member(&scenario, index));
        simulator.state().faults.add(Rule { account, times: Some(1), ..rule });
    }
    let of_caller = Rule::operation("ListAccounts", Effect::ExpiredToken);
    simulator.state().faults.add(Rule { times: Some(1), ..of_caller });
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &IN_REGIONS).await;
    let struck: u64 = simulator.state().faults.rules().iter().map(|it| it.struck()).sum();
    assert_eq!(struck, 4);
    let gaps = rows(&scanned.folder, "gaps.csv");
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn accounts_without_the_role_are_opened_with_the_next_one() {
    let mut scenario = scenario();
    let caller = scenario.access.caller;
    let count = scenario.parts.accounts.len();
    // One has another role, one has none.
    let members = scenario.parts.accounts.iter_mut().filter(|it| it.id != caller);
    let mut few: Vec<_> = members.skip(count - 3).collect();
    let other = Role { name: "Breakglass".into(), ..few[0].roles[0].clone() };
    few[0].roles = [other].into();
    few[1].roles = [].into();
    let (opened, lost) = (few[0].id.to_string(), few[1].id.to_string());
    let simulator = Arc::new(Simulator::of(&scenario));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("trailseal.toml");
    std::fs::write(&config, "role_fallbacks = [\"Missing\", \"Breakglass\"]\n").unwrap();
    let flags = [&IN_REGIONS[..], &["--config", config.to_str().unwrap()]].concat();
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &flags).await;
    let role_name = &scenario.access.role_name;
    for account in rows(&scanned.folder, "accounts.csv") {
        let Some((_, role)) = account["role_arn"].rsplit_once('/') else { continue };
        let expected = if account["account_id"] == opened { "Breakglass" } else { role_name };
        assert_eq!(role, expected, "{account:?}");
    }
    let gaps = rows(&scanned.folder, "gaps.csv");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((&gaps[0]["class"], &gaps[0]["account_id"]), (&"role_not_assumable".into(), &lost));
    assert!(gaps[0]["message"].contains("role/Breakglass be assumed"), "{gaps:?}");
    let lines = record(&scanned.folder).unwrap();
    assert_eq!(run_line(&lines).settings["role_fallbacks"], "Missing;Breakglass");
}
