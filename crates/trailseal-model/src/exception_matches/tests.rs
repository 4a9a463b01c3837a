use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::account::{Account, AccountState};
use crate::arn::Arn;
use crate::coverage::{Coverage, Outcome};
use crate::evidence::{Evidence, Observed, Proof};
use crate::exception::{Approval, CoveredFinding, CoveredGaps};
use crate::exit_code::{CLEAN, FAILURES, FAILURES_AND_INCOMPLETE, INCOMPLETE};
use crate::facts::Thresholds;
use crate::gap::GapLedger;
use crate::operation::Operation;
use crate::outcome::{Completeness, HasFailures, exit_code};
use crate::reason::Reason;
use crate::region::Region;
use crate::scope::{PopulationSource, Scope};
use crate::{Severity, verdict};

fn id(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn region(name: &str) -> Region {
    Region::new(name).unwrap()
}

fn as_of() -> Timestamp {
    "2026-11-20T23:59:59Z".parse().unwrap()
}

/// A run of three accounts, the first two in the unit `ou-a`, the third nobody knows where.
struct World {
    facts: OrganizationFacts,
    findings: Vec<Finding>,
    ledger: GapLedger,
    exceptions: Vec<Exception>,
}

fn approval(expiry: &str) -> Approval {
    Approval {
        owner: "o".to_owned(),
        approver: "a".to_owned(),
        reason: "r".to_owned(),
        ticket: "T".to_owned(),
        approved_at: None,
        expiry: expiry.parse().unwrap(),
    }
}

fn trail() -> Subject {
    Subject::Trail(Arn::new("arn:aws:cloudtrail:us-east-1:000000000001:trail/t").unwrap())
}

/// What denies DescribeTrails by a policy in these Regions.
fn denied(regions: &[&str]) -> CoveredGaps {
    CoveredGaps {
        class: GapClass::DeniedByScp,
        accounts: Vec::new(),
        organizational_units: Vec::new(),
        regions: regions.iter().map(|it| region(it)).collect(),
        operations: Vec::new(),
    }
}

fn failing() -> CoveredFinding {
    CoveredFinding {
        control: ControlId::KeyUsable,
        subject: trail().key(),
        status: Status::Fail,
        status_reason: None,
    }
}

/// The same, when everything is judged.
struct Judged {
    facts: OrganizationFacts,
    findings: Vec<Finding>,
    gaps: Gaps,
    excepted: ExceptionMatches,
}

impl Judged {
    fn exit_code(&self) -> u8 {
        let Self { facts, findings, gaps, excepted } = self;
        let has_failures = HasFailures::of(findings, Severity::High, excepted);
        exit_code(has_failures, Completeness::of(facts, findings, gaps, excepted))
    }
}

impl World {
    fn new() -> Self {
        let account = |number, path: Option<&str>| Account {
            id: id(number),
            name: String::new(),
            state: AccountState::Active,
            ou_path: path.map(str::to_owned),
        };
        let mut coverage = Coverage::default();
        for number in 1..4 {
            let rows = ["eu-west-1", "us-east-1"].map(|it| CoverageRow::planned(region(it)));
            coverage.plan(id(number), rows);
        }
        let facts = OrganizationFacts {
            organization: None,
            accounts: vec![
                account(1, Some("o-1/r-1/ou-a/")),
                account(2, Some("o-1/r-1/ou-a/ou-b/")),
                account(3, None),
            ],
            unit_names: BTreeMap::new(),
            account_tags: BTreeMap::new(),
            population_source: PopulationSource::Organizations,
            population: Observed::Known(()),
            scope: Scope::default(),
            coverage,
            listed_trails: BTreeMap::new(),
            trails: Vec::new(),
            keys: BTreeMap::new(),
            key_policies: BTreeMap::new(),
            key_grants: BTreeMap::new(),
            key_rotations: BTreeMap::new(),
            stores: Vec::new(),
            buckets: BTreeMap::new(),
            trusted_key_accounts: BTreeSet::new(),
            trusted_readers: BTreeSet::new(),
            gap_kinds: crate::GapKinds::default(),
            thresholds: Thresholds::DEFAULT,
            as_of: as_of(),
        };
        Self { facts, findings: Vec::new(), ledger: GapLedger::default(), exceptions: Vec::new() }
    }

    fn gap(&self, class: GapClass, operation: Operation, account: u64, at: &str) -> GapId {
        let at = Some(at).filter(|it| !it.is_empty()).map(region);
        self.ledger.record(Gap::new(class, operation).at(id(account), at))
    }

    fn settle(mut self, account: u64, at: &str, outcome: Outcome, gap: Option<GapId>) -> Self {
        let mut row = CoverageRow::with(region(at), outcome, None);
        row.gap = gap;
        self.facts.coverage.settle(id(account), row);
        self
    }

    /// Everything is read that is not settled yet.
    fn read(mut self) -> Self {
        for number in 1..4 {
            for name in ["eu-west-1", "us-east-1"] {
                self = self.settle(number, name, Outcome::Evaluated, None);
            }
        }
        self
    }

    /// Both listings are denied by a policy in one Region of the first account.
    fn denied() -> Self {
        let world = Self::new();
        let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 1, "eu-west-1");
        world.gap(GapClass::DeniedByScp, Operation::ListEventDataStores, 1, "eu-west-1");
        world.settle(1, "eu-west-1", Outcome::NotEvaluated, Some(gap)).read()
    }

    fn with(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    fn failing(self) -> Self {
        let proof = Proof::of(&Evidence {
            operation: Operation::DescribeKey,
            account: None,
            region: None,
            at: as_of(),
            request_id: None,
            attempts: 1,
            throttles: 0,
        });
        self.with(Finding::fail(ControlId::KeyUsable, trail(), Reason::Disabled, &proof))
    }

    fn accepting(mut self, covers: Covers, expiry: &str) -> Self {
        let entry = u32::try_from(self.exceptions.len()).unwrap() + 1;
        self.exceptions.push(Exception { entry, covers, approval: approval(expiry) });
        self
    }

    fn audit(self) -> Judged {
        let (facts, findings, gaps) = (self.facts, self.findings, self.ledger.into_gaps());
        let excepted = ExceptionMatches::new(self.exceptions, &facts, &findings, &gaps);
        Judged { facts, findings, gaps, excepted }
    }

    #[track_caller]
    fn check(self, exit_code: u8, state: ExceptionState) -> ExceptionMatches {
        let audit = self.audit();
        assert_eq!(audit.exit_code(), exit_code, "{:?}", audit.excepted);
        let (_, got, _) = audit.excepted.exceptions().next().unwrap();
        assert_eq!(got, state);
        audit.excepted
    }
}

use ExceptionState::{Expired, InForce, Unmatched};

const LATER: &str = "2027-03-31";

#[test]
fn an_accepted_failure_leaves_the_exit_code_and_stays_a_failure() {
    assert_eq!(World::new().read().failing().audit().exit_code(), FAILURES);
    let accepted = World::new().read().failing().accepting(Covers::Finding(failing()), LATER);
    let audit = accepted.audit();
    assert_eq!(audit.exit_code(), CLEAN);
    assert!(audit.excepted.has_finding(&audit.findings[0]));
    assert_eq!(audit.findings[0].status(), Status::Fail);
    assert_eq!(verdict(&audit.findings), crate::Verdict::Unsealed);
}

#[test]
fn only_what_is_named_is_accepted() {
    let check = |change: fn(&mut CoveredFinding), exit_code, state| {
        let mut covered = failing();
        change(&mut covered);
        let world = World::new().read().failing().accepting(Covers::Finding(covered), LATER);
        world.check(exit_code, state)
    };
    check(|_| (), CLEAN, InForce);
    check(|it| it.status_reason = Some(Reason::Disabled), CLEAN, InForce);
    check(|it| it.status_reason = Some(Reason::KeyGone), FAILURES, Unmatched);
    check(|it| it.control = ControlId::KeyPolicyScoped, FAILURES, Unmatched);
    check(|it| it.subject.push('2'), FAILURES, Unmatched);
    let excepted = check(|it| it.status = Status::NotProven, FAILURES, Unmatched);
    let warnings = excepted.warnings();
    assert!(warnings[0].starts_with("UNMATCHED: exception finding 1 (T)"), "{warnings:?}");
    assert!(warnings[0].contains("this finding is fail (disabled)"), "{warnings:?}");
}

#[test]
fn an_exception_holds_through_its_last_day_in_utc() {
    let world = |expiry| World::denied().accepting(Covers::Gaps(denied(&["eu-west-1"])), expiry);
    world("2026-11-20").check(CLEAN, InForce);
    let excepted = world("2026-11-19").check(INCOMPLETE, Expired);
    let warnings = excepted.warnings();
    assert_eq!(
        warnings,
        [
            "EXPIRED: exception gap 1 (T) has no effect since 2026-11-20 (its last day was 2026-11-19); 2 gaps that it spoke of count."
        ]
    );
    // Another one that holds takes its place.
    let renewed = world("2026-11-19")
        .accepting(Covers::Gaps(denied(&["eu-west-1", "us-east-1"])), LATER)
        .check(CLEAN, Expired);
    assert!(renewed.warnings()[0].ends_with("nothing depends on it any more."));
}

#[test]
fn a_target_is_accepted_if_all_that_keeps_it_from_being_read_is() {
    let check = |world: World, exit_code| {
        world.accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER).audit().exit_code()
            == exit_code
    };
    assert!(check(World::denied(), CLEAN));
    // Another listing there failed otherwise.
    let world = World::new();
    let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 1, "eu-west-1");
    world.gap(GapClass::Timeout, Operation::ListEventDataStores, 1, "eu-west-1");
    assert!(check(
        world.settle(1, "eu-west-1", Outcome::NotEvaluated, Some(gap)).read(),
        INCOMPLETE
    ));
    // A trail is known by name only, and that is another matter.
    let world = World::new();
    let gap = world.gap(GapClass::DeniedByScp, Operation::ListEventDataStores, 1, "eu-west-1");
    world.gap(GapClass::NotShown, Operation::ListTrails, 1, "eu-west-1");
    assert!(check(world.settle(1, "eu-west-1", Outcome::Partial, Some(gap)).read(), INCOMPLETE));
    // Nothing says why it was not read.
    let world = World::denied().settle(1, "eu-west-1", Outcome::NotEvaluated, None);
    assert!(check(world, CLEAN), "the first outcome stands");
    let world = World::new().settle(2, "us-east-1", Outcome::NotEvaluated, None).read();
    assert!(check(world, INCOMPLETE));
    // Another Region.
    let world = World::denied();
    let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 2, "us-east-1");
    let mut world = world;
    let mut row = CoverageRow::with(region("us-east-1"), Outcome::NotEvaluated, None);
    row.gap = Some(gap);
    world.facts.coverage = Coverage::default();
    world.facts.coverage.plan(id(2), [CoverageRow::planned(region("us-east-1"))]);
    world.facts.coverage.settle(id(2), row);
    assert!(check(world, INCOMPLETE));
}

