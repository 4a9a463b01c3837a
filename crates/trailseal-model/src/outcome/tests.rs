use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::account::AccountId;
use crate::controls::ControlId;
use crate::coverage::{Coverage, CoverageRow, Outcome};
use crate::evidence::{Evidence, Observed, Proof};
use crate::facts::Thresholds;
use crate::gap::{GapKinds, GapLedger};
use crate::operation::Operation;
use crate::reason::Reason;
use crate::region::Region;
use crate::scope::{PopulationSource, Scope};

fn subject() -> Subject {
    Subject::Trail(Arn::new("arn:aws:cloudtrail:us-east-1:111111111111:trail/t").unwrap())
}

fn proof() -> Proof {
    Proof::of(&Evidence {
        operation: Operation::DescribeTrails,
        account: None,
        region: None,
        at: Timestamp::UNIX_EPOCH,
        request_id: None,
        attempts: 1,
        throttles: 0,
    })
}

fn check(statuses: &[Status], expected: Verdict) {
    let findings: Vec<Finding> = statuses
        .iter()
        .map(|status| match status {
            Status::Pass => {
                Finding::pass(ControlId::KeyUsable, subject(), Reason::Usable, &proof())
            }
            Status::Fail => {
                Finding::fail(ControlId::KeyUsable, subject(), Reason::Disabled, &proof())
            }
            Status::NotProven => {
                Finding::not_proven(ControlId::KeyUsable, subject(), Reason::Unread, vec![])
            }
            Status::NotApplicable => {
                Finding::not_applicable(ControlId::KeyUsable, subject(), Reason::NoKmsKey)
            }
        })
        .collect();
    assert_eq!(verdict(&findings), expected, "{statuses:?}");
}

#[test]
fn a_verdict_is_never_better_than_its_worst_essential_control() {
    check(&[Status::Pass, Status::Pass], Verdict::Sealed);
    check(&[Status::Pass, Status::NotApplicable], Verdict::Sealed);
    check(&[Status::Pass, Status::NotProven], Verdict::Unproven);
    check(&[Status::NotProven, Status::Fail], Verdict::Unsealed);
    check(&[], Verdict::Unproven);
    check(&[Status::NotApplicable], Verdict::Unproven);
}

#[test]
fn an_essential_control_that_was_skipped_proves_nothing_and_a_failure_still_fails() {
    let pass = || Finding::pass(ControlId::KeyUsable, subject(), Reason::Usable, &proof());
    let fail = || Finding::fail(ControlId::KeyUsable, subject(), Reason::Disabled, &proof());
    let skipped = |control| Finding::skipped(control, subject());
    for control in ControlId::ALL {
        let expected = if control.entry().essential { Verdict::Unproven } else { Verdict::Sealed };
        assert_eq!(verdict(&[pass(), skipped(*control)]), expected, "{control}");
        assert_eq!(verdict(&[fail(), skipped(*control)]), Verdict::Unsealed, "{control}");
    }
}

#[test]
fn a_skipped_control_is_not_missing() {
    let findings: Vec<Finding> =
        ControlId::ALL.iter().map(|control| Finding::skipped(*control, subject())).collect();
    let facts = facts(Outcome::Evaluated, Observed::Known(()));
    assert_eq!(
        Completeness::of(&facts, &findings, &Gaps::default(), &not_accepted()),
        Completeness::Complete
    );
    assert_eq!(HasFailures::of(&findings, Severity::Note, &not_accepted()), HasFailures::No);
}

#[test]
fn a_run_that_ended_before_everything_was_asked_is_incomplete() {
    for (class, expected) in [
        (GapClass::Deadline, Completeness::Incomplete),
        (GapClass::Cancelled, Completeness::Incomplete),
        (GapClass::Denied, Completeness::Complete),
    ] {
        let ledger = GapLedger::default();
        // No essential control needs it.
        ledger.record(Gap::new(class, Operation::ListGrants));
        let facts = facts(Outcome::Evaluated, Observed::Known(()));
        let found = Completeness::of(&facts, &[], &ledger.into_gaps(), &not_accepted());
        assert_eq!(found, expected, "{class}");
    }
}

