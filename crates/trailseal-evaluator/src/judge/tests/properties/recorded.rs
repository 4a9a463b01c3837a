//! What must hold of `recorded_by_sealed_trail` and `other_trails`, whatever was read.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use trailseal_model::{
    AccountId, AccountSealing, Arn, ControlId, Coverage, CoverageRow, GapClass, ManagementEvents,
    OrganizationFacts, OtherTrailsAnswer, Outcome, RecordedBySealed, Region, Status, Subject,
    Verdict, verdicts,
};

use super::{LEGS, as_kms_answers, nearly_sealed_facts, some_facts, without_leg};
use crate::judge::{account_sealing, judge};
use crate::test_support::{delivered, gap, region};

fn answers(facts: &OrganizationFacts) -> BTreeMap<AccountId, AccountSealing> {
    let answers = account_sealing(facts, &judge(facts));
    answers.into_iter().map(|answer| (answer.account, answer)).collect()
}

/// Any facts, and for each account whether ListTrails answered: then it names each trail of its own.
fn listed_facts() -> impl Strategy<Value = OrganizationFacts> {
    let facts = prop_oneof![some_facts(), nearly_sealed_facts()];
    (facts, proptest::collection::vec(any::<bool>(), 4)).prop_map(|(mut facts, answered)| {
        let accounts: Vec<AccountId> = facts.accounts.iter().map(|it| it.id).collect();
        for (account, _) in accounts.into_iter().zip(answered).filter(|it| it.1) {
            let own = facts.trails.iter().filter(|it| it.description.owner == account);
            let arns = own.map(|it| it.description.arn.clone()).collect();
            facts.listed_trails.insert(account, arns);
        }
        facts
    })
}

/// The facts without what DescribeTrails showed in some targets, and without ListTrails in some
/// accounts.
fn less_listed(facts: &OrganizationFacts, picked: u32) -> OrganizationFacts {
    let mut less = facts.clone();
    let mut coverage = Coverage::default();
    for (index, account) in facts.accounts.iter().map(|it| it.id).enumerate() {
        let number = u32::try_from(index).unwrap_or_default();
        let lost = |(place, row): (u32, &CoverageRow)| {
            let is_lost = picked.rotate_right(number * 4 + place) & 1 == 1;
            if !is_lost || row.outcome.is_left_out() {
                return *row;
            }
            let mut lost =
                CoverageRow::with(row.region, Outcome::NotEvaluated, Some(GapClass::Denied));
            lost.gap = Some(gap(8));
            lost
        };
        coverage.plan(account, (0..).zip(facts.coverage.of_account(account)).map(lost));
        if picked.rotate_left(1 + number) & 1 == 1 {
            less.listed_trails.remove(&account);
        }
    }
    less.coverage = coverage;
    less
}

fn is_good(answer: &AccountSealing) -> bool {
    let good = [OtherTrailsAnswer::None, OtherTrailsAnswer::Sealed];
    answer.other_trails.is_some_and(|it| good.contains(&it))
}

