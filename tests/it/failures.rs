//! Whatever fails, nothing disappears and nothing passes by it.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use trailseal_audit::{AuditError, AuditSettings, Gate, GateHandle};
use trailseal_model::{
    Answers, AnyQuestion, AnyResult, BoxFuture, GapClass, Loss, Operation, Outcome, Purpose,
    Status, Verdict,
};
use trailseal_record::v1::Audit;
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

/// Closes the gate before it with one of its questions, counted from 1.
struct Closing<'a> {
    world: &'a World,
    at: u32,
    asked: AtomicU32,
    handle: OnceLock<GateHandle>,
}

impl Answers for Closing<'_> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        if self.asked.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            let handle = self.handle.get().expect("set before the audit");
            handle.close(trailseal_audit::Closing::Deadline, std::time::Duration::ZERO);
        }
        self.world.answer(question)
    }

    fn ask_once(&self, operation: Operation) {
        self.world.ask_once(operation);
    }
}

/// An audit whose gate closes with this question, or before all of them; how many were asked.
fn closed_at(at: u32) -> (Result<Audit, Failure>, u32) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let plan = Plan { accounts: 25, suspended: vec![4], has_paths: false, ..Plan::small() };
    let world = World::new(plan);
    let settings = settings(&world);
    let (asked, handle) = (AtomicU32::new(0), OnceLock::new());
    let closing = Closing { world: &world, at, asked, handle };
    let (gate, handle) = Gate::new(&closing);
    if at == 0 {
        handle.close(trailseal_audit::Closing::Cancelled, std::time::Duration::ZERO);
    }
    closing.handle.set(handle).expect("set once");
    let audit = runtime.block_on(audit_with(&gate, &settings, &folder.path().join("out")));
    (audit, closing.asked.load(Ordering::SeqCst))
}

#[test]
fn a_run_that_is_stopped_asks_nothing_more_and_accounts_for_everything() {
    let (whole, all) = closed_at(u32::MAX);
    let whole = whole.unwrap();
    let Err(nothing) = closed_at(0).0 else { panic!("no account was listed") };
    assert_eq!(nothing.to_string(), "the accounts of the organization cannot be listed");
    for at in [1, 2, 30, 120, all / 2] {
        let (stopped, asked) = closed_at(at);
        let stopped = stopped.unwrap();
        assert_eq!(asked, at, "nothing is asked after the gate closed");
        assert_sums_hold(&stopped);
        assert!(passes(&stopped).is_subset(&passes(&whole)), "stopped at question {at}");
        assert!(stopped.gaps.iter().any(|gap| gap.class == GapClass::Deadline), "{at}");
    }
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
        let is_free = operation.loss() == Loss::Nothing
            || !operation.is_essential() && operation.loss() != Loss::Target;
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
                // Selectors decide what covers an account, and no verdict of a trail.
                let decides = operation.is_essential() && operation != Operation::GetEventSelectors;
                let none_sealed = audit.verdicts().values().all(|it| *it != Verdict::Sealed);
                assert!(none_sealed || !decides, "{operation}");
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
    assert_eq!(totals[&Outcome::Partial], 1);
    assert_eq!(totals[&Outcome::Evaluated], u64::from(calls) - 1);
    let gaps: Vec<GapClass> = audit.gaps.iter().map(|it| it.class).collect();
    assert_eq!(gaps, [GapClass::Panic], "of this listing of the target");
    let row = audit.facts.coverage.rows().find(|it| it.1.outcome == Outcome::Partial).unwrap();
    assert_eq!(row.1.reason, Some(GapClass::Panic));
}

/// Control, subject, status and reason of every finding of an essential control, and the verdicts.
fn essential(audit: &Audit) -> Vec<String> {
    let findings = audit.findings.iter().filter(|it| it.control().entry().essential);
    let mut all: Vec<String> = findings
        .map(|it| {
            format!("{} {} {} {:?}", it.control(), it.subject().key(), it.status(), it.reason())
        })
        .collect();
    all.extend(audit.verdicts().iter().map(|it| format!("{it:?}")));
    all.extend(audit.accounts.iter().map(|it| format!("{:?}", (it.account, it.logs_sealed))));
    all
}

/// The list on [`Operation`] is right both ways: no essential control changes by what is not on it,
/// and some do by whatever is, but where something else takes its place.
#[test]
fn exactly_the_operations_that_are_called_essential_change_an_essential_control() {
    let clean = essential(&audited(Faults::default()).unwrap());
    for class in [GapClass::Denied, GapClass::ServerError, GapClass::CircuitOpen] {
        for operation in asked() {
            let Ok(audit) = audited(Faults::always(operation, class)) else {
                assert_eq!(operation, Operation::ListAccounts);
                continue;
            };
            let is_changed = essential(&audit) != clean;
            let has_substitute = operation == Operation::ListRegions;
            let expected = operation.is_essential() && !has_substitute;
            assert_eq!(is_changed, expected, "{operation} {class}");
        }
    }
}

