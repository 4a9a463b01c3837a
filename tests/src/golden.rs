//! Reports of an older and a newer program over the same organizations, compared word by word.
//!
//! A change of the core must not change what is found. [`crate::compare`] blanks what may differ
//! between any two runs; a table of renamed words accounts for what was renamed on purpose;
//! everything else that differs is a difference.

mod figures;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub use self::figures::{FIGURES_FILE, Ratios, ratios};
use crate::Failure;
use crate::compare::{blanked_with, has_columns};

/// What says how the reports were taken, and not what they say.
const HOW_TAKEN: &[&str] = &["arguments"];
/// How many differing lines of a file are shown.
const SHOWN: usize = 5;
/// How much of a differing line is shown, in characters around its first difference.
const CONTEXT: usize = 120;

/// Words that were renamed, the old one first.
#[derive(Debug, Default)]
pub struct Renamed(Vec<(String, String)>);

impl Renamed {
    /// Reads a table: a line for each word, old and new with a tab between them; lines that begin
    /// with `#` are comments.
    ///
    /// # Errors
    /// The first line that is none of these.
    pub fn from_table(text: &str) -> Result<Self, Failure> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pair = |line: &str| {
            let (old, new) = line.split_once('\t').ok_or_else(|| format!("no tab in {line:?}"))?;
            Ok((old.to_owned(), new.to_owned()))
        };
        lines.map(pair).collect::<Result<_, Failure>>().map(Self)
    }

    /// The text of the older program in the words of the newer one.
    fn apply(&self, text: &str) -> String {
        let mut renamed = text.to_owned();
        for (old, new) in &self.0 {
            renamed = replace_word(&renamed, old, new);
        }
        renamed
    }

    /// The name of a report of the older program in the words of the newer one. A folder has the name
    /// of an organization, which no program gives.
    fn apply_to_file(&self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.with_file_name(self.apply(&name))
    }
}

/// Replaces a word only where no letter, digit or underscore is beside it.
fn replace_word(text: &str, old: &str, new: &str) -> String {
    let is_part = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, found) = rest.split_at(at);
        let after = &found[old.len()..];
        let is_whole = !is_part(before.chars().next_back()) && !is_part(after.chars().next());
        replaced.push_str(before);
        replaced.push_str(if is_whole { new } else { old });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

/// Every difference between two folders of reports, as lines to print; none if there is none.
/// Figures are no reports: see [`ratios`].
///
/// # Errors
/// When a folder or one of its reports cannot be read.
pub fn differences(old: &Path, new: &Path, renamed: &Renamed) -> Result<Vec<String>, Failure> {
    // By the names that the newer program gives them.
    let older: BTreeMap<PathBuf, PathBuf> =
        files(old)?.into_iter().map(|name| (renamed.apply_to_file(&name), name)).collect();
    let newer = files(new)?;
    if older.is_empty() {
        return Err(format!("{} has no reports", old.display()).into());
    }
    let mut found = Vec::new();
    let names: BTreeSet<&PathBuf> = older.keys().chain(&newer).collect();
    for name in names {
        let shown = name.display();
        match (older.get(name), newer.contains(name)) {
            (None, _) => found.push(format!("{shown}: missing in the older reports")),
            (_, false) => found.push(format!("{shown}: missing in the newer reports")),
            (Some(old_name), true) => {
                let before = comparable(&old.join(old_name), renamed)?;
                let after = comparable(&new.join(name), &Renamed::default())?;
                let lines = differing_lines(&before, &after);
                found.extend(lines.into_iter().map(|line| format!("{shown}: {line}")));
            }
        }
    }
    Ok(found)
}

/// A report in the words of the newer program. Words are renamed first: names of fields decide their
/// order and whether they are blanked.
fn comparable(file: &Path, renamed: &Renamed) -> Result<String, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    fs::read_to_string(file)
        .map_err(Failure::from)
        .and_then(|text| blanked_with(&name, renamed.apply(&text).as_bytes(), HOW_TAKEN))
        .map_err(|error| format!("{}: {error}", file.display()).into())
}

