//! The pages that are judged: the good one, and those that the program makes of records.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::workspace::{self, Profile};

/// How many DOM nodes a page may have, unless it says otherwise.
pub(super) const MAX_NODES: u64 = 20_000;
/// How many bytes a page may have, unless it says otherwise.
pub(super) const MAX_BYTES: u64 = 1_048_576;

/// One page, and what is wanted of it.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// Begins the names of its pictures.
    pub(super) name: String,
    pub(super) file: PathBuf,
    /// How it is looked at; empty: in every way.
    pub(super) views: Vec<String>,
    /// What has to be readable on it.
    pub(super) expected: Vec<String>,
    pub(super) max_nodes: u64,
    pub(super) max_bytes: u64,
    /// Where its pictures go, if any are wanted.
    pub(super) pictures: Option<PathBuf>,
}

/// A record, below `tests`, and what its page has to show.
struct Record {
    path: &'static str,
    expected: &'static [&'static str],
    max_nodes: u64,
    max_bytes: u64,
}

/// The records whose pages are judged.
const RECORDS: &[Record] = &[
    Record {
        path: "sarif/record.jsonl",
        // Names of accounts, shown as they are.
        expected: &["</script><b>'{0}' [a](https://example.com)", "🦭 sealed"],
        max_nodes: MAX_NODES,
        max_bytes: MAX_BYTES,
    },
    Record { path: "sarif/empty.jsonl", expected: &[], max_nodes: MAX_NODES, max_bytes: MAX_BYTES },
    Record {
        path: "sarif/scoped.jsonl",
        expected: &["SCOPED: this run was limited"],
        max_nodes: MAX_NODES,
        max_bytes: MAX_BYTES,
    },
    Record {
        path: "sarif/accepted.jsonl",
        expected: &["platform's </script><b>", "Exceptions have expired, or cover nothing"],
        max_nodes: MAX_NODES,
        max_bytes: MAX_BYTES,
    },
];

/// The page that the falsified ones are copies of. Its limits are as low as it allows.
pub(super) fn good() -> Page {
    let expected = ["</script><b>bold</b>", "<img src=x onerror=alert(1)>"];
    Page {
        name: "good".to_owned(),
        file: workspace::root().join("tests").join("browser").join("good.html"),
        views: Vec::new(),
        expected: expected.map(str::to_owned).into(),
        max_nodes: 1_000,
        max_bytes: 15_000,
        pictures: None,
    }
}

/// Makes the page of every record in a folder.
pub(super) fn make(folder: &Path, pictures: &Path) -> Result<Vec<Page>> {
    let program = workspace::program("trailseal", "trailseal", Profile::Dev)?;
    RECORDS.iter().map(|it| it.page(&program, folder, pictures)).collect()
}

impl Record {
    fn page(&self, program: &Path, folder: &Path, pictures: &Path) -> Result<Page> {
        let record = workspace::root().join("tests").join(self.path);
        let stem = record.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let out = folder.join(&stem);
        let mut report = workspace::command(program);
        report.arg("report").arg("--from").arg(&record).arg("--out").arg(&out);
        workspace::stdout(&mut report)?;
        let file = out.join("report.html");
        ensure!(file.is_file(), "`trailseal report` wrote no {}", file.display());
        Ok(Page {
            name: stem,
            file,
            views: Vec::new(),
            expected: self.expected.iter().map(ToString::to_string).collect(),
            max_nodes: self.max_nodes,
            max_bytes: self.max_bytes,
            pictures: Some(pictures.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_record_is_there_and_has_a_name_of_its_own() {
        let mut stems = BTreeSet::new();
        for record in RECORDS {
            let file = workspace::root().join("tests").join(record.path);
            assert!(file.is_file(), "{}", record.path);
            assert!(stems.insert(file.file_stem().unwrap().to_owned()), "{}", record.path);
        }
        assert!(good().file.is_file());
    }
}
