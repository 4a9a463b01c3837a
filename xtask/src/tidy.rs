//! Checks of the house style that no lint knows.

mod circles;
mod complaint;
mod file;
mod house;
mod language;
mod links;
mod manifest;
mod source;
mod text;

use std::fs;

use anyhow::{Context, Result, bail};

use self::complaint::Complaint;
use self::file::File;
use crate::workspace;

/// The checks that look at one file.
const FILE_CHECKS: &[fn(&File) -> Vec<Complaint>] = &[
    source::size,
    source::attributes,
    text::whitespace,
    text::machine_paths,
    house::library,
    house::changelog,
    language::idioms,
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
