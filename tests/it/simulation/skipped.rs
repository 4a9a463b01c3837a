//! `--skip-control` over whole organizations: what only skipped controls need is not called, all else
//! is found as before, nothing looks better, and every report says SCOPED.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use trailseal::Scanned;
use trailseal_model::{ControlId, Operation, Purpose, Reading, SubjectKind};
use trailseal_sim::Simulator;
use trailseal_tests::audit::is;

use super::{of_text, rows, scanned_in};

const ORGANIZATION: &str = include_str!("skipped.toml");

/// So few Regions and objects that it does not take long.
const FLAGS: &[&str] = &[
    "--regions",
    "us-east-1,eu-west-1",
    "--window",
    "2d",
    "--seed",
    "1",
    "--sample-size",
    "14",
    "--tolerable-rate",
    "0.2",
];

/// What a scan found, as far as it can be compared.
struct Found {
    folder: TempDir,
    scanned: Scanned,
    /// Status and reason, by control and subject.
    findings: BTreeMap<(String, String), (String, String)>,
    /// Verdicts of trails and answers for accounts.
    answers: BTreeMap<String, String>,
    /// The outcome of each target.
    coverage: BTreeMap<(String, String), String>,
    gaps: BTreeSet<String>,
    calls: BTreeMap<String, u64>,
}

async fn found(skipped: &[ControlId]) -> Found {
    found_with(skipped, &[]).await
}

async fn found_with(skipped: &[ControlId], more: &[&str]) -> Found {
    let scenario = of_text(ORGANIZATION);
    let simulator = Arc::new(Simulator::of(&scenario));
    let mut flags = FLAGS.to_vec();
    flags.extend(skipped.iter().flat_map(|control| ["--skip-control", control.as_str()]));
    flags.extend(more);
    let (guard, scanned) = scanned_in(&simulator, &scenario, &flags).await;
    let cells = |file: &str, key: [&str; 2], value: [&str; 2]| {
        let pair = |row: &BTreeMap<String, String>, names: [&str; 2]| {
            let [one, other] = names.map(|name| row[name].clone());
            (one, other)
        };
        let rows = rows(&scanned.folder, file);
        let cells = rows.iter().map(|row| (pair(row, key), pair(row, value)));
        cells.collect::<BTreeMap<_, _>>()
    };
    let findings =
        cells("findings.csv", ["control_id", "resource_arn"], ["status", "status_reason"]);
    let single = |(key, value): ((String, String), (String, String))| (key.0, value.0);
    let verdicts = cells("trails.csv", ["trail_arn", "trail_arn"], ["verdict", "verdict"]);
    let accounts = cells("accounts.csv", ["account_id", "account_id"], ["logs_sealed"; 2]);
    let coverage = cells("coverage.csv", ["account_id", "region"], ["outcome", "outcome"]);
    let run = json(&scanned.folder, "run.json");
    let counts = run["calls"].as_object().unwrap().iter();
    Found {
        findings,
        answers: verdicts.into_iter().chain(accounts).map(single).collect(),
        coverage: coverage.into_iter().map(|(target, outcome)| (target, outcome.0)).collect(),
        gaps: rows(&scanned.folder, "gaps.csv").iter().map(|row| row["gap_id"].clone()).collect(),
        calls: counts.map(|(name, count)| (name.clone(), count.as_u64().unwrap())).collect(),
        folder: guard,
        scanned,
    }
}

fn json(folder: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
}

fn is_of_trails(control: ControlId) -> bool {
    control.entry().essential && control.entry().subject == SubjectKind::Trail
}

/// Controls whose finding a log object may help: of a key policy that depends on something unknown.
fn is_helped(control: &str) -> bool {
    control.starts_with("key-policy-") || control == "key-readers-limited"
}

