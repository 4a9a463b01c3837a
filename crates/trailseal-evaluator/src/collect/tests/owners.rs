//! Where the owner of a bucket is looked for, how often anybody is asked, and what a refusal comes to.

use std::collections::BTreeMap;

use trailseal_model::OwnerSearch;

use super::*;
use crate::collect::owners::ids_in;

/// Whom the search asks: these first, these last.
fn search(likely: &[u64], others: &[u64]) -> (BucketSearch, OtherAccounts) {
    let accounts = |numbers: &[u64]| numbers.iter().map(|it| account(*it)).collect::<Vec<_>>();
    let in_use = accounts(likely).into_iter().chain(accounts(others)).collect();
    let search = BucketSearch { in_use, likely: accounts(likely), ..BucketSearch::default() };
    (search, OtherAccounts { accounts: accounts(others), ..OtherAccounts::default() })
}

fn ready<T: Clone + Send + Sync + 'static>(value: T) -> Shared<BoxFuture<'static, T>> {
    future::ready(value).boxed().shared()
}

/// Who owns the bucket `logs`; other buckets have names of their own.
fn owned_by(owners: &[u64]) -> World {
    let mut world = World::new();
    let logs = |it: &u64| (account(*it), vec!["logs".to_owned(), format!("other-{it}")]);
    world.buckets_of = owners.iter().map(logs).collect();
    world
}

/// The bucket of each of these trails, and the gaps of all.
fn buckets(
    world: &World,
    (search, others): (BucketSearch, OtherAccounts),
    trails: Vec<TrailDescription>,
) -> (Vec<BucketFacts>, Vec<Gap>) {
    let gaps = GapLedger::default();
    let settings = CollectSettings { log_archive_accounts: Vec::new(), ..settings() };
    let collector = Collector::new(world, &gaps, settings, at_once(members()), anywhere())
        .asking(ready(Arc::new(search)), ready(Arc::new(others)));
    let collected = block_on(join_all(trails.into_iter().map(|it| collector.collect(work(it)))));
    drop(collector);
    let buckets = collected.into_iter().filter_map(|it| it.bucket).collect();
    (buckets, gaps.into_gaps().iter().cloned().collect())
}

fn bucket(world: &World, search: (BucketSearch, OtherAccounts)) -> (BucketFacts, Vec<Gap>) {
    let (mut buckets, gaps) = buckets(world, search, vec![trail("main")]);
    (buckets.remove(0), gaps)
}

/// The numbers of the accounts whose buckets were listed, in that order.
fn asked(world: &World) -> Vec<u64> {
    let calls = world.calls_of(Operation::ListBuckets).into_iter().filter_map(|it| match it {
        Call::ListBuckets(account) => Some(account.number()),
        _ => None,
    });
    calls.collect()
}

/// A trail of account 1 that delivers to this bucket.
fn delivering_to(bucket: &str) -> TrailDescription {
    TrailDescription { bucket: Some(bucket.to_owned()), ..trail(bucket) }
}

#[test]
fn the_trail_s_own_account_costs_one_call_and_waits_for_nothing() {
    let world = owned_by(&[1]);
    let gaps = GapLedger::default();
    let collector = Collector::new(&world, &gaps, settings(), at_once(members()), anywhere())
        .asking(future::pending().boxed().shared(), future::pending().boxed().shared());
    assert!(!block_on(collector.waits_for_owner(&work(trail("main")))));
    let collected = block_on(collector.collect(work(trail("main"))));
    assert_eq!(collected.bucket.unwrap().owner.account(), Some(account(1)));
    assert_eq!(asked(&world), [1]);
    // Another bucket may be anybody's, and who can be asked is not known yet.
    assert!(block_on(collector.waits_for_owner(&work(delivering_to("elsewhere")))));
    let nowhere = TrailDescription { bucket: None, ..trail("main") };
    assert!(!block_on(collector.waits_for_owner(&work(nowhere))));
}

#[test]
fn accounts_are_asked_in_their_order_up_to_the_owner() {
    let check = |owner: u64, expected: &[u64]| {
        let world = owned_by(&[owner]);
        let (bucket, gaps) = bucket(&world, search(&[5, 4], &[2, 3]));
        assert_eq!(bucket.owner.account(), Some(account(owner)));
        assert_eq!((bucket.search, gaps.len()), (OwnerSearch::default(), 0));
        assert_eq!(asked(&world), expected);
        // It is read in its owner's session, who is expected to own it.
        let heads = world.calls_of(Operation::HeadBucket);
        assert_eq!(heads.last(), Some(&Call::HeadBucket(account(owner))));
    };
    check(5, &[1, 5]);
    check(4, &[1, 5, 4]);
    check(2, &[1, 5, 4, 2]);
    check(3, &[1, 5, 4, 2, 3]);
}

