//! Who is asked for the buckets it owns, how often, and what is kept of the answers.

use trailseal_model::hash::fingerprint;

use super::*;

/// An account that owns the bucket `logs`, and one of another name.
fn owned_by(owner: u64) -> World {
    let mut world = World::new();
    world.buckets_of = [(account(owner), vec!["logs".to_owned(), "other".to_owned()])].into();
    world
}

/// The numbers of the accounts whose buckets were listed, in that order.
fn asked(world: &World) -> Vec<u64> {
    let calls = world.calls_of(Operation::ListBuckets).into_iter();
    let accounts = calls.filter_map(|call| match call {
        Call::ListBuckets(account) => Some(account.number()),
        _ => None,
    });
    accounts.collect()
}

#[test]
fn accounts_are_asked_in_their_order_up_to_the_owner_and_each_of_them_once() {
    let (world, gaps) = (owned_by(4), GapLedger::default());
    let collector = Collector::new(&world, &gaps, settings());
    let accounts = [5, 4, 3].map(account);
    let answers = block_on(collector.owner_among("logs", &accounts, None));
    assert_eq!(answers.owner.unwrap().0, account(4));
    assert_eq!(answers.others.iter().map(|asked| asked.0).collect::<Vec<_>>(), [account(5)]);
    assert_eq!(asked(&world), [5, 4]);
    let again = block_on(collector.owner_among("other", &accounts, None));
    assert_eq!(again.owner.unwrap().0, account(4));
    assert_eq!(asked(&world), [5, 4]);
    let nowhere = block_on(collector.owner_among("elsewhere", &accounts, None));
    assert_eq!((nowhere.owner, nowhere.others.len()), (None, 3));
    assert_eq!(asked(&world), [5, 4, 3]);
}

#[test]
fn names_that_no_trail_needs_are_not_kept() {
    let (world, gaps) = (owned_by(2), GapLedger::default());
    let collector = Collector::new(&world, &gaps, settings());
    let needed = NamedBuckets::from([("logs".to_owned(), BTreeSet::from([account(1)]))]);
    let owned = block_on(collector.buckets_owned(account(2), Some(&needed)));
    assert!(owned.lists("logs").is_some() && owned.lists("other").is_none());
    let BucketsOwned::Listed(listed) = owned else { panic!("it was listed") };
    assert_eq!(*listed.names, [fingerprint("logs")]);
}

#[test]
fn a_refusal_is_kept_as_an_answer_and_is_no_gap_yet() {
    let world = owned_by(2).refusing(|call| *call == Call::ListBuckets(account(1)));
    let gaps = GapLedger::default();
    let collector = Collector::new(&world, &gaps, settings());
    let answers = block_on(collector.owner_among("logs", &[1, 2].map(account), None));
    assert!(matches!(answers.others[0].1, BucketsOwned::Refused(_)));
    assert_eq!(answers.owner.unwrap().0, account(2));
    drop(collector);
    assert!(gaps.into_gaps().is_empty());
}

#[test]
fn a_panic_of_one_account_s_question_is_its_own() {
    let world = owned_by(2).panicking(|call| *call == Call::ListBuckets(account(1)));
    let gaps = GapLedger::default();
    let collector = Collector::new(&world, &gaps, settings());
    let answers = block_on(collector.owner_among("logs", &[1, 2].map(account), None));
    let BucketsOwned::Refused(gap) = &answers.others[0].1 else { panic!("it panicked") };
    assert_eq!(gap.class, GapClass::Panic);
    assert_eq!(answers.owner.unwrap().0, account(2));
}
