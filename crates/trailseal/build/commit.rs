//! The git commit of the sources, for the version. Shared by the build script and its tests.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Digits of the commit in the version.
const DIGITS: &str = "--short=12";

/// What the binary is made from. A change anywhere else makes no other program.
pub(crate) const SOURCES: [&str; 4] = ["Cargo.lock", "Cargo.toml", "crates", "docs/controls"];

/// The version of sources in this folder, with the commit if git knows one.
pub(crate) fn version(package: &str, root: &Path) -> String {
    let Some(commit) = git(root, &["rev-parse", DIGITS, "HEAD"]).filter(|it| !it.is_empty()) else {
        return package.to_owned();
    };
    let status = ["--no-optional-locks", "status", "--porcelain", "--"];
    // What cannot be compared with the commit is not said to be it.
    let is_clean = git(root, &[&status[..], &SOURCES].concat()).is_some_and(|it| it.is_empty());
    format!("{package}+{commit}{}", if is_clean { "" } else { ".dirty" })
}

/// The files of git that change when another commit is checked out or made.
pub(crate) fn head_files(root: &Path) -> Vec<PathBuf> {
    let branch = git(root, &["rev-parse", "--symbolic-full-name", "HEAD"]).unwrap_or_default();
    let names = ["HEAD", "logs/HEAD", "packed-refs", &branch];
    let paths = names.iter().filter(|it| !it.is_empty()).filter_map(|name| {
        let path = root.join(git(root, &["rev-parse", "--git-path", name])?);
        // Cargo takes a file that is missing for one that has changed.
        path.is_file().then_some(path)
    });
    paths.collect()
}

/// What git prints; `None` without git, or if the folder is not the root of a repository: one
/// around it knows nothing of these sources.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    let mut command = Command::new("git");
    // A hook of git sets these for the repository that it is called in.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    let output = command.arg("-C").arg(root).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn run(root: &Path, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        git(root, &[&identity[..], arguments].concat()).unwrap()
    }

    #[test]
    fn a_version_names_the_commit_and_whether_sources_differ_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("crates")).unwrap();
        fs::write(root.join("crates/a.rs"), "a").unwrap();
        assert_eq!(version("0.1.0-dev", root), "0.1.0-dev", "there is no repository");
        assert!(head_files(root).is_empty());
        let init = Command::new("git").arg("init").arg("-q").arg(root).status();
        assert!(init.unwrap().success());
        assert_eq!(version("0.1.0-dev", root), "0.1.0-dev", "there is no commit");
        run(root, &["add", "."]);
        run(root, &["commit", "-q", "-m", "a"]);
        let commit = run(root, &["rev-parse", "HEAD"]);
        let clean = format!("0.1.0-dev+{}", &commit[..12]);
        assert_eq!(version("0.1.0-dev", root), clean);
        fs::write(root.join("notes"), "no source").unwrap();
        assert_eq!(version("0.1.0-dev", root), clean);
        fs::write(root.join("crates/b.rs"), "not added").unwrap();
        assert_eq!(version("0.1.0-dev", root), format!("{clean}.dirty"));
        fs::remove_file(root.join("crates/b.rs")).unwrap();
        fs::write(root.join("crates/a.rs"), "changed").unwrap();
        assert_eq!(version("0.1.0-dev", root), format!("{clean}.dirty"));
    }

    #[test]
    fn a_repository_around_the_sources_says_nothing_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("inner");
        fs::create_dir(&root).unwrap();
        let init = Command::new("git").arg("init").arg("-q").arg(folder.path()).status();
        assert!(init.unwrap().success());
        run(folder.path(), &["commit", "-q", "--allow-empty", "-m", "a"]);
        assert_eq!(version("0.1.0-dev", &root), "0.1.0-dev");
    }

    #[test]
    fn every_commit_changes_a_file_that_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let init = Command::new("git").arg("init").arg("-q").arg(root).status();
        assert!(init.unwrap().success());
        run(root, &["commit", "-q", "--allow-empty", "-m", "a"]);
        let contents = || head_files(root).iter().map(|it| fs::read(it).unwrap()).collect();
        let before: Vec<Vec<u8>> = contents();
        run(root, &["commit", "-q", "--allow-empty", "-m", "b"]);
        let after: Vec<Vec<u8>> = contents();
        assert_ne!(before, after);
        run(root, &["pack-refs", "--all"]);
        assert!(!head_files(root).is_empty());
    }
}
