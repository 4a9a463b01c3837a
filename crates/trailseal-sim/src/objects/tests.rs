use std::sync::Arc;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::series::{Kind, Series};
use super::{Object, Objects, after, behind, latest_digest, latest_log};
use crate::state::{Stored, StoredObject};
use crate::tests::{
    ARCHIVE, MANAGEMENT, WORKLOAD, account, bucket, deliveries, now, parts, region, trail,
};
use crate::world::World;
use crate::world::account::RegionStates;
use crate::world::bucket::ExtraObject;
use crate::world::region::RegionSet;
use crate::world::trail::{Deliveries, Odd, Phase, Seal, Trail};

const BUCKET: &str = "logs";

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn world(trails: Vec<Trail>, extra: &[&str]) -> World {
    let mut parts = parts();
    // One member has a Region that the others do not have.
    parts.accounts[2].regions = RegionStates {
        enabled: [region("af-south-1")].into_iter().collect::<RegionSet>(),
        ..RegionStates::default()
    };
    parts.trails = trails;
    let extra = extra
        .iter()
        .map(|it| ExtraObject { key: (*it).into(), size: 5, seal: Seal::Unencrypted })
        .collect();
    parts.buckets =
        vec![crate::world::bucket::Bucket { extra, ..bucket(BUCKET, ARCHIVE, "us-east-1") }];
    World::new(parts)
}

/// Every delivered key, found by asking every trail for every account and Region.
fn every_key(world: &World, now: Timestamp) -> Vec<String> {
    let mut keys = Vec::new();
    for trail in world.trails() {
        let prefix = trail.prefix.as_ref().map(|it| format!("{it}/")).unwrap_or_default();
        let organization = if trail.is_organization { "o-exampleorgid/" } else { "" };
        for account in world.accounts() {
            for region in world.partition().regions() {
                for kind in Kind::ALL {
                    let whose = (account.id, Some(account));
                    let series = Series::new(world, trail, whose, region, kind, now);
                    for number in series.iter().flat_map(|it| it.start..it.end) {
                        let (id, folder) = (account.id, kind.folder());
                        let mut key =
                            format!("{prefix}AWSLogs/{organization}{id}/{folder}/{region}/");
                        series.unwrap().write_tail(number, &mut key);
                        keys.push(key);
                    }
                }
            }
        }
    }
    keys.sort();
    keys
}

fn walked(objects: &Objects<'_>, from: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut walk = objects.walk(from);
    while let Some((key, _)) = walk.peek() {
        keys.push(key.to_owned());
        walk.advance();
    }
    keys
}

fn any_trail() -> impl Strategy<Value = Trail> {
    let prefixes = [
        "",
        "a",
        "my logs+more",
        "AWSLogs",
        "AWSLogs/o-exampleorgid",
        // These lead into the folders of other trails.
        "AWSLogs/333333333333",
        "AWSLogs/333333333333/CloudTrail/us-east-1",
        "AWSLogs/333333333333/CloudTrail/us-east-1/2026/11/19",
    ];
    let owner = prop::sample::select(vec![MANAGEMENT, WORKLOAD, WORKLOAD]);
    let home = prop::sample::select(vec!["us-east-1", "us-east-1", "eu-west-1", "af-south-1"]);
    let history = (0u32..400, 0i64..50, prop::option::of(0i64..50), any::<[bool; 6]>());
    (owner, home, prop::sample::select(prefixes.to_vec()), 0..4u8, history).prop_map(
        |(owner, home, prefix, name, (per_day, from, until, flags))| {
            let [is_multi_region, is_organization, validates, insights, is_quiet, _] = flags;
            let is_organization = is_organization && owner == MANAGEMENT;
            let deliveries = Deliveries {
                from: now() - hours(from),
                until: until.map(|it| now() - hours(it)),
                per_day: per_day.saturating_sub(20),
                insights,
                only_regions: if is_quiet { vec![region("eu-west-1")] } else { Vec::new() },
                ..Deliveries::clone(&deliveries(&Seal::Aes256))
            };
            Trail {
                is_multi_region,
                is_organization,
                validates_log_files: validates,
                prefix: Some(prefix).filter(|it| !it.is_empty()).map(Into::into),
                deliveries: Arc::new(deliveries),
                ..trail(owner, &format!("trail-{name}"), home, BUCKET)
            }
        },
    )
}

