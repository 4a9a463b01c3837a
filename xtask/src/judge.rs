//! Judges that take minutes and are run by hand: the walk-throughs of CONTRIBUTING.md, and a scan that is
//! killed twenty times.
//!
//! A walk-through is kept as patches, which are applied to a copy of what is tracked, counted against the
//! number of files that the page states, compiled and tested.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::error::ErrorKind;

use crate::{codegen, workspace};

/// Where the patches are, from the repository's root.
const PATCHES: &str = "tests/walkthroughs";

/// What `judge` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run the judges that take minutes.
    #[arg(long)]
    slow: bool,
}

/// A change that CONTRIBUTING.md explains step by step.
struct Walkthrough {
    /// Its name, which its copy's folder has too.
    name: &'static str,
    /// What is applied, in this order.
    patches: &'static [Patch],
    /// What is tested afterwards.
    tests: &'static [Tests],
}

/// One patch, and how many files CONTRIBUTING.md says it takes.
struct Patch {
    /// The file's name without `.patch`.
    name: &'static str,
    /// The most files that it may touch, without those that `cargo xtask codegen` writes.
    most_files: usize,
}

/// Unit tests of one crate.
struct Tests {
    package: &'static str,
    /// What their names begin with; everything if it is empty.
    filter: &'static str,
}

const WALKTHROUGHS: &[Walkthrough] = &[
    Walkthrough {
        name: "add-a-question",
        patches: &[
            Patch { name: "add-an-operation", most_files: 5 },
            Patch { name: "add-a-question", most_files: 3 },
        ],
        tests: &[
            Tests { package: "trailseal-model", filter: "" },
            Tests { package: "trailseal-aws", filter: "answers::event_selectors" },
        ],
    },
    Walkthrough {
        name: "add-a-report-format",
        patches: &[Patch { name: "add-a-report-format", most_files: 3 }],
        tests: &[
            Tests { package: "trailseal-report-feeds", filter: "unsealed" },
            Tests { package: "trailseal", filter: "output" },
        ],
    },
    Walkthrough {
        name: "add-a-control",
        patches: &[Patch { name: "add-a-control", most_files: 6 }],
        tests: &[
            Tests { package: "trailseal-model", filter: "" },
            Tests { package: "trailseal-evaluator", filter: "judge::trail_log_files_validated" },
        ],
    },
];

/// Judges every walk-through; one that is refused does not keep the next from its turn.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.slow {
        let message =
            "no judge here is quick: `cargo xtask judge --slow` runs those that take minutes\n";
        // Exit code 2, like any other error in the arguments.
        clap::Error::raw(ErrorKind::MissingRequiredArgument, message).exit();
    }
    let mut refused = Vec::new();
    for walkthrough in WALKTHROUGHS {
        if let Err(error) = walkthrough.judge() {
            println!("{}: {error:#}", walkthrough.name);
            refused.push(walkthrough.name);
        }
    }
    for long in LONG {
        if let Err(error) = long.judge() {
            println!("{}: {error:#}", long.name);
            refused.push(long.name);
        }
    }
    ensure!(refused.is_empty(), "refused: {}", refused.join(", "));
    Ok(())
}

/// A test that reads from a variable how much it does, and does little of it without.
struct Long {
    name: &'static str,
    test: &'static str,
    variable: &'static str,
    value: &'static str,
}

const LONG: &[Long] = &[
    // A scan that is killed as often as this goes on each time, and ends with the same findings.
    Long {
        name: "kills",
        test: "resume::killed::what_was_killed_is_continued",
        variable: "TRAILSEAL_TESTS_KILLS",
        value: "20",
    },
    // This many more accounts in a landing zone make no more causes and alerts.
    Long {
        name: "landing-zone",
        test: "simulation::causes::a_policy_that_denies_regions_is_one_cause",
        variable: "TRAILSEAL_TESTS_TENANTS",
        value: "1000",
    },
];

impl Long {
    fn judge(&self) -> Result<()> {
        let mut cargo = workspace::cargo();
        cargo.env(self.variable, self.value);
        cargo.args(["test", "--locked", "--package", "trailseal-tests", "--test", "it", self.test]);
        let output = output_of(cargo)?;
        ensure!(passed(&output) == 1, "no test is called {}:\n{output}", self.test);
        Ok(())
    }
}

