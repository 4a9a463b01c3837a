//! The judge `policy`: key policies that were made up, answered by `trailseal-key-policy` and by a
//! simulator of IAM that others wrote.
//!
//! Every kind of difference between the two must be explained in a page of the documentation, and
//! falsified answers must be noticed. The simulator is run here only; nothing of it is linked or
//! shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::npm;
use crate::workspace::{self, Profile};

/// How many cases, of one fixed seed: the same with every run.
const CASES: usize = 5000;
const SEED: &str = "1";

/// Where every kind of difference is explained.
const PAGE: &str = "docs/operations/policy-cross-check.md";

/// What check.cjs says.
#[derive(Debug, Deserialize)]
struct Verdict {
    problems: Vec<String>,
    counts: BTreeMap<String, usize>,
    kinds: BTreeMap<String, usize>,
    requests: usize,
}

/// Makes the cases, and lets the other simulator see them and their falsified copies.
pub(crate) fn run() -> Result<()> {
    let scripts = workspace::root().join("tests").join("policy");
    let folder = workspace::judges().join("policy");
    let about = "iam-simulate with npm (once, 20 MB)";
    let modules = npm::packages(&scripts.join("package.json"), &folder, about)?;
    let judge = Judge { script: scripts.join("check.cjs"), modules };
    let work = workspace::root().join("target").join("policy");
    fs::create_dir_all(&work).context("failed to create the folder of the cases")?;
    let cases = cases()?;

    let good = judge.verdict(&work.join("cases.jsonl"), &cases)?;
    ensure!(
        good.problems.is_empty(),
        "{} differences that nothing explains:\n{}",
        good.problems.len(),
        good.problems.join("\n")
    );
    every_kind_is_explained(&good.kinds)?;
    let refused = falsified_are_refused(&judge, &work, &cases)?;
    let differences: usize = good.kinds.values().sum();
    println!(
        "policy: {CASES} policies with {} requests ({}); {differences} differences of {} kinds, all explained; {refused} falsified copies refused",
        good.requests,
        shown(&good.counts),
        good.kinds.len(),
    );
    Ok(())
}

fn shown(counts: &BTreeMap<String, usize>) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn cases() -> Result<Vec<Value>> {
    let program = workspace::program("trailseal-tests", "policy-cases", Profile::Dev)?;
    let mut command = workspace::command(program);
    command.args(["--seed", SEED, "--count", &CASES.to_string()]);
    let lines = workspace::stdout(&mut command)?;
    let cases = lines.lines().map(serde_json::from_str);
    cases.collect::<Result<_, _>>().context("policy-cases printed a line that is no JSON")
}

struct Judge {
    script: PathBuf,
    modules: PathBuf,
}

impl Judge {
    fn verdict(&self, file: &Path, cases: &[Value]) -> Result<Verdict> {
        let mut lines: String =
            cases.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        lines.push('\n');
        fs::write(file, lines).context("failed to write the cases")?;
        let mut node = workspace::command("node");
        node.arg(&self.script).arg(file).arg(CASES.to_string());
        let printed = workspace::stdout(node.env("NODE_PATH", &self.modules))?;
        serde_json::from_str(&printed).context("check.cjs printed no verdict")
    }
}

/// Each kind that came up stands in the page as a row, and each row came up.
fn every_kind_is_explained(kinds: &BTreeMap<String, usize>) -> Result<()> {
    let page =
        fs::read_to_string(workspace::root().join(PAGE)).context("failed to read the page")?;
    let explained = explained(&page);
    let found: BTreeSet<&str> = kinds.keys().map(String::as_str).collect();
    let (missing, stale): (Vec<_>, Vec<_>) =
        (found.difference(&explained).collect(), explained.difference(&found).collect());
    ensure!(missing.is_empty(), "{PAGE} does not explain {missing:?}");
    ensure!(stale.is_empty(), "{PAGE} explains {stale:?}, which did not come up");
    Ok(())
}

/// The first cells of the page's tables, where they are in backticks.
fn explained(page: &str) -> BTreeSet<&str> {
    let cells = page.lines().filter_map(|it| it.strip_prefix("| `")?.split_once('`'));
    cells.map(|it| it.0).collect()
}

/// A copy of the cases with something wrong.
struct Falsification {
    name: &'static str,
    apply: fn(&mut Vec<Value>) -> Option<()>,
}