/// Nothing is asked in vain, nothing else changes, and nothing looks better.
#[track_caller]
fn check(plain: &Found, less: &Found, skipped: &[ControlId]) {
    let set: BTreeSet<ControlId> = skipped.iter().copied().collect();
    let is_skipped = |control: &str| skipped.iter().any(|id| id.as_str() == control);
    for operation in Operation::ALL.iter().filter(|it| it.purpose() == Purpose::Audit) {
        let calls = less.calls.get(operation.as_str()).copied().unwrap_or_default();
        assert!(operation.is_asked(&set) || calls == 0, "{skipped:?}: {operation} {calls}");
        let before = plain.calls.get(operation.as_str()).copied().unwrap_or_default();
        assert!(calls <= before, "{skipped:?}: {operation} {calls} after {before}");
    }
    let lists_stores = Reading::Stores.is_asked(&set);
    let reads_objects = Reading::LogObjects.is_asked(&set);
    for ((control, subject), (status, reason)) in &plain.findings {
        let after = less.findings.get(&(control.clone(), subject.clone()));
        let Some((status_after, reason_after)) = after else {
            let of_stores = control == ControlId::EventDataStoreKmsEncrypted.as_str();
            assert!(of_stores && !lists_stores, "{skipped:?}: {control} {subject} is missing");
            continue;
        };
        if is_skipped(control) {
            assert_eq!((&**status_after, &**reason_after), ("not_applicable", "skipped"));
        } else if reads_objects || !is_helped(control) {
            assert_eq!((status, reason), (status_after, reason_after), "{skipped:?}: {subject}");
        } else {
            assert!(status == "pass" || status_after != "pass", "{skipped:?}: {control} {subject}");
        }
    }
    assert!(less.findings.len() <= plain.findings.len());
    assert!(less.gaps.is_subset(&plain.gaps), "{skipped:?}: {:?}", less.gaps);
    for (subject, answer) in &less.answers {
        assert!(answer != "sealed" || plain.answers[subject] == "sealed", "{skipped:?} {subject}");
        let is_account = subject.len() == 12;
        let lacks = skipped.iter().any(|control| is_of_trails(*control))
            || is_account && set.contains(&ControlId::AccountCovered);
        assert!(answer != "sealed" || !lacks, "{skipped:?}: {subject} is called sealed");
    }
    for (target, outcome) in &less.coverage {
        let before = &plain.coverage[target];
        let is_same = outcome == before || !lists_stores && before == "partial";
        assert!(is_same, "{skipped:?}: {target:?} {outcome} after {before}");
    }
    for codes in [[1, 4], [3, 4]] {
        let has = |found: &Found| codes.contains(&found.scanned.exit_code);
        assert!(has(plain) || !has(less), "{skipped:?}: {}", less.scanned.exit_code);
    }
}

/// Controls that share operations, each group with the operations that nothing else needs.
fn together() -> Vec<(Vec<ControlId>, &'static [&'static str])> {
    use ControlId as Id;
    let policies = vec![
        Id::KeyPolicyAllowsCloudtrail,
        Id::KeyPolicyDescribeKey,
        Id::KeyPolicyScoped,
        Id::KeyReadersLimited,
    ];
    let objects = vec![Id::LogObjectsSealed, Id::DigestObjectsSealed, Id::HistorySealed];
    let mut buckets = objects.clone();
    buckets.extend([Id::KeyUsable, Id::TrailDelivering]);
    let all_but = |control| ControlId::ALL.iter().copied().filter(move |id| *id != control);
    vec![
        (policies, &["GetKeyPolicy", "ListGrants"]),
        (vec![Id::TrailDelivering, Id::AccountCovered], &["GetTrailStatus", "GetEventSelectors"]),
        (vec![Id::LogObjectsSealed, Id::HistorySealed], &[]),
        (objects, &["ListObjectsV2", "HeadObject"]),
        (buckets, &["ListBuckets", "HeadBucket", "ListObjectsV2", "HeadObject"]),
        (
            all_but(Id::TrailKmsEncrypted).collect(),
            &["DescribeKey", "GetKeyPolicy", "GetTrailStatus", "ListEventDataStores", "HeadBucket"],
        ),
        (all_but(Id::AccountCovered).collect(), &["DescribeKey", "ListEventDataStores"]),
    ]
}

