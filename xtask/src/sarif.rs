//! The judge `sarif`: validators that we did not write, over the files for GitHub code scanning.
//!
//! Microsoft's sarif-multitool, the JSON schema of OASIS, and what GitHub documents as required.
//! Each must also reject falsified copies, so that a judge that accepts all is noticed.

mod falsified;
mod install;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use self::falsified::{ANYWHERE, FALSIFICATIONS, MULTITOOL, SCHEMA};
use self::install::Judges;
use crate::workspace::{self, Profile};

/// Names the schema of GitHub's uploader, which is not ours to copy; without it, it is not asked.
const UPLOAD_SCHEMA: &str = "TRAILSEAL_UPLOAD_SARIF_SCHEMA";

/// How many results the small file keeps, so that the rule of the limit has a result too.
const SMALL_LIMIT: &str = "5";

/// Its name in complaints.
const UPLOAD: &str = "upload schema";

/// One thing that a judge does not accept.
#[derive(Debug)]
struct Complaint {
    file: PathBuf,
    judge: String,
    problem: String,
}

/// Writes SARIF files from records, and lets every judge see them and their falsified copies.
pub(crate) fn run() -> Result<()> {
    let judges = install::install()?;
    let work = workspace::root().join("target").join("sarif");
    if work.exists() {
        fs::remove_dir_all(&work).context("failed to remove what an earlier run left")?;
    }
    fs::create_dir_all(&work).context("failed to create the folder of the files")?;
    let good = good_files(&work)?;
    every_rule_has_a_result(&good)?;
    let complaints = complaints(&judges, &work, &good)?;
    if !complaints.is_empty() {
        let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        bail!("{} complaints:\n{}", complaints.len(), lines.join("\n"));
    }
    let rejected = falsified_are_rejected(&judges, &work, &good)?;
    let results: usize =
        good.iter().map(|file| read(file).map(|log| results(&log).len())).sum::<Result<_>>()?;
    let upload = if upload_schema().is_some() { ", the uploader's schema" } else { "" };
    println!(
        "sarif: {} files with {results} results; sarif-multitool, the OASIS schema{upload} and GitHub's rules have no complaint; {rejected} falsified copies are rejected",
        good.len()
    );
    Ok(())
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}: {}", self.file.display(), self.judge, self.problem)
    }
}

/// The files that must be accepted: from our records, and those of moto's scan if there is one.
fn good_files(work: &Path) -> Result<Vec<PathBuf>> {
    let program =
        workspace::program("trailseal-report-sarif", "examples/write_sarif", Profile::Dev)?;
    let records = workspace::root().join("tests").join("sarif");
    let mut files = Vec::new();
    for (record, folder, limit) in [
        ("record.jsonl", "every-rule", None),
        ("record.jsonl", "limited", Some(SMALL_LIMIT)),
        ("empty.jsonl", "empty", None),
        ("scoped.jsonl", "scoped", None),
        ("accepted.jsonl", "accepted", None),
    ] {
        let folder = work.join(folder);
        fs::create_dir(&folder).context("failed to create the folder of a file")?;
        let mut command = workspace::command(&program);
        workspace::run(command.arg(records.join(record)).arg(&folder).args(limit))?;
        files.push(folder.join("trailseal.sarif"));
        // Only here it differs in more than its category.
        files.extend((record == "accepted.jsonl").then(|| folder.join("trailseal.full.sarif")));
    }
    let scanned = ["target", "moto", "out", "trailseal.sarif"].iter().collect::<PathBuf>();
    let scanned = workspace::root().join(scanned);
    files.extend(scanned.is_file().then_some(scanned));
    Ok(files)
}

fn read(file: &Path) -> Result<Value> {
    let bytes = fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(bytes).with_context(|| format!("{} is not JSON", file.display()))
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().map_or(&[], Vec::as_slice)
}

/// What is not in the files cannot be judged.
fn every_rule_has_a_result(files: &[PathBuf]) -> Result<()> {
    let (mut rules, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let log = read(file)?;
        let of_file = log["runs"][0]["tool"]["driver"]["rules"].as_array();
        rules.extend(of_file.into_iter().flatten().map(|it| it["id"].to_string()));
        seen.extend(results(&log).iter().map(|it| it["ruleId"].to_string()));
    }
    let missing: Vec<&String> = rules.difference(&seen).collect();
    ensure!(!rules.is_empty(), "the files have no rules");
    ensure!(missing.is_empty(), "tests/sarif/record.jsonl has no result of {missing:?}");
    Ok(())
}

fn upload_schema() -> Option<String> {
    env::var(UPLOAD_SCHEMA).ok().filter(|it| !it.is_empty())
}

