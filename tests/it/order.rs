//! The order in which answers come must not show in any report.

use trailseal_model::{GapClass, Operation};
use trailseal_tests::audit::{audit_into, files};
use trailseal_tests::compare::blanked;
use trailseal_tests::faults::Faults;
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

#[test]
fn any_order_of_answers_gives_the_same_bytes() {
    check(60, Faults::default);
}

/// Which accounts are asked first, and that the rest is asked once, must not show either.
#[test]
fn any_order_of_failures_gives_the_same_bytes() {
    for operation in [
        Operation::ListEventDataStores,
        Operation::ListTrails,
        Operation::GetEventDataStore,
        Operation::ListGrants,
        Operation::GetKeyRotationStatus,
    ] {
        check(25, || Faults::always(operation, GapClass::ServerError));
    }
}

fn check(accounts: u64, faults: impl Fn() -> Faults) {
    let folder = tempfile::tempdir().unwrap();
    let reports = |seed: u64| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let plan = Plan { accounts, own_trail_every: 3, ..Plan::small() };
        let out = folder.path().join(seed.to_string());
        let world = World::with_faults(plan, faults()).shuffled(seed);
        runtime.block_on(audit_into(&world, &out)).unwrap();
        let files = files(&out).unwrap();
        files
            .into_iter()
            .map(|(name, bytes)| (blanked(&name, &bytes).unwrap(), name))
            .collect::<Vec<(String, String)>>()
    };
    let first = reports(0);
    assert!(first.iter().any(|it| it.0.len() > 10_000), "there is something to compare");
    for seed in 1..6 {
        for (one, other) in first.iter().zip(reports(seed)) {
            assert_eq!(one.1, other.1);
            assert!(one.0 == other.0, "{} differs with seed {seed}", one.1);
        }
    }
}
