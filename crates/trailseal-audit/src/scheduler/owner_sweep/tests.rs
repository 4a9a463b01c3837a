use std::collections::BTreeMap;

use jiff::Timestamp;
use trailseal_evaluator::OwnedBuckets;
use trailseal_model::hash::fingerprint;
use trailseal_model::{GapClass, GapLedger};

use super::*;

fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn evidence() -> Evidence {
    Evidence {
        operation: Operation::ListBuckets,
        account: None,
        region: None,
        at: Timestamp::UNIX_EPOCH,
        request_id: None,
        attempts: 1,
        throttles: 0,
    }
}

/// What this account answers: it owns these buckets.
fn owning(names: &[&str]) -> BucketsOwned {
    let mut names: Vec<BucketName> = names.iter().map(|name| fingerprint(name)).collect();
    names.sort_unstable();
    BucketsOwned::Listed(Arc::new(OwnedBuckets { evidence: evidence(), names: names.into() }))
}

fn refusing(number: u64, operation: Operation) -> BucketsOwned {
    let gap = Gap::new(GapClass::Denied, operation).at(account(number), None);
    BucketsOwned::Refused(Arc::new(gap))
}

/// Accounts that are asked first, and last.
fn candidates(likely: &[u64], others: &[u64]) -> (Candidates, OtherAccounts) {
    let accounts = |numbers: &[u64]| numbers.iter().copied().map(account).collect::<Vec<_>>();
    let in_use = accounts(likely).into_iter().chain(accounts(others)).collect();
    let likely = accounts(likely);
    let unopened = BTreeMap::new();
    let others = OtherAccounts { accounts: accounts(others), left_out: BTreeSet::new() };
    (Candidates { in_use, likely, unopened }, others)
}

/// What a sweep for these buckets did.
struct Swept {
    sweep: OwnerSweep,
    asked: Vec<u64>,
    most_at_a_time: usize,
    owners: BTreeMap<BucketName, Option<u64>>,
}

/// Answers come in the order of the questions, or in the reverse of what is under way.
fn swept(
    wanted: &[&str],
    (candidates, others): &(Candidates, OtherAccounts),
    is_reversed: bool,
    owns: impl Fn(u64) -> BucketsOwned,
) -> Swept {
    let mut sweep = OwnerSweep::default();
    for name in wanted {
        sweep.want(fingerprint(name));
    }
    let (mut asked, mut under_way, mut most_at_a_time) = (Vec::new(), Vec::new(), 0);
    let mut owners = BTreeMap::new();
    loop {
        let begun = sweep.begin(candidates, Some(others));
        asked.extend(begun.iter().map(|account| account.number()));
        under_way.extend(begun);
        most_at_a_time = most_at_a_time.max(under_way.len());
        let settled = sweep.take_settled().into_iter();
        owners.extend(settled.map(|(name, owner)| (name, owner.map(|owner| owner.0.number()))));
        if under_way.is_empty() {
            break;
        }
        let next = if is_reversed { under_way.len() - 1 } else { 0 };
        let next = under_way.remove(next);
        sweep.answered(next, &owns(next.number()));
    }
    Swept { sweep, asked, most_at_a_time, owners }
}

fn owner_of(swept: &Swept, bucket: &str) -> Option<u64> {
    swept.owners[&fingerprint(bucket)]
}

#[test]
fn accounts_are_asked_in_their_order_up_to_the_owner() {
    let check = |owner: u64, expected: &[u64]| {
        let owns = |number| if number == owner { owning(&["logs"]) } else { owning(&[]) };
        let swept = swept(&["logs"], &candidates(&[5, 4], &[2, 3]), false, owns);
        assert_eq!((owner_of(&swept, "logs"), &*swept.asked), (Some(owner), expected));
    };
    check(5, &[5]);
    check(4, &[5, 4]);
    check(2, &[5, 4, 2]);
    check(3, &[5, 4, 2, 3]);
}

