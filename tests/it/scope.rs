//! What the user leaves out is said, and what hangs on it is read all the same.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_audit::AuditError;
use trailseal_model::{
    AccountId, ControlId, DescribedFrom, Operation, Outcome, Reason, Region, Scope, Status, Subject,
};
use trailseal_record::v1::Audit;
use trailseal_tests::Failure;
use trailseal_tests::audit::{audit_with, files, is, settings};
use trailseal_tests::plan::{HOME, Plan};
use trailseal_tests::world::World;

async fn audited(
    world: &World,
    scope: Scope,
) -> Result<(Audit, BTreeMap<String, String>), Failure> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let mut settings = settings(world);
    settings.scope = scope;
    let audit = audit_with(world, &settings, &out).await?;
    let files = files(&out)?.into_iter();
    let texts = files.map(|(name, it)| (name, String::from_utf8_lossy(&it).into_owned()));
    Ok((audit, texts.collect()))
}

fn accounts(numbers: &[u64]) -> BTreeSet<AccountId> {
    numbers.iter().map(|it| Plan::account(*it)).collect()
}

fn totals(audit: &Audit) -> Vec<(Outcome, u64)> {
    audit.facts.coverage.totals().into_iter().filter(|it| it.1 > 0).collect()
}

/// Accounts whose coverage is judged.
fn judged(audit: &Audit) -> BTreeSet<AccountId> {
    let covered = audit.findings.iter().filter(|it| it.control() == ControlId::AccountCovered);
    let judged = covered.filter(|it| it.status() != Status::NotApplicable);
    judged.filter_map(|it| it.subject().account()).collect()
}

#[tokio::test]
async fn one_account_is_judged_with_the_trail_that_reaches_it_from_outside() {
    let world = World::new(Plan::small());
    let scope = Scope { accounts: accounts(&[2]), ..Scope::default() };
    let (audit, files) = audited(&world, scope).await.unwrap();
    let expected =
        [(Outcome::Evaluated, 3), (Outcome::Excluded, 3 * 34), (Outcome::AccountNotActive, 34)];
    assert_eq!(totals(&audit), expected);
    assert_eq!(judged(&audit), accounts(&[2]));
    let excluded = Subject::Account(Plan::account(1));
    let finding = audit.findings.iter().find(|it| *it.subject() == excluded).unwrap();
    assert_eq!((finding.status(), finding.reason()), (Status::NotApplicable, Reason::Excluded));
    // Its own trail, and the organization's as its owner shows it; nobody else's.
    let trails: Vec<_> = audit.facts.trails.iter().map(|it| it.description.owner).collect();
    assert_eq!(trails, [Plan::account(0), Plan::account(2)]);
    let organization = &audit.facts.trails[0];
    assert_eq!(organization.described_from, DescribedFrom::Home);
    assert_eq!(organization.status.len(), 3, "GetTrailStatus in the owner's Regions");
    assert_eq!(world.faults.calls(Operation::DescribeTrails), 3 + 1);
    assert_eq!(world.faults.calls(Operation::ListEventDataStores), 3);
    assert_eq!(world.faults.calls(Operation::ListTrails), 1);
    // Nothing of the rest makes the run incomplete; the organization trail's sample does.
    assert!(!audit.facts.coverage.is_incomplete());
    assert_scoped(&files);
}

/// Every table says it in each row, and the other reports say it too.
fn assert_scoped(files: &BTreeMap<String, String>) {
    for (name, text) in files.iter().filter(|it| it.0 != ".complete") {
        if is(name, "csv") {
            let rows = text.lines().skip(1);
            assert!(rows.clone().all(|it| it.ends_with(",scoped")), "{name}: {text}");
        } else if is(name, "html") {
            assert!(text.contains("SCOPED"), "{name}");
        } else if is(name, "sarif") {
            assert!(text.contains("SCOPED: the run was limited"), "{name}");
        } else if is(name, "md") || is(name, "txt") {
            assert!(text.contains("SCOPED: this run judged only a part"), "{name}");
        } else if is(name, "prom") {
            assert!(text.contains("scope=\"scoped\""), "{name}");
        } else {
            assert!(text.contains("\"is_limited\":true") || text.contains("\"is_limited\": true"));
        }
    }
}

#[tokio::test]
async fn an_organizational_unit_is_judged_whether_accounts_come_with_their_paths_or_not() {
    for has_paths in [true, false] {
        let plan = Plan { accounts: 30, suspended: vec![], has_paths, ..Plan::small() };
        let units = ["ou-made-5".to_owned()].into();
        let scope = Scope { organizational_units: units, ..Scope::default() };
        let (audit, files) = audited(&World::new(plan), scope).await.unwrap();
        // Account 6 stands in a unit below it.
        assert_eq!(judged(&audit), accounts(&[5, 6, 12, 13, 19, 20, 26, 27]), "{has_paths}");
        assert_eq!(audit.facts.coverage.population(), 8 * 3 + 22 * 34);
        assert_scoped(&files);
    }
}

#[tokio::test]
async fn an_account_can_be_left_out_and_regions_too() {
    let home = Region::new(HOME).unwrap();
    let scope =
        Scope { excluded_accounts: accounts(&[0, 3]), regions: [home].into(), ..Scope::default() };
    let (audit, files) = audited(&World::new(Plan::small()), scope).await.unwrap();
    let expected = [
        (Outcome::Evaluated, 2),
        (Outcome::Excluded, 2 * 34 + 2 * 2),
        (Outcome::AccountNotActive, 34),
    ];
    assert_eq!(totals(&audit), expected);
    assert_eq!(judged(&audit), accounts(&[1, 2]));
    // Which Regions a trail delivers from does not depend on what the user looks at.
    assert!(audit.facts.trails.iter().all(|it| it.status.len() == 3));
    assert_scoped(&files);
}

#[tokio::test]
async fn a_scope_that_the_organization_does_not_have_is_an_error() {
    let check = |scope: Scope, expected: &'static str| async move {
        let error = audited(&World::new(Plan::small()), scope).await.unwrap_err();
        let error = error.downcast::<AuditError>().unwrap();
        assert!(format!("{error:?}").starts_with(expected), "{error:?}");
    };
    check(Scope { accounts: accounts(&[1, 77]), ..Scope::default() }, "UnknownAccounts").await;
    check(Scope { excluded_accounts: accounts(&[77]), ..Scope::default() }, "UnknownAccounts")
        .await;
    let units = ["ou-made-5".to_owned(), "ou-none".to_owned()].into();
    check(Scope { organizational_units: units, ..Scope::default() }, "UnknownUnits").await;
    let everyone = accounts(&[0, 1, 2, 3, 4]);
    check(Scope { excluded_accounts: everyone, ..Scope::default() }, "EmptyScope").await;
}

#[tokio::test]
async fn a_whole_run_says_whole() {
    let (_, files) = audited(&World::new(Plan::small()), Scope::default()).await.unwrap();
    for (name, text) in files.iter().filter(|it| is(it.0, "csv")) {
        assert!(text.lines().skip(1).all(|it| it.ends_with(",whole")), "{name}");
    }
    assert!(!files["report.html"].contains("SCOPED"));
    assert!(!files["trailseal.sarif"].contains("SCOPED: the run was limited"));
}
