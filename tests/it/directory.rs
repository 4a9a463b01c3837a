//! Where the accounts come from, where they stand, and who runs the audit.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use trailseal::SampleSpool;
use trailseal_audit::{AuditError, AuditSettings, audit};
use trailseal_model::{
    Account, AccountState, ControlId, DescribedFrom, Event, EventSink, GapClass, Operation,
    Outcome, PopulationSource, Status, Subject, Verdict,
};
use trailseal_record::v1::Audit;
use trailseal_tests::Failure;
use trailseal_tests::audit::{audit_with, files, is, settings};
use trailseal_tests::compare::has_columns;
use trailseal_tests::plan::{Listing, ORGANIZATION, Plan};
use trailseal_tests::world::World;

/// Audits with these settings changed; the files of the reports come with it.
async fn audited(
    world: &World,
    change: impl FnOnce(&mut AuditSettings),
) -> Result<(Audit, BTreeMap<String, String>), Failure> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out");
    let mut settings = settings(world);
    change(&mut settings);
    let audit = audit_with(world, &settings, &out).await?;
    let files = files(&out)?.into_iter();
    let texts = files.map(|(name, it)| (name, String::from_utf8_lossy(&it).into_owned()));
    Ok((audit, texts.collect()))
}

fn statuses(audit: &Audit) -> BTreeMap<(String, String), (Status, &'static str)> {
    let of = |it: &trailseal_model::Finding| {
        let key = (it.control().to_string(), it.subject().key());
        (key, (it.status(), it.reason().as_str()))
    };
    audit.findings.iter().map(of).collect()
}

/// How many accounts were opened when the directory ended, and after it.
#[derive(Default)]
struct Opened {
    before: AtomicUsize,
    after: AtomicUsize,
    has_ended: AtomicBool,
}