#[test]
fn an_account_that_was_not_opened_is_accepted_by_its_one_gap() {
    let world = || {
        let world = World::new();
        let gap = world.gap(GapClass::RoleNotAssumable, Operation::AssumeRole, 2, "");
        world
            .settle(2, "eu-west-1", Outcome::NotEvaluated, Some(gap))
            .settle(2, "us-east-1", Outcome::NotEvaluated, Some(gap))
            .read()
    };
    let covers = |accounts: &[u64], units: &[&str]| {
        Covers::Gaps(CoveredGaps {
            class: GapClass::RoleNotAssumable,
            accounts: accounts.iter().map(|it| id(*it)).collect(),
            organizational_units: units.iter().map(ToString::to_string).collect(),
            regions: Vec::new(),
            operations: vec![Operation::AssumeRole],
        })
    };
    let check = |accounts: &[u64], units: &[&str], exit_code, state| {
        world().accepting(covers(accounts, units), LATER).check(exit_code, state)
    };
    let excepted = check(&[2], &[], CLEAN, InForce);
    assert_eq!(excepted.totals(), Counts { findings: 0, gaps: 1, targets: 2 });
    check(&[], &["ou-a"], CLEAN, InForce);
    check(&[], &["r-1"], CLEAN, InForce);
    check(&[], &["ou-b"], CLEAN, InForce);
    check(&[1], &["ou-b"], CLEAN, InForce);
    check(&[], &["ou-"], INCOMPLETE, Unmatched);
    check(&[1, 3], &["ou-c"], INCOMPLETE, Unmatched);
}

