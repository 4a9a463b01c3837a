//! Runs `tests/browser/judge.cjs` and reads what it prints.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::install::Browser;
use super::pages::Page;
use crate::workspace;

/// What there is to say of one page.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) nodes: u64,
    pub(super) bytes: u64,
    /// Milliseconds until the page was loaded, for each view.
    pub(super) ready: Vec<u64>,
    /// What is no complaint and may be worth a look.
    pub(super) notes: Vec<String>,
    pub(super) complaints: Vec<Complaint>,
}

/// One thing that a judge does not accept.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) judge: String,
    pub(super) problem: String,
}

impl Judged {
    /// One line for each complaint.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.complaints.iter().map(|it| format!("{}: {}: {}", self.name, it.judge, it.problem))
    }
}

/// Judges pages, and returns what was found in their order.
pub(super) fn judge(browser: &Browser, pages: &[Page]) -> Result<Vec<Judged>> {
    let pages_of_plan: Vec<Value> = pages.iter().map(page_of_plan).collect();
    let plan = json!({ "chromium": browser.chromium, "pages": pages_of_plan });
    let mut command = workspace::command("node");
    command.arg(workspace::root().join("tests").join("browser").join("judge.cjs"));
    command.env("NODE_PATH", &browser.modules);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut node = command.spawn().context("failed to start node")?;
    // A node that has ended already does not read; its words are told below.
    let _ = node.stdin.take().context("node has no stdin")?.write_all(plan.to_string().as_bytes());
    let output = node.wait_with_output().context("failed to read what judge.cjs says")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "judge.cjs with {}: {}",
        browser.chromium.display(),
        said.trim()
    );
    let judged = parse(&String::from_utf8_lossy(&output.stdout))?;
    let is_same = judged.iter().map(|it| &it.name).eq(pages.iter().map(|it| &it.name));
    ensure!(is_same, "judge.cjs did not judge the pages that it was given");
    Ok(judged)
}

fn page_of_plan(page: &Page) -> Value {
    json!({
        "name": page.name,
        "file": page.file,
        "views": page.views,
        "expected": page.expected,
        "max_nodes": page.max_nodes,
        "max_bytes": page.max_bytes,
        "pictures": page.pictures,
    })
}

/// Reads what `judge.cjs` printed.
pub(super) fn parse(printed: &str) -> Result<Vec<Judged>> {
    let printed: Value = serde_json::from_str(printed).context("judge.cjs printed no JSON")?;
    let pages = printed["pages"].as_array().context("judge.cjs printed no pages")?;
    pages.iter().map(page).collect()
}

fn page(printed: &Value) -> Result<Judged> {
    let complaints = printed["complaints"].as_array().context("a page without complaints")?;
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let complaint =
        |it: &Value| Complaint { judge: text(&it["judge"]), problem: text(&it["problem"]) };
    let ready = printed["ready"].as_array();
    Ok(Judged {
        name: text(&printed["name"]),
        nodes: printed["nodes"].as_u64().unwrap_or_default(),
        bytes: printed["bytes"].as_u64().unwrap_or_default(),
        ready: ready.into_iter().flatten().filter_map(Value::as_u64).collect(),
        notes: strings(&printed["notes"]),
        complaints: complaints.iter().map(complaint).collect(),
    })
}

/// The texts of an array.
pub(super) fn strings(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let printed = r#"{"pages": [{
            "name": "a", "nodes": 1, "bytes": 2, "ready": [3, 4], "notes": ["b"],
            "complaints": [{"judge": "axe", "problem": "c"}]
        }]}"#;
        let judged = parse(printed).unwrap();
        assert_eq!(judged[0].lines().collect::<Vec<_>>(), ["a: axe: c"]);
        assert_eq!((judged[0].nodes, judged[0].bytes), (1, 2));
        assert_eq!((&judged[0].ready, &judged[0].notes), (&vec![3, 4], &vec!["b".to_owned()]));
    }

    #[test]
    fn silence_is_no_acceptance() {
        for printed in ["", "{}", r#"{"pages": [{"name": "a"}]}"#] {
            assert!(parse(printed).is_err(), "{printed}");
        }
    }
}