/// The first lines that only one of the two has, however often it has them.
fn differing_lines(before: &str, after: &str) -> Vec<String> {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    before.lines().for_each(|line| *balance.entry(line).or_default() -= 1);
    after.lines().for_each(|line| *balance.entry(line).or_default() += 1);
    balance.retain(|_, count| *count != 0);
    let (lost, gained): (Vec<_>, Vec<_>) = balance.into_iter().partition(|(_, count)| *count < 0);
    if lost.is_empty() && gained.is_empty() {
        let is_same = before == after;
        return if is_same { Vec::new() } else { vec!["the same lines in another order".into()] };
    }
    let mut shown = vec![format!("{} lines lost, {} gained", lost.len(), gained.len())];
    for index in 0..SHOWN.min(lost.len().max(gained.len())) {
        let (old, new) = (lost.get(index), gained.get(index));
        let at = first_difference(old.map_or("", |it| it.0), new.map_or("", |it| it.0));
        shown.extend(old.map(|(line, _)| format!("- {}", around(line, at))));
        shown.extend(new.map(|(line, _)| format!("+ {}", around(line, at))));
    }
    shown
}

/// The number of characters that both begin with.
fn first_difference(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

fn around(line: &str, at: usize) -> String {
    line.chars().skip(at.saturating_sub(CONTEXT)).take(2 * CONTEXT).collect()
}

/// The number of calls by operation, one a line: what is compared beside the reports.
pub const CALLS_FILE: &str = "calls.txt";

/// The reports of a folder and the folders in it that a comparison reads, by their names below it:
/// all but those in prose (see [`has_columns`]).
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|it| format!("{}: {it}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().is_some_and(has_columns) || path.ends_with(CALLS_FILE) {
                found.insert(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    found.remove(Path::new(FIGURES_FILE));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "status,control\r\nfail,a\r\npass,b\r\n";

    fn compare(old: &str, new: &str, words: &str) -> Vec<String> {
        let folders = [old, new].map(|text| {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("demo")).unwrap();
            fs::write(folder.path().join("demo/findings.csv"), text).unwrap();
            fs::write(folder.path().join("demo/report.html"), text).unwrap();
            folder
        });
        let renamed = Renamed::from_table(words).unwrap();
        differences(folders[0].path(), folders[1].path(), &renamed).unwrap()
    }

    #[test]
    fn equal_reports_have_no_difference() {
        assert_eq!(compare(TABLE, TABLE, ""), [""; 0]);
    }

    #[test]
    fn a_changed_lost_or_moved_row_is_a_difference() {
        let changed = compare(TABLE, &TABLE.replace("fail", "pass"), "");
        let expected = ["1 lines lost, 1 gained", "- fail,a", "+ pass,a"]
            .map(|it| format!("demo/findings.csv: {it}"));
        assert_eq!(changed, expected);
        assert!(!compare(TABLE, &TABLE.replace("pass,b\r\n", ""), "").is_empty());
        let moved = compare(TABLE, "status,control\r\npass,b\r\nfail,a\r\n", "");
        assert_eq!(moved, ["demo/findings.csv: the same lines in another order"]);
    }

    #[test]
    fn a_renamed_word_is_none_where_it_is_a_whole_word() {
        let words = "# why\nfail\tfailed\n";
        assert_eq!(compare(TABLE, &TABLE.replace("fail", "failed"), words), [""; 0]);
        assert!(!compare("a\r\nfail_on\r\n", "a\r\nfailed_on\r\n", words).is_empty());
        assert!(Renamed::from_table("fail failed").is_err());
    }

    #[test]
    fn a_renamed_field_may_move_and_a_renamed_file_is_found() {
        let folders = [
            ("cells.json", r#"{"cell": 1, "place": 2}"#),
            ("clusters.json", r#"{"place": 2, "zone": 1}"#),
        ];
        let folders = folders.map(|(file, text)| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(file), text).unwrap();
            folder
        });
        let differences = |words: &str| {
            let renamed = Renamed::from_table(words).unwrap();
            differences(folders[0].path(), folders[1].path(), &renamed).unwrap()
        };
        assert_eq!(differences("cells\tclusters\ncell\tzone\n"), [""; 0]);
        assert_eq!(differences("cells\tclusters\n").len(), 3);
        let missing = [
            "cells.json: missing in the newer reports",
            "clusters.json: missing in the older reports",
        ];
        assert_eq!(differences("cell\tzone\n"), missing);
    }

    #[test]
    fn what_may_differ_between_two_runs_may_differ_here() {
        let old = "run_id,status\r\n1,fail\r\n";
        assert_eq!(compare(old, &old.replace('1', "2"), ""), [""; 0]);
    }
}