#[test]
fn an_account_without_a_place_lies_under_no_unit() {
    let world = World::new();
    let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 3, "eu-west-1");
    let covered = CoveredGaps { organizational_units: vec!["r-1".to_owned()], ..denied(&[]) };
    world
        .settle(3, "eu-west-1", Outcome::NotEvaluated, Some(gap))
        .read()
        .accepting(Covers::Gaps(covered), LATER)
        .check(INCOMPLETE, Unmatched);
}

#[test]
fn a_population_that_is_not_whole_is_never_accepted() {
    let mut world = World::denied();
    let gap = Gap::new(GapClass::DeniedByScp, Operation::ListAccounts);
    let gap = world.ledger.record(Gap { region: Some(region("eu-west-1")), ..gap });
    world.facts.population = Observed::Unread(gap);
    let excepted =
        world.accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER).check(INCOMPLETE, InForce);
    assert!(excepted.of_gap(gap).is_none());
    let mut nothing = World::new();
    nothing.facts.coverage = Coverage::default();
    nothing.accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER).check(INCOMPLETE, Unmatched);
}

#[test]
fn what_is_not_proven_by_accepted_gaps_alone_is_accepted() {
    let unproven = |world: &World, account, alone: bool| {
        let gap = world.gap(GapClass::DeniedByScp, Operation::GetTrailStatus, account, "eu-west-1");
        let other = world.gap(GapClass::Timeout, Operation::GetTrailStatus, account, "us-east-1");
        let gaps = if alone { vec![gap] } else { vec![gap, other] };
        Finding::not_proven(ControlId::TrailDelivering, trail(), Reason::Unread, gaps)
    };
    let check = |finding: fn(Finding) -> Finding, alone, exit_code| {
        let world = World::denied();
        let finding = finding(unproven(&world, 1, alone));
        let world = world.with(finding).accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER);
        let excepted = world.check(exit_code, InForce);
        assert_eq!(excepted.totals().findings, u64::from(exit_code == CLEAN));
    };
    check(Finding::by_gaps_alone, true, CLEAN);
    check(Finding::by_gaps_alone, false, INCOMPLETE);
    // The judge does not say that there is no other cause.
    check(|it| it, true, INCOMPLETE);
    // An entry for the finding itself asks for no gap.
    let world = World::new().read();
    let finding =
        Finding::not_proven(ControlId::KeyUsable, trail(), Reason::ShadowsDisagree, vec![]);
    let named = CoveredFinding { status: Status::NotProven, ..failing() };
    world.with(finding).accepting(Covers::Finding(named), LATER).check(CLEAN, InForce);
}

