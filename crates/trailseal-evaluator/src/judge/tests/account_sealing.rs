//! The answer for each account: whether its logs are sealed, and which trails record it.

use std::collections::BTreeSet;

use trailseal_model::{
    AccountSealing, ManagementEvents, OrganizationFacts, Outcome, Scope, TrailFacts,
};

use super::account_covered::{
    BOTH, FAR, HOME, MEMBER, OPT_IN, OWNER, Targets, facts, multi_region, of_organization,
};
use super::*;
use crate::judge::account_sealing;

/// Both Regions of the owner and of the member, read.
const ALL: Targets<'static> = &[
    (OWNER, HOME, Outcome::Evaluated),
    (OWNER, FAR, Outcome::Evaluated),
    (MEMBER, HOME, Outcome::Evaluated),
    (MEMBER, FAR, Outcome::Evaluated),
];

fn answers(facts: &OrganizationFacts) -> Vec<AccountSealing> {
    account_sealing(facts, &judge(facts))
}

/// Expects the answer for the account and the names of the trails that record it.
#[track_caller]
fn check(facts: &OrganizationFacts, number: u64, expected: &str) {
    let answers = answers(facts);
    let answer = answers.iter().find(|it| it.account == account(number)).expect("an answer");
    let sealed = answer.logs_sealed.map_or("none", |it| it.as_str());
    let names = answer.recorded_by.iter().map(|it| it.resource().trim_start_matches("trail/"));
    let got: Vec<&str> = std::iter::once(sealed).chain(names).collect();
    assert_eq!(got.join(" "), expected);
}

/// A keyless trail of the member's own, at home in us-east-1.
fn own_unsealed() -> TrailFacts {
    let mut description = crate::test_support::trail("own");
    description.arn = arn("arn:aws:cloudtrail:us-east-1:000000000002:trail/own");
    description.owner = account(MEMBER);
    description.kms_key_id = None;
    trail_facts(description)
}

fn events(read: bool, write: bool) -> Observed<Answer<ManagementEvents>> {
    known(ManagementEvents::Recorded { read, write, excluded_sources: Vec::new() })
}

fn stopped() -> TrailStatus {
    TrailStatus { is_logging: false, ..delivered(5) }
}

#[test]
fn an_account_whose_every_trail_is_sealed_is_sealed() {
    check(&facts(vec![multi_region("main")], BOTH), OWNER, "sealed main");
    let facts = facts(vec![of_organization()], ALL);
    check(&facts, OWNER, "sealed main");
    check(&facts, MEMBER, "sealed main");
}

#[test]
fn a_trail_of_one_account_says_nothing_of_another() {
    let facts = facts(vec![multi_region("main")], ALL);
    check(&facts, MEMBER, "not_covered");
}

#[test]
fn an_unsealed_trail_of_its_own_makes_the_account_unsealed_and_no_other() {
    let facts = facts(vec![of_organization(), own_unsealed()], ALL);
    check(&facts, MEMBER, "unsealed main own");
    check(&facts, OWNER, "sealed main");
}

#[test]
fn a_trail_that_does_not_log_does_not_count() {
    let mut own = own_unsealed();
    own.status = vec![(region(HOME), known(stopped()))];
    check(&facts(vec![of_organization(), own], ALL), MEMBER, "sealed main");
}

#[test]
fn a_trail_that_logs_in_one_region_alone_counts() {
    let mut own = own_unsealed();
    own.description.is_multi_region = true;
    own.status = vec![(region(FAR), known(delivered(5))), (region(HOME), known(stopped()))];
    check(&facts(vec![of_organization(), own], ALL), MEMBER, "unsealed main own");
}

#[test]
fn a_trail_counts_whatever_events_it_records() {
    for management_events in [
        events(false, false),
        events(true, false),
        known(ManagementEvents::NotUnderstood("eventName".to_owned())),
        Observed::Unread(gap(7)),
    ] {
        let mut data_only = own_unsealed();
        data_only.management_events = Some(management_events);
        check(&facts(vec![of_organization(), data_only], ALL), MEMBER, "unsealed main own");
    }
}

#[test]
fn a_trail_of_which_something_is_not_proven_leaves_the_account_unproven() {
    let mut keys_unread = facts(vec![of_organization()], ALL);
    keys_unread.keys.values_mut().for_each(|it| *it = Observed::Unread(gap(0)));
    check(&keys_unread, MEMBER, "unproven main");
    let mut disagreeing = own_unsealed();
    disagreeing.described_from = DescribedFrom::DisagreeingShadows;
    check(&facts(vec![of_organization(), disagreeing], ALL), MEMBER, "unproven main own");
}

#[test]
fn an_organization_trail_whose_status_was_not_read_leaves_every_account_unproven() {
    let mut unread = of_organization();
    unread.status.iter_mut().for_each(|it| it.1 = Observed::Unread(gap(3)));
    let facts = facts(vec![unread], ALL);
    check(&facts, OWNER, "unproven main");
    check(&facts, MEMBER, "unproven main");
}

