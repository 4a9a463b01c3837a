use proptest::prelude::*;

use super::*;

const FAILED: Sign = Sign::Failed(GapClass::ServerError);

fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

/// Work for each account in this order, two Regions each.
fn arrived(numbers: impl IntoIterator<Item = u64>) -> LowestFirst<(u64, u8)> {
    let mut order = LowestFirst::default();
    for number in numbers {
        order.arrive(account(number), (number, 0));
        order.arrive(account(number), (number, 1));
    }
    order
}

fn given_out<K>(order: &mut LowestFirst<K>) -> Vec<K> {
    std::iter::from_fn(|| order.take_ready()).collect()
}

/// Settles what may begin until nothing more may; the accounts in the order they were asked.
fn settled(order: &mut LowestFirst<(u64, u8)>, sign: impl Fn(u64, u8) -> Sign) -> Vec<u64> {
    let mut asked = Vec::new();
    while let Some((number, region)) = order.take_ready() {
        asked.push(number);
        order.settle(account(number), sign(number, region));
    }
    asked
}

#[test]
fn one_key_is_tried_ahead_and_its_answer_releases_all() {
    let mut order = arrived(1..=8);
    assert_eq!(given_out(&mut order), [(1, 0)]);
    order.settle(account(1), FAILED);
    // Nothing was asked there, so the same account may be tried again.
    assert_eq!(given_out(&mut order), [(2, 1)]);
    order.settle(account(2), Sign::Nothing);
    assert_eq!(given_out(&mut order), [(2, 0)]);
    order.settle(account(2), Sign::Answered);
    assert_eq!(given_out(&mut order).len(), 13);
    assert!(!order.is_asked_once());
    // From now on nothing waits.
    order.arrive(account(9), (9, 0));
    assert_eq!(order.take_ready(), Some((9, 0)));
}

#[test]
fn no_more_than_five_accounts_are_tried_ahead() {
    let mut order = arrived(11..=30);
    assert_eq!(settled(&mut order, |_, _| FAILED), [11, 12, 13, 14, 15]);
    order.arrive(account(1), (1, 0));
    assert_eq!(order.take_ready(), None);
}

#[test]
fn at_the_end_the_five_lowest_go_first_and_one_answer_releases_all() {
    let mut order = arrived(1..=8);
    order.end();
    let first = given_out(&mut order);
    assert_eq!(first.len(), 10);
    assert!(first.iter().all(|it| it.0 <= 5));
    order.settle(account(1), FAILED);
    assert_eq!(order.take_ready(), None);
    order.settle(account(2), Sign::Answered);
    assert_eq!(given_out(&mut order).len(), 6);
    assert!(!order.is_asked_once());
}

#[test]
fn where_the_five_lowest_fail_alike_all_others_are_asked_once() {
    let mut order = arrived(1..=8);
    order.end();
    let asked = settled(&mut order, |_, _| FAILED);
    assert!(order.is_asked_once());
    assert_eq!(asked, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
}

#[test]
fn what_was_tried_ahead_counts_only_where_it_is_among_the_lowest() {
    let timeout = Sign::Failed(GapClass::Timeout);
    let mut order = arrived([7, 9, 8]);
    // It fails otherwise than the lowest do.
    assert_eq!(given_out(&mut order), [(7, 0)]);
    order.settle(account(7), timeout);
    for number in [6, 5, 20, 4, 3, 2, 1] {
        order.arrive(account(number), (number, 0));
    }
    order.end();
    assert!(!order.is_asked_once());
    let asked = settled(&mut order, |number, _| if number > 5 { timeout } else { FAILED });
    assert!(order.is_asked_once());
    assert_eq!(asked.len(), 12);
    assert!(asked[asked.len() - 6..].iter().all(|number| *number > 5), "{asked:?}");
}

#[test]
fn different_failures_and_no_sign_at_all_decide_nothing() {
    let timeout = Sign::Failed(GapClass::Timeout);
    for sign in [
        // One account differs, one Region of one account does, and one account was never asked.
        &(|number: u64, _: u8| if number == 3 { timeout } else { FAILED })
            as &dyn Fn(u64, u8) -> Sign,
        &|number, region| if number == 3 && region == 1 { timeout } else { FAILED },
        &|number, _| if number == 3 { Sign::Nothing } else { FAILED },
        &|_, _| Sign::Nothing,
    ] {
        let mut order = arrived(1..=8);
        order.end();
        assert_eq!(settled(&mut order, sign).len(), 16);
        assert!(!order.is_asked_once());
    }
    // A Region that tells nothing takes nothing from what the account's other one tells.
    let mut order = arrived(1..=8);
    order.end();
    settled(&mut order, |_, region| if region == 0 { Sign::Nothing } else { FAILED });
    assert!(order.is_asked_once());
}

#[test]
fn fewer_than_five_accounts_are_all_asked_as_usual() {
    for count in 0..=4 {
        let mut order = arrived(1..=count);
        order.end();
        assert_eq!(settled(&mut order, |_, _| FAILED).len() as u64, 2 * count);
        assert!(!order.is_asked_once());
    }
}

#[test]
fn a_denial_is_an_answer_and_the_failure_of_another_operation_is_nothing() {
    let operation = Operation::ListEventDataStores;
    let sign = |class, of| Sign::of(operation, Some(&Gap::new(class, of)));
    for class in GapClass::ALL {
        let found = sign(*class, operation);
        let is_nothing = ["circuit_open", "region_disabled", "deadline", "cancelled", "panic"]
            .contains(&class.as_str());
        let expected = match class {
            _ if class.is_retryable() => Sign::Failed(*class),
            _ if is_nothing => Sign::Nothing,
            _ => Sign::Answered,
        };
        assert_eq!(found, expected, "{class}");
        assert_eq!(sign(*class, Operation::AssumeRole), Sign::Nothing, "{class}");
    }
    assert_eq!(Sign::of(operation, None), Sign::Answered);
}

proptest! {
    /// Whatever the order in which keys and answers come: every key is given out once, and what is
    /// decided is what the five lowest accounts alone say.
    #[test]
    fn the_decision_depends_on_the_five_lowest_alone(
        mut numbers in proptest::collection::btree_set(1u64..40, 1..20)
            .prop_map(|it| it.into_iter().collect::<Vec<u64>>()).prop_shuffle(),
        failing in proptest::collection::btree_set(1u64..40, 0..6),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 200),
    ) {
        let sign = |number: u64| {
            if failing.contains(&number) { Sign::Failed(GapClass::Timeout) } else { FAILED }
        };
        let mut order = LowestFirst::default();
        let (mut running, mut given) = (Vec::new(), Vec::new());
        let mut arriving = numbers.clone().into_iter();
        let mut has_ended = false;
        for pick in picks {
            if pick.index(2) == 0 || running.is_empty() {
                match arriving.next() {
                    Some(number) => order.arrive(account(number), number),
                    None if !has_ended => { has_ended = true; order.end(); }
                    None => {}
                }
            } else {
                let number: u64 = running.remove(pick.index(running.len()));
                order.settle(account(number), sign(number));
            }
            for number in given_out(&mut order) {
                running.push(number);
                given.push(number);
            }
        }
        prop_assume!(has_ended && running.is_empty());
        numbers.sort_unstable();
        given.sort_unstable();
        prop_assert_eq!(&given, &numbers);
        let lowest = numbers.iter().take(5).map(|it| sign(*it));
        let is_alike = lowest.clone().all(|it| Some(it) == lowest.clone().next());
        prop_assert_eq!(order.is_asked_once(), numbers.len() >= 5 && is_alike);
    }
}