#[test]
fn an_account_is_accepted_only_with_all_its_missing_targets() {
    let covered = |world: &World, at| {
        let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 1, at);
        let subject = Subject::Account(id(1));
        let reason = Reason::CoverageUnread;
        Finding::not_proven(ControlId::AccountCovered, subject, reason, vec![gap]).by_gaps_alone()
    };
    let world = World::denied();
    let finding = covered(&world, "eu-west-1");
    let excepted = world
        .with(finding)
        .accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER)
        .check(CLEAN, InForce);
    assert_eq!(excepted.totals(), Counts { findings: 1, gaps: 2, targets: 1 });
    let world = World::new();
    let finding = covered(&world, "eu-west-1");
    let gap = world.gap(GapClass::DeniedByScp, Operation::DescribeTrails, 1, "eu-west-1");
    let other = world.gap(GapClass::Timeout, Operation::DescribeTrails, 1, "us-east-1");
    let excepted = world
        .settle(1, "eu-west-1", Outcome::NotEvaluated, Some(gap))
        .settle(1, "us-east-1", Outcome::NotEvaluated, Some(other))
        .read()
        .with(finding)
        .accepting(Covers::Gaps(denied(&["eu-west-1"])), LATER)
        .check(INCOMPLETE, InForce);
    assert_eq!(excepted.totals(), Counts { findings: 0, gaps: 1, targets: 1 });
}

