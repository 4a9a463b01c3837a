//! The two answers for each account that a refused listing does not blur: whether sealed trails record
//! it, and what is known of its other trails.

use trailseal_model::{
    AccountId, Arn, ControlId, Evidence, GapClass, ManagementEvents, Operation, OrganizationFacts,
    Outcome, Scope, Target, TrailFacts,
};

use super::account_covered::{
    BOTH, FAR, HOME, MEMBER, OPT_IN, OWNER, Targets, facts, multi_region, of_organization,
};
use super::*;
use crate::judge::account_sealing;

/// A landing zone under a policy that denies every Region but the governed one: in the member
/// DescribeTrails answers at home only.
const REGION_DENY: Targets<'static> = &[
    (OWNER, HOME, Outcome::Evaluated),
    (OWNER, FAR, Outcome::NotEvaluated),
    (MEMBER, HOME, Outcome::Evaluated),
    (MEMBER, FAR, Outcome::NotEvaluated),
    (MEMBER, "eu-north-1", Outcome::NotEvaluated),
];

/// Both Regions of the owner and of the member, read.
const ALL: Targets<'static> = &[
    (OWNER, HOME, Outcome::Evaluated),
    (OWNER, FAR, Outcome::Evaluated),
    (MEMBER, HOME, Outcome::Evaluated),
    (MEMBER, FAR, Outcome::Evaluated),
];

/// Expects `recorded_by_sealed_trail`, `other_trails` with the Regions that are not known, and
/// `logs_sealed` of the account.
#[track_caller]
fn check(facts: &OrganizationFacts, number: u64, expected: &str) {
    let answers = account_sealing(facts, &judge(facts));
    let answer = answers.iter().find(|it| it.account == account(number)).expect("an answer");
    let recorded = answer.recorded_by_sealed_trail.map_or("-", |it| it.as_str());
    let others = answer.other_trails.map_or("-", |it| it.as_str());
    let sealed = answer.logs_sealed.map_or("-", |it| it.as_str());
    let unknown = answer.other_trails_unknown_regions;
    assert_eq!(format!("{recorded} {others} {unknown} {sealed}"), expected);
}

fn names(facts: &mut OrganizationFacts, number: u64, trails: &[&str]) {
    let arns = trails.iter().map(|it| arn(it)).collect();
    facts.listed_trails.insert(account(number), arns);
}

const MAIN: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";
const OWN: &str = "arn:aws:cloudtrail:us-east-1:000000000002:trail/own";

/// A trail of the member's own, at home in us-east-1, under the key of the others.
fn own_sealed() -> TrailFacts {
    let mut description = crate::test_support::trail("own");
    description.arn = arn(OWN);
    description.owner = account(MEMBER);
    trail_facts(description)
}

/// The same without a key.
fn own_unsealed() -> TrailFacts {
    let mut trail = own_sealed();
    trail.description.kms_key_id = None;
    trail
}

fn without_key(mut trail: TrailFacts) -> TrailFacts {
    (trail.description.kms_key_id, trail.key) = (None, None);
    trail
}

/// The policy lets CloudTrail seal for any trail of any account.
fn open_policy(facts: &mut OrganizationFacts) {
    let of_any = POLICY
        .replace("StringEquals", "StringLike")
        .replace("us-east-1:000000000001:trail/main", "*:*:trail/*");
    facts.key_policies.insert(arn(KEY), known(of_any.as_str().into()));
}

#[test]
fn a_region_deny_policy_does_not_hide_that_the_organization_trail_is_sealed() {
    let mut facts = facts(vec![of_organization()], REGION_DENY);
    check(&facts, MEMBER, "yes unknown 2 unproven");
    check(&facts, OWNER, "yes unknown 1 unproven");
    // ListTrails answers at home for all Regions of the account.
    names(&mut facts, MEMBER, &[]);
    check(&facts, MEMBER, "yes none 0 unproven");
    check(&facts, OWNER, "yes unknown 1 unproven");
    names(&mut facts, OWNER, &[MAIN]);
    check(&facts, OWNER, "yes none 0 unproven");
}

#[test]
fn a_trail_that_only_list_trails_names_may_record_any_region() {
    let mut facts = facts(vec![of_organization()], REGION_DENY);
    names(&mut facts, MEMBER, &[MAIN, "arn:aws:cloudtrail:eu-west-1:000000000002:trail/hidden"]);
    check(&facts, MEMBER, "yes unknown 2 unproven");
}

#[test]
fn an_account_that_could_not_be_opened_is_recorded_by_the_owners_facts() {
    let unopened = [(OWNER, HOME, Outcome::Evaluated), (MEMBER, HOME, Outcome::NotEvaluated)];
    check(&facts(vec![of_organization()], &unopened), MEMBER, "yes unknown 1 unproven");
    check(&facts(vec![], &unopened), MEMBER, "unproven unknown 1 unproven");
}