/// Two trails of one account and Region cannot have one name.
fn any_trails() -> impl Strategy<Value = Vec<Trail>> {
    prop::collection::vec(any_trail(), 0..7).prop_map(|mut trails| {
        trails.sort_by_key(Trail::arn);
        trails.dedup_by_key(|it| it.arn());
        trails
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_place_is_found_and_the_walk_misses_nothing(
        trails in any_trails(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 0usize..150, "[ -z]{0,2}"), 60),
    ) {
        let world = world(trails, &[]);
        let keys = every_key(&world, now());
        prop_assert!(keys.windows(2).all(|it| it[0] < it[1]));
        let stored = Stored::default();
        let bucket = world.bucket(BUCKET).unwrap();
        let objects = Objects::new(&world, &stored, bucket, now());
        prop_assert_eq!(&walked(&objects, ""), &keys);
        for (index, length, tail) in places {
            let mut text = if keys.is_empty() { String::new() } else { index.get(&keys).clone() };
            text.truncate(length);
            text.push_str(&tail);
            let expected = keys.iter().find(|it| **it >= text);
            let walk = objects.walk(&text);
            prop_assert_eq!(walk.peek().map(|it| it.0), expected.map(String::as_str), "{}", text);
            prop_assert_eq!(objects.get(&text).is_some(), keys.contains(&text), "{}", text);
        }
        for (index, key) in keys.iter().enumerate().step_by(97) {
            let walk = objects.walk(&after(key));
            prop_assert_eq!(walk.peek().map(|it| it.0), keys.get(index + 1).map(String::as_str));
            prop_assert!(objects.get(key).unwrap().at() <= now());
        }
    }

    #[test]
    fn the_latest_is_the_newest_of_the_walk(trail in any_trail(), at in 0i64..(60 * 3600)) {
        let now = now() - SignedDuration::from_secs(at);
        let world = world(vec![trail], &[]);
        let trail = &world.trails()[0];
        let stored = Stored::default();
        let objects = Objects::new(&world, &stored, world.bucket(BUCKET).unwrap(), now);
        for (id, name) in [(MANAGEMENT, "us-east-1"), (WORKLOAD, "af-south-1"), (ARCHIVE, "eu-west-1")] {
            let newest = |folder: &str| {
                let of_folder = format!("/{id}/{folder}/{name}/");
                let keys = every_key(&world, now);
                let keys = keys.iter().filter(|it| it.contains(&of_folder));
                keys.map(|it| objects.get(it).unwrap().at()).max()
            };
            let (id, region) = (account(id), region(name));
            prop_assert_eq!(latest_log(&world, trail, id, region, now), newest("CloudTrail"));
            let latest = latest_digest(&world, trail, id, region, now);
            prop_assert_eq!(latest, newest("CloudTrail-Digest"));
        }
    }
}

#[test]
fn texts_have_successors() {
    for (text, expected) in
        [("a/", "a0"), ("a", "b"), ("a\u{d7ff}", "a\u{e000}"), ("a\u{10ffff}", "b")]
    {
        assert_eq!(behind(text), expected);
    }
    assert!(behind("\u{10ffff}") > "\u{10ffff}".repeat(256));
    assert_eq!(after("a"), "a\0");
}

#[test]
fn keys_have_the_forms_that_cloudtrail_documents() {
    let organization =
        Trail { is_organization: true, ..trail(MANAGEMENT, "org", "us-east-1", BUCKET) };
    let own =
        Trail { prefix: Some("my logs".into()), ..trail(WORKLOAD, "own", "eu-west-1", BUCKET) };
    let insights = Deliveries { insights: true, ..Deliveries::clone(&own.deliveries) };
    let world = world(vec![organization, Trail { deliveries: Arc::new(insights), ..own }], &[]);
    let stored = Stored::default();
    let objects = Objects::new(&world, &stored, world.bucket(BUCKET).unwrap(), now());
    for (place, expected) in [
        (
            "AWSLogs/o-exampleorgid/222222222222/CloudTrail/eu-west-1/2026/11/19/",
            "222222222222_CloudTrail_eu-west-1_20261119T0##5Z_****************.json.gz",
        ),
        (
            "my logs/AWSLogs/333333333333/CloudTrail-Digest/af-south-1/2026/11/19/",
            "333333333333_CloudTrail-Digest_af-south-1_own_eu-west-1_20261119T00####Z.json.gz",
        ),
        (
            "my logs/AWSLogs/333333333333/CloudTrail-Insight/eu-west-1/2026/11/19/",
            "333333333333_CloudTrail-Insight_eu-west-1_20261119T####Z_****************.json.gz",
        ),
    ] {
        let walk = objects.walk(place);
        let name = walk.peek().unwrap().0.strip_prefix(place).unwrap();
        let fits = |(found, wanted): (char, char)| match wanted {
            '#' => found.is_ascii_digit(),
            '*' => found.is_ascii_alphanumeric(),
            _ => found == wanted || (wanted == '5' && found == '0'),
        };
        assert_eq!(name.len(), expected.len());
        assert!(name.chars().zip(expected.chars()).all(fits), "{name} {expected}");
    }
    // The suspended member has nothing.
    let walk = objects.walk("AWSLogs/o-exampleorgid/444444444444/");
    assert!(walk.peek().unwrap().0.starts_with("my logs/"));
}

/// The seals of the log files of one day, in order.
fn seals(phases: Vec<Phase>, from: Timestamp) -> Vec<Seal> {
    let deliveries = Deliveries { from, phases, ..Deliveries::clone(&deliveries(&Seal::Aes256)) };
    let trail = Trail {
        is_multi_region: false,
        validates_log_files: false,
        deliveries: Arc::new(deliveries),
        ..trail(WORKLOAD, "own", "eu-west-1", BUCKET)
    };
    let world = world(vec![trail], &[]);
    let stored = Stored::default();
    let objects = Objects::new(&world, &stored, world.bucket(BUCKET).unwrap(), now());
    let keys = walked(&objects, "");
    keys.iter().map(|it| objects.get(it).unwrap().seal().clone()).collect()
}

#[test]
fn phases_and_odd_ones_lie_as_they_should() {
    let (from, plain, kms) = (now() - hours(24), Seal::Aes256, Seal::Kms("key".into()));
    let phase = |from, seal: &Seal, exception| Phase { from, seal: seal.clone(), exception };
    let at = |odd| Some((odd, plain.clone()));
    for (phases, expected) in [
        (vec![phase(from, &kms, None)], (0, 24, vec![])),
        (vec![phase(from, &plain, None), phase(now() - hours(6), &kms, None)], (18, 24, vec![])),
        (vec![phase(from, &kms, at(Odd::EveryNth(10)))], (0, 24, vec![9, 19])),
        (
            vec![phase(from, &plain, None), phase(now() - hours(6), &kms, at(Odd::EveryNth(3)))],
            (18, 24, vec![20, 23]),
        ),
        (vec![phase(from, &kms, at(Odd::NewestBefore(now() - hours(2))))], (0, 24, vec![21])),
        (vec![phase(from, &kms, at(Odd::NewestBefore(now())))], (0, 24, vec![23])),
    ] {
        let (first, count, odd) = expected;
        let found = seals(phases, from);
        assert_eq!(found.len(), count);
        for (index, seal) in found.iter().enumerate() {
            let is_sealed = index >= first && !odd.contains(&index);
            assert_eq!(*seal == kms, is_sealed, "{index} {found:?}");
        }
    }
}

#[test]
fn foreign_and_put_objects_are_merged_in() {
    let mut only = trail(WORKLOAD, "own", "eu-west-1", BUCKET);
    only.validates_log_files = false;
    only.is_multi_region = false;
    let delivered = every_key(&world(vec![only.clone()], &[]), now());
    let (first, third) = (&*delivered[0], &*delivered[2]);
    let future = "AWSLogs/333333333333_20270101T0000Z.gz";
    let world = world(vec![only], &["z", third, "AWSLogs/333333333333/CloudTrail/junk", future]);
    let stored = Stored::default();
    for key in [first, "a", "z"] {
        let object = StoredObject {
            body: Bytes::from_static(b"abc"),
            etag: "\"x\"".into(),
            seal: Seal::Aes256,
            at: now(),
            content_type: None,
        };
        assert!(stored.put(BUCKET, key, object.clone(), true));
        assert!(!stored.put(BUCKET, key, object, true));
    }
    let objects = Objects::new(&world, &stored, world.bucket(BUCKET).unwrap(), now());
    let mut expected = delivered.clone();
    expected.extend(["AWSLogs/333333333333/CloudTrail/junk", "a", "z"].map(str::to_owned));
    expected.sort();
    assert_eq!(walked(&objects, ""), expected);
    assert!(matches!(objects.get(first), Some(Object::Stored(_))));
    assert!(matches!(objects.get("z"), Some(Object::Stored(_))));
    assert!(matches!(objects.get(third), Some(Object::Extra(..))));
    assert!(matches!(objects.get(&delivered[1]), Some(Object::Delivered(_))));
    assert!(objects.get(future).is_none());
    let mut walk = objects.walk("");
    walk.seek("AWSLogs/4");
    assert_eq!(walk.peek().unwrap().0, "a");
    // A foreign object whose name shows a time has about that time.
    let (shown, at) = (objects.get(&delivered[1]).unwrap(), objects.get(third).unwrap().at());
    assert!((at - hours(1)).duration_since(shown.at()).abs() < SignedDuration::from_mins(6));
}
