//! What members are told of an organization trail, which trails cover what, and whose folders lie in
//! the bucket.

use trailseal_model::{
    AccountPrefixes, Delivery, LogPrefix, MemberDelivery, OrganizationFacts, Outcome, Target,
    Thresholds, TrailFacts,
};

use super::account_covered::{
    BOTH, FAR, HOME, MEMBER, OPT_IN, OWNER, Targets, facts, multi_region, of_organization,
};
use super::*;
use crate::delivery;
use crate::judge::{account_sealing, covered_by};

type Told<'a> = &'a [(u64, &'a str, Observed<Answer<TrailStatus>>)];

fn told(told: Told<'_>) -> MemberDelivery {
    let mut members = MemberDelivery::default();
    for (number, name, status) in told {
        let said = delivery(status, &Thresholds::DEFAULT);
        members.add(
            Target { account: account(*number), region: region(name) },
            said,
            status.clone(),
        );
    }
    members
}

fn failing(minutes_ago: i64) -> Observed<Answer<TrailStatus>> {
    known(TrailStatus {
        latest_delivery_error: Some("AccessDenied".into()),
        ..delivered(minutes_ago)
    })
}

fn stopped() -> Observed<Answer<TrailStatus>> {
    known(TrailStatus { is_logging: false, ..delivered(5) })
}

fn never() -> Observed<Answer<TrailStatus>> {
    known(TrailStatus { latest_delivery: None, ..delivered(5) })
}

/// Judges a trail that is right in its owner's account, with what members are told of it.
#[track_caller]
fn check_members(statuses: Told<'_>, expected: &str) -> Finding {
    let facts = Facts::sealed().trail(|it| it.members = told(statuses));
    check(facts, &format!("trail-delivering {expected}"))
}

#[track_caller]
fn observes(finding: &Finding, parts: &[&str]) {
    for part in parts {
        assert!(finding.observed().contains(part), "{}", finding.observed());
    }
}

#[test]
fn the_worst_member_decides_and_is_named() {
    let good = || known(delivered(5));
    let error = [(2, HOME, good()), (3, HOME, failing(90)), (4, HOME, failing(90))];
    let finding = check_members(&error, "fail delivery_error");
    observes(
        &finding,
        &["'AccessDenied'", "us-east-1 for the member 000000000003", "and in 1 more place"],
    );
    assert_eq!(finding.evidence().len(), 1);
    let finding = check_members(&[(2, FAR, failing(90)), (9, FAR, stopped())], "fail not_logging");
    observes(&finding, &["not logging in eu-west-1 for the member 000000000009"]);
    let finding = check_members(&[(2, HOME, failing(5))], "not_proven delivery_error_contradicted");
    observes(&finding, &["'AccessDenied'", "000000000002"]);
}

#[test]
fn what_a_member_does_not_tell_is_never_a_pass_and_every_gap_is_named() {
    let unread = |number| Observed::Unread(gap(number));
    let members = [(2, HOME, unread(0)), (3, HOME, known(delivered(5))), (3, FAR, unread(1))];
    let finding = check_members(&members, "not_proven unread");
    assert_eq!(finding.gaps(), [gap(0), gap(1)]);
    observes(&finding, &["000000000002", "and in 1 more place"]);
    // It is named also where something else is not proven.
    let finding = check_members(
        &[(2, HOME, failing(5)), (3, HOME, unread(1))],
        "not_proven delivery_error_contradicted",
    );
    assert_eq!(finding.gaps(), [gap(1)]);
    check_members(&[(2, HOME, failing(90)), (3, HOME, unread(1))], "fail delivery_error");
}

#[test]
fn a_member_where_nothing_is_delivered_is_only_shown() {
    let quiet =
        [(2, HOME, never()), (3, HOME, known(delivered(25 * 60))), (4, HOME, known(delivered(1)))];
    let finding = check_members(&quiet, "pass delivering");
    observes(&finding, &["in 1 Region", "2 of 3 member statuses show no delivery"]);
    let finding = check_members(&[], "pass delivering");
    assert!(!finding.observed().contains("member"), "{}", finding.observed());
}

#[test]
fn what_aws_refuses_to_tell_members_is_judged_by_the_owner() {
    let refused = |account: u64| {
        let target = Target { account: super::account(account), region: region(HOME) };
        (target, Delivery::NotTold, Observed::Unread(gap(0)))
    };
    let members = || {
        let mut members = MemberDelivery::default();
        for (target, said, status) in [refused(2), refused(3)] {
            members.add(target, said, status);
        }
        members.leave_out();
        members
    };
    let facts = Facts::sealed().trail(|it| it.members = members());
    let finding = check(facts, "trail-delivering pass delivering");
    observes(&finding, &["AWS refused the status to 2 members", "1 more were not asked"]);
    assert!(!finding.observed().contains("member statuses"), "{}", finding.observed());
    assert_eq!(finding.gaps(), []);
    let owner_stopped = Facts::sealed().status([(HOME, stopped())]);
    check(owner_stopped.trail(|it| it.members = members()), "trail-delivering fail not_logging");
    let one_fails = Facts::sealed().trail(|it| {
        it.members = members();
        let target = Target { account: account(9), region: region(HOME) };
        it.members.add(target, Delivery::Error, failing(90));
    });
    check(one_fails, "trail-delivering fail delivery_error");
}

#[test]
fn the_owner_s_failure_goes_before_a_member_s() {
    let facts = Facts::sealed().status([(HOME, stopped())]).trail(|it| {
        it.members = told(&[(2, HOME, failing(90))]);
    });
    check(facts, "trail-delivering fail not_logging");
}

/// The names of the trails that cover each target, in the order of the coverage.
#[track_caller]
fn check_covered(facts: &OrganizationFacts, expected: &[&str]) {
    let covered = covered_by(facts);
    let names = |row: usize| {
        let trails = covered.row(row).iter();
        let names: Vec<_> = trails.map(|it| it.resource().trim_start_matches("trail/")).collect();
        names.join(" ")
    };
    let got: Vec<String> = (0..facts.coverage.rows().count()).map(names).collect();
    assert_eq!(got, expected);
}

#[test]
fn each_target_has_every_trail_that_covers_it() {
    let mut home_only = trail_facts(crate::test_support::trail("own"));
    home_only.description.owner = account(OWNER);
    let trails = || vec![of_organization(), home_only.clone()];
    let all = [
        (OWNER, FAR, Outcome::Evaluated),
        (OWNER, HOME, Outcome::Evaluated),
        (MEMBER, FAR, Outcome::NotEvaluated),
        (MEMBER, HOME, Outcome::Evaluated),
    ];
    // Also a target that was not read, by what the owner shows.
    check_covered(&facts(trails(), &all), &["main", "main own", "main", "main"]);
    let left_out = [
        (OWNER, FAR, Outcome::Excluded),
        (OWNER, HOME, Outcome::Evaluated),
        (OWNER, OPT_IN, Outcome::RegionDisabled),
        (MEMBER, HOME, Outcome::AccountNotActive),
    ];
    // Rows come by the number of the Region.
    let facts = facts(trails(), &left_out);
    let covered = covered_by(&facts);
    for (number, (_, row)) in facts.coverage.rows().enumerate() {
        let is_any = !covered.row(number).is_empty();
        assert_eq!(is_any, row.outcome == Outcome::Evaluated, "{}", row.region);
    }
}

#[test]
fn a_trail_that_may_not_cover_a_target_is_not_named() {
    for change in [
        (|it: &mut TrailFacts| it.management_events = Some(Observed::Unread(gap(1))))
            as fn(&mut TrailFacts),
        |it| it.status.iter_mut().for_each(|it| it.1 = Observed::Unread(gap(1))),
        |it| it.status.iter_mut().for_each(|it| it.1 = stopped()),
    ] {
        let mut trail = multi_region("main");
        change(&mut trail);
        check_covered(&facts(vec![trail], BOTH), &["", ""]);
    }
    // Read, and not shown there.
    let mut facts = facts(vec![multi_region("main")], BOTH);
    facts.trails[0].seen_from.clear();
    check_covered(&facts, &["", ""]);
}

#[test]
fn a_missing_folder_is_called_so_only_where_the_trail_logs_for_the_account() {
    const ALL: Targets<'static> = &[
        (OWNER, HOME, Outcome::Evaluated),
        (OWNER, FAR, Outcome::Evaluated),
        (MEMBER, HOME, Outcome::Evaluated),
        (MEMBER, FAR, Outcome::Evaluated),
    ];
    let check = |without: &[u64], is_whole, stops, apart, expected: [Option<LogPrefix>; 2]| {
        let mut trail = of_organization();
        let without = without.iter().map(|it| account(*it)).collect();
        let mut listed_by = evidence();
        listed_by.at += jiff::SignedDuration::from_mins(apart);
        let listed_by = Some(listed_by);
        let prefixes = AccountPrefixes { without, is_whole, listed_by, ..Default::default() };
        trail.prefixes = Some(prefixes);
        if stops {
            trail.status.iter_mut().for_each(|it| it.1 = stopped());
        }
        let facts = facts(vec![trail], ALL);
        let answers = account_sealing(&facts, &judge(&facts));
        let found: Vec<_> = answers.iter().map(|it| it.log_prefix).collect();
        assert_eq!(found, expected);
    };
    let (found, missing) = (Some(LogPrefix::Found), Some(LogPrefix::Missing));
    let absent = Some(LogPrefix::Absent);
    check(&[], true, false, 0, [found, found]);
    check(&[2], true, false, 59, [found, missing]);
    // Whether the trail logged when the folders were listed is not known.
    check(&[2], true, false, 60, [found, absent]);
    check(&[2], true, true, 0, [found, absent]);
    check(&[], false, false, 0, [None, None]);
}
