//! What only skipped controls need is no work, and leaves no trace in the coverage.

use trailseal_model::{ControlId, Reason, Status};

use super::*;

fn skipping(controls: &[ControlId]) -> AuditSettings {
    let skipped_controls = controls.iter().copied().collect();
    AuditSettings { scope: Scope { skipped_controls, ..Scope::default() }, ..settings() }
}

const STORES: &[ControlId] = &[ControlId::EventDataStoreKmsEncrypted];

#[test]
fn without_the_control_of_stores_the_trails_alone_settle_a_target() {
    fn refuse(label: &str) -> Option<GapClass> {
        let class = match label {
            "DescribeTrails 2 us-east-1" => GapClass::Denied,
            "DescribeTrails 3 us-east-1" => GapClass::RegionDisabled,
            _ => return None,
        };
        Some(class)
    }
    let world = World { refuses: refuse, ..World::default() };
    let (done, audited) = in_order(&world, &skipping(STORES));
    assert_eq!((count(&done, "ListStores"), count(&done, "DescribeTrails")), (0, 6));
    let totals = audited.facts.coverage.totals();
    // An account that lists its Regions is not contradicted.
    let expected = [(Outcome::Evaluated, 4), (Outcome::NotEvaluated, 2)];
    assert_eq!(totals.into_iter().filter(|total| total.1 > 0).collect::<Vec<_>>(), expected);
    let classes: Vec<GapClass> = audited.gaps.iter().map(|gap| gap.class).collect();
    assert_eq!(classes, [GapClass::Denied, GapClass::ExpiredCredentials]);
    let row = audited.facts.coverage.rows().next().expect("a row").1;
    assert_eq!((row.api_calls, row.trails_listed, row.stores_found), (1, true, 0));
}

#[test]
fn a_listing_of_stores_that_would_fail_makes_no_target_partial() {
    fn refuse(label: &str) -> Option<GapClass> {
        label.starts_with("ListStores").then_some(GapClass::Denied)
    }
    let world = World { refuses: refuse, ..World::default() };
    let partial = |settings: &AuditSettings| {
        in_order(&world, settings).1.facts.coverage.totals()[&Outcome::Partial]
    };
    assert_eq!((partial(&settings()), partial(&skipping(STORES))), (6, 0));
}

fn organization() -> World {
    World {
        trails: vec![of_organization(trail(1, "main", Some("logs")))],
        buckets: BTreeMap::from([("logs".to_owned(), 3)]),
        ..World::default()
    }
}

#[test]
fn members_are_not_asked_about_delivery_that_is_not_judged() {
    let (done, _) = in_order(&organization(), &settings());
    assert_eq!(count(&done, "AskMember"), 2);
    let (done, audited) = in_order(&organization(), &skipping(&[ControlId::TrailDelivering]));
    assert_eq!((count(&done, "AskMember"), count(&done, "ReadTrail")), (0, 1));
    assert_eq!(audited.gaps.iter().count(), 0);
}

#[test]
fn without_what_needs_objects_none_is_examined_and_the_bucket_is_still_found() {
    let objects =
        [ControlId::LogObjectsSealed, ControlId::DigestObjectsSealed, ControlId::HistorySealed];
    let (done, audited) = in_order(&organization(), &skipping(&objects));
    assert_eq!((count(&done, "ExamineObjects"), count(&done, "ListBuckets 3")), (0, 1));
    assert_eq!(audited.facts.buckets["logs"].owner.account(), Some(account(3)));
    assert_eq!(audited.facts.trails.len(), 1);
}

#[test]
fn without_what_needs_the_bucket_it_is_not_looked_for() {
    let controls = [
        ControlId::LogObjectsSealed,
        ControlId::DigestObjectsSealed,
        ControlId::HistorySealed,
        ControlId::TrailDelivering,
        ControlId::KeyUsable,
    ];
    let (done, audited) = in_order(&organization(), &skipping(&controls));
    for work in ["FindBucketOwner", "HeadBucket", "ListBuckets", "ExamineObjects"] {
        assert_eq!(count(&done, work), 0, "{work}");
    }
    assert!(audited.facts.buckets.is_empty() && audited.gaps.iter().count() == 0);
    assert_eq!(audited.facts.trails.len(), 1);
}

#[test]
fn a_skipped_control_leaves_out_no_account_of_the_search_for_a_bucket() {
    let world = World {
        accounts: 4,
        trails: vec![trail(1, "main", Some("logs"))],
        buckets: BTreeMap::from([("logs".to_owned(), 77)]),
        ..World::default()
    };
    let (_, audited) = in_order(&world, &skipping(&[ControlId::KeyRotationEnabled]));
    let search = audited.facts.buckets["logs"].search;
    assert_eq!(search, OwnerSearch { answered: 4, ..OwnerSearch::default() });
}

#[test]
fn every_subject_has_its_finding_of_a_skipped_control() {
    for control in ControlId::ALL {
        let (_, audited) = in_order(&organization(), &skipping(&[*control]));
        let of_it = audited.findings.iter().filter(|finding| finding.control() == *control);
        for finding in of_it {
            assert_eq!(finding.status(), Status::NotApplicable);
            assert_eq!(finding.reason(), Reason::Skipped);
        }
        assert_eq!(audited.findings.len(), 12 + 3, "{control}");
    }
}
