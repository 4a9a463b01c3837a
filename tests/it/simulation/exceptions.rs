//! The landing zone with what is known there accepted: the nightly job ends with 0, and every row
//! stays where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use trailseal::Scanned;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};
use trailseal_tests::audit::files;

use super::{rows, scanned_in, start};

/// The file that the documentation shows.
fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/exceptions-landing-zone.toml")
}

async fn scanned(at: Timestamp, exceptions: Option<&Path>) -> (TempDir, Scanned) {
    let scenario = Scenario::ready_made("landing-zone", at).unwrap();
    let (random_faults, limits) = (RandomFaultSettings::default(), LimitSettings::default());
    let scenario = Scenario { random_faults, limits, ..scenario };
    let simulator = Arc::new(Simulator::of(&scenario));
    let file = exceptions.map(|it| it.to_str().unwrap());
    let flags: Vec<&str> = file.map(|it| ["--exceptions", it]).into_iter().flatten().collect();
    scanned_in(&simulator, &scenario, &flags).await
}

/// The rows of a table without what may differ and without what says that they are accepted.
fn bare(folder: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let added = ["exception_id", "exception_ids"];
    let mut rows = rows(folder, file);
    for row in &mut rows {
        row.retain(|name, _| {
            !added.contains(&name.as_str()) && !trailseal_record::VOLATILE.contains(&name.as_str())
        });
    }
    rows
}

fn json(folder: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_known_in_a_landing_zone_stops_failing_the_job_and_stays_visible() {
    let (_plain, plain) = scanned(start(), None).await;
    let (guard, accepted) = scanned(start(), Some(&example())).await;
    assert_eq!((plain.exit_code, accepted.exit_code), (4, 0), "{}", accepted.summary);
    let folder = &accepted.folder;
    for table in ["findings.csv", "gaps.csv", "coverage.csv", "trails.csv", "accounts.csv"] {
        assert_eq!(bare(&plain.folder, table), bare(folder, table), "{table}");
    }
    let is_missing = |row: &BTreeMap<String, String>| row["outcome"] == "not_evaluated";
    let coverage = rows(folder, "coverage.csv");
    assert_eq!(coverage.iter().filter(|it| is_missing(it)).count(), 130);
    let expected: BTreeSet<String> =
        rows(folder, "exceptions.csv").iter().map(|it| it["exception_id"].clone()).collect();
    for row in &coverage {
        let is_accepted = expected.contains(&row["exception_ids"]);
        assert_eq!(is_accepted, is_missing(row), "{row:?}");
    }
    assert!(rows(folder, "gaps.csv").iter().all(|it| expected.contains(&it["exception_id"])));
    let findings = rows(folder, "findings.csv");
    let cell = |row: &BTreeMap<String, String>| {
        (row["control_id"].clone(), row["status"].clone(), row["account_name"].clone())
    };
    let found: BTreeSet<_> =
        findings.iter().filter(|it| !it["exception_ids"].is_empty()).map(cell).collect();
    let cells = [
        ("log-objects-sealed", "fail", "tracking-staging"),
        ("trail-delivering", "not_proven", "tracking-production"),
        ("trail-delivering", "not_proven", "tracking-staging"),
        ("trail-kms-encrypted", "fail", "tracking-staging"),
    ];
    let cells = cells.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(found, cells.into());
    says(folder, &accepted.summary);
    again(&guard, folder);
}

/// Every other report shows it, too.
fn says(folder: &Path, summary: &str) {
    let words: Vec<&str> = summary.split_whitespace().collect();
    let summary = words.join(" ");
    let line = "Exceptions: 3 of 3 in force; 4 findings, 286 gaps and 130 targets are accepted";
    assert!(summary.contains(line), "{summary}");
    assert!(summary.contains("2 not proven (2 accepted)"), "{summary}");
    assert!(summary.contains(" ACCEPTED ["), "{summary}");
    let run = json(folder, "run.json");
    assert_eq!(run["exceptions"]["targets"], 130);
    assert_eq!(run["exceptions"]["warnings"], serde_json::json!([]));
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    for part in ["id=\"exceptions\"", "SEC-1041", "4 findings, 286 gaps, 130 targets"] {
        assert!(page.contains(part), "{part}");
    }
    // One result for the policy that keeps accounts out, and what is accepted in the full file. The trail
    // without a key is the cause of its logs' encryption, too.
    let results = |file: &str| json(folder, file)["runs"][0]["results"].clone();
    let (upload, full) = (results("trailseal.sarif"), results("trailseal.full.sarif"));
    let rules = |of: &Value, suppressed: bool| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for it in of.as_array().unwrap() {
            let is_suppressed = it["suppressions"].as_array().is_some_and(|it| !it.is_empty());
            if is_suppressed == suppressed {
                *counts.entry(it["ruleId"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        counts
    };
    let open: BTreeMap<String, usize> = [("key-policy-describe-key".to_owned(), 1)].into();
    assert_eq!((rules(&upload, false), rules(&full, false)), (open.clone(), open));
    assert!(rules(&upload, true).is_empty());
    let accepted = [("scope-not-assessed", 1), ("trail-kms-encrypted", 1)];
    assert_eq!(rules(&full, true), accepted.map(|(rule, it)| (rule.to_owned(), it)).into());
}

/// The record has the exceptions, so the reports can be made again without the file.
fn again(guard: &TempDir, folder: &Path) {
    let again = guard.path().join("again");
    let arguments = ["trailseal", "report", "--from"].map(OsString::from);
    let paths = [folder.join("record.jsonl").into(), "--out".into(), again.clone().into()];
    assert_eq!(trailseal::cli::run(arguments.into_iter().chain(paths)), 0);
    assert_eq!(files(folder).unwrap(), files(&again).unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_has_no_effect_and_says_so_everywhere() {
    let later = "2027-02-15T12:02:30Z".parse().unwrap();
    let (_guard, scanned) = scanned(later, Some(&example())).await;
    assert_eq!(scanned.exit_code, 1, "{}", scanned.summary);
    let warning = "EXPIRED: exception finding 1 (TRK-218) has no effect since 2027-02-01 (its last day was 2027-01-31); 1 finding that it spoke of count";
    check_warning(&scanned, warning);
    let failed = rows(&scanned.folder, "findings.csv");
    assert!(failed.iter().all(|it| it["status"] != "fail" || it["exception_ids"].is_empty()));
}

#[tokio::test(start_paused = true)]
async fn what_covers_nothing_is_no_error_and_says_so_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exceptions.toml");
    let text = fs::read_to_string(example()).unwrap();
    fs::write(&file, text.replace("531723723167", "531723723168")).unwrap();
    let (_guard, scanned) = scanned(start(), Some(&file)).await;
    assert_eq!(scanned.exit_code, 1, "{}", scanned.summary);
    check_warning(
        &scanned,
        "UNMATCHED: exception finding 2 (TRK-218) covers nothing in this run: there is no such finding",
    );
}

fn check_warning(scanned: &Scanned, warning: &str) {
    let words: Vec<&str> = scanned.summary.split_whitespace().collect();
    assert!(words.join(" ").contains(warning), "{}", scanned.summary);
    for file in ["run.json", "record.jsonl", "report.html", "trailseal.sarif"] {
        let text = fs::read_to_string(scanned.folder.join(file)).unwrap();
        assert!(text.contains(warning), "{file}");
    }
}
