//! Whether a key rotates: who is asked, where, and for which keys at all.

use super::*;
use crate::test_support::{ROTATING, key};

const STRANGER: &str = "arn:aws:kms:eu-west-1:000000000077:key/7";
/// Two keys of one family, and their primary.
const REPLICA: &str = "arn:aws:kms:us-east-1:000000000001:key/mrk-1";
const REPLICA_IN_IRELAND: &str = "arn:aws:kms:eu-west-1:000000000001:key/mrk-1";
const PRIMARY: &str = "arn:aws:kms:eu-central-1:000000000001:key/mrk-1";

fn asked(world: &World) -> Vec<Call> {
    world.calls_of(Operation::GetKeyRotationStatus)
}

/// A world that also has these keys.
fn with_keys(named: &[&str]) -> World {
    let mut world = World::new();
    world.keys.extend(named.iter().map(|it| (arn(it), key(it))));
    world
}

#[test]
fn a_key_of_two_trails_is_asked_for_once_where_it_was_described() {
    let world = with_keys(&[FOREIGN_KEY]);
    let trails = vec![
        naming(FOREIGN_KEY),
        TrailDescription { owner: account(2), ..naming(FOREIGN_KEY) },
        trail("own"),
    ];
    let collected = collect_all(&world, trails);
    let mut asked = asked(&world);
    asked.sort_by_key(|it| format!("{it:?}"));
    let foreign = Call::GetKeyRotationStatus(arn(FOREIGN_KEY), in_account(2, "eu-west-1"));
    let own = Call::GetKeyRotationStatus(arn(KEY), in_account(1, "us-east-1"));
    assert_eq!(asked, [foreign, own]);
    let rotations = collected.iter().map(|it| it.key_rotation.as_ref().unwrap().known().unwrap());
    assert!(rotations.map(|it| it.value).eq([ROTATING; 3]));
}

#[test]
fn an_alias_is_asked_for_by_the_key_behind_it() {
    let mut world = World::new();
    world.keys.insert(arn("arn:aws:kms:us-east-1:000000000001:alias/logs"), key(KEY));
    collect(&world, naming("alias/logs"));
    let own = Call::GetKeyRotationStatus(arn(KEY), in_account(1, "us-east-1"));
    assert_eq!(asked(&world), [own]);
}

#[test]
fn a_replica_is_asked_for_by_its_primary_in_the_primary_s_region_and_that_once() {
    let mut world = with_keys(&[REPLICA, REPLICA_IN_IRELAND]);
    world.keys.values_mut().for_each(|it| it.replica_of = Some(arn(PRIMARY)));
    let collected = collect_all(&world, vec![naming(REPLICA), naming(REPLICA_IN_IRELAND)]);
    let primary = Call::GetKeyRotationStatus(arn(PRIMARY), in_account(1, "eu-central-1"));
    assert_eq!(asked(&world), [primary]);
    assert!(collected.iter().all(|it| it.key_rotation.as_ref().unwrap().known().is_some()));
}

#[test]
fn a_stranger_s_key_is_asked_for_in_the_account_that_could_describe_it() {
    let world = with_keys(&[STRANGER]);
    collect(&world, naming(STRANGER));
    let by_owner = Call::GetKeyRotationStatus(arn(STRANGER), in_account(1, "eu-west-1"));
    assert_eq!(asked(&world), [by_owner]);
}

#[test]
fn what_one_account_may_not_read_of_a_stranger_s_key_another_may_whoever_comes_first() {
    let of_other = TrailDescription { owner: account(2), ..naming(STRANGER) };
    for trails in [[naming(STRANGER), of_other.clone()], [of_other, naming(STRANGER)]] {
        let refused = Call::GetKeyRotationStatus(arn(STRANGER), in_account(1, "eu-west-1"));
        let world = with_keys(&[STRANGER]).refusing(move |it| *it == refused);
        for collected in collect_all(&world, trails.to_vec()) {
            let is_unread = collected.facts.description.owner == account(1);
            assert_eq!(collected.key_rotation.unwrap().gap().is_some(), is_unread);
        }
    }
}