#[test]
fn a_sealed_trail_beside_one_whose_status_was_not_read_proves_nothing() {
    let mut unread = multi_region("other");
    unread.status.iter_mut().for_each(|it| it.1 = Observed::Unread(gap(3)));
    let mut facts = facts(vec![multi_region("main"), unread], BOTH);
    // The policy lets CloudTrail seal for any trail.
    let of_any = POLICY.replace("StringEquals", "StringLike").replace("trail/main", "trail/*");
    facts.key_policies.insert(arn(KEY), known(of_any.as_str().into()));
    check(&facts, OWNER, "unproven main other");
    facts.trails[1].status = vec![(region(HOME), known(delivered(5)))];
    check(&facts, OWNER, "sealed main other");
}

#[test]
fn an_account_with_a_region_that_no_trail_records_is_not_covered_whatever_is_sealed() {
    let single = trail_facts(crate::test_support::trail("main"));
    check(&facts(vec![single], BOTH), OWNER, "not_covered main");
    check(&facts(vec![], BOTH), OWNER, "not_covered");
}

#[test]
fn an_account_of_which_coverage_is_not_proven_is_unproven() {
    let unread = [(MEMBER, HOME, Outcome::NotEvaluated)];
    check(&facts(vec![], &unread), MEMBER, "unproven");
    let mut not_shown = facts(vec![multi_region("main")], BOTH);
    not_shown.trails[0].seen_from.clear();
    check(&not_shown, OWNER, "unproven main");
}

#[test]
fn a_target_whose_trails_were_not_listed_may_hide_an_unsealed_one() {
    for outcome in [Outcome::NotEvaluated, Outcome::Partial] {
        let unread = [BOTH, &[(MEMBER, HOME, Outcome::Evaluated), (MEMBER, FAR, outcome)]].concat();
        let facts = |own: Option<TrailFacts>| {
            facts(std::iter::once(of_organization()).chain(own).collect(), &unread)
        };
        check(&facts(None), MEMBER, "unproven main");
        check(&facts(Some(own_unsealed())), MEMBER, "unsealed main own");
        check(&facts(None), OWNER, "sealed main");
    }
    let disabled = [(MEMBER, HOME, Outcome::Evaluated), (MEMBER, FAR, Outcome::RegionDisabled)];
    check(&facts(vec![of_organization()], &disabled), MEMBER, "sealed main");
}

#[test]
fn a_region_that_was_left_out_does_not_count() {
    let without_home = [(MEMBER, HOME, Outcome::Excluded), (MEMBER, FAR, Outcome::Evaluated)];
    let facts = facts(vec![of_organization(), own_unsealed()], &without_home);
    check(&facts, MEMBER, "sealed main");
}

#[test]
fn a_member_without_the_home_region_of_the_trail_is_not_recorded_by_it() {
    let mut trail = of_organization();
    trail.description.home_region = region(OPT_IN);
    trail.status.push((region(OPT_IN), known(delivered(5))));
    let check = |outcome: Outcome, expected: &str| {
        let targets = [(MEMBER, HOME, Outcome::Evaluated), (MEMBER, OPT_IN, outcome)];
        check(&facts(vec![trail.clone()], &targets), MEMBER, expected);
    };
    check(Outcome::Evaluated, "sealed main");
    check(Outcome::RegionDisabled, "not_covered");
    check(Outcome::Excluded, "unproven main");
}

#[test]
fn an_account_that_is_not_judged_has_no_answer() {
    let mut left_out = facts(vec![of_organization()], ALL);
    left_out.scope =
        Scope { excluded_accounts: BTreeSet::from([account(MEMBER)]), ..Scope::default() };
    check(&left_out, MEMBER, "none");
    check(&left_out, OWNER, "sealed main");
    for state in AccountState::ALL {
        let mut facts = facts(vec![multi_region("main")], BOTH);
        facts.accounts = vec![member(OWNER, *state)];
        check(&facts, OWNER, if state.is_audited() { "sealed main" } else { "none" });
    }
    let everywhere = [(OWNER, HOME, Outcome::Excluded)];
    check(&facts(vec![multi_region("main")], &everywhere), OWNER, "none");
}

#[test]
fn every_account_has_one_answer_in_their_order() {
    let mut facts = facts(vec![], ALL);
    facts.accounts.reverse();
    let answered: Vec<_> = answers(&facts).iter().map(|it| it.account).collect();
    assert_eq!(answered, [account(OWNER), account(MEMBER)]);
    facts.accounts.clear();
    assert_eq!(answers(&facts), []);
}

#[test]
fn an_unsealed_trail_that_may_not_log_is_not_held_against_the_account() {
    let mut own = own_unsealed();
    own.status = vec![(region(HOME), Observed::Unread(gap(3)))];
    check(&facts(vec![of_organization(), own], ALL), MEMBER, "unproven main own");
}