const FALSIFICATIONS: &[Falsification] = &[
    Falsification {
        name: "an allow is called refused",
        apply: |it| answer(it, "allow", "not_allowed"),
    },
    Falsification { name: "an allow is called denied", apply: |it| answer(it, "allow", "deny") },
    Falsification { name: "a denial is called allowed", apply: |it| answer(it, "deny", "allow") },
    Falsification {
        name: "a denial is called missing",
        apply: |it| answer(it, "deny", "not_allowed"),
    },
    Falsification {
        name: "a refusal is called allowed",
        apply: |it| answer(it, "not_allowed", "allow"),
    },
    Falsification {
        name: "a refusal is called denied",
        apply: |it| answer(it, "not_allowed", "deny"),
    },
    Falsification {
        name: "what is not known is called allowed",
        apply: |it| every_unknown(it, "allow"),
    },
    Falsification {
        name: "what is not known is called refused",
        apply: |it| every_unknown(it, "not_allowed"),
    },
    Falsification { name: "an answer of no kind", apply: |it| answer(it, "allow", "perhaps") },
    Falsification {
        name: "an unknown without its reason",
        apply: |it| answer(it, "allow", "unknown"),
    },
    Falsification {
        name: "nothing is ever known",
        apply: |it| {
            for case in it {
                (case["answer"], case["why"]) = (json!("unknown"), json!("value"));
            }
            Some(())
        },
    },
    Falsification { name: "a case is missing", apply: |it| it.pop().map(|_| ()) },
    Falsification {
        name: "a case stands twice",
        apply: |it| {
            let first = it.first()?.clone();
            *it.last_mut()? = first;
            Some(())
        },
    },
    Falsification {
        name: "a policy is exchanged",
        apply: |it| {
            let case = it.iter_mut().find(|it| it["answer"] == "allow")?;
            case["policy"]["Statement"] = json!([]);
            Some(())
        },
    },
    Falsification {
        name: "a case has no request",
        apply: |it| {
            it.first_mut()?["contexts"] = json!([]);
            Some(())
        },
    },
];

/// The first case with this answer gets another, and what is said of denials to go with it.
fn answer(cases: &mut [Value], from: &str, to: &str) -> Option<()> {
    let case = cases.iter_mut().find(|it| it["answer"] == from)?;
    let denied = if to == "deny" { "yes" } else { "no" };
    (case["answer"], case["denied"]) = (json!(to), json!(denied));
    Some(())
}

/// Every case of which something is not known gets an answer; `None` if there is none.
fn every_unknown(cases: &mut [Value], to: &str) -> Option<()> {
    let mut found = None;
    for case in cases.iter_mut().filter(|it| it["answer"] == "unknown") {
        (case["answer"], case["why"]) = (json!(to), Value::Null);
        found = Some(());
    }
    found
}

fn falsified_are_refused(judge: &Judge, work: &Path, cases: &[Value]) -> Result<usize> {
    let mut accepted = Vec::new();
    for Falsification { name, apply } in FALSIFICATIONS {
        let mut copy = cases.to_vec();
        apply(&mut copy).with_context(|| format!("nothing to falsify: {name}"))?;
        if judge.verdict(&work.join("falsified.jsonl"), &copy)?.problems.is_empty() {
            accepted.push(*name);
        }
    }
    ensure!(accepted.is_empty(), "accepted though falsified: {}", accepted.join("; "));
    Ok(FALSIFICATIONS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_in_the_page() {
        let page =
            "# Page\n\n| Kind | Why |\n| --- | --- |\n| `a_b` | it `is` so |\n| c | |\n`d`\n";
        assert!(explained(page).iter().eq(["a_b"].iter()));
    }

    #[test]
    fn every_kind_of_the_script_is_in_the_page() {
        let root = workspace::root();
        let page = fs::read_to_string(root.join(PAGE)).unwrap();
        let script = fs::read_to_string(root.join("tests/policy/check.cjs")).unwrap();
        let (_, table) = script.split_once("const DIFFERENCES = {").unwrap();
        let (table, _) = table.split_once("\n};").unwrap();
        let kinds: Vec<&str> = table
            .lines()
            .filter_map(|it| it.strip_prefix("  ")?.split_once(": (").map(|it| it.0))
            .filter(|it| !it.starts_with(' '))
            .collect();
        assert!(!kinds.is_empty());
        assert!(kinds.iter().all(|it| explained(&page).contains(it)), "{kinds:?}");
    }
}