impl EventSink for Opened {
    fn emit(&self, event: &Event<'_>) {
        match event {
            Event::DirectoryEnded { organization, .. } => {
                assert_eq!(*organization, Some(ORGANIZATION));
                self.has_ended.store(true, Ordering::Relaxed);
            }
            Event::AccountOpened { .. } => {
                let has_ended = self.has_ended.load(Ordering::Relaxed);
                let count = if has_ended { &self.after } else { &self.before };
                count.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn no_member_is_asked_before_the_population_is_known() {
    let world = World::new(Plan { accounts: 70, ..Plan::small() });
    let folder = tempfile::tempdir().unwrap();
    let mut samples = SampleSpool::create(&folder.path().join("samples")).unwrap();
    let opened = Opened::default();
    audit(&world, &settings(&world), &opened, &mut samples).await.unwrap();
    let counts = [&opened.before, &opened.after].map(|it| it.load(Ordering::Relaxed));
    assert_eq!(counts, [0, 70]);
}

#[tokio::test]
async fn a_delegated_administrator_finds_what_the_management_account_finds() {
    let of = |caller| World::new(Plan { caller, ..Plan::small() });
    let (by_management, _) = audited(&of(0), |_| ()).await.unwrap();
    let world = of(1);
    let (by_administrator, _) = audited(&world, |_| ()).await.unwrap();
    assert_eq!(statuses(&by_administrator), statuses(&by_management));
    // The management account is opened like any other; the administrator's own is not.
    assert_eq!(world.faults.calls(Operation::AssumeRole), 3);
    assert!(by_administrator.gaps.is_empty());
}

#[tokio::test]
async fn a_delegated_administrator_stands_in_for_an_owner_that_cannot_be_read() {
    let plan = Plan { caller: 1, without_role: vec![0], own_trail_every: 99, ..Plan::small() };
    let (audit, _) = audited(&World::new(plan), |_| ()).await.unwrap();
    let trail = &audit.facts.trails[0];
    assert_eq!(trail.described_from, DescribedFrom::DelegatedAdministrator);
    assert_eq!(trail.described_by.account, Some(Plan::account(1)));
    let of = |control| audit.findings.iter().find(|it| it.control() == control).unwrap().status();
    assert_eq!(of(ControlId::TrailKmsEncrypted), Status::Pass);
    // Its status and selectors too, but not its key.
    assert!(trail.status.iter().all(|it| it.1.known().is_some()));
    assert!(trail.recorded_events().is_some());
    assert_eq!(of(ControlId::KeyUsable), Status::NotProven);
    assert_eq!(audit.verdicts()[&trail.description.arn], Verdict::Unproven);
    assert_eq!(audit.exit_code(), 3);
}

#[tokio::test]
async fn another_member_does_not_stand_in_for_the_owner() {
    // The population is declared, so the caller is not known to be an administrator.
    let plan = Plan {
        caller: 1,
        without_role: vec![0],
        directory: Listing::Closed,
        own_trail_every: 99,
        ..Plan::small()
    };
    let (audit, _) =
        audited(&World::new(plan), |it| it.declared_accounts = declared(5)).await.unwrap();
    let trail = &audit.facts.trails[0];
    assert_eq!(trail.described_from, DescribedFrom::AgreeingShadows);
    assert!(trail.status.iter().all(|it| it.1.known().is_none()));
}

#[tokio::test]
async fn a_standalone_account_is_an_organization_of_one() {
    let plan = Plan {
        directory: Listing::Standalone,
        has_organization_trail: false,
        own_trail_every: 1,
        ..Plan::small()
    };
    let (audit, files) = audited(&World::new(plan), |_| ()).await.unwrap();
    assert_eq!(audit.facts.population_source, PopulationSource::StandaloneAccount);
    assert_eq!(audit.facts.accounts.len(), 1);
    assert_eq!(audit.facts.trails.len(), 1);
    assert!(audit.gaps.is_empty(), "nothing was lost");
    assert_eq!(audit.exit_code(), 0);
    assert_says(&files, "standalone_account");
}

fn declared(count: u64) -> Vec<Account> {
    let account = |number| Account {
        id: Plan::account(number),
        name: format!("declared {number}"),
        state: AccountState::Active,
        ou_path: None,
    };
    (0..count).map(account).collect()
}

/// Every table says it in each row, and so do the other reports that programs read.
fn assert_says(files: &BTreeMap<String, String>, word: &str) {
    for (name, text) in files.iter().filter(|(name, _)| has_columns(name) || is(name, "prom")) {
        let has_rows = !is(name, "csv") || text.lines().count() > 1;
        // What people read says it in a sentence.
        let word = match word {
            "accounts_file" if is(name, "md") || is(name, "txt") => "SELF-DECLARED",
            "standalone_account" if is(name, "md") || is(name, "txt") => {
                "belongs to no organization"
            }
            word => word,
        };
        assert!(!has_rows || text.contains(word), "{name} does not say `{word}`");
    }
}

#[tokio::test]
async fn a_declared_population_is_called_so_in_every_report() {
    let world = World::new(Plan { directory: Listing::Closed, ..Plan::small() });
    let (audit, files) = audited(&world, |it| it.declared_accounts = declared(3)).await.unwrap();
    assert_eq!(audit.facts.population_source, PopulationSource::AccountsFile);
    assert_eq!(audit.facts.accounts.len(), 3);
    let gaps: Vec<Operation> = audit.gaps.iter().map(|it| it.operation).collect();
    assert_eq!(gaps, [Operation::ListAccounts], "what was refused is said");
    assert_says(&files, "accounts_file");
    for name in ["report.html", "trailseal.sarif", "summary.md", "summary.txt"] {
        let text = files[name].to_lowercase();
        let mut ways = ["self-declared", "declared by the user", "the user declared"].iter();
        assert!(ways.any(|way| text.contains(way)), "{name}");
    }
    // The organization's own logs can be found all the same.
    assert_eq!(audit.facts.organization.as_ref().map(|it| it.id.as_str()), Some(ORGANIZATION));
}

#[tokio::test]
async fn a_declared_population_does_not_replace_one_that_can_be_listed() {
    let world = World::new(Plan::small());
    let (audit, _) = audited(&world, |it| it.declared_accounts = declared(3)).await.unwrap();
    assert_eq!(audit.facts.population_source, PopulationSource::Organizations);
    assert_eq!(audit.facts.accounts.len(), 5);
    assert_eq!(world.faults.calls(Operation::DescribeOrganization), 0);
}

#[tokio::test]
async fn without_a_directory_and_a_file_there_is_no_audit() {
    let world = World::new(Plan { directory: Listing::Closed, ..Plan::small() });
    let error = audited(&world, |_| ()).await.unwrap_err().downcast::<AuditError>().unwrap();
    assert!(matches!(*error, AuditError::NoDirectory(_)));
}

#[tokio::test]
async fn units_are_named_and_paths_are_walked_only_where_they_are_missing() {
    let plan = |has_paths| Plan { accounts: 30, suspended: vec![], has_paths, ..Plan::small() };
    let (with, without) = (World::new(plan(true)), World::new(plan(false)));
    let (told, files) = audited(&with, |_| ()).await.unwrap();
    let (walked, _) = audited(&without, |_| ()).await.unwrap();
    assert_eq!(told.facts.accounts, walked.facts.accounts);
    assert_eq!(told.facts.unit_names, walked.facts.unit_names);
    assert_eq!(with.faults.calls(Operation::ListAccountsForParent), 0);
    assert_eq!(without.faults.calls(Operation::ListAccountsForParent), 7);
    assert_eq!(with.faults.calls(Operation::ListOrganizationalUnitsForParent), 7);
    let sixth = &told.facts.accounts[6];
    let names = told.facts.unit_names_of(sixth).unwrap();
    assert_eq!(names, "Unit r-made/Unit ou-made-5/Unit ou-made-6");
    assert!(files["accounts.csv"].contains(&names));
}

#[tokio::test]
async fn only_tags_that_were_asked_for_are_read_and_shown() {
    let world = World::new(Plan::small());
    let (_, files) = audited(&world, |_| ()).await.unwrap();
    assert_eq!(world.faults.calls(Operation::ListTagsForResource), 0);
    assert!(!files["accounts.csv"].contains("team 3"));
    let ask = |it: &mut AuditSettings| it.account_tags = ["owner".to_owned()].into();
    let (_, files) = audited(&world, ask).await.unwrap();
    assert_eq!(world.faults.calls(Operation::ListTagsForResource), 5);
    assert!(files["accounts.csv"].contains("owner=team 3"));
    assert!(files.values().all(|it| !it.contains("not asked for")));
}

#[tokio::test]
async fn a_trail_that_is_listed_and_never_seen_is_a_gap_and_its_home_is_partial() {
    let plan = Plan {
        has_organization_trail: false,
        own_trail_every: 1,
        hides_trail: Some(2),
        ..Plan::small()
    };
    let (audit, files) = audited(&World::new(plan), |_| ()).await.unwrap();
    let gaps: Vec<_> = audit.gaps.iter().collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].class, gaps[0].account), (GapClass::NotShown, Some(Plan::account(2))));
    assert!(gaps[0].subject.as_ref().unwrap().ends_with("trail/hidden"));
    assert_eq!(audit.facts.coverage.totals()[&Outcome::Partial], 1);
    assert_eq!(audit.exit_code(), 3);
    assert!(files["gaps.csv"].contains("not_shown"));
    assert!(files["trailseal.sarif"].contains("scope-not-assessed"));
    // The trails that were seen are not the worse for it.
    let covered = audit.findings.iter().filter(|it| it.control() == ControlId::AccountCovered);
    let of_second = Subject::Account(Plan::account(2));
    for finding in covered.filter(|it| it.status() != Status::NotApplicable) {
        assert_eq!(finding.status(), Status::Pass, "{:?}", finding.subject());
    }
    assert!(audit.findings.iter().any(|it| *it.subject() == of_second));
}