#[test]
fn kms_is_not_asked_for_a_key_that_does_not_rotate_by_itself() {
    let check = |change: fn(&mut trailseal_model::KeyFacts), expected: usize| {
        let mut world = World::new();
        world.keys.values_mut().for_each(change);
        let is_asked = collect(&world, trail("main")).key_rotation.is_some();
        assert_eq!((asked(&world).len(), usize::from(is_asked)), (expected, expected));
    };
    check(|_| (), 1);
    check(|it| it.origin = None, 1);
    check(|it| it.state = "Disabled".to_owned(), 1);
    check(|it| it.manager = KeyManager::Aws, 0);
    check(|it| it.origin = Some("EXTERNAL".to_owned()), 0);
    check(|it| it.origin = Some("AWS_CLOUDHSM".to_owned()), 0);
    check(|it| it.origin = Some("EXTERNAL_KEY_STORE".to_owned()), 0);
    check(|it| it.spec = "RSA_2048".to_owned(), 0);
    check(|it| it.usage = "GENERATE_VERIFY_MAC".to_owned(), 0);
}

#[test]
fn a_key_whose_kind_is_not_told_is_asked_for() {
    let mut world = World::new();
    world.keys.values_mut().for_each(|key| key.spec.clear());
    assert!(collect(&world, trail("main")).key_rotation.is_some());
}

#[test]
fn what_kms_refuses_for_the_key_s_state_is_noted_at_the_key() {
    for operation in
        [Operation::GetKeyPolicy, Operation::ListGrants, Operation::GetKeyRotationStatus]
    {
        for (class, is_noted) in [(GapClass::KeyInvalidState, true), (GapClass::Denied, false)] {
            let world =
                World::new().failing(move |call| (call.operation() == operation).then_some(class));
            let key = collect(&world, trail("main")).key.unwrap();
            let KeyPresence::Exists(facts) = &key.known().unwrap().value else { panic!() };
            assert_eq!(facts.refused_for_state.is_some(), is_noted, "{operation} {class}");
        }
    }
}

#[test]
fn kms_is_not_asked_for_a_key_that_is_gone_or_not_there() {
    let mut gone = World::new();
    gone.keys.clear();
    for (world, description) in [(gone, trail("main")), (World::new(), keyless())] {
        assert!(collect(&world, description).key_rotation.is_none());
        assert_eq!(asked(&world), []);
    }
}

#[test]
fn a_key_that_could_not_be_described_is_asked_for_by_its_arn() {
    let check = |named: &str, expected: Option<(&str, u64)>| {
        let world =
            with_keys(&[FOREIGN_KEY, STRANGER]).refusing(|it| matches!(it, Call::DescribeKey(..)));
        let collected = collect_all(&world, vec![naming(named)]).remove(0);
        assert_eq!(collected.key_rotation.is_some(), expected.is_some());
        let call = expected.map(|(key, asker)| {
            let region = arn(key).region().unwrap();
            Call::GetKeyRotationStatus(arn(key), Target { account: account(asker), region })
        });
        assert_eq!(asked(&world), Vec::from_iter(call));
    };
    check(KEY, Some((KEY, 1)));
    check(FOREIGN_KEY, Some((FOREIGN_KEY, 2)));
    check(STRANGER, None);
    check("alias/logs", None);
}

#[test]
fn a_refusal_is_a_gap() {
    let world = World::new().refusing(|it| matches!(it, Call::GetKeyRotationStatus(..)));
    let (collected, gaps) = collect_with(&world, settings(), &never(), trail("main"));
    assert!(collected.key_rotation.unwrap().gap().is_some());
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].operation, Operation::GetKeyRotationStatus);
    assert_eq!(gaps[0].subject.as_deref(), Some(KEY));
}