/// Whatever no essential control needs gives no answer before every log object is read.
#[test]
fn nothing_that_is_needed_waits_for_the_rest() {
    let plan = Plan { accounts: 25, suspended: vec![4], has_paths: false, ..Plan::small() };
    let folder = tempfile::tempdir().unwrap();
    let audited = |plan: &Plan, max_in_flight: usize, name: &str| {
        let world = World::new(plan.clone()).shuffled(2);
        let account_tags = ["owner".to_owned()].into();
        let settings = AuditSettings { account_tags, max_in_flight, ..settings(&world) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let out = folder.path().join(name);
        let audit = runtime.block_on(async {
            let audit = audit_with(&world, &settings, &out);
            tokio::time::timeout(std::time::Duration::from_mins(2), audit).await
        });
        (audit.expect("it comes to an end").unwrap(), world)
    };
    let (clean, world) = audited(&plan, 256, "clean");
    let heads = world.faults.calls(Operation::HeadObject);
    assert!(heads > 100, "{heads}");
    let plan = Plan { others_wait_for_heads: Some(heads), ..plan };
    for max_in_flight in [1, 256] {
        let (audit, _) = audited(&plan, max_in_flight, &max_in_flight.to_string());
        assert_eq!(essential(&audit), essential(&clean));
        assert!(audit.gaps.is_empty());
    }
}

/// The operations that were asked once from some moment on, and the audit itself.
fn asked_once(plan: Plan, faults: Faults, seed: u64) -> (Vec<Operation>, Audit) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_faults(plan, faults).shuffled(seed);
    let account_tags = ["owner".to_owned()].into();
    let settings = AuditSettings { account_tags, max_in_flight: 3, ..settings(&world) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let audit = runtime.block_on(audit_with(&world, &settings, &folder.path().join("out")));
    let operations = world.asked_once.lock().unwrap().clone();
    (operations, audit.unwrap())
}

#[test]
fn what_fails_alike_in_the_five_lowest_accounts_is_asked_once_in_all_others() {
    let plan = Plan { accounts: 25, own_trail_every: 1, store_every: 1, ..Plan::small() };
    // Of the lowest accounts one is closed and two cannot be opened.
    let plan = Plan { suspended: vec![2], without_role: vec![1, 3], ..plan };
    for operation in asked() {
        let per_account = !operation.is_essential()
            && !matches!(
                operation,
                Operation::ListRoots
                    | Operation::ListOrganizationalUnitsForParent
                    | Operation::ListAccountsForParent
            );
        let expected = if per_account { vec![operation] } else { Vec::new() };
        for (class, expected) in [
            (GapClass::ServerError, &expected),
            (GapClass::Timeout, &expected),
            // An answer, which nothing is tried again for.
            (GapClass::Denied, &Vec::new()),
        ] {
            if operation == Operation::ListAccounts {
                continue;
            }
            let faults = Faults::always(operation, class);
            let (found, audit) = asked_once(plan.clone(), faults, 7);
            assert_eq!(&found, expected, "{operation} {class}");
            assert_sums_hold(&audit);
        }
        // Where it works in the beginning, it is tried as often as ever.
        let later = Faults::from_call(operation, 21, GapClass::ServerError);
        if operation != Operation::ListAccounts {
            assert_eq!(asked_once(plan.clone(), later, 3).0, [], "{operation}");
        }
    }
    // Four accounts are no five.
    let faults = Faults::always(Operation::ListEventDataStores, GapClass::ServerError);
    assert_eq!(asked_once(Plan { suspended: vec![], ..Plan::small() }, faults, 1).0.len(), 1);
    let faults = Faults::always(Operation::ListEventDataStores, GapClass::ServerError);
    assert_eq!(asked_once(Plan::small(), faults, 1).0, []);
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
            // missing, or the run ended before everything was asked, the run is incomplete.
            let missed = audit.facts.coverage.is_incomplete();
            let unproven = audit.findings.iter().any(|it| {
                it.status() == Status::NotProven && it.control().entry().essential
            });
            let population = audit.facts.population.known().is_none();
            let was_cut_off = audit
                .gaps
                .iter()
                .any(|gap| matches!(gap.class, GapClass::Deadline | GapClass::Cancelled));
            let is_incomplete = [3, 4].contains(&audit.exit_code());
            prop_assert_eq!(is_incomplete, missed || unproven || population || was_cut_off);
            for (_, row) in audit.facts.coverage.rows().filter(|it| it.1.outcome.is_incomplete()) {
                prop_assert!(row.gap.is_some(), "a lost target has its gap");
            }
        }
    }
}