#[test]
fn where_all_was_read_the_answers_say_what_the_strict_one_does() {
    check(&facts(vec![of_organization()], ALL), MEMBER, "yes none 0 sealed");
    let beside = facts(vec![of_organization(), own_unsealed()], ALL);
    check(&beside, MEMBER, "yes unsealed 0 unsealed");
    check(&beside, OWNER, "yes none 0 sealed");
    let mut both_sealed = facts(vec![of_organization(), own_sealed()], ALL);
    open_policy(&mut both_sealed);
    check(&both_sealed, MEMBER, "yes sealed 0 sealed");
}

#[test]
fn an_unsealed_trail_counts_whatever_could_not_be_listed() {
    let mut facts = facts(vec![of_organization(), own_unsealed()], REGION_DENY);
    check(&facts, MEMBER, "yes unsealed 2 unsealed");
    // Where it is not known to log, it is not held against the account.
    facts.trails[1].status = vec![(region(HOME), Observed::Unread(gap(3)))];
    check(&facts, MEMBER, "yes unproven 2 unproven");
}

#[test]
fn a_trail_that_is_not_sealed_makes_no_yes() {
    let mut unread = facts(vec![of_organization()], REGION_DENY);
    unread.keys.values_mut().for_each(|it| *it = Observed::Unread(gap(0)));
    check(&unread, MEMBER, "unproven unproven 2 unproven");
    let mut skipped = facts(vec![of_organization()], ALL);
    skipped.scope.skipped_controls.insert(ControlId::KeyUsable);
    check(&skipped, MEMBER, "unproven unproven 0 unproven");
}

#[test]
fn no_is_said_only_where_every_list_is_known() {
    let of_keyless = |targets: Targets<'_>| facts(vec![without_key(of_organization())], targets);
    check(&of_keyless(ALL), MEMBER, "no unsealed 0 unsealed");
    // At home all its trails were listed, so no sealed one records that Region.
    check(&of_keyless(REGION_DENY), MEMBER, "no unsealed 2 unsealed");
    let mut unopened = of_keyless(&[(MEMBER, HOME, Outcome::NotEvaluated)]);
    check(&unopened, MEMBER, "unproven unsealed 1 unsealed");
    names(&mut unopened, MEMBER, &[MAIN]);
    check(&unopened, MEMBER, "no unsealed 0 unsealed");
}

#[test]
fn an_unsealed_trail_beside_one_that_may_be_sealed_leaves_it_open() {
    let mut own = multi_region("own");
    own.management_events = Some(Observed::Unread(gap(4)));
    let mut of_both = facts(vec![without_key(of_organization()), own], ALL);
    open_policy(&mut of_both);
    check(&of_both, OWNER, "unproven unsealed 0 unsealed");
    of_both.trails[1] = without_key(of_both.trails[1].clone());
    check(&of_both, OWNER, "no unsealed 0 unsealed");
}

#[test]
fn several_sealed_trails_together_are_enough() {
    let mut far = trail_facts(crate::test_support::trail("far"));
    far.description.arn = arn("arn:aws:cloudtrail:eu-west-1:000000000001:trail/far");
    far.description.home_region = region(FAR);
    far.status = vec![(region(FAR), known(delivered(5)))];
    let near = trail_facts(crate::test_support::trail("main"));
    let mut of_two = facts(vec![far.clone(), near.clone()], BOTH);
    open_policy(&mut of_two);
    check(&of_two, OWNER, "yes none 0 sealed");
    let half = facts(vec![without_key(far), near.clone()], BOTH);
    check(&half, OWNER, "no unsealed 0 unsealed");
    check(&facts(vec![near], BOTH), OWNER, "not_covered sealed 0 not_covered");
}

#[test]
fn a_target_that_was_read_and_does_not_show_the_trail_makes_it_unproven() {
    let mut not_shown = facts(vec![of_organization()], ALL);
    not_shown.trails[0].seen_from.retain(|(id, _)| *id == account(OWNER));
    check(&not_shown, MEMBER, "unproven sealed 0 unproven");
    // Also where another trail is missing there, which makes the target partial.
    let target = Target { account: account(MEMBER), region: region(FAR) };
    not_shown.coverage.miss_trail(target, GapClass::NotShown, gap(5));
    let home = Target { account: account(MEMBER), region: region(HOME) };
    not_shown.coverage.miss_trail(home, GapClass::NotShown, gap(5));
    check(&not_shown, MEMBER, "unproven unknown 2 unproven");
}

#[test]
fn an_opt_in_home_region_that_is_not_known_to_be_enabled_makes_no_yes() {
    let mut trail = of_organization();
    trail.description.home_region = region(OPT_IN);
    trail.status.push((region(OPT_IN), known(delivered(5))));
    for (outcome, expected) in [
        (Outcome::Evaluated, "yes none 0 sealed"),
        (Outcome::NotEvaluated, "unproven unproven 1 unproven"),
        (Outcome::RegionDisabled, "not_covered none 0 not_covered"),
    ] {
        let targets = [(MEMBER, HOME, Outcome::Evaluated), (MEMBER, OPT_IN, outcome)];
        check(&facts(vec![trail.clone()], &targets), MEMBER, expected);
    }
}

