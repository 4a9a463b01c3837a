//! What the repository and each of its libraries must have.

use super::{Complaint, File};

/// Files that must lie in the root.
const REQUIRED: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md", "README.md"];

/// Each library says in one sentence what it is, and what it keeps.
pub(super) fn library(file: &File) -> Vec<Complaint> {
    if !(file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs")) {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    if !file.text.starts_with("//! ") {
        let message = "the crate does not say what it is; open with one `//!` sentence";
        complaints.push(Complaint::new(&file.path, 1, message));
    }
    if !file.text.lines().any(|line| line.starts_with("//! **Architecture invariant")) {
        let message = "no `//! **Architecture invariant` line; state what this crate keeps";
        complaints.push(Complaint::new(&file.path, 1, message));
    }
    complaints
}

/// The files that every clone must have.
pub(super) fn required_files(files: &[File]) -> Vec<Complaint> {
    let missing = REQUIRED.iter().filter(|name| !files.iter().any(|file| file.path == **name));
    missing.map(|name| Complaint::new(name, 1, "the file is missing; add it")).collect()
}

/// The changelog has a place for what is not released yet.
pub(super) fn changelog(file: &File) -> Vec<Complaint> {
    let has_heading =
        file.text.lines().any(|line| matches!(line.trim(), "## Unreleased" | "## [Unreleased]"));
    if file.path != "CHANGELOG.md" || has_heading {
        return Vec::new();
    }
    vec![Complaint::new(&file.path, 1, "no heading `## [Unreleased]`; add it on top")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_library_states_its_invariant() {
        let path = "crates/a/src/lib.rs";
        let good = "//! What it is.\n//!\n//! **Architecture invariant:** pure.\n";
        assert!(library(&file(path, good)).is_empty());
        assert_eq!(library(&file(path, "//! What it is.\n")).len(), 1);
        assert_eq!(library(&file(path, "mod a;\n")).len(), 2);
        assert!(library(&file("crates/a/src/b.rs", "")).is_empty());
    }

    #[test]
    fn required_files_are_missed() {
        let mut files: Vec<File> = REQUIRED.iter().map(|name| file(name, "")).collect();
        assert!(required_files(&files).is_empty());
        files.pop();
        assert_eq!(
            required_files(&files)[0].to_string(),
            "README.md:1: the file is missing; add it"
        );
    }

    #[test]
    fn the_changelog_has_its_heading() {
        assert!(changelog(&file("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")).is_empty());
        assert_eq!(changelog(&file("CHANGELOG.md", "# Changelog\n")).len(), 1);
        assert!(changelog(&file("README.md", "")).is_empty());
    }
}
