//! What the simulated trails deliver is what the truth speaks of.

use jiff::{SignedDuration, Timestamp};

use super::{Control, ready, start, truth};
use crate::objects::{Object, Objects, latest_log};
use crate::state::Stored;
use crate::world::World;
use crate::world::trail::{Seal, Trail};

/// The log files of an audit that looks at all of them: as many as a sample has.
const SAMPLE: usize = 59;

/// What AWS's status of a trail comes to, Region by Region: the worst counts.
fn delivering(world: &World, trail: &Trail) -> &'static str {
    let account = world.account(trail.owner).unwrap();
    let is_asked = |region| {
        let is_enabled = trail.is_multi_region && account.regions.is_enabled(region);
        is_enabled || region == trail.home
    };
    let regions = world.partition().regions().filter(|it| is_asked(*it));
    let each = regions.map(|region| {
        let latest = latest_log(world, trail, trail.owner, region, start());
        let age = latest.map(|it| start().duration_since(it));
        let logging = &trail.logging;
        let only_in = &logging.error_only_in;
        let has_error = logging.delivery_error.is_some()
            && (only_in.is_empty() || only_in.contains(&(trail.owner, region)));
        let is_within = |hours| age.is_some_and(|it| it < SignedDuration::from_hours(hours));
        // An attempt that failed since is certain; with none, the delivery's age decides.
        match (logging.is_on, has_error) {
            (false, _) => 2,
            (true, true) if !logging.is_error_past || !is_within(1) => 2,
            (true, false) if is_within(24) => 0,
            _ => 1,
        }
    });
    let worst = each.max().unwrap();
    let is_there = world.bucket(&trail.bucket).is_some();
    if is_there { ["pass", "not_proven", "fail"][worst] } else { "fail" }
}

#[test]
fn trails_deliver_as_the_truth_says() {
    // Here the status is not all: it cannot be read, or the bucket's owner is found nowhere.
    let unread = [
        "access-status-denied",
        "access-region-denied",
        "access-s3-denied",
        "trail-deleted-meanwhile",
        "bucket-of-a-stranger",
    ];
    let scenario = ready("cases");
    let world = World::new(scenario.parts.clone());
    let truth = truth(&scenario);
    for trail in world.trails() {
        let arn = trail.arn();
        let Some(status) = truth.get(&(&*arn, Control::TrailDelivering.id())) else { continue };
        let case = &*scenario.expected.iter().find(|it| *it.subject == *arn).unwrap().case;
        let expected =
            if unread.contains(&case) { "not_proven" } else { delivering(&world, trail) };
        assert_eq!(*status, expected, "{case}");
    }
}

/// The log files that a trail delivered since a time: how many, and whether each is encrypted with its key.
fn logs(world: &World, trail: &Trail, since: Timestamp) -> Vec<bool> {
    let Some(bucket) = world.bucket(&trail.bucket) else { return Vec::new() };
    let stored = Stored::default();
    let objects = Objects::new(world, &stored, bucket, start());
    let mut walk = objects.walk("");
    let mut logs = Vec::new();
    while let Some((key, object)) = walk.peek() {
        if let Object::Delivered(file) = &object
            && file.trail().name == trail.name
            && key.contains("/CloudTrail/")
            && file.at() >= since
        {
            logs.push(is_sealed(world, trail, file.seal()));
        }
        walk.advance();
    }
    logs
}

/// Under the trail's key, which AWS does not manage: the id and the account decide, for a replica is
/// its primary.
fn is_sealed(world: &World, trail: &Trail, seal: &Seal) -> bool {
    let place = |arn: &str| {
        let mut parts = arn.split(':').skip(4);
        (parts.next().map(str::to_owned), parts.next().map(str::to_owned))
    };
    match (seal, &trail.key) {
        (Seal::Kms(key) | Seal::Dsse(key), Some(own)) => {
            let mut keys = world.keys().iter().filter(|it| *it.arn() == **own);
            place(key) == place(own) && keys.all(|it| !it.is_aws_managed)
        }
        _ => false,
    }
}

#[test]
fn logs_lie_as_the_truth_says_and_few_enough_to_look_at_all() {
    let scenario = ready("cases");
    let world = World::new(scenario.parts.clone());
    let truth = truth(&scenario);
    let week = start() - SignedDuration::from_hours(7 * 24);
    for trail in world.trails().iter().filter(|it| it.deliveries.per_day < 1_000) {
        let arn = trail.arn();
        let Some(status) = truth.get(&(&*arn, Control::LogObjectsSealed.id())) else { continue };
        let case = &*scenario.expected.iter().find(|it| *it.subject == *arn).unwrap().case;
        let logs = logs(&world, trail, week);
        assert!(logs.len() <= SAMPLE, "{case}: {}", logs.len());
        let history = self::logs(&world, trail, Timestamp::MIN);
        let is_all_sealed = history.iter().all(|it| *it);
        match *status {
            "pass" => {
                // What is encrypted otherwise is older than the last change of the key.
                let tail = history.iter().rev().take_while(|it| **it).count();
                let key_change = trail.deliveries.phases.last().unwrap().from;
                let current = self::logs(&world, trail, key_change).len();
                assert!(tail >= current.min(logs.len()) && tail > 0, "{case}");
                let history = truth[&(&*arn, Control::HistorySealed.id())];
                assert_eq!(history == "pass", is_all_sealed, "{case}");
            }
            "fail" => assert!(logs.iter().any(|it| !it), "{case}"),
            _ => {}
        }
    }
}
