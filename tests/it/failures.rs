//! Whatever fails, nothing disappears and nothing passes by it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use proptest::prelude::*;
use trailseal::audit::{AuditError, AuditSettings};
use trailseal_model::record::v1::Audit;
use trailseal_model::{GapClass, Loss, Operation, Outcome, Purpose, Status, Verdict};
use trailseal_tests::Failure;
use trailseal_tests::audit::{audit_with, settings};
use trailseal_tests::faults::Faults;
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

fn audited(faults: Faults) -> Result<Audit, Failure> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let plan = Plan { accounts: 25, suspended: vec![4], has_paths: false, ..Plan::small() };
    let world = World::with_faults(plan, faults).shuffled(3);
    let settings = AuditSettings { account_tags: ["owner".to_owned()].into(), ..settings(&world) };
    runtime.block_on(audit_with(&world, &settings, &folder.path().join("out")))
}

/// Control and subject of every pass.
fn passes(audit: &Audit) -> BTreeSet<(&'static str, String)> {
    let passed = audit.findings.iter().filter(|it| it.status() == Status::Pass);
    passed.map(|it| (it.control().as_str(), it.subject().key())).collect()
}

fn assert_sums_hold(audit: &Audit) {
    for account in &audit.facts.accounts {
        // An account whose Regions are not known has a row for each of the partition's.
        let rows = audit.facts.coverage.of_account(account.id).len();
        assert!(rows == 3 || rows == 34, "{} has {rows} rows", account.id);
    }
    assert_eq!(
        audit.facts.coverage.totals().values().sum::<u64>(),
        audit.facts.coverage.population()
    );
}

/// The operations that an audit makes through its ports. GetCallerIdentity comes before it, and
/// DescribeOrganization takes the place of ListAccounts.
fn asked() -> impl Iterator<Item = Operation> {
    let audit = Operation::ALL.iter().copied().filter(|it| it.purpose() == Purpose::Audit);
    let not_here = [Operation::GetCallerIdentity, Operation::DescribeOrganization];
    audit.filter(move |it| !not_here.contains(it))
}

#[test]
fn each_operation_that_always_fails_is_a_gap_and_never_a_pass() {
    check_that_fails(GapClass::Denied);
}

#[test]
fn each_operation_that_is_kept_back_is_a_gap_and_never_a_pass() {
    check_that_fails(GapClass::CircuitOpen);
}

fn check_that_fails(class: GapClass) {
    let clean = passes(&audited(Faults::default()).unwrap());
    for operation in asked() {
        let res = audited(Faults::always(operation, class));
        if operation == Operation::ListAccounts {
            let error = res.unwrap_err().downcast::<AuditError>().unwrap();
            assert!(matches!(*error, AuditError::NoDirectory(_)));
            continue;
        }
        let audit = res.unwrap();
        assert_sums_hold(&audit);
        let has_gap = audit.gaps.iter().any(|it| it.operation == operation && it.class == class);
        let lost = passes(&audit);
        assert!(lost.is_subset(&clean), "{operation} made something pass");
        // Nothing that the exit code hangs on is lost with these.
        let is_free =
            matches!(operation.loss(), Loss::Nothing | Loss::Description | Loss::CrossCheck)
                || [
                    Operation::GetKeyRotationStatus,
                    Operation::GetEventDataStore,
                    Operation::ListGrants,
                ]
                .contains(&operation);
        let is_incomplete = [3, 4].contains(&audit.exit_code());
        assert_eq!(is_incomplete, !is_free, "{operation}: {}", audit.exit_code());
        let missed = audit.facts.coverage.totals()[&Outcome::NotEvaluated];
        match operation.loss() {
            Loss::Nothing => {
                assert!(!has_gap, "{operation} is probed around");
                assert_eq!(audit.facts.coverage.totals()[&Outcome::NotEvaluated], 0);
                continue;
            }
            Loss::Target => {
                let partial = audit.facts.coverage.totals()[&Outcome::Partial];
                assert_eq!((missed, partial), (0, 24 * 3), "the other listing was read");
            }
            Loss::Description | Loss::CrossCheck => {
                assert_eq!(lost, clean, "{operation} changes no judgement");
            }
            Loss::Account => assert_eq!(missed, 23 * 34),
            Loss::Leg => {
                assert_eq!(missed, 0);
                assert!(lost.len() < clean.len(), "{operation} took nothing away");
                // No essential control of a trail hangs on these.
                let others = [
                    Operation::GetEventSelectors,
                    Operation::GetEventDataStore,
                    Operation::ListGrants,
                    Operation::GetKeyRotationStatus,
                ];
                let none_sealed = audit.verdicts().values().all(|it| *it != Verdict::Sealed);
                assert!(none_sealed || others.contains(&operation), "{operation}");
            }
            Loss::Population | Loss::Publication => unreachable!("not asked here"),
        }
        assert!(has_gap, "{operation} left no gap");
    }
}

#[test]
fn a_directory_that_breaks_midway_leaves_a_known_incomplete_population() {
    let faults = Faults::from_call(Operation::ListAccounts, 2, GapClass::ThrottledOut);
    let audit = audited(faults).unwrap();
    assert_eq!(audit.facts.accounts.len(), 20);
    assert!(audit.facts.population.known().is_none());
    assert_eq!(audit.exit_code(), 3);
    assert_sums_hold(&audit);
}

