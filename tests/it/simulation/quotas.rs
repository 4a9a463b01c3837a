//! How fast a scan asks: never faster than AWS's published quotas, and what becomes of one that is
//! too fast all the same; and how many requests are on their way.

use std::path::Path;
use std::sync::Arc;

use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Scenario, Shape};
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};

use super::{rows, scanned_in, start};

/// A scenario a few milliseconds away, where everything comes as fast as the client lets it, and
/// the limits are this part of those that AWS publishes.
fn near(scenario: Scenario, share: f64) -> Scenario {
    let random_faults =
        RandomFaultSettings { latency_ms: 2, jitter_ms: 4, ..RandomFaultSettings::default() };
    Scenario { random_faults, limits: LimitSettings { enabled: true, share }, ..scenario }
}

fn bench(accounts: u32, shape: Shape) -> Scenario {
    Scenario::bench(accounts, 17, shape, start()).unwrap()
}

fn assert_no_gap(folder: &Path) {
    // A Region that a policy denies stays denied, however fast or slow it is asked.
    let mut gaps = rows(folder, "gaps.csv");
    gaps.retain(|it| it["class"] != "denied_by_scp");
    assert!(gaps.is_empty(), "{} gaps, the first {:?}", gaps.len(), gaps[0]);
}

/// Tags are the one thing that a quota of the caller slows down for long.
const WITH_TAGS: [&str; 4] = ["--rate-share", "1", "--account-tag", "owner"];

#[tokio::test(start_paused = true)]
async fn a_whole_scan_at_the_whole_share_exceeds_no_published_quota() {
    let ready = Scenario::ready_made("landing-zone", start()).unwrap();
    for (name, scenario, flags) in [
        ("landing-zone", ready, &WITH_TAGS[..]),
        ("bench", bench(12, Shape::LandingZone), &WITH_TAGS[..]),
        ("bench-worst", bench(6, Shape::Worst), &WITH_TAGS[..2]),
    ] {
        let scenario = near(scenario, 1.0);
        let simulator = Arc::new(Simulator::of(&scenario));
        let (_guard, scanned) = scanned_in(&simulator, &scenario, flags).await;
        let log = simulator.state().log.report();
        let throttled: u64 = log.operations.iter().map(|it| it.throttled).sum();
        assert_eq!(throttled, 0, "{name}: {:?}", log.operations);
        let peaks = simulator.state().log.peaks.report();
        assert!(peaks.len() >= 15, "{name}: {} limits", peaks.len());
        for peak in &peaks {
            assert_eq!(peak.exceeded, 0, "{name}: {peak:?}");
            assert!(peak.most_in_a_second <= peak.burst + peak.per_second, "{name}: {peak:?}");
        }
        let calls: u64 = peaks.iter().map(|it| it.calls).sum();
        assert_eq!(calls, log.calls, "{name}: every call counts against a limit");
        assert!(!scanned.summary.contains("Throttled"), "{name}: {}", scanned.summary);
        assert_no_gap(&scanned.folder);
    }
}

/// So many accounts that the bursts of the directory's quotas are used up. No others are: the
/// directory hands out 160 accounts a second at most, and each account pays for itself.
const CROWD: &str = "
seed = 3
[[population]]
name = \"team\"
accounts = 300
cases = { no-trail = 9, trail-every-region = 1 }
";

#[tokio::test(start_paused = true)]
async fn a_client_that_is_a_third_too_fast_loses_nothing_and_is_seldom_throttled() {
    let scenario = near(Scenario::from_toml(CROWD, start()).unwrap(), 1.0 / 1.3);
    let simulator = Arc::new(Simulator::of(&scenario));
    let flags = [&WITH_TAGS[..], &["--regions", "us-east-1"]].concat();
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &flags).await;
    assert_no_gap(&scanned.folder);
    let log = simulator.state().log.report();
    let throttled = |name: &str| {
        let mut operations = log.operations.iter();
        operations.find(|it| it.operation == name).unwrap().throttled
    };
    for operation in ["ListAccounts", "ListTagsForResource"] {
        assert!(throttled(operation) > 0, "{operation} was not too fast");
    }
    let throttled: u64 = log.operations.iter().map(|it| it.throttled).sum();
    assert!(throttled * 20 < log.calls, "{throttled} of {} calls: {:?}", log.calls, log.operations);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_on_their_way_than_allowed() {
    let scenario = near(bench(16, Shape::Worst), 1.0);
    let random_faults = RandomFaultSettings { latency_ms: 200, ..scenario.random_faults };
    let scenario = Scenario { random_faults, ..scenario };
    for allowed in [1, 7, 60] {
        let simulator = Arc::new(Simulator::of(&scenario));
        let count = allowed.to_string();
        let flags =
            ["--max-in-flight", &count, "--rate-share", "1", "--regions", "us-east-1,us-west-2"];
        let (_guard, scanned) = scanned_in(&simulator, &scenario, &flags).await;
        assert_eq!(simulator.state().log.report().highest_concurrency, allowed);
        assert_no_gap(&scanned.folder);
    }
}