/// Whether each control is shown to be right of one subject and wrong of another.
fn check_variety(plain: &Found) {
    for control in ControlId::ALL {
        let of_it = plain.findings.iter().filter(|(key, _)| key.0 == control.as_str());
        let statuses: BTreeSet<&str> = of_it.map(|(_, found)| found.0.as_str()).collect();
        assert!(statuses.contains("pass"), "{control} {statuses:?}");
        let covers_all = *control == ControlId::AccountCovered;
        assert!(statuses.contains("fail") || covers_all, "{control} {statuses:?}");
    }
    let reasons: BTreeSet<&str> = plain.findings.values().map(|found| found.1.as_str()).collect();
    assert!(reasons.contains("observed_delivery") && reasons.contains("contradiction"));
    let answers: BTreeSet<&str> = plain.answers.values().map(String::as_str).collect();
    assert!(answers.contains("sealed") && answers.contains("unsealed"), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn each_control_is_left_out_alone_and_with_those_that_need_the_same() {
    let plain = found(&[]).await;
    check_variety(&plain);
    for control in ControlId::ALL {
        check(&plain, &found(&[*control]).await, &[*control]);
    }
    for (skipped, expected) in together() {
        let less = found(&skipped).await;
        check(&plain, &less, &skipped);
        for operation in expected {
            assert!(plain.calls[*operation] > 0, "{operation}");
            assert_eq!(less.calls.get(*operation), None, "{skipped:?}: {operation}");
        }
    }
}

/// In each report, with the controls that are missing.
#[tokio::test(start_paused = true)]
async fn every_report_says_which_controls_were_skipped() {
    let skipped = [ControlId::LogObjectsSealed, ControlId::KeyRotationEnabled];
    let less = found(&skipped).await;
    let folder = &less.scanned.folder;
    let summary = &less.scanned.summary;
    let banner = "SCOPED: this run judged only a part: --regions (2), without \
                  key-rotation-enabled, log-objects-sealed (--skip-control).";
    let words: Vec<&str> = summary.split_whitespace().collect();
    assert!(words.join(" ").contains(banner), "{summary}");
    let mut csv = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if is(&name, "csv") {
            let text = fs::read_to_string(&path).unwrap();
            let mut rows = csv::Reader::from_reader(text.as_bytes());
            let is_scoped =
                rows.records().all(|row| row.unwrap().iter().next_back() == Some("scoped"));
            assert!(is_scoped, "{name}: {text}");
            csv += 1;
        }
    }
    assert!(csv > 8, "{csv}");
    let run = json(folder, "run.json");
    let ids = serde_json::json!(["key-rotation-enabled", "log-objects-sealed"]);
    assert_eq!(run["scope"]["skipped_controls"], ids);
    assert_eq!(run["scope"]["is_limited"], true);
    let record = fs::read_to_string(folder.join("record.jsonl")).unwrap();
    assert!(
        record.contains("\"skipped_controls\":[\"key-rotation-enabled\",\"log-objects-sealed\"]")
    );
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    for part in [
        "SCOPED: this run was limited",
        "None of these controls: <span class=\"id\">key-rotation-enabled</span>",
        "is never called sealed",
        "</span> skipped</span>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for file in ["trailseal.sarif", "trailseal.full.sarif"] {
        let run = &json(folder, file)["runs"][0];
        let text = run["properties"]["banner"].to_string();
        assert!(text.contains("all but the controls key-rotation-enabled, log-objects-sealed"));
        let id = run["automationDetails"]["id"].as_str().unwrap();
        assert!(id.contains("/scope-"), "{id}");
        let mut results = run["results"].as_array().unwrap().iter();
        let is_of_skipped =
            |result: &Value| skipped.iter().any(|control| result["ruleId"] == control.as_str());
        assert!(!results.any(is_of_skipped));
    }
    let again = less.folder.path().join("again");
    let arguments = ["trailseal", "report", "--from"].map(std::ffi::OsString::from);
    let paths = [folder.join("record.jsonl").into(), "--out".into(), again.clone().into()];
    assert_eq!(trailseal::cli::run(arguments.into_iter().chain(paths)), 0);
}

/// An exception of a skipped control covers nothing, says why, and changes no exit code.
#[tokio::test(start_paused = true)]
async fn an_exception_of_a_skipped_control_does_no_harm() {
    let control = ControlId::TrailKmsEncrypted;
    let plain = found(&[]).await;
    let failed =
        plain.findings.iter().find(|(key, found)| key.0 == control.as_str() && found.0 == "fail");
    let ((_, trail), _) = failed.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exceptions.toml");
    let text = format!(
        "[[findings]]\ncontrol = '{control}'\nsubject = '{trail}'\nstatus = 'fail'\nowner = 'o'\n\
         approver = 'a'\nreason = 'r'\nticket = 't'\nexpiry = 2026-12-31\n"
    );
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let without = found(&[control]).await;
    let less = found_with(&[control], &["--exceptions", path]).await;
    assert_eq!(less.scanned.exit_code, without.scanned.exit_code);
    let hint = "covers nothing in this run: this finding is not_applicable (skipped)";
    let words: Vec<&str> = less.scanned.summary.split_whitespace().collect();
    assert!(words.join(" ").contains(hint), "{}", less.scanned.summary);
    assert_eq!(less.findings, without.findings);
}
