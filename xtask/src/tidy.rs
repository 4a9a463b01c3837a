//! Checks of the house style that no lint knows.

mod circles;
mod house;
mod links;
mod manifest;
mod source;
mod text;

use std::fmt;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A committed text file.
struct File {
    path: String,
    text: String,
}

/// Something to put right, shown as `path:line: what is wrong; what to do`.
struct Complaint {
    path: String,
    line: usize,
    message: String,
}

/// The checks that look at one file.
const FILE_CHECKS: &[fn(&File) -> Vec<Complaint>] = &[
    source::size,
    source::attributes,
    text::whitespace,
    text::machine_paths,
    house::library,
    house::changelog,
    manifest::package,
    manifest::aws,
];

/// Runs every check and prints every complaint.
pub(crate) fn run() -> Result<()> {
    let files = files()?;
    let complaints = complaints(&files);
    for complaint in &complaints {
        println!("{complaint}");
    }
    if complaints.is_empty() {
        println!("tidy: {} files, nothing to complain about", files.len());
        return Ok(());
    }
    bail!("{} complaints", complaints.len())
}

fn complaints(files: &[File]) -> Vec<Complaint> {
    let exists = |path: &str| workspace::root().join(path).exists();
    let mut complaints = house::required_files(files);
    complaints.extend(manifest::without_a_row(files));
    complaints.extend(circles::circles(files));
    for file in files {
        complaints.extend(FILE_CHECKS.iter().flat_map(|check| check(file)));
        complaints.extend(links::broken(file, &exists));
    }
    complaints.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    complaints
}

/// Every text file that is committed or about to be: what git does not ignore.
fn files() -> Result<Vec<File>> {
    let mut git = workspace::command("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let mut files = Vec::new();
    for path in workspace::stdout(&mut git)?.split('\0').filter(|path| !path.is_empty()) {
        let full = workspace::root().join(path);
        // Deleted but not yet committed, or a link: nothing to read.
        if !full.is_file() || full.is_symlink() {
            continue;
        }
        let bytes = fs::read(&full).with_context(|| format!("failed to read {path}"))?;
        if let Some(text) = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

impl File {
    /// What follows the last dot of the name; empty if there is none.
    fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |it| it.1)
    }

    /// Whether the file holds tests only.
    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }

    /// How many of its lines, from the first, are not tests: in a Rust file those before its module
    /// of tests, which stands last.
    fn lines_without_tests(&self) -> usize {
        if self.is_test() {
            return 0;
        }
        let lines: Vec<&str> = self.text.lines().collect();
        let begins_tests = |pair: &[&str]| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        };
        let tests =
            if self.extension() == "rs" { lines.windows(2).position(begins_tests) } else { None };
        tests.unwrap_or(lines.len())
    }
}

impl Complaint {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_kind() {
        let check = |path: &str, extension: &str, is_test: bool| {
            let file = File { path: path.to_owned(), text: String::new() };
            assert_eq!((file.extension(), file.is_test()), (extension, is_test), "{path}");
        };
        check("crates/a/src/lib.rs", "rs", false);
        check("crates/a/src/b/tests.rs", "rs", true);
        check("crates/a/tests/it.rs", "rs", true);
        check("tests/src/lib.rs", "rs", true);
        check(".ci/run", "", false);
        check("LICENSE-MIT", "", false);
    }
    #[test]
    fn tests_are_left_out_where_they_stand_last() {
        let check = |path: &str, text: &str, expected: usize| {
            let file = File { path: path.to_owned(), text: text.to_owned() };
            assert_eq!(file.lines_without_tests(), expected, "{path}: {text}");
        };
        check("a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n", 2);
        check("a.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n", 3);
        check("a.md", "#[cfg(test)]\nmod tests {\n}\n", 3);
        check("tests/a.rs", "fn a() {}\n", 0);
    }
}
