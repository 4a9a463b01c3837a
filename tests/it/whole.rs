//! A run in which nothing goes wrong, and its files.

use std::collections::BTreeMap;

use trailseal::{RECORD_FILE, report_files};
use trailseal_model::{
    ControlId, NewestLog, Operation, Outcome, Population, Reason, SampleMethod, Status, Verdict,
};
use trailseal_record::FileName;
use trailseal_report_csv::sums::contradictions;
use trailseal_tests::audit::{audit_into, files};
use trailseal_tests::plan::Plan;
use trailseal_tests::world::World;

#[tokio::test]
async fn where_everything_is_right_and_read_everything_passes_and_the_code_is_zero() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { has_organization_trail: false, own_trail_every: 1, ..Plan::small() };
    let audit = audit_into(&World::new(plan), &folder.path().join("out")).await.unwrap();
    // Account 4 is suspended, and has none.
    assert_eq!(audit.facts.trails.len(), 4);
    assert!(audit.gaps.is_empty());
    for finding in &audit.findings {
        let reason = finding.reason().as_str();
        let is_out_of_use = reason == "account_not_active";
        let expected = if is_out_of_use { Status::NotApplicable } else { Status::Pass };
        assert_eq!(finding.status(), expected, "{} {reason}", finding.control());
    }
    assert!(audit.verdicts().values().all(|it| *it == Verdict::Sealed));
    assert_eq!(audit.exit_code(), 0);
    let totals = audit.facts.coverage.totals();
    assert_eq!(totals[&Outcome::Evaluated], 12);
    assert_eq!(totals[&Outcome::AccountNotActive], 34);
}

#[tokio::test]
async fn one_organization_trail_seen_everywhere_is_judged_once() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        accounts: 45,
        own_trail_every: 100,
        suspended: vec![],
        store_every: 0,
        ..Plan::small()
    };
    let world = World::new(plan);
    let audit = audit_into(&world, &folder.path().join("out")).await.unwrap();
    assert_eq!(audit.facts.trails.len(), 1);
    assert_eq!(audit.facts.trails[0].sightings(), 45 * 3);
    assert_eq!(audit.facts.coverage.population(), 45 * 3);
    assert_eq!(world.faults.calls(Operation::DescribeTrails), 45 * 3);
    assert_eq!(world.faults.calls(Operation::AssumeRole), 44);
    assert_eq!(world.faults.calls(Operation::DescribeKey), 1);
    // Three Regions of the owner, and the home Region of each other account.
    assert_eq!(world.faults.calls(Operation::GetTrailStatus), 3 + 44);
    assert_eq!(audit.facts.trails[0].members.asked(), 44);
    assert_eq!(world.faults.calls(Operation::ListBuckets), 1);
    // Each of 45 accounts x 3 Regions once: the whole window of a cell is one page. Then the history,
    // the digests, and the folders of accounts.
    let trail = &audit.facts.trails[0];
    assert_eq!((trail.sample.lists, trail.history.lists), (135, 13));
    assert_eq!(world.faults.calls(Operation::ListObjectsV2), 135 + 13 + 1 + 1);
    // 59 at random, the newest of each account, 13 of the history and a digest; some of them twice.
    let heads = world.faults.calls(Operation::HeadObject);
    assert!((100..=59 + 45 + 13 + 1).contains(&heads), "{heads}");
    let objects = audit.findings.iter().find(|it| it.control() == ControlId::LogObjectsSealed);
    assert_eq!(objects.unwrap().reason(), Reason::SampleSealed);
    assert_eq!(audit.facts.trails[0].sample.population, Population::Counted(45 * 14));
}

#[tokio::test]
async fn an_organization_trail_with_thousands_of_cells_gets_a_verdict_within_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan {
        accounts: 400,
        regions: 2,
        own_trail_every: 1000,
        suspended: vec![],
        store_every: 0,
        ..Plan::small()
    };
    let world = World::new(plan);
    let audit = audit_into(&world, &folder.path().join("out")).await.unwrap();
    let sample = &audit.facts.trails[0].sample;
    // The census looks into each of 400 accounts x 2 Regions, and finds one Region that holds any.
    assert_eq!((sample.census_lists, sample.frame.clusters), (800, 400 * 8));
    assert!(sample.lists <= 500);
    let others = audit.facts.trails[0].history.lists + 2;
    assert_eq!(world.faults.calls(Operation::ListObjectsV2), sample.lists + 800 + others);
    assert_eq!((sample.method, sample.selected()), (SampleMethod::Clusters, 59));
    // On the first day of the window logs came before it begins.
    assert!(sample.frame.empty > 0, "{:?}", sample.frame);
    let newest = audit.facts.coverage.rows().map(|it| it.1.newest_log);
    let sealed = newest.filter(|it| *it == Some(NewestLog::Sealed)).count();
    assert_eq!(sealed, 400);
    let objects = audit.findings.iter().find(|it| it.control() == ControlId::LogObjectsSealed);
    assert_eq!(objects.unwrap().reason(), Reason::ClusterSampleSealed);
    assert!(audit.verdicts().values().all(|it| *it == Verdict::Sealed));
}

#[tokio::test]
async fn the_pack_is_whole_and_says_so_last() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep").join("out");
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    let files = files(&out).unwrap();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = report_files().map(FileName::as_str).collect();
    expected.extend([".complete", RECORD_FILE]);
    expected.sort_unstable();
    assert_eq!(names, expected, "each file is made by one format");
    for name in ["findings.csv", "report.html", "run.json", "trailseal.sarif"] {
        assert!(names.contains(&name), "{name}");
    }
    let beside = std::fs::read_dir(folder.path().join("deep")).unwrap().count();
    assert_eq!(beside, 1, "nothing is left beside the folder");
}

#[tokio::test]
async fn the_numbers_of_all_tables_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    let read = |file: FileName| std::fs::read_to_string(out.join(file)).unwrap();
    assert_eq!(contradictions(&read), [""; 0]);
}

#[tokio::test]
async fn a_report_from_the_record_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    let record = out.join("record.jsonl");
    let arguments = ["trailseal", "report", "--from"].map(std::ffi::OsString::from);
    let paths = [record.into_os_string(), "--out".into(), again.clone().into_os_string()];
    assert_eq!(trailseal::cli::run(arguments.into_iter().chain(paths)), 0);
    assert_eq!(files(&out).unwrap(), files(&again).unwrap());
}

#[tokio::test]
async fn every_cell_of_an_account_id_keeps_its_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    audit_into(&World::new(Plan::small()), &out).await.unwrap();
    for (name, bytes) in files(&out).unwrap() {
        if std::path::Path::new(&name).extension().is_none_or(|it| it != "csv") {
            continue;
        }
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        for row in reader.records() {
            let row: BTreeMap<String, String> = header
                .iter()
                .map(str::to_owned)
                .zip(row.unwrap().iter().map(str::to_owned))
                .collect();
            if let Some(id) = row.get("account_id").filter(|it| !it.is_empty()) {
                assert_eq!(id.len(), 12, "{name}: {id}");
                assert!(id.starts_with("0000"), "{name}: {id}");
            }
        }
    }
}
