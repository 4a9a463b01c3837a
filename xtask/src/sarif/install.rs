//! Installs the judges from npm under `target/`, at the versions of tests/sarif/package.json.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::npm;
use crate::workspace;

/// Where the judges are.
pub(super) struct Judges {
    pub(super) multitool: PathBuf,
    /// What the multitool checks.
    pub(super) configuration: PathBuf,
    /// The schema of OASIS, which comes with the multitool.
    pub(super) schema: PathBuf,
    /// Where node finds the packages.
    pub(super) modules: PathBuf,
}

/// Installs exactly these versions, unless they are there.
pub(super) fn install() -> Result<Judges> {
    let scripts = workspace::root().join("tests").join("sarif");
    let folder = workspace::judges().join("sarif");
    let modules = folder.join("node_modules");
    let platform = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        other => anyhow::bail!("sarif-multitool is not run on {other}; use Linux or macOS"),
    };
    let package = modules.join("@microsoft").join(format!("sarif-multitool-{platform}"));
    let judges = Judges {
        multitool: package.join("Sarif.Multitool"),
        configuration: scripts.join("multitool.xml"),
        schema: package.join("sarif-2.1.0.json"),
        modules,
    };
    let about = "sarif-multitool with npm (once, 100 MB)";
    npm::packages(&scripts.join("package.json"), &folder, about)?;
    ensure!(judges.multitool.is_file(), "npm installed no {}", judges.multitool.display());
    // The package would do it in a script of its own, which npm was told not to run.
    make_executable(&judges.multitool)?;
    Ok(judges)
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(program, permissions).context("failed to make the multitool executable")
}

#[cfg(not(unix))]
fn make_executable(_program: &Path) -> Result<()> {
    Ok(())
}
