//! The delegated administrator, who is asked where an organization trail's owner does not answer.

use super::*;
use crate::test_support::{delivered, everything};

const OWNER: u64 = 1;
const ADMINISTRATOR: u64 = 2;

fn organization_trail() -> TrailDescription {
    of_organization(multi_region())
}

fn with_administrator(number: u64) -> Members {
    Members { delegated_administrator: Some(account(number)), ..members() }
}

/// Collects with account 2 as the delegated administrator; the gaps come with it.
fn collect_of(world: &World, description: TrailDescription) -> (JudgedTrail, Vec<Gap>) {
    collect_with(world, settings(), &with_administrator(ADMINISTRATOR), description)
}

/// How GetTrailStatus and GetEventSelectors fail in this account.
fn failing_in(number: u64, class: GapClass) -> impl Fn(&Call) -> Option<GapClass> + Copy {
    move |it| match it {
        Call::Status(_, asked_in) | Call::Selectors(_, asked_in) => {
            (asked_in.account == account(number)).then_some(class)
        }
        _ => None,
    }
}

/// Where it was asked, as `account Region`.
fn asked(world: &World, operation: Operation) -> Vec<String> {
    let calls = world.calls_of(operation).into_iter().filter_map(|it| match it {
        Call::Status(_, it) | Call::Selectors(_, it) => {
            Some(format!("{} {}", it.account.number(), it.region))
        }
        _ => None,
    });
    let mut calls: Vec<String> = calls.collect();
    calls.sort();
    calls
}

#[test]
fn what_the_owner_refuses_the_administrator_is_asked_and_there_is_no_gap() {
    let world = World::new().failing(failing_in(OWNER, GapClass::RoleNotAssumable));
    let (collected, gaps) = collect_of(&world, organization_trail());
    let everywhere = ["1 eu-west-1", "1 us-east-1", "2 eu-west-1", "2 us-east-1"];
    assert_eq!(asked(&world, Operation::GetTrailStatus), everywhere);
    let at_home = ["1 us-east-1", "2 us-east-1"];
    assert_eq!(asked(&world, Operation::GetEventSelectors), at_home);
    let facts = collected.facts;
    assert!(facts.status.iter().all(|it| it.1.known().unwrap().value == delivered(10)));
    let by = facts.status.iter().map(|it| it.1.known().unwrap().evidence.account);
    assert!(by.eq([Some(account(ADMINISTRATOR)); 2]));
    assert_eq!(facts.recorded_events().unwrap().value, everything());
    assert_eq!(gaps, []);
}

#[test]
fn each_question_that_the_owner_answers_is_asked_of_the_owner_alone() {
    let world = World::new().refusing(|it| {
        let in_ireland = Target { account: account(OWNER), region: region("eu-west-1") };
        matches!(it, Call::Status(_, asked_in) if *asked_in == in_ireland)
    });
    let (_, gaps) = collect_of(&world, organization_trail());
    let expected = ["1 eu-west-1", "1 us-east-1", "2 eu-west-1"];
    assert_eq!(asked(&world, Operation::GetTrailStatus), expected);
    assert_eq!(asked(&world, Operation::GetEventSelectors), ["1 us-east-1"]);
    assert_eq!(gaps, []);
}

#[test]
fn where_both_refuse_the_owner_s_gap_stands() {
    let owner = failing_in(OWNER, GapClass::RoleNotAssumable);
    // A Region that only the administrator has disabled is no Region that the trail lacks.
    for class in [GapClass::Denied, GapClass::RegionDisabled] {
        let administrator = failing_in(ADMINISTRATOR, class);
        let world = World::new().failing(move |it| owner(it).or(administrator(it)));
        let (collected, gaps) = collect_of(&world, organization_trail());
        assert_eq!(collected.facts.status.len(), 2);
        assert!(collected.facts.status.iter().all(|it| it.1.gap().is_some()));
        assert!(collected.facts.management_events.as_ref().unwrap().gap().is_some());
        let expected = (Some(account(OWNER)), GapClass::RoleNotAssumable);
        assert_eq!(gaps.len(), 3);
        assert!(gaps.iter().all(|it| (it.account, it.class) == expected), "{gaps:?}");
    }
}

#[test]
fn a_region_that_the_owner_has_disabled_is_left_out_where_nobody_answers() {
    let in_ireland = |it: &Call| match it {
        Call::Status(_, asked_in) if asked_in.region == region("eu-west-1") => {
            let is_owner = asked_in.account == account(OWNER);
            Some(if is_owner { GapClass::RegionDisabled } else { GapClass::Denied })
        }
        _ => None,
    };
    let (collected, gaps) = collect_of(&World::new().failing(in_ireland), organization_trail());
    let regions: Vec<&str> = collected.facts.status.iter().map(|it| it.0.name()).collect();
    assert_eq!((regions, gaps), (vec!["us-east-1"], vec![]));
}

#[test]
fn nobody_stands_in_for_a_trail_of_one_account() {
    let world = World::new().failing(failing_in(OWNER, GapClass::Denied));
    let (_, gaps) = collect_of(&world, multi_region());
    assert_eq!(asked(&world, Operation::GetTrailStatus), ["1 eu-west-1", "1 us-east-1"]);
    assert_eq!(asked(&world, Operation::GetEventSelectors), ["1 us-east-1"]);
    assert_eq!(gaps.len(), 3);
}

#[test]
fn nobody_is_asked_twice() {
    let refused = || World::new().failing(failing_in(OWNER, GapClass::Denied));
    for members in [members(), with_administrator(OWNER)] {
        let world = refused();
        let (_, gaps) = collect_with(&world, settings(), &members, organization_trail());
        assert_eq!(asked(&world, Operation::GetTrailStatus), ["1 eu-west-1", "1 us-east-1"]);
        assert_eq!(gaps.len(), 3);
    }
}

#[test]
fn nobody_stands_in_for_an_owner_who_says_that_there_is_no_such_trail() {
    let world = World::new().failing(failing_in(OWNER, GapClass::NotFound));
    let (collected, _) = collect_of(&world, organization_trail());
    assert!(collected.facts.status.iter().all(|it| it.1.known().is_none()));
    assert!(collected.facts.recorded_events().is_none());
}

#[test]
fn no_object_is_looked_at_of_a_trail_whose_sightings_contradict_each_other() {
    let (world, gaps) = (World::holding([log_object(5)]), GapLedger::default());
    let collector = Collector::new(&world, &gaps, settings());
    let mut work = work(trail("main"));
    work.trail.described_from = DescribedFrom::DisagreeingShadows;
    let of_organization = members();
    let enabled = anywhere();
    let whole = collect_whole(&collector, &gaps, &of_organization, &enabled, work);
    let collected = judged(block_on(whole), &of_organization);
    let asked = [Operation::ListObjectsV2, Operation::HeadObject].map(|it| world.count(it));
    assert_eq!((asked, collected.census.len()), ([0, 0], 0));
    assert_eq!(collected.facts.sample, LogSample::nothing(settings().window));
}
