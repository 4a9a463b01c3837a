//! What only skipped controls need is not asked, each part of an operation by itself.

use trailseal_model::ControlId as Id;

use super::*;

/// A bucket with two logs in the window, and an older one.
fn world() -> World {
    World::holding([30, 90, 400 * 24 * 60].map(log_object))
}

fn described() -> TrailDescription {
    TrailDescription { log_file_validation: true, ..trail("main") }
}

/// What a collector calls that skips these controls, S3's listings by what they list.
fn called(
    world: &World,
    skipped: &[ControlId],
    description: TrailDescription,
) -> Vec<&'static str> {
    let gaps = GapLedger::default();
    let skipped = skipped.iter().copied().collect();
    let collector = Collector::new(world, &gaps, settings()).skipping(&skipped);
    let (members, enabled, work) = (members(), anywhere(), work(description));
    let read = block_on(collector.read_trail(&work, &members));
    let bucket = block_on(bucket_of(&collector, &gaps, "logs", account(1)));
    let objects = block_on(collector.examine(&work, &read, &bucket, &members, &enabled));
    let is_digest = |prefix: &str| prefix.contains("CloudTrail-Digest");
    let called: BTreeSet<&str> = world
        .calls()
        .iter()
        .map(|call| match call {
            Call::List(_, prefix) if is_digest(prefix) => "digests",
            Call::List(..) => "logs",
            call => call.operation().as_str(),
        })
        .filter(|call| !["ListBuckets", "HeadBucket"].contains(call))
        .collect();
    assert_eq!(objects.evidence.history.was_made, !skipped.contains(&Id::HistorySealed));
    assert_eq!(gaps.into_gaps().iter().count(), 0);
    called.into_iter().collect()
}

#[track_caller]
fn check_missing(skipped: &[ControlId], expected: &[&str]) {
    let all = called(&world(), &[Id::TrailKmsEncrypted], described());
    let some = called(&world(), skipped, described());
    let missing: Vec<&str> = all.into_iter().filter(|call| !some.contains(call)).collect();
    assert_eq!(missing, expected, "{skipped:?}");
}

#[test]
fn each_call_is_left_out_with_the_last_control_that_needs_it() {
    check_missing(&[Id::TrailDelivering], &[]);
    check_missing(&[Id::AccountCovered], &["GetEventSelectors"]);
    check_missing(
        &[Id::TrailDelivering, Id::AccountCovered],
        &["GetEventSelectors", "GetTrailStatus"],
    );
    check_missing(&[Id::KeyCustomerManaged, Id::KeyUsable], &[]);
    let policy = [
        Id::KeyPolicyAllowsCloudtrail,
        Id::KeyPolicyDescribeKey,
        Id::KeyPolicyScoped,
        Id::KeyReadersLimited,
    ];
    check_missing(&policy[..3], &[]);
    check_missing(&policy, &["GetKeyPolicy"]);
    check_missing(&[Id::DigestObjectsSealed], &["digests"]);
    check_missing(&[Id::LogObjectsSealed], &[]);
    check_missing(&[Id::LogObjectsSealed, Id::HistorySealed], &["HeadObject", "logs"]);
}

#[test]
fn nothing_is_asked_of_a_key_that_nothing_judged_needs() {
    let judged = [Id::TrailKmsEncrypted, Id::TrailDelivering, Id::EventDataStoreKmsEncrypted];
    let skipped: Vec<ControlId> =
        ControlId::ALL.iter().copied().filter(|control| !judged.contains(control)).collect();
    assert_eq!(called_alone(&skipped), ["GetTrailStatus"]);
}

fn called_alone(skipped: &[ControlId]) -> Vec<&'static str> {
    let world = world();
    let gaps = GapLedger::default();
    let skipped = skipped.iter().copied().collect();
    let collector = Collector::new(&world, &gaps, settings()).skipping(&skipped);
    let read = block_on(collector.read_trail(&work(described()), &members()));
    assert!(read.key.is_none() && read.key_policy.is_none() && read.management_events.is_none());
    assert!(read.key_named.is_some() && read.key_work(&described()).is_none());
    world.calls().iter().map(|call| call.operation().as_str()).collect()
}

/// The window is read for the history as well: without it, older logs would be judged by less.
#[test]
fn the_history_is_judged_by_the_same_logs_without_the_control_of_the_window() {
    let history = |skipped: &[ControlId]| {
        let world = world();
        let gaps = GapLedger::default();
        let skipped = skipped.iter().copied().collect();
        let collector = Collector::new(&world, &gaps, settings()).skipping(&skipped);
        let (members, enabled) = (members(), anywhere());
        let whole = collect_whole(&collector, &gaps, &members, &enabled, work(described()));
        judged(block_on(whole), &members).facts.history
    };
    assert_eq!(history(&[]), history(&[Id::LogObjectsSealed, Id::DigestObjectsSealed]));
}