impl Walkthrough {
    fn judge(&self) -> Result<()> {
        let work = workspace::root().join("target").join("walkthroughs");
        let copy = work.join(self.name);
        copy_tracked(&copy)?;
        for patch in self.patches {
            apply(&copy, &patch.path(), patch.most_files)?;
        }
        // One folder for all copies, so that outside crates are compiled once.
        let target = work.join("target");
        let cargo = |arguments: &[&str]| {
            let mut cargo = workspace::cargo();
            cargo.current_dir(&copy).env("CARGO_TARGET_DIR", &target).args(arguments);
            output_of(cargo)
        };
        cargo(&["check", "--quiet", "--locked", "--workspace", "--all-targets"])?;
        for Tests { package, filter } in self.tests {
            let output = cargo(&["test", "--locked", "--package", package, "--lib", filter])?;
            // cargo calls it a success when no test has such a name.
            ensure!(
                passed(&output) > 0,
                "{package} has no test whose name has `{filter}`:\n{output}"
            );
        }
        Ok(())
    }
}

impl Patch {
    fn path(&self) -> PathBuf {
        workspace::root().join(PATCHES).join(format!("{}.patch", self.name))
    }
}

/// Copies every tracked file as it is in the work tree, over an empty folder.
fn copy_tracked(copy: &Path) -> Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy).with_context(|| format!("failed to empty {}", copy.display()))?;
    }
    let tracked = workspace::stdout(workspace::command("git").args(["ls-files", "-z"]))?;
    for path in tracked.split_terminator('\0') {
        let to = copy.join(path);
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::copy(workspace::root().join(path), to)
            .with_context(|| format!("failed to copy {path}"))?;
    }
    Ok(())
}

/// Applies a patch to a folder, unless it touches too many files.
fn apply(folder: &Path, patch: &Path, most_files: usize) -> Result<()> {
    let touched = touched(folder, patch)?;
    let by_hand: Vec<&str> =
        touched.iter().map(String::as_str).filter(|path| !codegen::is_generated(path)).collect();
    ensure!(
        by_hand.len() <= most_files,
        "{} touches {} files by hand, at most {most_files} are stated: {}",
        patch.display(),
        by_hand.len(),
        by_hand.join(", ")
    );
    let before = contents(folder, &touched);
    output_of(git_apply(folder, &["--check"], patch))?;
    output_of(git_apply(folder, &[], patch))?;
    // Inside another repository git skips each file without a word.
    let after = contents(folder, &touched);
    let untouched: Vec<&str> = touched
        .iter()
        .map(String::as_str)
        .filter(|path| before.get(path) == after.get(path))
        .collect();
    ensure!(untouched.is_empty(), "{} did not change {}", patch.display(), untouched.join(", "));
    Ok(())
}

/// The files that a patch touches, as git reads it; a patch of nothing is refused.
fn touched(folder: &Path, patch: &Path) -> Result<Vec<String>> {
    let output = output_of(git_apply(folder, &["--numstat", "-z"], patch))?;
    // Of each file: lines added, lines removed, its path.
    let paths: Option<Vec<String>> = output
        .split_terminator('\0')
        .map(|row| row.splitn(3, '\t').nth(2).map(str::to_owned))
        .collect();
    let paths = paths.with_context(|| format!("git counts otherwise than expected: {output}"))?;
    ensure!(!paths.is_empty(), "{} touches no file", patch.display());
    Ok(paths)
}

/// What these files hold, of those that exist.
fn contents<'a>(folder: &Path, paths: &'a [String]) -> BTreeMap<&'a str, Vec<u8>> {
    let read = |path: &'a String| Some((path.as_str(), fs::read(folder.join(path)).ok()?));
    paths.iter().filter_map(read).collect()
}

/// A command that applies a patch to a folder as if no repository were around it.
fn git_apply(folder: &Path, options: &[&str], patch: &Path) -> Command {
    let mut git = workspace::command("git");
    git.current_dir(folder).arg("apply").args(options).arg(patch);
    git.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder));
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(name);
    }
    git
}

/// What a command wrote; all of it is in the error if the command fails.
fn output_of(command: Command) -> Result<String> {
    let shown = format!("{command:?}");
    let (has_succeeded, output) = workspace::captured(command)?;
    let output = String::from_utf8_lossy(&output).into_owned();
    if has_succeeded { Ok(output) } else { bail!("failed: {shown}\n{}", output.trim_end()) }
}