#[test]
fn a_trail_s_verdict_needs_its_own_findings_only() {
    let other =
        Subject::Trail(Arn::new("arn:aws:cloudtrail:us-east-1:111111111111:trail/u").unwrap());
    let account = Subject::Account(AccountId::new(1).unwrap());
    let findings = [
        Finding::pass(ControlId::KeyUsable, subject(), Reason::Usable, &proof()),
        Finding::fail(ControlId::KeyUsable, other.clone(), Reason::Disabled, &proof()),
        Finding::fail(ControlId::AccountCovered, account, Reason::NotCovered, &proof()),
    ];
    let verdicts = verdicts(&findings);
    let of = |subject: &Subject| match subject {
        Subject::Trail(arn) => verdicts.get(arn).copied(),
        Subject::Account(_) | Subject::EventDataStore(_) => None,
    };
    assert_eq!((of(&subject()), of(&other)), (Some(Verdict::Sealed), Some(Verdict::Unsealed)));
    assert_eq!(verdicts.len(), 2);
}

#[test]
fn zero_needs_both() {
    assert_eq!(exit_code(HasFailures::No, Completeness::Complete), 0);
    assert_eq!(exit_code(HasFailures::Yes, Completeness::Complete), 1);
    assert_eq!(exit_code(HasFailures::No, Completeness::Incomplete), 3);
    assert_eq!(exit_code(HasFailures::Yes, Completeness::Incomplete), 4);
}

fn not_accepted() -> ExceptionMatches {
    ExceptionMatches::default()
}

#[test]
fn a_failure_counts_from_its_severity_on() {
    let high = Finding::fail(ControlId::KeyUsable, subject(), Reason::Disabled, &proof());
    let low = Finding::fail(ControlId::DigestObjectsSealed, subject(), Reason::WrongKey, &proof());
    let of = |finding: &Finding, fail_on| {
        HasFailures::of(std::slice::from_ref(finding), fail_on, &not_accepted())
    };
    assert_eq!(of(&high, Severity::High), HasFailures::Yes);
    assert_eq!(of(&low, Severity::High), HasFailures::No);
    assert_eq!(of(&low, Severity::Low), HasFailures::Yes);
    assert_eq!(HasFailures::of(&[], Severity::Note, &not_accepted()), HasFailures::No);
}

fn a_gap() -> GapId {
    GapLedger::default().record(Gap::new(GapClass::Denied, Operation::ListAccounts))
}

/// Facts of one account with one target of this outcome.
fn facts(outcome: Outcome, population: Observed<()>) -> OrganizationFacts {
    let mut coverage = Coverage::default();
    let row = CoverageRow::with(Region::new("us-east-1").unwrap(), outcome, None);
    coverage.plan(AccountId::new(1).unwrap(), [row]);
    OrganizationFacts {
        organization: None,
        accounts: Vec::new(),
        unit_names: BTreeMap::new(),
        account_tags: BTreeMap::new(),
        population_source: PopulationSource::Organizations,
        population,
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
        gap_kinds: GapKinds::default(),
        thresholds: Thresholds::DEFAULT,
        as_of: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn complete_needs_the_population_every_target_and_every_essential_control() {
    let unproven = |control| Finding::not_proven(control, subject(), Reason::Unread, Vec::new());
    let whole = || Observed::Known(());
    let of = |facts: OrganizationFacts, findings: &[Finding]| {
        Completeness::of(&facts, findings, &Gaps::default(), &not_accepted())
    };
    let (complete, incomplete) = (Completeness::Complete, Completeness::Incomplete);
    assert_eq!(of(facts(Outcome::Evaluated, whole()), &[]), complete);
    assert_eq!(of(facts(Outcome::Excluded, whole()), &[]), complete);
    for outcome in [Outcome::Partial, Outcome::NotEvaluated] {
        assert_eq!(of(facts(outcome, whole()), &[]), incomplete);
    }
    assert_eq!(of(facts(Outcome::Evaluated, Observed::Unread(a_gap())), &[]), incomplete);
    let essential = [unproven(ControlId::KeyUsable)];
    assert_eq!(of(facts(Outcome::Evaluated, whole()), &essential), incomplete);
    let other = [unproven(ControlId::DigestObjectsSealed)];
    assert_eq!(of(facts(Outcome::Evaluated, whole()), &other), complete);
    let none =
        OrganizationFacts { coverage: Coverage::default(), ..facts(Outcome::Partial, whole()) };
    assert_eq!(of(none, &[]), incomplete);
}