#[test]
fn both_codes_need_both_kinds() {
    let world = || World::denied().failing();
    let gaps = || Covers::Gaps(denied(&["eu-west-1"]));
    assert_eq!(world().audit().exit_code(), FAILURES_AND_INCOMPLETE);
    world().accepting(gaps(), LATER).check(FAILURES, InForce);
    world().accepting(Covers::Finding(failing()), LATER).check(INCOMPLETE, InForce);
    world()
        .accepting(gaps(), LATER)
        .accepting(Covers::Finding(failing()), LATER)
        .check(CLEAN, InForce);
}

#[test]
fn an_id_hangs_on_what_is_covered_and_not_on_the_order_or_the_approval() {
    let exception =
        |covers, expiry| Exception { entry: 1, covers, approval: approval(expiry) }.stable_id();
    let gaps = |regions: &[&str]| Covers::Gaps(denied(regions));
    let one = exception(gaps(&["eu-west-1", "us-east-1"]), LATER);
    assert_eq!(one, exception(gaps(&["us-east-1", "eu-west-1"]), "2026-01-01"));
    assert_ne!(one, exception(gaps(&["us-east-1"]), LATER));
    let covered = CoveredFinding { status: Status::NotProven, ..failing() };
    assert_ne!(
        exception(Covers::Finding(failing()), LATER),
        exception(Covers::Finding(covered), LATER)
    );
}

proptest! {
    /// Whatever is accepted, the exit code never gets worse, and what no exception names still counts.
    #[test]
    fn accepting_more_never_hides_what_is_not_named(
        lost in proptest::collection::vec((1u64..4, 0usize..2, 0usize..3), 0..8),
        accepted in proptest::collection::vec((0usize..3, proptest::option::of(1u64..4)), 0..4),
    ) {
        let classes = [GapClass::DeniedByScp, GapClass::Timeout, GapClass::Denied];
        let regions = ["eu-west-1", "us-east-1"];
        let world = |accepted: &[(usize, Option<u64>)]| {
            let mut world = World::new();
            for (account, at, class) in &lost {
                let at = regions[*at];
                let gap = world.gap(classes[*class], Operation::DescribeTrails, *account, at);
                world = world.settle(*account, at, Outcome::NotEvaluated, Some(gap));
            }
            for (class, account) in accepted {
                let covered = CoveredGaps {
                    class: classes[*class],
                    accounts: account.iter().map(|it| id(*it)).collect(),
                    ..denied(&regions)
                };
                world = world.accepting(Covers::Gaps(covered), LATER);
            }
            world.read().audit()
        };
        let audit = world(&accepted);
        // Of several gaps of one target the worst counts.
        let rank = |class: usize| GapClass::WORST_FIRST.iter().position(|it| *it == classes[class]);
        let mut worst: BTreeMap<_, &usize> = BTreeMap::new();
        for (account, at, class) in &lost {
            let kept = worst.entry((account, at)).or_insert(class);
            *kept = std::cmp::min_by_key(*kept, class, |class| rank(**class));
        }
        let is_covered = |account: &u64, class: &usize| {
            accepted.iter().any(|it| it.0 == *class && it.1.is_none_or(|it| it == *account))
        };
        let open = worst.iter().any(|((account, _), class)| !is_covered(account, class));
        prop_assert_eq!(audit.exit_code(), if open { INCOMPLETE } else { CLEAN });
        prop_assert!(audit.exit_code() <= world(&[]).exit_code());
    }
}