#[test]
fn without_the_judgement_of_coverage_nothing_is_said_of_sealed_trails() {
    let mut facts = facts(vec![of_organization()], ALL);
    facts.scope.skipped_controls.insert(ControlId::AccountCovered);
    check(&facts, MEMBER, "unproven sealed 0 unproven");
}

#[test]
fn an_account_that_is_not_judged_has_no_answer_and_keeps_its_list() {
    let mut facts = facts(vec![of_organization()], ALL);
    facts.scope = Scope { excluded_accounts: [account(MEMBER)].into(), ..Scope::default() };
    names(&mut facts, MEMBER, &[OWN]);
    check(&facts, MEMBER, "- - 0 -");
    let answers = account_sealing(&facts, &judge(&facts));
    let listed: Vec<&[Arn]> = answers.iter().map(|it| &*it.listed_trails).collect();
    assert_eq!(listed, [&[][..], &[arn(OWN)][..]]);
}

/// The operations and Regions of the calls that the account's `account-covered` cites.
fn cited(facts: &OrganizationFacts, number: u64) -> Vec<String> {
    let findings = judge(facts);
    let finding = findings.iter().find(|it| *it.subject() == Subject::Account(account(number)));
    let calls = finding.expect("a finding").evidence().iter().map(|call| {
        let region = call.region.map_or("-", |it| it.name());
        let id = call.request_id.as_deref().unwrap_or("-");
        format!("{} {} {region} {id}", call.operation, call.account.map_or(0, AccountId::number))
    });
    calls.collect()
}

/// Each call of the trail with a request id of its own.
fn with_ids(trail: &mut TrailFacts) {
    let name = trail.description.name.clone();
    let id = |evidence: &mut Evidence, operation: Operation, of: &str| {
        (evidence.operation, evidence.request_id) =
            (operation, Some(format!("{name}-{of}").into()));
    };
    id(&mut trail.described_by, Operation::DescribeTrails, "described");
    if let Some(Observed::Known(events)) = &mut trail.management_events {
        id(&mut events.evidence, Operation::GetEventSelectors, "selectors");
    }
    for (place, status) in &mut trail.status {
        if let Observed::Known(status) = status {
            id(&mut status.evidence, Operation::GetTrailStatus, place.name());
            status.evidence.region = Some(*place);
        }
    }
}

#[test]
fn a_covered_account_cites_every_call_of_the_covering_trails() {
    let mut of_one = facts(vec![of_organization()], ALL);
    with_ids(&mut of_one.trails[0]);
    let described = "DescribeTrails 1 us-east-1 main-described";
    let selectors = "GetEventSelectors 1 us-east-1 main-selectors";
    let at_home = "GetTrailStatus 1 us-east-1 main-us-east-1";
    assert_eq!(cited(&of_one, MEMBER), [described, selectors, at_home]);
    // In the owner's own Regions its status there counts.
    let far = "GetTrailStatus 1 eu-west-1 main-eu-west-1";
    let mut of_owner = cited(&of_one, OWNER);
    of_owner.sort();
    let mut expected = [described, selectors, at_home, far];
    expected.sort_unstable();
    assert_eq!(of_owner, expected);
}

#[test]
fn an_uncovered_account_cites_the_listing_of_each_such_region_and_the_trails_it_names() {
    let partly = |name: &str| {
        let mut trail = multi_region(name);
        let events =
            ManagementEvents::Recorded { read: false, write: true, excluded_sources: Vec::new() };
        trail.management_events = Some(known(events));
        with_ids(&mut trail);
        trail
    };
    let mut of_four = facts(["a", "b", "c", "d"].map(partly).into(), BOTH);
    for (place, id) in [(HOME, "0a1b2c3d-4e5f-6789-abcd-ef0123456789"), (FAR, "other")] {
        let target = Target { account: account(OWNER), region: region(place) };
        of_four.coverage.note_request_id(target, id);
    }
    let cited = cited(&of_four, OWNER);
    let listings = [
        "DescribeTrails 1 eu-west-1 other",
        "DescribeTrails 1 us-east-1 0a1b2c3d-4e5f-6789-abcd-ef0123456789",
    ];
    assert_eq!(cited[..2], listings);
    // Three trails are named, each with description, selectors and two statuses.
    assert_eq!(cited.len(), 2 + 3 * 4, "{cited:?}");
    assert!(cited.iter().all(|call| !call.ends_with(" -") && !call.contains(" d-")), "{cited:?}");
}

#[test]
fn what_is_not_proven_cites_what_was_read() {
    let mut not_shown = facts(vec![of_organization()], ALL);
    with_ids(&mut not_shown.trails[0]);
    not_shown.trails[0].seen_from.retain(|(id, _)| *id == account(OWNER));
    let target = Target { account: account(MEMBER), region: region(FAR) };
    not_shown.coverage.note_request_id(target, "far");
    let cited = cited(&not_shown, MEMBER);
    assert!(cited.contains(&"DescribeTrails 2 eu-west-1 far".to_owned()), "{cited:?}");
    assert!(cited.contains(&"DescribeTrails 2 us-east-1 -".to_owned()), "{cited:?}");
    assert!(cited.contains(&"DescribeTrails 1 us-east-1 main-described".to_owned()), "{cited:?}");
}