#[test]
fn a_panic_is_the_gap_of_its_own_target_only() {
    let calls = 24 * 3;
    let audit = audited(Faults::panic_from_call(Operation::DescribeTrails, calls)).unwrap();
    assert_sums_hold(&audit);
    let totals = audit.facts.coverage.totals();
    assert_eq!(totals[&Outcome::NotEvaluated], 1);
    assert_eq!(totals[&Outcome::Evaluated], u64::from(calls) - 1);
    let gaps: Vec<GapClass> = audit.gaps.iter().map(|it| it.class).collect();
    assert_eq!(gaps, [GapClass::Panic; 2], "of both listings of the target");
    let row = audit.facts.coverage.rows().find(|it| it.1.outcome == Outcome::NotEvaluated).unwrap();
    assert_eq!(row.1.reason, Some(GapClass::Panic));
}

#[test]
fn a_panic_while_opening_or_collecting_loses_nothing_else() {
    let opening = audited(Faults::panic_from_call(Operation::AssumeRole, 23)).unwrap();
    assert_sums_hold(&opening);
    assert_eq!(opening.facts.coverage.totals()[&Outcome::NotEvaluated], 34);

    let clean = audited(Faults::default()).unwrap();
    let collecting = audited(Faults::panic_from_call(Operation::DescribeKey, 1)).unwrap();
    assert_sums_hold(&collecting);
    assert_eq!(collecting.facts.trails.len(), clean.facts.trails.len());
    assert!(collecting.gaps.iter().any(|it| it.class == GapClass::Panic));
    assert!(collecting.findings.len() == clean.findings.len());
    let passed = passes(&collecting);
    assert!(passed.iter().all(|it| it.0 == "trail-kms-encrypted"), "{passed:?}");
}

#[test]
fn openings_go_on_while_every_read_waits_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 25, reads_wait_for_openings: true, ..Plan::small() };
    let world = World::new(plan).shuffled(1);
    let settings = AuditSettings { max_in_flight: 1, ..settings(&world) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let out = folder.path().join("out");
    let audit = runtime.block_on(async {
        let audit = audit_with(&world, &settings, &out);
        tokio::time::timeout(std::time::Duration::from_mins(1), audit).await
    });
    assert!(!audit.expect("it comes to an end").unwrap().facts.coverage.is_incomplete());
}

/// Reads every target with a refused token.
fn with_refused_tokens(without_list: bool) -> Audit {
    let mut faults = Faults::always(Operation::DescribeTrails, GapClass::RegionDisabled)
        .and_from_call(Operation::ListEventDataStores, 1, GapClass::RegionDisabled);
    if without_list {
        faults = faults.and_from_call(Operation::ListRegions, 1, GapClass::Denied);
    }
    audited(faults).unwrap()
}

#[test]
fn a_probed_region_that_turns_out_disabled_is_not_a_target_that_was_missed() {
    let audit = with_refused_tokens(true);
    let totals = audit.facts.coverage.totals();
    assert_eq!((totals[&Outcome::RegionDisabled], totals[&Outcome::NotEvaluated]), (24 * 34, 0));
}

#[test]
fn a_region_that_its_account_calls_enabled_is_not_taken_for_disabled() {
    let audit = with_refused_tokens(false);
    let totals = audit.facts.coverage.totals();
    let missed = totals[&Outcome::NotEvaluated];
    assert_eq!((totals[&Outcome::RegionDisabled], missed), (0, 24 * 3));
    // What the accounts list and no Region showed has its own gaps.
    for gap in audit.gaps.iter().filter(|it| it.operation != Operation::ListTrails) {
        assert_eq!(gap.class, GapClass::ExpiredCredentials);
        assert!(gap.message.as_ref().unwrap().contains("global STS endpoint"));
    }
}

#[test]
fn a_region_that_answers_one_listing_is_not_taken_for_disabled() {
    let faults = Faults::from_call(Operation::DescribeTrails, 72, GapClass::RegionDisabled)
        .and_from_call(Operation::ListRegions, 1, GapClass::Denied);
    let totals = audited(faults).unwrap().facts.coverage.totals();
    assert_eq!(totals[&Outcome::RegionDisabled], 0);
    assert!(totals[&Outcome::Partial] > 0);
}

/// What passes when nothing fails.
static CLEAN: OnceLock<BTreeSet<(&'static str, String)>> = OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_from_whenever_on_the_sums_hold_and_nothing_passes_by_it(
        operation in 0..Operation::ALL.len(),
        class in 0..GapClass::ALL.len(),
        from in 1u32..90,
    ) {
        let (operation, class) = (Operation::ALL[operation], GapClass::ALL[class]);
        if let Ok(audit) = audited(Faults::from_call(operation, from, class)) {
            assert_sums_hold(&audit);
            let clean = CLEAN.get_or_init(|| passes(&audited(Faults::default()).unwrap()));
            prop_assert!(passes(&audit).is_subset(clean));
            // Where an essential control lost its proof, or a target its listing, or accounts are
            // missing, the run is incomplete.
            let missed = audit.facts.coverage.is_incomplete();
            let unproven = audit.findings.iter().any(|it| {
                it.status() == Status::NotProven && it.control().entry().essential
            });
            let population = audit.facts.population.known().is_none();
            let is_incomplete = [3, 4].contains(&audit.exit_code());
            prop_assert_eq!(is_incomplete, missed || unproven || population);
            for (_, row) in audit.facts.coverage.rows().filter(|it| it.1.outcome.is_incomplete()) {
                prop_assert!(row.gap.is_some(), "a lost target has its gap");
            }
        }
    }
}