/// What every judge has to say of some files.
fn complaints(judges: &Judges, work: &Path, files: &[PathBuf]) -> Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for file in files {
        complaints.extend(multitool(judges, &work.join("multitool.sarif"), file)?);
    }
    let mut schemas = vec![format!("{SCHEMA}={}", judges.schema.display())];
    schemas.extend(upload_schema().map(|it| format!("{UPLOAD}={it}")));
    let mut check = workspace::command("node");
    check.arg(workspace::root().join("tests").join("sarif").join("check.cjs"));
    check.env("NODE_PATH", &judges.modules);
    for schema in schemas {
        check.args(["--schema", &schema]);
    }
    let printed = workspace::stdout(check.args(files))?;
    let printed: Value = serde_json::from_str(&printed).context("check.cjs printed no JSON")?;
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let found = printed.as_array().context("check.cjs printed no array")?;
    complaints.extend(found.iter().map(|it| Complaint {
        file: text(&it["file"]).into(),
        judge: text(&it["judge"]),
        problem: text(&it["problem"]),
    }));
    Ok(complaints)
}

/// sarif-multitool's results. Its exit code says nothing, without a configuration that it can read
/// it leaves the output of an earlier run in place, and of many files at once it skips some.
fn multitool(judges: &Judges, out: &Path, file: &Path) -> Result<Vec<Complaint>> {
    if out.exists() {
        fs::remove_file(out).context("failed to remove an earlier output")?;
    }
    let mut validate = workspace::command(&judges.multitool);
    validate.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(file);
    validate.args(["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]);
    validate.arg("--config").arg(&judges.configuration);
    validate.args(["--log", "ForceOverwrite", "--quiet", "true", "--output"]).arg(out);
    let output = validate.output().context("failed to start sarif-multitool")?;
    ensure!(
        out.is_file(),
        "sarif-multitool wrote nothing: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    complaints_of_multitool(file, &read(out)?)
}

fn complaints_of_multitool(file: &Path, log: &Value) -> Result<Vec<Complaint>> {
    let run = &log["runs"][0];
    let failed = run["invocations"][0]["toolExecutionNotifications"].as_array();
    let failed = failed.into_iter().flatten().find(|it| it["level"] == "error");
    ensure!(failed.is_none(), "sarif-multitool failed: {}", failed.unwrap_or(&Value::Null));
    ensure!(run["tool"]["driver"].is_object(), "sarif-multitool's output has no run");
    Ok(results(log).iter().map(|it| complaint_of_multitool(file, it)).collect())
}

fn complaint_of_multitool(file: &Path, result: &Value) -> Complaint {
    let rule = result["ruleId"].as_str().unwrap_or("?");
    let arguments = result["message"]["arguments"].as_array();
    let words: Vec<&str> = arguments.into_iter().flatten().filter_map(Value::as_str).collect();
    let (id, text) = (&result["message"]["id"], &result["message"]["text"]);
    let said = id.as_str().or(text.as_str()).unwrap_or_default();
    Complaint {
        file: file.to_owned(),
        judge: MULTITOOL.to_owned(),
        problem: format!("{rule}: {said}: {}", words.join(", ")),
    }
}

/// Writes falsified copies and fails where one of the judges named for a copy accepts it. The first
/// good file is falsified in every way; the others once, because the multitool says nothing at all
/// of a file that it cannot make sense of.
fn falsified_are_rejected(judges: &Judges, work: &Path, good: &[PathBuf]) -> Result<usize> {
    let mut accepted = Vec::new();
    let mut copies = 0;
    for (index, original) in good.iter().enumerate() {
        let original = read(original)?;
        let all = if index == 0 { FALSIFICATIONS } else { std::slice::from_ref(&ANYWHERE) };
        for falsification in all {
            let mut copy = original.clone();
            falsification.apply(&mut copy)?;
            let file = work.join(format!("falsified-{index}-{}.sarif", falsification.name));
            fs::write(&file, copy.to_string()).context("failed to write a falsified copy")?;
            let complaints = complaints(judges, work, std::slice::from_ref(&file))?;
            let accepts = |judge: &str| !complaints.iter().any(|it| it.judge == judge);
            let judges = falsification.rejected_by.iter().filter(|it| accepts(it));
            accepted.extend(judges.map(|it| format!("{it} accepts {}", file.display())));
            copies += 1;
        }
    }
    ensure!(accepted.is_empty(), "{}", accepted.join("\n"));
    Ok(copies)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_of_the_multitool_is_a_complaint() {
        let log = json!({ "runs": [{
            "tool": { "driver": { "name": "x" } },
            "results": [{
                "ruleId": "GH1005",
                "message": { "id": "Error_Default", "arguments": ["there", "what"] },
            }],
        }] });
        let complaints = complaints_of_multitool(Path::new("b.sarif"), &log).unwrap();
        assert_eq!(
            complaints[0].to_string(),
            "b.sarif: multitool: GH1005: Error_Default: there, what"
        );
    }

    #[test]
    fn a_multitool_that_fails_is_not_taken_for_silence() {
        let log = json!({ "runs": [{
            "tool": { "driver": { "name": "x" } },
            "invocations": [{ "toolExecutionNotifications": [{ "level": "error" }] }],
        }] });
        assert!(complaints_of_multitool(Path::new("b"), &log).is_err());
        assert!(complaints_of_multitool(Path::new("b"), &json!({ "runs": [] })).is_err());
    }
}