#[test]
fn an_account_whose_id_is_in_the_name_is_asked_before_others() {
    let name = "aws-controltower-logs-000000000004-us-east-1";
    let mut world = World::new();
    world.buckets_of = [(account(4), vec![name.to_owned()])].into();
    let (found, _) = buckets(&world, search(&[5], &[2, 3, 4]), vec![delivering_to(name)]);
    assert_eq!(found[0].owner.account(), Some(account(4)));
    assert_eq!(asked(&world), [1, 4]);
    // Nobody is asked who does not belong to the organization.
    let (found, _) = buckets(&world, search(&[5], &[2]), vec![delivering_to(name)]);
    assert_eq!(found[0].owner, BucketOwner::NotFound);
}

#[test]
fn ids_are_found_wherever_they_are_in_a_name() {
    let check = |name: &str, expected: &[u64]| {
        let ids: Vec<u64> = ids_in(name).into_iter().map(AccountId::number).collect();
        assert_eq!(ids, expected, "{name}");
    };
    check("logs-000000000004", &[4]);
    check("000000000004-000000000005-000000000004", &[4, 5]);
    check("x0000000000041", &[4, 41]);
    check("logs-00000000000", &[]);
    check("lögs-000000000004", &[4]);
}

#[test]
fn several_buckets_share_the_search_and_nobody_is_asked_twice() {
    let mut world = World::new();
    let own = |number: u64, names: &[&str]| {
        (account(number), names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    };
    world.buckets_of =
        BTreeMap::from([own(1, &["mine"]), own(7, &["one", "two"]), own(30, &["three"])]);
    let trails = ["mine", "one", "two", "three", "one", "nowhere"].map(delivering_to);
    let numbers: Vec<u64> = (2..40).collect();
    let (found, gaps) = buckets(&world, search(&[], &numbers), trails.into());
    let owners: Vec<_> = found.iter().map(|it| it.owner.account().map(AccountId::number)).collect();
    assert_eq!(owners, [Some(1), Some(7), Some(7), Some(30), Some(7), None]);
    let mut calls = asked(&world);
    calls.sort_unstable();
    assert_eq!(calls, (1..40).collect::<Vec<_>>());
    assert_eq!(gaps, []);
    assert_eq!(found[5].search, OwnerSearch { answered: 39, ..OwnerSearch::default() });
}

#[test]
fn who_comes_last_of_three_hundred_is_found_with_a_few_calls_at_a_time() {
    let world = owned_by(&[300]);
    let numbers: Vec<u64> = (2..=300).collect();
    let (bucket, _) = bucket(&world, search(&[], &numbers));
    assert_eq!(bucket.owner.account(), Some(account(300)));
    assert_eq!(asked(&world), (1..=300).collect::<Vec<_>>());
    let peak = world.peak(Operation::ListBuckets);
    assert!((32..=64).contains(&peak), "{peak} at a time");
    // One who comes early costs a few calls, and not three hundred.
    let world = owned_by(&[4]);
    let (bucket, _) = super::owners::bucket(&world, search(&[], &numbers));
    assert_eq!(bucket.owner.account(), Some(account(4)));
    assert!(asked(&world).len() <= 8, "{:?}", asked(&world));
}

#[test]
fn a_refusal_on_the_way_to_the_owner_is_no_gap() {
    let refuses = |it: &Call| matches!(it, Call::ListBuckets(it) if it.number() < 5);
    let world = owned_by(&[5]).refusing(refuses);
    let (bucket, gaps) = bucket(&world, search(&[2, 3], &[4, 5]));
    assert_eq!(bucket.owner.account(), Some(account(5)));
    assert_eq!((bucket.search, gaps), (OwnerSearch::default(), Vec::new()));
    // Nor is a HeadBucket that was refused to the trail's account.
    let world = owned_by(&[5]).refusing(|it| *it == Call::HeadBucket(account(1)));
    let (bucket, gaps) = super::owners::bucket(&world, search(&[5], &[]));
    assert!(bucket.presence.known().is_some());
    assert_eq!(gaps, []);
}

#[test]
fn without_an_owner_the_first_refusals_are_gaps_and_all_of_them_are_counted() {
    let world =
        owned_by(&[]).refusing(|it| matches!(it, Call::ListBuckets(it) if it.number() % 2 == 0));
    let numbers: Vec<u64> = (2..=101).collect();
    let (bucket, gaps) = bucket(&world, search(&[], &numbers));
    let expected = OwnerSearch { answered: 51, refused: 50, ..OwnerSearch::default() };
    assert_eq!(bucket.search, expected);
    let of: Vec<u64> = gaps.iter().filter_map(|it| it.account).map(AccountId::number).collect();
    assert_eq!(of, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    // The finding names the first.
    let first = GapLedger::default().record(gaps[0].clone());
    assert_eq!(bucket.owner, BucketOwner::Unread(first));
}

#[test]
fn an_account_that_could_not_be_opened_is_not_asked_and_counts() {
    let unopened = GapLedger::default()
        .record(Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole).at(account(3), None));
    let (mut known, mut others) = search(&[2, 3], &[3, 4]);
    known.in_use.remove(&account(3));
    known.unopened.insert(account(3), unopened);
    others.left_out = [6, 7].map(account).into();
    let world = owned_by(&[3]);
    let (bucket, _) = bucket(&world, (known, others));
    assert_eq!(asked(&world), [1, 2, 4]);
    assert_eq!(bucket.owner, BucketOwner::Unread(unopened));
    let expected = OwnerSearch { answered: 3, refused: 0, unopened: 1, left_out: 2 };
    assert_eq!(bucket.search, expected);
}

#[test]
fn an_account_that_is_opened_for_the_search_alone_and_cannot_be_is_a_gap() {
    let world = owned_by(&[]).opening_none_of(&[2]);
    let (bucket, gaps) = bucket(&world, search(&[2], &[]));
    let expected = OwnerSearch { answered: 1, unopened: 1, ..OwnerSearch::default() };
    assert_eq!(bucket.search, expected);
    assert_eq!(gaps.iter().map(|it| it.operation).collect::<Vec<_>>(), [Operation::AssumeRole]);
}

#[test]
fn of_two_that_list_the_name_the_first_in_the_order_counts() {
    // AWS has each name once; the answer must not depend on who is faster all the same.
    for order in [[8, 9], [9, 8]] {
        let world = owned_by(&[8, 9]);
        let numbers: Vec<u64> = (2..8).chain(order).collect();
        let (bucket, _) = bucket(&world, search(&[], &numbers));
        assert_eq!(bucket.owner.account(), Some(account(order[0])));
    }
}

#[test]
fn a_bucket_that_is_gone_is_looked_for_nowhere() {
    let mut world = owned_by(&[]);
    world.presence = BucketPresence::Gone;
    let (bucket, gaps) = bucket(&world, search(&[2, 3], &[4]));
    assert!(bucket.is_gone());
    assert_eq!((asked(&world), gaps.len()), (vec![1], 0));
    assert_eq!(world.calls_of(Operation::HeadBucket), [Call::HeadBucket(account(1))]);
}

#[test]
fn names_that_no_trail_needs_are_not_kept() {
    let (mut known, others) = search(&[2], &[]);
    known.delivering = BTreeMap::from([("logs".to_owned(), BTreeSet::from([account(1)]))]);
    let gaps = GapLedger::default();
    let world = owned_by(&[2]);
    let collector = Collector::new(&world, &gaps, settings(), at_once(members()), anywhere())
        .asking(ready(Arc::new(known)), ready(Arc::new(others)));
    block_on(collector.can_ask_all());
    let asked = block_on(collector.buckets_of(account(2)));
    assert!(asked.lists("logs").is_some() && asked.lists("other-2").is_none());
}

#[test]
fn a_panic_of_one_account_s_question_is_its_own() {
    let world = owned_by(&[5]).panicking(|it| *it == Call::ListBuckets(account(3)));
    let (bucket, gaps) = bucket(&world, search(&[2, 3], &[4, 5]));
    assert_eq!(bucket.owner.account(), Some(account(5)));
    assert_eq!(gaps, []);
    let world = owned_by(&[]).panicking(|it| *it == Call::ListBuckets(account(3)));
    let (_, gaps) = super::owners::bucket(&world, search(&[2, 3], &[4, 5]));
    assert_eq!(gaps.iter().map(|it| it.class).collect::<Vec<_>>(), [GapClass::Panic]);
}
