//! Installs packages from npm under `target/`, for judges that others wrote.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// Installs the packages of a `package.json` into a folder, and returns where node finds them. A lock
/// beside it also holds what they depend on.
pub(crate) fn packages(manifest: &Path, folder: &Path, about: &str) -> Result<PathBuf> {
    let modules = folder.join("node_modules");
    let lock = manifest.with_file_name("package-lock.json");
    let mut wanted = vec![(manifest, read(manifest)?)];
    if lock.is_file() {
        wanted.push((lock.as_path(), read(&lock)?));
    }
    let stamp = folder.join("package.stamp");
    let stamped: String = wanted.iter().map(|it| it.1.as_str()).collect();
    if fs::read_to_string(&stamp).is_ok_and(|it| it == stamped) && modules.is_dir() {
        return Ok(modules);
    }
    eprintln!("Installing {about}.");
    if folder.exists() {
        fs::remove_dir_all(folder).context("failed to remove other versions of the judges")?;
    }
    fs::create_dir_all(folder).context("failed to create the folder of the judges")?;
    for (file, text) in &wanted {
        let name = file.file_name().context("a manifest has a name")?;
        fs::write(folder.join(name), text).context("failed to copy the manifest")?;
    }
    let mut npm = workspace::command("npm");
    if wanted.len() > 1 {
        npm.arg("ci");
    } else {
        npm.args(["install", "--no-package-lock"]);
    }
    npm.args(["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix"]);
    npm.arg(folder).current_dir(folder);
    workspace::stdout(&mut npm).context("npm comes with Node.js, which must be installed")?;
    fs::write(&stamp, stamped).context("failed to write the stamp of the judges")?;
    Ok(modules)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))
}
