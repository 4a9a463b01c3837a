//! Installs what judges from npm under `target/`, at the versions of tests/browser/package.json.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::chromium;
use crate::npm;
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
    let modules = npm::packages(&scripts.join("package.json"), &folder, about)?;
    for package in ["puppeteer-core", "axe-core"] {
        ensure!(modules.join(package).is_dir(), "npm installed no {package}");
    }
    Ok(Browser { chromium: chromium::find()?, modules })
}
