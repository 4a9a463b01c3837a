//! The judge `feeds`: `metrics.prom` read by prometheus_client, `summary.md` by GitHub's own parser of
//! Markdown, and both compared with the record. Falsified copies must be refused.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::python::{Python, output, remove};
use crate::workspace::{self, Profile};

/// Records of the SARIF judge that are read here as well.
const RECORDS: [&str; 4] = ["record", "accepted", "scoped", "empty"];

/// Writes the files of records, and lets others read them.
pub(crate) fn run() -> Result<()> {
    let work = workspace::root().join("target").join("feeds");
    remove(&work)?;
    let home = work.join("home");
    fs::create_dir_all(&home).context("failed to create the folder of the run")?;
    let python = Python::new(home);
    python.install()?;
    let program =
        workspace::program("trailseal-report-feeds", "examples/write_feeds", Profile::Dev)?;
    let mut judge = python.script(&workspace::root().join("tests").join("feeds").join("judge.py"));
    for name in ["fixture"].into_iter().chain(RECORDS) {
        let folder = work.join(name);
        fs::create_dir(&folder).context("failed to create the folder of a record")?;
        let mut write = workspace::command(&program);
        if name == "fixture" {
            write.arg(name);
        } else {
            let sarif = workspace::root().join("tests").join("sarif");
            let record = folder.join("record.jsonl");
            fs::copy(sarif.join(format!("{name}.jsonl")), &record)
                .with_context(|| format!("failed to copy the record {name}"))?;
            write.arg(record);
        }
        output(write.arg(&folder), "write_feeds")?;
        judge.arg(&folder);
    }
    let said = output(&mut judge, "judge.py")?;
    ensure!(said.contains("falsified"), "the judge falsified nothing: {said}");
    println!("feeds: {said}");
    Ok(())
}
