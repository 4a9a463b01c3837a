//! Fixes of accounts and of event data stores.

use trailseal_model::{
    BucketOwner, Coverage, CoverageRow, KeyManager, KeyPresence, ManagementEvents, Outcome,
    TrailStatus,
};

use super::*;
use crate::test_support::{STORE, arn, delivered, gap, key, known, region};

/// Account 2 has one Region, whose trails were listed.
fn listed(facts: Facts) -> Facts {
    facts.with(|facts| {
        let mut row = CoverageRow::with(region("us-east-1"), Outcome::Evaluated, None);
        row.trails_listed = true;
        facts.coverage = Coverage::default();
        facts.coverage.plan(account(2), [row]);
        let mut regions = trailseal_model::RegionSet::default();
        regions.insert(region("us-east-1"));
        facts.trails[0].seen_from = vec![(account(2), regions)];
    })
}

fn of_organization() -> Facts {
    Facts::sealed().trail(|trail| {
        trail.description.is_multi_region = true;
        trail.description.is_organization_trail = true;
    })
}

#[test]
fn an_account_that_a_stopped_trail_would_record_needs_it_started() {
    let off = TrailStatus { is_logging: false, ..delivered(10) };
    let facts = listed(of_organization()).status([("us-east-1", known(off))]);
    let expected = Fix {
        change: format!("start logging of trail 'main' of account 000000000001 in us-east-1, which records reads and writes and would record account 000000000002 (not recorded: us-east-1; {TRAIL} does not log there)"),
        actor: FixActor::AccountAdministrator,
        place: place(1, Some("us-east-1"), TRAIL),
        steps: vec![command(&format!(
            "aws cloudtrail start-logging --region us-east-1 --name {TRAIL}"
        ))],
        first: Some("find out who stopped it: look for StopLogging in CloudTrail's event history of account 000000000001 in us-east-1; check that its bucket is an account's of the organization".to_owned()),
        brings: "a trail records reads and writes in every enabled Region of account 000000000002".to_owned(),
        risks: None,
    };
    assert_eq!(fix_of(facts, "account-covered fail not_covered"), expected);
}

#[test]
fn a_trail_that_records_a_part_gets_selectors_to_review() {
    let facts = listed(of_organization()).trail(|trail| {
        let events =
            ManagementEvents::Recorded { read: false, write: true, excluded_sources: Vec::new() };
        trail.management_events = Some(known(events));
    });
    let fix = fix_of(facts, "account-covered fail not_covered");
    assert!(fix.change.contains("records writes only"), "{}", fix.change);
    assert_eq!(fix.place, place(1, Some("us-east-1"), TRAIL));
    let FixStep::Statement { into, json } = &fix.steps[0] else { panic!("{fix:?}") };
    assert_eq!(into, &format!("the advanced event selectors of {TRAIL}"));
    assert!(json.contains("eventCategory"), "{json}");
    assert_eq!(
        fix.risks.as_deref(),
        Some("PutEventSelectors replaces every selector of the trail")
    );
}

#[test]
fn an_account_without_a_trail_is_named_with_its_regions() {
    let fix = fix_of(listed(Facts::sealed()), "account-covered fail not_covered");
    assert!(
        fix.change.starts_with("record account 000000000002 by a multi-Region organization trail")
    );
    assert!(fix.change.contains("not recorded: us-east-1"), "{}", fix.change);
    assert_eq!(fix.place, place(2, None, "000000000002"));
    assert_eq!(fix.steps, []);
}

#[test]
fn a_store_s_key_is_granted_without_a_source_arn() {
    let facts = Facts::sealed().and_store(None);
    let fix = fix_of(facts, "event-data-store-kms-encrypted fail no_kms_key");
    assert_eq!(fix.steps.len(), 2);
    for step in &fix.steps {
        let FixStep::Statement { json, .. } = step else { panic!("{step:?}") };
        assert!(
            !json.contains("aws:Source") && json.contains("cloudtrail.amazonaws.com"),
            "{json}"
        );
    }
    assert_eq!(fix.place, place(1, Some("us-east-1"), STORE));
    assert!(fix.first.unwrap().contains("can be neither changed nor removed"));
}

#[test]
fn a_store_s_key_cannot_be_replaced() {
    let named = "arn:aws:kms:us-east-1:000000000001:key/store";
    let mut of_aws = key(named);
    of_aws.manager = KeyManager::Aws;
    let facts = Facts::sealed().and_store(Some(named)).with(|facts| {
        facts.keys.insert(arn(named), known(KeyPresence::Exists(of_aws)));
    });
    let fix = fix_of(facts, "event-data-store-kms-encrypted fail aws_managed");
    assert!(fix.change.starts_with("make a new event data store"), "{}", fix.change);
    assert!(fix.change.contains(named) && fix.change.contains("'lake'"), "{}", fix.change);
    let unread = Facts::sealed().and_store(Some(named));
    let fix = fix_of(unread, "event-data-store-kms-encrypted not_proven unread");
    let FixStep::Statement { json, .. } = &fix.steps[0] else { panic!("{fix:?}") };
    assert!(json.contains("kms:DescribeKey") && json.contains(named), "{json}");
}

/// Started again, it would deliver what happens in the account to a stranger's bucket.
#[test]
fn a_trail_is_not_started_while_its_bucket_may_be_a_stranger_s() {
    let off = || TrailStatus { is_logging: false, ..delivered(10) };
    for owner in [BucketOwner::NotFound, BucketOwner::Unread(gap(1))] {
        let facts = listed(of_organization()).status([("us-east-1", known(off()))]);
        let facts = facts.bucket(|bucket| bucket.owner = owner.clone());
        let fix = fix_of(facts, "account-covered fail not_covered");
        assert_eq!(fix.steps, []);
        assert!(fix.first.unwrap().contains("check that its bucket"));
    }
}
