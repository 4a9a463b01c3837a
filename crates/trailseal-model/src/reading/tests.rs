use super::*;
use crate::controls::SubjectKind;
use crate::operation::Loss;

fn all() -> BTreeSet<ControlId> {
    ControlId::ALL.iter().copied().collect()
}

fn named(operations: impl Iterator<Item = Operation>) -> Vec<&'static str> {
    operations.map(Operation::as_str).collect()
}

#[test]
fn every_operation_is_read_with_for_something() {
    for operation in Operation::ALL {
        assert!(!operation.serves().is_empty(), "{operation}");
    }
}

/// The list as it was decided: no other operation may take anything away from these.
#[test]
fn what_is_essential_follows_from_what_is_served() {
    let essential = Operation::ALL.iter().copied().filter(|operation| operation.is_essential());
    assert_eq!(
        named(essential),
        [
            "GetCallerIdentity",
            "AssumeRole",
            "ListAccounts",
            "DescribeOrganization",
            "ListRegions",
            "DescribeTrails",
            "GetTrailStatus",
            "GetEventSelectors",
            "DescribeKey",
            "GetKeyPolicy",
            "ListBuckets",
            "HeadBucket",
            "ListObjectsV2",
            "HeadObject",
        ]
    );
}

#[test]
fn what_is_lost_without_an_operation_is_what_it_serves() {
    for operation in Operation::ALL {
        let served = operation.serves();
        let is_for = |groundwork| served.contains(&Served::Groundwork(groundwork));
        let is_for_controls_alone =
            served.iter().all(|served| matches!(served, Served::Control(_)));
        let expected = match operation.loss() {
            Loss::Population => is_for(Groundwork::Population) || is_for(Groundwork::Session),
            Loss::Account => is_for(Groundwork::Session),
            Loss::Nothing => is_for(Groundwork::Regions),
            // A listing of stores that was asked for and failed leaves the target partial.
            Loss::Target => is_for(Groundwork::Coverage) || is_for_controls_alone,
            Loss::Leg => is_for_controls_alone,
            Loss::Description => {
                is_for(Groundwork::Description) || *operation == Operation::DescribeOrganization
            }
            Loss::CrossCheck => is_for(Groundwork::CrossCheck),
            Loss::Publication => is_for(Groundwork::Publication),
        };
        assert!(expected, "{operation} {:?} {served:?}", operation.loss());
    }
}

#[test]
fn without_a_control_everything_but_the_groundwork_is_left_out() {
    let left_out = Operation::ALL.iter().copied().filter(|operation| !operation.is_asked(&all()));
    assert_eq!(
        named(left_out),
        [
            "GetTrailStatus",
            "GetEventSelectors",
            "ListEventDataStores",
            "GetEventDataStore",
            "DescribeKey",
            "GetKeyPolicy",
            "ListGrants",
            "GetKeyRotationStatus",
            "ListBuckets",
            "HeadBucket",
            "ListObjectsV2",
            "HeadObject",
        ]
    );
    for reading in Reading::ALL {
        assert!(reading.is_asked(&BTreeSet::new()), "{reading}");
    }
}

#[test]
fn an_operation_is_left_out_when_everything_that_it_serves_is_skipped() {
    use ControlId as Id;
    let cases: &[(&[ControlId], &[&str])] = &[
        (&[Id::TrailKmsEncrypted], &[]),
        (&[Id::KeyCustomerManaged, Id::KeyUsable], &[]),
        (&[Id::KeyPolicyAllowsCloudtrail], &[]),
        (&[Id::KeyReadersLimited], &["ListGrants"]),
        (&[Id::KeyRotationEnabled], &["GetKeyRotationStatus"]),
        (&[Id::AccountCovered], &["GetEventSelectors"]),
        (&[Id::TrailDelivering], &[]),
        (&[Id::TrailDelivering, Id::AccountCovered], &["GetTrailStatus", "GetEventSelectors"]),
        (&[Id::EventDataStoreKmsEncrypted], &["ListEventDataStores", "GetEventDataStore"]),
        (
            &[
                Id::KeyPolicyAllowsCloudtrail,
                Id::KeyPolicyDescribeKey,
                Id::KeyPolicyScoped,
                Id::KeyReadersLimited,
            ],
            &["GetKeyPolicy", "ListGrants"],
        ),
        (&[Id::LogObjectsSealed, Id::HistorySealed], &[]),
        (
            &[Id::LogObjectsSealed, Id::DigestObjectsSealed, Id::HistorySealed],
            &["ListObjectsV2", "HeadObject"],
        ),
    ];
    for (skipped, expected) in cases {
        let skipped: BTreeSet<ControlId> = skipped.iter().copied().collect();
        let left_out = Operation::ALL.iter().copied().filter(|one| !one.is_asked(&skipped));
        assert_eq!(named(left_out), *expected, "{skipped:?}");
    }
}

#[test]
fn a_part_of_an_operation_is_left_out_by_itself() {
    let without = |control: ControlId| {
        let skipped = BTreeSet::from([control]);
        let left_out = Reading::ALL.iter().filter(move |reading| !reading.is_asked(&skipped));
        left_out.map(|reading| reading.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(without(ControlId::TrailDelivering), ["member_status"]);
    assert_eq!(without(ControlId::HistorySealed), ["older_logs"]);
    assert_eq!(without(ControlId::DigestObjectsSealed), ["digests"]);
    assert_eq!(without(ControlId::LogObjectsSealed), Vec::<&str>::new());
    let of_trails = ControlId::ALL.iter().copied();
    let of_trails: BTreeSet<ControlId> =
        of_trails.filter(|id| id.entry().subject == SubjectKind::Trail).collect();
    assert!(Operation::DescribeKey.is_asked(&of_trails));
    assert!(!Reading::TrailKeys.is_asked(&of_trails));
}
