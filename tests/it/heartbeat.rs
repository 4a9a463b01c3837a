//! Stderr for machines: one JSON object a line, and one summary of each scan that began.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use trailseal_model::{Outcome, Status};
use trailseal_record::Time;
use trailseal_record::v1::{CoverageLine, Line, RunLine};
use trailseal_tests::json_schema::problems;
use trailseal_tests::sim::record;

use crate::program::{Sim, command};

const SUMMARY: &str = include_str!("../../docs/schema/summary-v1.json");
const EMBEDDED_METRICS: &str = include_str!("embedded-metrics.schema.json");

/// Every line of stderr, each of them an object that says when, how bad and what.
fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let read = |line: &str| -> Value {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(value["message"].is_string(), "{line}");
        let at: jiff::Timestamp = value["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(at.as_second() > 0, "{line}");
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
        assert!(levels.contains(&value["level"].as_str().unwrap()), "{line}");
        value
    };
    text.lines().map(read).collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["type"] == kind).collect()
}

/// The one summary, which is the last line, as its schema says, with the exit code of the process.
fn summary(output: &Output) -> Value {
    assert!(output.stdout.is_empty(), "stdout is a result, and a scan prints none");
    let objects = objects(output);
    assert_eq!(of_kind(&objects, "summary").len(), 1, "{objects:?}");
    let last = objects.last().unwrap().clone();
    assert_eq!(last["type"], "summary");
    let schema: Value = serde_json::from_str(SUMMARY).unwrap();
    assert_eq!(problems(&schema, &last).unwrap(), [""; 0]);
    assert_eq!(last["exit_code"], output.status.code().unwrap());
    assert_eq!(last["ExitCode"], last["exit_code"]);
    last
}

/// CloudWatch can take the metrics: the form, and every name is a member of the right type.
fn check_metrics(summary: &Value) {
    let schema: Value = serde_json::from_str(EMBEDDED_METRICS).unwrap();
    assert_eq!(problems(&schema, summary).unwrap(), [""; 0]);
    // What CloudWatch Logs took before its limit was raised.
    assert!(summary.to_string().len() < 256 * 1024);
    for directive in summary["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        assert_eq!(directive["Namespace"], "Trailseal");
        for metric in directive["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            assert!(summary[name].is_number(), "{name}: {}", summary[name]);
        }
        let sets = directive["Dimensions"].as_array().unwrap();
        assert_eq!(sets[0], json!([]), "an alarm needs a metric that is always there");
        for name in sets.iter().flat_map(|set| set.as_array().unwrap()) {
            assert!(summary[name.as_str().unwrap()].is_string(), "{name}");
        }
    }
}

/// What the record says of the run, and its coverage.
fn recorded(folder: &Path) -> (RunLine, Vec<CoverageLine>) {
    let (mut run, mut coverage) = (None, Vec::new());
    for line in record(folder).unwrap() {
        match line {
            Line::Run(line) => run = Some(*line),
            Line::Coverage(line) => coverage.push(*line),
            _ => {}
        }
    }
    (run.unwrap(), coverage)
}

fn scan(folder: &Path, sim: &Sim, flags: &[&str]) -> Command {
    let out: &[&str] = if flags.contains(&"--out") { &[] } else { &["--out", "out"] };
    let all = [&["scan", "--log-format", "json"], out, flags].concat();
    let mut command = command(folder, &all);
    command.envs(sim.environment());
    command
}

#[test]
fn the_summary_has_the_numbers_of_the_record_and_is_the_last_of_all_objects() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &[], &["--json"]);
    // No member lets a role of the second name in.
    for (role, codes) in [("TrailsealAudit", [1, 1]), ("Unknown", [3, 4])] {
        let flags = ["--role-name", role, "--external-id", "canary", "--out", role];
        let output = scan(folder.path(), &sim, &flags).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stderr).contains("canary"));
        let summary = summary(&output);
        check_metrics(&summary);
        let (run, coverage) = recorded(&folder.path().join(role));
        let code = output.status.code().unwrap();
        assert!(codes.contains(&code), "{code}");
        let is_complete = code == 1;
        assert_eq!(summary["Gaps"].as_u64() == Some(0), is_complete, "{summary}");
        let results = &summary["results"];
        for (found, expected) in [
            (&summary["run_id"], json!(run.run_id)),
            (&summary["started_at"], json!(run.started_at)),
            (&summary["finished_at"], json!(run.finished_at)),
            (&summary["tool_version"], json!(run.tool_version)),
            (&summary["organization_id"], json!(run.organization_id)),
            (&summary["Organization"], json!(run.organization_id)),
            (&summary["caller_account_id"], json!(run.caller_account_id)),
            (&summary["scope"], json!(run.scope)),
            (&summary["calls_by_operation"], json!(run.calls)),
            (&summary["Calls"], json!(run.calls.values().sum::<u64>())),
            (&summary["Throttles"], json!(run.throttles)),
            (&summary["exit_code"], json!(run.exit_code)),
            (&results["accounts_by_state"], json!(run.accounts)),
            (&results["targets_by_outcome"], json!(run.coverage)),
            (&results["trails_by_verdict"], json!(run.trails)),
            (&results["findings_by_status"], json!(run.findings)),
            (&results["gaps_by_class"], json!(run.gaps)),
            (&summary["Gaps"], json!(run.gaps.values().sum::<u64>())),
            (
                &summary["FailedFindings"],
                json!(run.findings.get(&Status::Fail).copied().unwrap_or_default()),
            ),
            (&summary["TargetsNotEvaluated"], json!(run.coverage[&Outcome::NotEvaluated])),
            (&summary["Success"], json!(1)),
            (&summary["Complete"], json!(u8::from(is_complete))),
            (&summary["problem"], Value::Null),
            (&summary["is_resumable"], json!(!is_complete)),
        ] {
            assert_eq!(*found, expected, "{role}");
        }
        assert!(summary["report_folder"].as_str().unwrap().ends_with(role));
        assert!(summary["DurationSeconds"].as_f64().unwrap() > 0.0);
        // Times of answers are those of the real run, whose first second may have begun before it.
        for line in coverage {
            let said = line.last_management_call_at;
            let is_called = line.outcome == Outcome::Evaluated;
            assert!(said.is_some() || !is_called, "{} {}", line.account_id, line.region);
            let is_within =
                |at: Time| at.as_second() >= run.started_at.as_second() && at <= run.finished_at;
            assert!(said.is_none_or(is_within), "{said:?}");
        }
    }
}

