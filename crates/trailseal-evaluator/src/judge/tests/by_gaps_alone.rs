//! Which findings nothing but their gaps keeps from being proven: who accepts the gaps accepts them.

use trailseal_model::{Outcome, RegionSet};

use super::account_covered::{BOTH, FAR, HOME, OWNER, facts, multi_region};
use super::*;

fn check(facts: Facts, expected: &str, is_by_gaps_alone: bool) {
    let finding = super::check(facts, expected);
    assert_eq!(finding.is_by_gaps_alone(), is_by_gaps_alone, "{}", finding.observed());
}

#[test]
fn a_key_or_policy_that_is_unread_is() {
    let unread = || Facts::sealed().key_is(Observed::Unread(gap(0)));
    check(unread(), "key-customer-managed not_proven unread", true);
    check(unread(), "key-usable not_proven unread", true);
    let policy_too = unread().policy_is(Some(Observed::Unread(gap(0))));
    check(policy_too, "key-policy-allows-cloudtrail not_proven unread", true);
    let policy = Facts::sealed().policy_is(Some(Observed::Unread(gap(0))));
    check(policy, "key-policy-allows-cloudtrail not_proven unread", true);
    let never_asked = Facts::sealed().names_key(Some("arn:aws:kms:us-east-1:000000000001:key/2"));
    check(never_asked, "key-usable not_proven unread", false);
    let bucket = Facts::sealed().bucket(|it| it.presence = Observed::Unread(gap(0)));
    check(bucket, "key-usable not_proven bucket_region_unknown", true);
    let outside = Facts::sealed().names_key(Some(FOREIGN_KEY)).key_is(Observed::Unread(gap(0)));
    check(outside, "key-customer-managed not_proven outside_organization", false);
    check(Facts::sealed(), "key-usable pass usable", false);
}

#[test]
fn a_delivery_is_if_only_statuses_are_unread() {
    let never = TrailStatus { latest_delivery: None, ..delivered(0) };
    let unread = |number| Observed::Unread(gap(number));
    let with = |one, other| Facts::sealed().status([("eu-west-1", one), ("us-east-1", other)]);
    let expected = "trail-delivering not_proven unread";
    check(with(unread(0), known(delivered(5))), expected, true);
    check(with(unread(0), unread(1)), expected, true);
    check(with(unread(0), known(never.clone())), expected, false);
    check(with(known(never), unread(0)), "trail-delivering not_proven never_delivered", false);
    let owner =
        with(unread(0), known(delivered(5))).bucket(|it| it.owner = BucketOwner::Unread(gap(2)));
    check(owner, "trail-delivering not_proven bucket_owner_unknown", false);
    check(Facts::sealed().status([]), expected, false);
}

#[test]
fn log_objects_are_if_nothing_could_be_listed() {
    let sample = LogSample { gaps: vec![gap(0)], ..LogSample::nothing(window()) };
    check(Facts::sealed().objects(sample.clone()), "log-objects-sealed not_proven unread", true);
    let unreadable = LogSample { unreadable: 1, ..sample };
    let expected = "log-objects-sealed not_proven unreadable_objects";
    check(Facts::sealed().objects(unreadable), expected, false);
}

#[test]
fn an_account_is_if_each_of_its_regions_has_its_gap() {
    let check = |facts: &OrganizationFacts, expected, is_by_gaps_alone: bool| {
        let finding = super::account_covered::check(facts, OWNER, expected);
        assert_eq!(finding.is_by_gaps_alone(), is_by_gaps_alone, "{}", finding.observed());
        finding
    };
    let unread = [(OWNER, HOME, Outcome::NotEvaluated)];
    check(&facts(vec![], &unread), "not_proven coverage_unread", true);
    check(&facts(vec![], &[]), "not_proven coverage_unread", false);
    let mut without_gap = facts(vec![], &unread);
    without_gap.coverage = trailseal_model::Coverage::default();
    let planned = trailseal_model::CoverageRow::planned(region(HOME));
    without_gap.coverage.plan(account(OWNER), [planned]);
    check(&without_gap, "not_proven coverage_unread", false);
    // One Region's status is unread, and another was read and does not show the trail.
    let mut trail = multi_region("main");
    trail.status[0].1 = Observed::Unread(gap(3));
    let mut mixed = facts(vec![trail.clone()], BOTH);
    check(&mixed, "not_proven status_unread", true);
    mixed.trails[0].seen_from = vec![(account(OWNER), {
        let mut far = RegionSet::default();
        far.insert(region(FAR));
        far
    })];
    check(&mixed, "not_proven status_unread", false);
    // Another trail might cover the Region as well, and its own gap is named, too.
    let another = |status: Vec<_>| {
        let mut other = multi_region("other");
        other.status = status;
        other
    };
    let stated = vec![(region(FAR), Observed::Unread(gap(4))), (region(HOME), known(delivered(5)))];
    let both = facts(vec![trail.clone(), another(stated)], BOTH);
    let finding = check(&both, "not_proven status_unread", true);
    assert_eq!(finding.gaps(), [gap(3), gap(4)]);
    let never_asked = facts(vec![trail, another(vec![(region(HOME), known(delivered(5)))])], BOTH);
    check(&never_asked, "not_proven status_unread", false);
}
