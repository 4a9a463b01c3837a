//! Files that are generated from the code and committed.

mod command_line;
mod frameworks;
mod pages;
mod policies;
mod schema;

use std::fs;

use anyhow::{Context, Result, bail};
use trailseal_model::ControlId;

use crate::workspace;

/// Makes one file's text.
type Generate = fn() -> Result<String>;

/// Every generated file and what makes it.
const FILES: &[(&str, Generate)] = &[
    ("docs/configuration.md", command_line::settings),
    ("docs/generated/cli.md", command_line::page),
    ("docs/generated/controls.md", || Ok(pages::controls())),
    ("docs/generated/exit-codes.md", || Ok(pages::exit_codes())),
    ("docs/generated/fixes.md", || Ok(pages::fixes())),
    ("docs/generated/frameworks.md", || Ok(frameworks::page())),
    ("docs/generated/iam-audit-role.json", policies::audit_role),
    ("docs/generated/iam-caller.json", policies::caller),
    ("docs/generated/operations.md", || Ok(pages::operations())),
    ("docs/generated/permissions.md", || Ok(policies::actions())),
    ("docs/generated/simulated-cases.md", || Ok(pages::simulated_cases())),
    ("docs/generated/volatile.md", || Ok(pages::volatile())),
    ("docs/schema/audit-record-v1.json", schema::record),
    ("docs/schema/summary-v1.json", schema::summary),
];

/// Whether the whole file is written by `cargo xtask codegen`; the path is from the repository's root.
pub(crate) fn is_generated(path: &str) -> bool {
    FILES.iter().any(|file| file.0 == path)
}

/// What is done with the files.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// They are written.
    Write,
    /// They are compared with what would be written.
    Check,
}

/// Writes or checks every generated file; one that fails does not keep the next from its turn.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let files = FILES.iter().map(|(path, generate)| bring(path, generate, mode));
    let pages = ControlId::ALL.iter().map(|control| {
        bring(&frameworks::path(*control), || frameworks::control_page(*control), mode)
    });
    let mut failed = 0;
    for error in files.chain(pages).filter_map(Result::err) {
        println!("{error:#}");
        failed += 1;
    }
    if failed > 0 {
        bail!("{failed} generated files are not up to date; run `cargo xtask codegen`");
    }
    Ok(())
}

fn bring(path: &str, generate: impl Fn() -> Result<String>, mode: Mode) -> Result<()> {
    let wanted = generate().with_context(|| format!("failed to generate {path}"))?;
    let full = workspace::root().join(path);
    let found = fs::read_to_string(&full).unwrap_or_default();
    let Some(difference) = difference(&found, &wanted) else { return Ok(()) };
    match mode {
        Mode::Check => bail!("{path}:{difference}"),
        Mode::Write => {
            if let Some(folder) = full.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&full, wanted).with_context(|| format!("failed to write {path}"))?;
            println!("{path}: written");
            Ok(())
        }
    }
}

/// The first line that differs, with its number; `None` if the texts are the same.
fn difference(found: &str, wanted: &str) -> Option<String> {
    if found == wanted {
        return None;
    }
    let mut found = found.split('\n');
    let mut wanted = wanted.split('\n');
    (1..).find_map(|number: usize| {
        let (found, wanted) = (found.next(), wanted.next());
        let show = |line: Option<&str>| line.map_or("the end".to_owned(), |it| format!("`{it}`"));
        (found != wanted)
            .then(|| format!("{number}: found {}, wanted {}", show(found), show(wanted)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n").unwrap(), "2: found `b`, wanted `c`");
        assert_eq!(difference("a\n", "a\nc\n").unwrap(), "2: found ``, wanted `c`");
        assert_eq!(difference("a", "a\n").unwrap(), "2: found the end, wanted ``");
        assert_eq!(difference("", "a\n").unwrap(), "1: found ``, wanted `a`");
    }

    #[test]
    fn paths_are_unique_and_sorted() {
        assert!(FILES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