#[test]
fn progress_and_warnings_are_objects_with_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::begin(folder.path(), &[], &["--json"]);
    let environment = [("TRAILSEAL_LOG", "trace"), ("TRAILSEAL_ROLENAME", "x")];
    let output = scan(folder.path(), &sim, &[]).envs(environment).output().unwrap();
    summary(&output);
    let objects = objects(&output);
    let progress = of_kind(&objects, "progress");
    let last = progress.last().unwrap();
    for name in ["targets", "targets_settled", "accounts", "trails", "calls", "throttles", "gaps"] {
        assert!(last[name].is_u64(), "{name} of {last}");
    }
    assert!(last["message"].as_str().unwrap().contains(" targets, "));
    let warnings = of_kind(&objects, "warning");
    assert!(warnings[0]["message"].as_str().unwrap().contains("TRAILSEAL_ROLENAME"));
    assert_eq!(warnings[0]["level"], "WARN");
    assert_eq!(of_kind(&objects, "caller")[0]["role_name"], "TrailsealAudit");
    assert_eq!(of_kind(&objects, "accounts_listed")[0]["accounts"], 5);
    assert!(objects.iter().any(|object| object["operation"] == "DescribeTrails"), "the log");
    let quiet = tempfile::tempdir().unwrap();
    let output = scan(quiet.path(), &sim, &["--quiet"]).output().unwrap();
    summary(&output);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn a_scan_that_fails_has_its_error_and_then_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["scan", "--log-format=json", "--out", "out"];
    let nowhere = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_REGION", "us-east-1"),
    ];
    let output = command(folder.path(), &flags).envs(nowhere).output().unwrap();
    assert_eq!(output.status.code(), Some(74));
    let failed = summary(&output);
    check_metrics(&failed);
    for (name, expected) in [
        ("Success", json!(0)),
        ("Complete", json!(0)),
        ("level", json!("ERROR")),
        ("results", Value::Null),
        ("report_folder", Value::Null),
        ("organization_id", Value::Null),
    ] {
        assert_eq!(failed[name], expected, "{name}");
    }
    assert!(failed["Calls"].as_u64().unwrap() > 0);
    assert_eq!(failed.get("FailedFindings"), None, "no number is better than a wrong zero");
    let objects = objects(&output);
    let errors = of_kind(&objects, "error");
    assert_eq!(errors.len(), 1);
    for name in ["problem", "advice", "exit_code"] {
        assert_eq!(errors[0][name], failed[name], "{name}");
    }
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/mine.txt"), "x").unwrap();
    let output = command(folder.path(), &flags).envs(nowhere).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(summary(&output)["Calls"], 0);
}

#[test]
fn errors_of_the_command_line_are_objects_and_no_scan_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let by_flag: &[&[&str]] = &[
        &["scan", "--log-format", "json", "--nonsense"],
        &["--log-format=json", "scna"],
        &["scan", "--log-format", "json", "--config", "missing.toml"],
        &["--log-format", "json"],
    ];
    for words in by_flag {
        let output = command(folder.path(), words).output().unwrap();
        let objects = objects(&output);
        assert_eq!(output.status.code(), Some(2), "{objects:?}");
        assert_eq!(objects.len(), 1, "{objects:?}");
        assert_eq!((&objects[0]["type"], &objects[0]["exit_code"]), (&json!("error"), &json!(2)));
        assert!(!objects[0]["advice"].as_str().unwrap().is_empty());
    }
    let mut by_variable = command(folder.path(), &["explain", "nonsense"]);
    let output = by_variable.env("TRAILSEAL_LOG_FORMAT", "json").output().unwrap();
    assert_eq!(of_kind(&objects(&output), "error").len(), 1);
}

#[test]
fn a_demonstration_has_a_summary_and_no_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["demo", "--scenario", "small", "--log-format", "json"];
    let output = command(folder.path(), &words).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let objects = objects(&output);
    let summaries = of_kind(&objects, "summary");
    assert_eq!(summaries.len(), 1);
    assert_eq!(objects.last(), Some(summaries[0]));
    assert_eq!(summaries[0]["simulation"], "small");
    assert_eq!(summaries[0]["exit_code"], 1, "what a scan would have ended with");
    assert_eq!(summaries[0].get("_aws"), None, "it must not feed an alarm about real accounts");
}