/// How many tests passed, by what cargo printed.
fn passed(output: &str) -> u64 {
    let counts = output.lines().filter_map(|line| {
        let (count, _) = line.strip_prefix("test result: ok. ")?.split_once(" passed")?;
        count.parse::<u64>().ok()
    });
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A patch that replaces the one line of each of these files.
    fn replacing(paths: &[&str], old: &str) -> String {
        let one = |path: &&str| {
            format!(
                "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{old}\n+new\n"
            )
        };
        paths.iter().map(one).collect()
    }

    /// What became of the files and of the patch in a folder where each file holds `old`.
    fn applied(paths: &[&str], patch: &str, most_files: usize) -> (Result<()>, Vec<String>) {
        let work = tempfile::tempdir().unwrap();
        let folder = work.path().join("copy");
        for file in paths.iter().map(|path| folder.join(path)) {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "old\n").unwrap();
        }
        let file = work.path().join("a.patch");
        fs::write(&file, patch).unwrap();
        let result = apply(&folder, &file, most_files);
        let texts = paths.iter().map(|path| fs::read_to_string(folder.join(path)).unwrap());
        (result, texts.collect())
    }

    #[test]
    fn a_patch_within_its_number_of_files_is_applied() {
        let paths = ["a.rs", "b/c d.rs"];
        let (result, texts) = applied(&paths, &replacing(&paths, "old"), 2);
        result.unwrap();
        assert_eq!(texts, ["new\n", "new\n"]);
    }

    #[test]
    fn one_file_more_is_refused_and_nothing_is_changed() {
        let paths = ["a.rs", "b.rs"];
        let (result, texts) = applied(&paths, &replacing(&paths, "old"), 1);
        let error = result.unwrap_err().to_string();
        assert!(error.ends_with("touches 2 files by hand, at most 1 are stated: a.rs, b.rs"));
        assert_eq!(texts, ["old\n", "old\n"]);
    }

    #[test]
    fn only_what_codegen_writes_is_not_counted() {
        let generated = ["a.rs", "docs/generated/cli.md", "docs/schema/audit-record-v1.json"];
        let (result, texts) = applied(&generated, &replacing(&generated, "old"), 1);
        result.unwrap();
        assert_eq!(texts, ["new\n"; 3]);
        let by_hand = ["a.rs", "docs/generated/by-hand.md"];
        let (result, _) = applied(&by_hand, &replacing(&by_hand, "old"), 1);
        assert!(result.unwrap_err().to_string().contains("touches 2 files"));
    }

    #[test]
    fn a_patch_that_does_not_apply_is_refused_and_says_where() {
        let (result, texts) = applied(&["a.rs"], &replacing(&["a.rs"], "older"), 1);
        let error = result.unwrap_err().to_string();
        assert!(error.contains("--check") && error.contains("a.rs"), "{error}");
        assert_eq!(texts, ["old\n"]);
        for broken in ["", "no patch\n", "--- a/a.rs\n+++ b/a.rs\n@@ -1 +1 @@\n-old\n"] {
            let (result, texts) = applied(&["a.rs"], broken, 1);
            assert!(result.is_err(), "{broken}");
            assert_eq!(texts, ["old\n"]);
        }
    }

    #[test]
    fn a_folder_inside_a_repository_is_patched_too() {
        // As the copies are: below the repository's own root.
        let target = workspace::root().join("target");
        fs::create_dir_all(&target).unwrap();
        let work = tempfile::tempdir_in(target).unwrap();
        let folder = work.path().join("copy");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.rs"), "old\n").unwrap();
        let file = work.path().join("a.patch");
        fs::write(&file, replacing(&["a.rs"], "old")).unwrap();
        apply(&folder, &file, 1).unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.rs")).unwrap(), "new\n");
    }

    #[test]
    fn every_patch_is_judged_and_keeps_its_number() {
        let mut judged = Vec::new();
        for patch in WALKTHROUGHS.iter().flat_map(|walkthrough| walkthrough.patches) {
            let paths = touched(workspace::root(), &patch.path()).unwrap();
            assert_eq!(paths.len(), patch.most_files, "{}: {paths:?}", patch.name);
            judged.push(format!("{}.patch", patch.name));
        }
        let folder = fs::read_dir(workspace::root().join(PATCHES)).unwrap();
        let mut kept: Vec<String> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        judged.sort();
        kept.sort();
        assert_eq!(judged, kept);
        let page = fs::read_to_string(workspace::root().join("CONTRIBUTING.md")).unwrap();
        for name in kept {
            assert!(page.contains(&format!("({PATCHES}/{name})")), "{name} has no link");
        }
    }

    #[test]
    fn passed_tests_are_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out";
        assert_eq!(passed(&format!("running 12 tests\n{line}; finished in 0.1s\n{line}\n")), 24);
        assert_eq!(passed("test result: ok. 0 passed; 0 failed\n"), 0);
        assert_eq!(passed("test result: FAILED. 12 passed; 1 failed\n"), 0);
        assert_eq!(passed(""), 0);
    }
}
