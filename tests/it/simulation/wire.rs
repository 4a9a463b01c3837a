//! The whole program over a simulated organization: flags, SDK, signatures, retries, reports, and
//! no socket.

use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;
use trailseal_model::{GapClass, Operation, Region};
use trailseal_record::v1::Line;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{Effect, Rule};
use trailseal_tests::sim;

use super::start;

fn scenario(name: &str) -> Scenario {
    Scenario::ready_made(name, start()).unwrap()
}

/// The lines of the record of a scan, and its exit code.
async fn scanned(simulator: &Arc<Simulator>, flags: &[&str], folder: &Path) -> (Vec<Line>, u8) {
    let scanned = sim::scan(simulator, flags, &folder.join("out")).await.unwrap();
    (sim::record(&scanned.folder).unwrap(), scanned.exit_code)
}

#[tokio::test(start_paused = true)]
async fn the_flags_are_those_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Arc::new(Simulator::of(&scenario("small")));
    let (lines, _) = scanned(&simulator, &["--regions", "eu-west-1"], folder.path()).await;
    let Some(Line::Run(run)) = lines.first() else { panic!("the first line is the run's") };
    assert_eq!(run.scope.regions, [Region::new("eu-west-1").unwrap()]);
    assert_eq!(run.arguments[..3], ["scan", "--regions", "eu-west-1"]);
    assert_eq!(run.simulation.as_deref(), Some("test"));
    assert_eq!(run.run_id, "simulation-20261120T120230Z");
    let error = sim::scan(&simulator, &["--regions", "mars"], &folder.path().join("no")).await;
    assert!(error.unwrap_err().to_string().contains("`mars` is not an AWS Region"));
    let error = sim::scan(&simulator, &["--nonsense"], &folder.path().join("no")).await;
    assert!(error.unwrap_err().to_string().contains("--nonsense"));
}

#[tokio::test(start_paused = true)]
async fn what_breaks_on_the_way_is_told_apart_and_waited_for_in_no_time() {
    for (effect, expected, seconds) in [
        // Ten seconds each of five times, and what is waited in between.
        (Effect::Hang, GapClass::Timeout, 50.0..80.0),
        (Effect::Reset, GapClass::Connection, 0.0..30.0),
        (Effect::Truncated, GapClass::Connection, 0.0..30.0),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let simulator = Arc::new(Simulator::of(&scenario("small")));
        simulator.state().faults.add(Rule::operation("GetEventSelectors", effect.clone()));
        let begun = Instant::now();
        let (lines, exit_code) = scanned(&simulator, &[], folder.path()).await;
        assert_eq!(exit_code, 4, "{effect:?}");
        let gaps = lines.into_iter().filter_map(|it| match it {
            Line::Gap(it) => Some((it.operation, it.class, it.attempts)),
            _ => None,
        });
        let mut gaps: Vec<_> = gaps.collect();
        gaps.dedup();
        assert_eq!(gaps, [(Operation::GetEventSelectors, expected, 5)], "{effect:?}");
        let elapsed = begun.elapsed().as_secs_f64();
        assert!(seconds.contains(&elapsed), "{effect:?}: {elapsed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scan_signs_only_reads_and_stays_below_the_published_limits() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Arc::new(Simulator::of(&scenario("small")).verifying_signatures());
    let (_, exit_code) = scanned(&simulator, &[], folder.path()).await;
    assert_eq!(exit_code, 1);
    let log = simulator.state().log.report();
    assert!(log.calls > 0);
    assert_eq!(log.writes, 0);
    assert_eq!(log.operations.iter().map(|it| it.throttled).sum::<u64>(), 0);
}
