//! Event data stores: what is asked of each and of its key.

use trailseal_model::StoreListed;

use super::*;
use crate::test_support::{STORE, key, store};

fn work(asked_in: Target) -> StoreWork {
    let listed = StoreListed { arn: arn(STORE), name: "lake".to_owned() };
    StoreWork { listed, target: asked_in }
}

/// Collects the store as account 1 lists it; its gaps come with it.
fn collect_store_with(world: &World, members: &Members) -> (CollectedStore, Vec<Gap>) {
    let gaps = GapLedger::default();
    let collector = Collector::new(world, &gaps, settings());
    let collected = block_on(collector.collect_store(work(in_account(1, "us-east-1")), members));
    drop(collector);
    (collected, gaps.into_gaps().iter().cloned().collect())
}

fn collect_store(world: &World) -> CollectedStore {
    collect_store_with(world, &members()).0
}

/// A world with a store under this key.
fn under_key(kms_key_id: Option<&str>) -> World {
    let mut world = World::new();
    world.store = store(kms_key_id);
    world
}

fn described(key: &str, asked_in: Target) -> Call {
    Call::DescribeKey(arn(key), asked_in)
}

#[test]
fn a_store_is_asked_for_where_it_was_listed_and_so_is_its_key() {
    let world = World::new();
    let (collected, gaps) = collect_store_with(&world, &members());
    let here = in_account(1, "us-east-1");
    let of_store = Call::GetEventDataStore(arn(STORE), here);
    // Neither its policy nor whether it rotates is anybody's question.
    assert_eq!(world.calls(), [of_store, described(KEY, here)]);
    assert_eq!(gaps, []);
    let facts = collected.facts;
    assert_eq!((facts.arn, facts.name.as_str()), (arn(STORE), "lake"));
    assert_eq!((facts.account, facts.region), (here.account, here.region));
    assert_eq!(facts.description.known().unwrap().value, store(Some(KEY)));
    assert_eq!(facts.key, Some(arn(KEY)));
    let found = collected.key.unwrap().known().unwrap().value.clone();
    assert_eq!(found, KeyPresence::Exists(key(KEY)));
}

#[test]
fn a_store_without_a_key_asks_kms_nothing() {
    let world = under_key(None);
    let collected = collect_store(&world);
    assert_eq!((collected.facts.key, collected.key), (None, None));
    assert_eq!(world.count(Operation::DescribeKey), 0);
}

#[test]
fn a_store_that_may_not_be_read_is_a_gap_and_no_key_is_looked_for() {
    let world = World::new().refusing(|it| matches!(it, Call::GetEventDataStore(..)));
    let (collected, gaps) = collect_store_with(&world, &members());
    assert!(collected.facts.description.gap().is_some());
    assert_eq!((collected.facts.key, collected.key), (None, None));
    assert_eq!(world.calls().len(), 1);
    assert_eq!((gaps.len(), gaps[0].subject.as_deref()), (1, Some(STORE)));
}

#[test]
fn a_key_that_may_not_be_read_is_a_gap() {
    let world = World::new().refusing(|it| matches!(it, Call::DescribeKey(..)));
    let collected = collect_store(&world);
    assert_eq!(collected.facts.key, Some(arn(KEY)));
    assert!(collected.key.unwrap().gap().is_some());
}

#[test]
fn a_key_of_a_store_and_a_trail_is_described_once() {
    let (world, gaps) = (World::new(), GapLedger::default());
    let collector = Collector::new(&world, &gaps, settings());
    let (members, trail) = (members(), super::work(trail("main")));
    let of_store = collector.collect_store(work(in_account(1, "us-east-1")), &members);
    let of_trail = collector.read_trail(&trail, &members);
    let (of_store, of_trail) = block_on(join(of_store, of_trail));
    assert_eq!(world.count(Operation::DescribeKey), 1);
    assert_eq!(of_store.key, of_trail.key);
}

#[test]
fn a_member_s_key_is_asked_for_by_the_member_and_a_stranger_s_by_the_store_s_account() {
    let world = under_key(Some(FOREIGN_KEY));
    collect_store(&world);
    let by_member = described(FOREIGN_KEY, in_account(2, "eu-west-1"));
    assert_eq!(world.calls_of(Operation::DescribeKey), [by_member]);

    let stranger = "arn:aws:kms:eu-west-1:000000000077:key/7";
    let world = under_key(Some(stranger));
    let (collected, gaps) = collect_store_with(&world, &members());
    let by_user = described(stranger, in_account(1, "eu-west-1"));
    assert_eq!(world.calls_of(Operation::DescribeKey), [by_user]);
    // The stranger's own account was not asked, so the key is not gone.
    assert!(collected.key.unwrap().gap().is_some());
    assert_eq!(gaps[0].class, GapClass::NotFound);
}

#[test]
fn a_key_that_its_own_account_does_not_find_is_gone() {
    let mut world = World::new();
    world.keys.clear();
    let found = collect_store(&world).key.unwrap();
    assert_eq!(found.known().unwrap().value, KeyPresence::Gone);
}

#[test]
fn a_key_without_an_account_is_one_of_the_store_s_own_wherever_the_store_is_listed() {
    for (named, expected) in
        [("alias/lake", "arn:aws:kms:us-east-1:000000000001:alias/lake"), ("11111111-2222", KEY)]
    {
        let world = under_key(Some(named));
        let gaps = GapLedger::default();
        let collector = Collector::new(&world, &gaps, settings());
        let elsewhere = in_account(2, "eu-west-1");
        let collected = block_on(collector.collect_store(work(elsewhere), &members()));
        assert_eq!(collected.facts.key, Some(arn(expected)));
        let of_store = Call::GetEventDataStore(arn(STORE), elsewhere);
        let of_key = described(expected, in_account(1, "us-east-1"));
        assert_eq!(world.calls(), [of_store, of_key]);
    }
}
