//! `account-covered`: which trail records which Region of which account.

use trailseal_model::{
    AccountId, Coverage, CoverageRow, GapClass, ManagementEvents, Operation, OrganizationFacts,
    Outcome, RegionSet, TrailFacts,
};

use super::*;
use crate::test_support::everything;

pub(super) const HOME: &str = "us-east-1";
pub(super) const FAR: &str = "eu-west-1";
/// A Region that accounts opt in to.
pub(super) const OPT_IN: &str = "af-south-1";

/// Account 1 owns the trail; account 2 is a member that owns none.
pub(super) const OWNER: u64 = 1;
pub(super) const MEMBER: u64 = 2;

pub(super) type Targets<'a> = &'a [(u64, &'a str, Outcome)];

/// Facts of these targets: each whose trails were listed shows every trail that reaches it.
pub(super) fn facts(trails: Vec<TrailFacts>, targets: Targets<'_>) -> OrganizationFacts {
    facts_where(trails, targets, false)
}

/// The same, and whether the trails of a `partial` target were listed.
pub(super) fn facts_where(
    trails: Vec<TrailFacts>,
    targets: Targets<'_>,
    partial_lists_trails: bool,
) -> OrganizationFacts {
    let lists_trails =
        |it: Outcome| it == Outcome::Evaluated || (it == Outcome::Partial && partial_lists_trails);
    let mut coverage = Coverage::default();
    for number in [OWNER, MEMBER] {
        let of_account = targets.iter().filter(|it| it.0 == number);
        let rows = of_account.map(|(_, name, outcome)| {
            let mut row = CoverageRow::with(region(name), *outcome, Some(GapClass::Denied));
            row.trails_listed = lists_trails(*outcome);
            row.gap = outcome.is_incomplete().then(|| gap(5));
            row
        });
        coverage.plan(account(number), rows);
    }
    let mut facts = Facts::sealed().build();
    facts.coverage = coverage;
    facts.trails = trails;
    let mut read = targets.to_vec();
    read.retain(|it| lists_trails(it.2));
    for trail in &mut facts.trails {
        trail.seen_from = seen_from(trail, &read);
    }
    facts
}

fn seen_from(trail: &TrailFacts, targets: Targets<'_>) -> Vec<(AccountId, RegionSet)> {
    let description = &trail.description;
    [OWNER, MEMBER]
        .into_iter()
        .filter(|it| description.is_organization_trail || account(*it) == description.owner)
        .map(|number| {
            let mut regions = RegionSet::default();
            let read = targets.iter().filter(|it| it.0 == number);
            let reached = read
                .map(|it| region(it.1))
                .filter(|it| description.is_multi_region || *it == description.home_region);
            reached.for_each(|it| regions.insert(it));
            (account(number), regions)
        })
        .collect()
}

pub(super) fn multi_region(name: &str) -> TrailFacts {
    let mut facts = trail_facts(crate::test_support::trail(name));
    facts.description.is_multi_region = true;
    facts.status = vec![(region(FAR), known(delivered(5))), (region(HOME), known(delivered(5)))];
    facts
}

fn recording_events(name: &str, events: Observed<Answer<ManagementEvents>>) -> TrailFacts {
    let mut trail = multi_region(name);
    trail.management_events = Some(events);
    trail
}

pub(super) fn of_organization() -> TrailFacts {
    let mut facts = multi_region("main");
    facts.description.is_organization_trail = true;
    facts
}

#[track_caller]
pub(super) fn check(facts: &OrganizationFacts, number: u64, expected: &str) -> Finding {
    let mut findings = judge(facts);
    findings.retain(|it| *it.subject() == Subject::Account(account(number)));
    assert_eq!(findings.len(), 1, "one finding for the account");
    let finding = findings.remove(0);
    let got = format!("{} {}", finding.status(), finding.reason());
    assert_eq!(got, expected, "{}", finding.observed());
    finding
}

/// Both Regions of the owner, read.
pub(super) const BOTH: Targets<'static> =
    &[(OWNER, HOME, Outcome::Evaluated), (OWNER, FAR, Outcome::Evaluated)];

#[test]
fn an_account_that_is_not_in_use_is_not_judged_and_every_other_is() {
    for state in AccountState::ALL {
        let mut facts = facts(vec![multi_region("main")], BOTH);
        facts.accounts = vec![member(OWNER, *state)];
        let expected =
            if state.is_audited() { "pass covered" } else { "not_applicable account_not_active" };
        check(&facts, OWNER, expected);
    }
}

#[test]
fn a_multi_region_trail_covers_every_enabled_region() {
    let finding = check(&facts(vec![multi_region("main")], BOTH), OWNER, "pass covered");
    assert!(finding.observed().contains(":trail/main"), "{}", finding.observed());
    let with_disabled = [BOTH, &[(OWNER, OPT_IN, Outcome::RegionDisabled)]].concat();
    check(&facts(vec![multi_region("main")], &with_disabled), OWNER, "pass covered");
    let with_unread = [BOTH, &[(OWNER, OPT_IN, Outcome::NotEvaluated)]].concat();
    check(&facts(vec![multi_region("main")], &with_unread), OWNER, "pass covered");
}

#[test]
fn a_single_region_trail_leaves_the_other_regions_uncovered() {
    let single = trail_facts(crate::test_support::trail("main"));
    let finding = check(&facts(vec![single.clone()], BOTH), OWNER, "fail not_covered");
    let single_words = "not recorded: eu-west-1; arn:aws:cloudtrail:us-east-1:000000000001:trail/main records us-east-1 only";
    assert_eq!(finding.observed(), single_words);
    let home_only = [(OWNER, HOME, Outcome::Evaluated)];
    check(&facts(vec![single], &home_only), OWNER, "pass covered");
}

#[test]
fn without_a_trail_what_was_read_fails_and_what_was_not_is_not_proven() {
    check(&facts(vec![], BOTH), OWNER, "fail not_covered");
    let unread = [(OWNER, HOME, Outcome::NotEvaluated)];
    let finding = check(&facts(vec![], &unread), OWNER, "not_proven coverage_unread");
    assert_eq!(finding.gaps(), [gap(5)]);
    let both = [(OWNER, HOME, Outcome::NotEvaluated), (OWNER, FAR, Outcome::Evaluated)];
    check(&facts(vec![], &both), OWNER, "fail not_covered");
    check(&facts(vec![], &[]), OWNER, "not_proven coverage_unread");
}

#[test]
fn an_organization_trail_covers_members_that_could_not_be_read() {
    let unread = [(MEMBER, HOME, Outcome::NotEvaluated), (MEMBER, FAR, Outcome::NotEvaluated)];
    let targets = [BOTH, &unread].concat();
    check(&facts(vec![of_organization()], &targets), MEMBER, "pass covered");
    let not_its_own = facts(vec![multi_region("main")], &targets);
    check(&not_its_own, MEMBER, "not_proven coverage_unread");
    let read = [(MEMBER, FAR, Outcome::Evaluated)];
    let mut single = of_organization();
    single.description.is_multi_region = false;
    check(&facts(vec![single], &read), MEMBER, "fail not_covered");
}

#[test]
fn a_region_where_nothing_could_be_read_goes_by_what_home_says() {
    let mut trail = multi_region("main");
    trail.status[0].1 = Observed::Unread(gap(3));
    let unread = [(OWNER, HOME, Outcome::Evaluated), (OWNER, FAR, Outcome::NotEvaluated)];
    check(&facts(vec![trail.clone()], &unread), OWNER, "pass covered");
    check(&facts(vec![trail.clone()], BOTH), OWNER, "not_proven status_unread");
    trail.status[1].1 = Observed::Unread(gap(4));
    check(&facts(vec![trail], &unread), OWNER, "not_proven status_unread");
}

#[test]
fn an_organization_trail_homed_in_an_opt_in_region_needs_that_region_in_the_member() {
    let mut trail = of_organization();
    trail.description.home_region = region(OPT_IN);
    trail.status.push((region(OPT_IN), known(delivered(5))));
    let check = |outcome: Option<Outcome>, expected: &str| {
        let mut targets = vec![(MEMBER, HOME, Outcome::Evaluated)];
        targets.extend(outcome.map(|it| (MEMBER, OPT_IN, it)));
        check(&facts(vec![trail.clone()], &targets), MEMBER, expected);
    };
    check(Some(Outcome::Evaluated), "pass covered");
    check(Some(Outcome::RegionDisabled), "fail not_covered");
    check(None, "fail not_covered");
    check(Some(Outcome::NotEvaluated), "not_proven coverage_unread");
}

#[test]
fn a_trail_that_records_only_a_part_covers_nothing() {
    let with = |events: Observed<Answer<ManagementEvents>>, expected: &str| {
        let trail = recording_events("main", events);
        check(&facts(vec![trail], BOTH), OWNER, expected)
    };
    let recording = |read, write| {
        known(ManagementEvents::Recorded { read, write, excluded_sources: Vec::new() })
    };
    with(recording(true, false), "fail not_covered");
    with(recording(false, true), "fail not_covered");
    with(recording(false, false), "fail not_covered");
    let unread = with(Observed::Unread(gap(7)), "not_proven selectors_unread");
    assert_eq!(unread.gaps(), [gap(7)]);
    let odd = known(ManagementEvents::NotUnderstood("eventName".to_owned()));
    with(odd, "not_proven selectors_not_understood");
    let excluded_sources = vec!["kms.amazonaws.com".to_owned()];
    let excluding = ManagementEvents::Recorded { read: true, write: true, excluded_sources };
    let finding = with(known(excluding), "pass covered");
    assert!(finding.observed().contains("without kms.amazonaws.com"), "{}", finding.observed());
}

#[test]
fn a_trail_covers_only_where_it_logs() {
    let with = |status: Observed<Answer<TrailStatus>>, expected: &str| {
        let mut trail = multi_region("main");
        trail.status[0].1 = status;
        check(&facts(vec![trail], BOTH), OWNER, expected)
    };
    let stopped = TrailStatus { is_logging: false, ..delivered(5) };
    let finding = with(known(stopped), "fail not_covered");
    let observed = finding.observed();
    assert!(observed.starts_with("not recorded: eu-west-1; "), "{observed}");
    assert!(observed.ends_with(":trail/main does not log there"), "{observed}");
    with(Observed::Unread(gap(3)), "not_proven status_unread");
    let mut never_asked = multi_region("main");
    never_asked.status.clear();
    check(&facts(vec![never_asked], BOTH), OWNER, "not_proven status_unread");
}

#[test]
fn a_target_that_was_read_must_show_the_trail() {
    let mut facts = facts(vec![multi_region("main")], BOTH);
    facts.trails[0].seen_from = vec![(account(OWNER), {
        let mut home = RegionSet::default();
        home.insert(region(HOME));
        home
    })];
    check(&facts, OWNER, "not_proven trail_not_shown");
}

#[test]
fn shadows_that_contradict_each_other_cover_nothing_for_certain() {
    let mut trail = multi_region("main");
    trail.described_from = DescribedFrom::DisagreeingShadows;
    check(&facts(vec![trail.clone()], BOTH), OWNER, "not_proven shadows_disagree");
    // Whether it is of one Region or of all may be what they contradict each other in.
    trail.description.is_multi_region = false;
    check(&facts(vec![trail], BOTH), OWNER, "not_proven shadows_disagree");
}

#[test]
fn one_trail_that_covers_is_enough() {
    let unread = recording_events("unread", Observed::Unread(gap(7)));
    let good = recording_events("good", known(everything()));
    check(&facts(vec![unread.clone(), good.clone()], BOTH), OWNER, "pass covered");
    check(&facts(vec![good, unread], BOTH), OWNER, "pass covered");
}

#[test]
fn a_trail_that_covers_half_is_named_with_its_half() {
    let recording = |name: &str, read, write| {
        let excluded_sources = Vec::new();
        recording_events(name, known(ManagementEvents::Recorded { read, write, excluded_sources }))
    };
    let writes = recording("writes", false, true);
    let finding = check(&facts(vec![writes.clone()], BOTH), OWNER, "fail not_covered");
    for text in [finding.message(), finding.observed()] {
        assert!(text.contains(":trail/writes records writes only"), "{text}");
    }
    let both = vec![recording("reads", true, false), writes];
    let finding = check(&facts(both, BOTH), OWNER, "fail not_covered");
    for part in [":trail/reads records reads only", ":trail/writes records writes only"] {
        assert!(finding.message().contains(part), "{}", finding.message());
    }
    let none = recording("none", false, false);
    let finding = check(&facts(vec![none], BOTH), OWNER, "fail not_covered");
    assert!(finding.message().contains("records no management events"), "{}", finding.message());
    let finding = check(&facts(vec![], BOTH), OWNER, "fail not_covered");
    assert!(finding.message().contains("no trail of the account"), "{}", finding.message());
    let many = (0..5).map(|it| recording(&format!("t{it}"), false, true)).collect();
    let finding = check(&facts(many, BOTH), OWNER, "fail not_covered");
    assert!(finding.message().contains("and 2 more fall short"), "{}", finding.message());
}

#[test]
fn what_is_not_proven_of_a_region_is_said() {
    let mut trail = multi_region("main");
    trail.management_events = Some(Observed::Unread(gap(0)));
    let mut facts = facts(vec![trail], BOTH);
    let kind = trailseal_model::Gap::new(GapClass::Denied, Operation::GetEventSelectors);
    facts.gap_kinds = [trailseal_model::GapKind::from(&kind)].into_iter().collect();
    let finding = check(&facts, OWNER, "not_proven selectors_unread");
    for part in ["2 Regions", "event selectors", "GetEventSelectors was denied"] {
        assert!(finding.message().contains(part), "{}", finding.message());
    }
}