#[test]
fn several_buckets_share_the_sweep_and_no_account_is_asked_twice() {
    let numbers: Vec<u64> = (2..40).collect();
    let owns = |number| match number {
        7 => owning(&["one", "two"]),
        30 => owning(&["three"]),
        _ => owning(&["other"]),
    };
    let wanted = ["one", "two", "three", "nowhere"];
    let mut swept = swept(&wanted, &candidates(&[], &numbers), false, owns);
    let owners = wanted.map(|name| owner_of(&swept, name));
    assert_eq!(owners, [Some(7), Some(7), Some(30), None]);
    assert_eq!(swept.asked, numbers);
    // What is wanted later costs nothing.
    let (candidates, others) = candidates(&[], &numbers);
    swept.sweep.want(fingerprint("two"));
    swept.sweep.want(fingerprint("elsewhere"));
    assert_eq!(swept.sweep.begin(&candidates, Some(&others)), []);
    let settled = swept.sweep.take_settled();
    let owners: Vec<_> = settled.iter().map(|(_, owner)| owner.as_ref().map(|it| it.0)).collect();
    assert_eq!(owners, [Some(account(7)), None]);
}

#[test]
fn the_last_of_three_hundred_is_found_with_a_few_at_a_time_and_an_early_one_costs_a_few() {
    let numbers: Vec<u64> = (1..=300).collect();
    let owned_by =
        |owner| move |number| if number == owner { owning(&["logs"]) } else { owning(&[]) };
    let late = swept(&["logs"], &candidates(&[], &numbers), false, owned_by(300));
    assert_eq!((owner_of(&late, "logs"), late.asked.len()), (Some(300), 300));
    assert!((32..=64).contains(&late.most_at_a_time), "{}", late.most_at_a_time);
    let early = swept(&["logs"], &candidates(&[], &numbers), false, owned_by(4));
    assert!(early.asked.len() <= 8, "{:?}", early.asked);
}

#[test]
fn of_two_that_list_the_name_the_first_in_the_order_counts_whichever_answers_first() {
    // AWS has each name once; the answer must not depend on the faster one all the same.
    let owns = |number| if number >= 8 { owning(&["logs"]) } else { owning(&[]) };
    for is_reversed in [false, true] {
        for order in [[8, 9], [9, 8]] {
            let numbers: Vec<u64> = (1..8).chain(order).collect();
            let swept = swept(&["logs"], &candidates(&[], &numbers), is_reversed, owns);
            assert_eq!(owner_of(&swept, "logs"), Some(order[0]));
        }
    }
}

#[test]
fn without_an_owner_every_account_is_counted_and_the_first_refusals_are_kept() {
    let numbers: Vec<u64> = (2..=101).collect();
    let refuses = |number| {
        if number % 2 == 0 { refusing(number, Operation::ListBuckets) } else { owning(&[]) }
    };
    for is_reversed in [false, true] {
        let (candidates, others) = candidates(&[], &numbers);
        let swept = swept(&["logs"], &(candidates.clone(), others), is_reversed, refuses);
        let own = [(account(1), owning(&[]))];
        let (refusals, counts) = swept.sweep.conclude(&own, &candidates);
        assert_eq!(counts, OwnerSearch { answered: 51, refused: 50, ..OwnerSearch::default() });
        let of: Vec<u64> =
            refusals.iter().filter_map(|gap| gap.account).map(AccountId::number).collect();
        assert_eq!(of, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    }
}

#[test]
fn accounts_that_cannot_be_opened_are_counted_as_such() {
    let ledger = GapLedger::default();
    let unopened = ledger.record(Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole));
    let (mut known, mut others) = candidates(&[2, 3], &[3, 4]);
    known.in_use.remove(&account(3));
    known.unopened.insert(account(3), unopened);
    others.left_out = [6, 7].map(account).into();
    let opening =
        |number| if number == 4 { refusing(4, Operation::AssumeRole) } else { owning(&[]) };
    let swept = swept(&["logs"], &(known.clone(), others), false, opening);
    assert_eq!(swept.asked, [2, 4]);
    let (refusals, counts) = swept.sweep.conclude(&[], &known);
    assert_eq!(counts, OwnerSearch { answered: 1, refused: 0, unopened: 2, left_out: 2 });
    assert_eq!(refusals.len(), 1);
}

#[test]
fn the_last_accounts_are_asked_when_it_is_known_which_they_are() {
    let (candidates, others) = candidates(&[5], &[2]);
    let mut sweep = OwnerSweep::default();
    sweep.want(fingerprint("logs"));
    assert_eq!(sweep.begin(&candidates, None), [account(5)]);
    sweep.answered(account(5), &owning(&[]));
    assert_eq!(sweep.begin(&candidates, None), []);
    assert!(sweep.take_settled().is_empty());
    assert_eq!(sweep.begin(&candidates, Some(&others)), [account(2)]);
}
