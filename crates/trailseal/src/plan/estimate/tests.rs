use std::collections::BTreeSet;

use trailseal_model::{ControlId, Region, RegionSet, Scope};

use super::super::seen::{Asked, SeenKey};
use super::*;

const HALF: PaceSettings = PaceSettings { share: RateShare::HALF, max_in_flight: 256 };

fn id(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn region() -> Region {
    Region::new("us-east-1").unwrap()
}

/// An account with 17 Regions in which every trail is known.
fn account(number: u64) -> SeenAccount {
    let mut target_regions = RegionSet::default();
    target_regions.insert(region());
    SeenAccount {
        id: id(number),
        home: region(),
        targets: 17,
        certain_targets: 17,
        target_regions,
        enabled: 17,
        certain: 17,
        lists_regions: true,
        stores: 0,
        unseen_store_targets: 0,
        named_trails: 0,
        hidden_trails: 0,
        unseen_are_wide: false,
    }
}

/// The organization of users.md: 412 accounts, 398 in use, two of which cannot be opened, with one
/// organization trail and its key.
fn organization() -> Seen {
    let asked = Asked {
        scope: Scope::default(),
        caller: id(1),
        sample_size: 59,
        listing_budget: 500,
        member_status: MemberStatusScope::Home,
        asks_tags: false,
        fallbacks: 0,
        log_archives: vec![id(2)],
        configured: Vec::new(),
    };
    let trail = SeenTrail {
        owner: id(1),
        home: region(),
        is_wide: true,
        is_organization: true,
        bucket: Some("logs".to_owned()),
        is_certain: true,
        is_home_read: true,
        is_support: false,
        members_at_home: 395,
        is_bucket_listed: true,
    };
    Seen {
        asked,
        source: PopulationSource::Organizations,
        accounts: 412,
        account_pages: 21,
        units: 12,
        asks_units_for_accounts: false,
        describes_organization: false,
        in_scope: 412,
        in_use: 398,
        all_in_use: 398,
        has_caller: true,
        opened: (1..=396).map(account).collect(),
        trails: vec![trail],
        keys: vec![SeenKey { is_certain: true, is_customers: true }],
        partition_regions: 34,
    }
}

fn calls(estimate: &Estimate, operation: Operation) -> Calls {
    let found = estimate.operations.iter().find(|it| it.operation == operation);
    found.map(|it| it.calls).unwrap_or_default()
}

#[test]
fn what_the_population_decides_is_exact() {
    let estimate = estimate(&organization(), HALF);
    let exact = |operation| {
        let calls = calls(&estimate, operation);
        assert!(calls.is_exact(), "{operation}: {calls:?}");
        calls.about
    };
    assert_eq!(exact(Operation::ListAccounts), 21);
    assert_eq!(exact(Operation::ListOrganizationalUnitsForParent), 12);
    assert_eq!(exact(Operation::AssumeRole), 397);
    assert_eq!(exact(Operation::ListRegions), 396);
    assert_eq!(exact(Operation::DescribeTrails), 396 * 17);
    assert_eq!(exact(Operation::ListEventDataStores), 396 * 17);
    assert_eq!(exact(Operation::DescribeKey), 1);
    assert_eq!(calls(&estimate, Operation::ListTagsForResource), Calls::default());
    // Seventeen Regions of the owner, and the home Region of each other account.
    assert_eq!(calls(&estimate, Operation::GetTrailStatus).low, 17 + 395);
}

#[test]
fn log_objects_and_owners_are_ranges() {
    let estimate = estimate(&organization(), HALF);
    let regions = 396 * 17 + 2 * 34;
    let lists = calls(&estimate, Operation::ListObjectsV2);
    assert_eq!((lists.low, lists.high), (1, 531 + regions + 1));
    let heads = calls(&estimate, Operation::HeadObject);
    assert_eq!((heads.low, heads.high), (0, 164 + 16 * regions));
    assert_eq!(calls(&estimate, Operation::ListBuckets), Calls { low: 0, about: 2, high: 398 });
    let lists = f64::from(531 + 396 * 17 + 68 + 1 + 398) / 1000.0;
    let heads = f64::from(164 + 16 * (396 * 17 + 68) + 2) / 1000.0;
    assert!((estimate.usd.high - lists * 0.005 - heads * 0.0004).abs() < 1e-9);
}

#[test]
fn the_slowest_quota_decides_how_long_it_takes() {
    let estimate_of = |share: f64| {
        let share = RateShare::new(share).unwrap();
        estimate(&organization(), PaceSettings { share, ..HALF })
    };
    let half = estimate_of(0.5);
    assert!(half.seconds.low <= half.seconds.about && half.seconds.about <= half.seconds.high);
    // 21 pages at 4 a second, 5 of them at once.
    assert_eq!(half.slowest, Operation::ListAccounts);
    let listing = RateShare::HALF.time_of(Operation::ListAccounts, 21).as_secs_f64();
    assert!((listing - 4.0).abs() < 0.01, "{listing}");
    assert!(half.seconds.low >= listing);
    let slow = estimate_of(0.01);
    assert!(slow.seconds.about > 20.0 * listing, "{:?}", slow.seconds);
}

#[test]
fn trails_that_may_be_there_and_stores_that_were_not_looked_for_count_at_most() {
    let mut seen = organization();
    seen.opened[5].named_trails = 1;
    seen.opened[6].hidden_trails = 64;
    seen.opened[7].unseen_store_targets = 16;
    seen.opened[7].stores = 2;
    let estimate = estimate(&seen, HALF);
    assert_eq!(
        calls(&estimate, Operation::GetEventSelectors),
        Calls { low: 1, about: 2, high: 67 }
    );
    let stores = Calls { low: 2, about: 2, high: 162 };
    assert_eq!(calls(&estimate, Operation::GetEventDataStore), stores);
    assert_eq!(calls(&estimate, Operation::DescribeKey), Calls { low: 1, about: 4, high: 228 });
    assert_eq!(calls(&estimate, Operation::ListGrants).high, 10 * 66);
}

#[test]
fn what_only_skipped_controls_need_is_not_in_the_plan() {
    let mut seen = organization();
    seen.asked.scope.skipped_controls =
        [ControlId::EventDataStoreKmsEncrypted, ControlId::KeyRotationEnabled].into();
    let estimate = estimate(&seen, HALF);
    let planned: BTreeSet<&str> =
        estimate.operations.iter().map(|it| it.operation.as_str()).collect();
    for operation in ["ListEventDataStores", "GetEventDataStore", "GetKeyRotationStatus"] {
        assert!(!planned.contains(operation), "{operation}");
    }
    assert!(planned.contains("ListGrants") && planned.contains("DescribeKey"));
}
