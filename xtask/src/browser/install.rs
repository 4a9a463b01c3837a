//! Installs what judges from npm under `target/`, at the versions of tests/browser/package.json.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::chromium;
use crate::workspace;

/// Where everything lies that judges.
pub(super) struct Browser {
    pub(super) chromium: PathBuf,
    /// Where node finds the packages.
    pub(super) modules: PathBuf,
}

/// Installs exactly these versions, unless they are there, and finds a Chromium.
pub(super) fn install() -> Result<Browser> {
    let scripts = workspace::root().join("tests").join("browser");
    let folder = workspace::judges().join("browser");
    let about = "puppeteer-core and axe-core with npm (once, 60 MB)";
    let modules = packages(&scripts.join("package.json"), &folder, about)?;
    for package in ["puppeteer-core", "axe-core"] {
        ensure!(modules.join(package).is_dir(), "npm installed no {package}");
    }
    Ok(Browser { chromium: chromium::find()?, modules })
}

/// Installs the packages of a `package.json` into a folder, and returns where node finds them.
pub(super) fn packages(manifest: &Path, folder: &Path, about: &str) -> Result<PathBuf> {
    let modules = folder.join("node_modules");
    let wanted = fs::read_to_string(manifest)
        .with_context(|| format!("failed to read {}", manifest.display()))?;
    let stamp = folder.join("package.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) && modules.is_dir() {
        return Ok(modules);
    }
    eprintln!("Installing {about}.");
    if folder.exists() {
        fs::remove_dir_all(folder).context("failed to remove other versions of the judges")?;
    }
    fs::create_dir_all(folder).context("failed to create the folder of the judges")?;
    fs::write(folder.join("package.json"), &wanted).context("failed to write package.json")?;
    let mut npm = workspace::command("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]);
    npm.args(["--loglevel=error", "--prefix"]).arg(folder).current_dir(folder);
    workspace::stdout(&mut npm).context("npm comes with Node.js, which must be installed")?;
    fs::write(&stamp, wanted).context("failed to write the stamp of the judges")?;
    Ok(modules)
}