/// Whether a sealed trail can record the Region by what was read of it, judged anew.
fn may_record(
    facts: &OrganizationFacts,
    verdicts: &BTreeMap<&Arn, Verdict>,
    account: AccountId,
    row: &CoverageRow,
) -> bool {
    facts.trails.iter().any(|trail| {
        let description = &trail.description;
        let records = matches!(
            trail.recorded_events().map(|it| &it.value),
            Some(ManagementEvents::Recorded { read: true, write: true, .. })
        );
        let logs = trail.status.iter().any(|it| it.1.known().is_some_and(|it| it.value.is_logging));
        verdicts.get(&description.arn) == Some(&Verdict::Sealed)
            && (description.is_organization_trail || description.owner == account)
            && (description.is_multi_region || description.home_region == row.region)
            && records
            && logs
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_account_is_recorded_by_sealed_trails_only_where_each_that_is_needed_is_sealed(
        facts in listed_facts(),
    ) {
        let findings = judge(&facts);
        let verdicts = verdicts(&findings);
        for answer in account_sealing(&facts, &findings) {
            let account = answer.account;
            let covered = findings.iter().find(|it| {
                it.control() == ControlId::AccountCovered
                    && *it.subject() == Subject::Account(account)
            });
            let covered = covered.unwrap().status();
            let is_recorded = answer.recorded_by_sealed_trail == Some(RecordedBySealed::Yes);
            prop_assert!(!is_recorded || covered == Status::Pass);
            let fails = answer.recorded_by_sealed_trail == Some(RecordedBySealed::NotCovered);
            prop_assert_eq!(fails, covered == Status::Fail);
            let rows = facts.coverage.of_account(account).iter();
            let mut rows = rows.filter(|row| !row.outcome.is_left_out()).peekable();
            if is_recorded {
                prop_assert!(rows.peek().is_some());
                prop_assert!(rows.all(|row| may_record(&facts, &verdicts, account, row)));
            }
        }
    }

    #[test]
    fn the_strict_answer_is_never_better_than_the_two(facts in listed_facts()) {
        use trailseal_model::LogsSealed;

        for answer in answers(&facts).values() {
            let strict = answer.logs_sealed;
            let is_sealed = strict == Some(LogsSealed::Sealed);
            prop_assert_eq!(strict.is_some(), answer.recorded_by_sealed_trail.is_some());
            prop_assert_eq!(strict.is_some(), answer.other_trails.is_some());
            let is_recorded = answer.recorded_by_sealed_trail == Some(RecordedBySealed::Yes);
            prop_assert!(!is_sealed || (is_recorded && is_good(answer)));
            let is_uncovered = strict == Some(LogsSealed::NotCovered);
            let says_so = answer.recorded_by_sealed_trail == Some(RecordedBySealed::NotCovered);
            prop_assert_eq!(is_uncovered, says_so);
            let is_unsealed = answer.other_trails == Some(OtherTrailsAnswer::Unsealed);
            prop_assert!(strict != Some(LogsSealed::Unsealed) || is_unsealed);
            let unknown = answer.other_trails_unknown_regions > 0;
            prop_assert!(!(unknown && is_good(answer)));
        }
    }

    #[test]
    fn reading_less_never_improves_an_answer(facts in listed_facts(), leg in 0..LEGS) {
        let facts = as_kms_answers(facts);
        let before = answers(&facts);
        for (account, after) in answers(&without_leg(facts, leg)) {
            let before = &before[&account];
            let yes = Some(RecordedBySealed::Yes);
            prop_assert!(
                after.recorded_by_sealed_trail != yes || before.recorded_by_sealed_trail == yes
            );
            prop_assert!(!is_good(&after) || is_good(before), "{before:?} {after:?}");
        }
    }

    #[test]
    fn listing_less_never_improves_an_answer(facts in listed_facts(), picked in any::<u32>()) {
        let mut facts = facts;
        // A Region that answered, and yet does not show a trail or its status, is in more doubt than
        // one that did not answer. So everything shows everything here.
        for trail in &mut facts.trails {
            trail.seen_from = super::everywhere();
            let read = std::mem::take(&mut trail.status);
            let known = read.into_iter().filter(|it| it.1.known().is_some());
            let known: BTreeMap<Region, _> = known.collect();
            let status = |name: &str| {
                let place = region(name);
                let status = known.get(&place).cloned();
                (place, status.unwrap_or_else(|| super::known(delivered(5))))
            };
            trail.status = super::REGIONS.iter().map(|name| status(name)).collect();
        }
        let (before, after) = (answers(&facts), answers(&less_listed(&facts, picked)));
        for (account, after) in after {
            let before = &before[&account];
            let yes = Some(RecordedBySealed::Yes);
            prop_assert!(
                after.recorded_by_sealed_trail != yes || before.recorded_by_sealed_trail == yes
            );
            prop_assert!(!is_good(&after) || is_good(before), "{before:?} {after:?}");
            let unknown = |it: &AccountSealing| it.other_trails_unknown_regions;
            prop_assert!(unknown(&after) >= unknown(before));
        }
    }
}

#[test]
fn the_generated_facts_have_every_answer() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut recorded, mut others) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..800 {
        let facts = listed_facts().new_tree(&mut runner).expect("facts").current();
        for answer in answers(&facts).into_values() {
            recorded.extend(answer.recorded_by_sealed_trail);
            others.extend(answer.other_trails);
        }
    }
    assert_eq!(recorded.len(), RecordedBySealed::ALL.len(), "{recorded:?}");
    assert_eq!(others.len(), OtherTrailsAnswer::ALL.len(), "{others:?}");
}
