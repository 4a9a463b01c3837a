//! `account-covered` where the user limited the run, and where a target was read in part.

use std::collections::BTreeSet;

use trailseal_model::{Outcome, Scope, TrailFacts};

use super::account_covered::{
    BOTH, FAR, HOME, MEMBER, OPT_IN, OWNER, check, facts, facts_where, multi_region,
    of_organization,
};
use super::*;

fn single_region() -> TrailFacts {
    trail_facts(crate::test_support::trail("main"))
}

fn only(number: u64) -> Scope {
    Scope { accounts: BTreeSet::from([account(number)]), ..Scope::default() }
}

#[test]
fn an_account_that_was_left_out_is_not_judged_though_it_was_read() {
    let without =
        |number| Scope { excluded_accounts: BTreeSet::from([account(number)]), ..Scope::default() };
    let check = |scope: Scope, number: u64, expected: &str| {
        let targets = [BOTH, &[(MEMBER, HOME, Outcome::Evaluated)]].concat();
        let mut facts = facts(vec![], &targets);
        facts.scope = scope;
        check(&facts, number, expected);
    };
    check(Scope::default(), OWNER, "fail not_covered");
    check(without(OWNER), OWNER, "not_applicable excluded");
    check(without(OWNER), MEMBER, "fail not_covered");
    check(only(MEMBER), OWNER, "not_applicable excluded");
    check(only(MEMBER), MEMBER, "fail not_covered");
    let unit = Scope { organizational_units: ["ou-x".to_owned()].into(), ..Scope::default() };
    // An account whose place is not known is judged.
    check(unit, OWNER, "fail not_covered");
}

#[test]
fn an_account_that_is_left_out_and_not_in_use_is_not_in_use() {
    let mut facts = facts(vec![], BOTH);
    facts.scope = only(MEMBER);
    facts.accounts = vec![member(OWNER, AccountState::Closed)];
    check(&facts, OWNER, "not_applicable account_not_active");
}

#[test]
fn in_a_run_limited_to_regions_only_these_are_judged() {
    let far_is = |outcome| [(OWNER, HOME, Outcome::Evaluated), (OWNER, FAR, outcome)];
    let finding =
        check(&facts(vec![single_region()], &far_is(Outcome::Excluded)), OWNER, "pass covered");
    assert!(finding.message().contains("in 1 Region of the account"), "{}", finding.message());
    check(&facts(vec![single_region()], &far_is(Outcome::Evaluated)), OWNER, "fail not_covered");
    check(&facts(vec![], &far_is(Outcome::Excluded)), OWNER, "fail not_covered");
    let elsewhere = [(OWNER, HOME, Outcome::Excluded), (OWNER, FAR, Outcome::Evaluated)];
    check(&facts(vec![single_region()], &elsewhere), OWNER, "fail not_covered");
    check(&facts(vec![multi_region("main")], &elsewhere), OWNER, "pass covered");
}

#[test]
fn an_account_all_of_whose_regions_were_left_out_is_not_judged() {
    let check = |home: Outcome, far: Outcome, expected: &str| {
        let targets = [(OWNER, HOME, home), (OWNER, FAR, far)];
        check(&facts(vec![multi_region("main")], &targets), OWNER, expected);
    };
    let (excluded, disabled) = (Outcome::Excluded, Outcome::RegionDisabled);
    check(excluded, excluded, "not_applicable excluded");
    check(excluded, disabled, "not_applicable excluded");
    // Nobody left these out: there is nothing to show that the account is covered.
    check(disabled, disabled, "not_proven coverage_unread");
    let inactive = Outcome::AccountNotActive;
    check(inactive, inactive, "not_proven coverage_unread");
}

#[test]
fn an_opt_in_home_region_that_was_left_out_or_read_in_part_may_be_enabled() {
    let mut trail = of_organization();
    trail.description.home_region = region(OPT_IN);
    trail.status.push((region(OPT_IN), known(delivered(5))));
    let check = |outcome: Outcome, expected: &str| {
        let targets = [(MEMBER, HOME, Outcome::NotEvaluated), (MEMBER, OPT_IN, outcome)];
        check(&facts(vec![trail.clone()], &targets), MEMBER, expected);
    };
    check(Outcome::Excluded, "not_proven coverage_unread");
    check(Outcome::Partial, "pass covered");
}

#[test]
fn a_partial_target_was_read_as_far_as_its_trails_were_listed() {
    let targets = [(OWNER, HOME, Outcome::Evaluated), (OWNER, FAR, Outcome::Partial)];
    let check = |trail: TrailFacts, lists_trails: bool, expected: &str| {
        check(&facts_where(vec![trail], &targets, lists_trails), OWNER, expected)
    };
    check(single_region(), true, "fail not_covered");
    let unlisted = check(single_region(), false, "not_proven coverage_unread");
    assert_eq!(unlisted.gaps(), [gap(5)]);
    check(multi_region("main"), true, "pass covered");
    check(multi_region("main"), false, "pass covered");
}

#[test]
fn a_partial_target_must_show_the_trail_where_its_trails_were_listed() {
    let targets = [(OWNER, HOME, Outcome::Partial)];
    let check = |lists_trails: bool, expected: &str| {
        let mut facts = facts_where(vec![multi_region("main")], &targets, lists_trails);
        facts.trails[0].seen_from.clear();
        check(&facts, OWNER, expected);
    };
    check(true, "not_proven trail_not_shown");
    check(false, "pass covered");
}
