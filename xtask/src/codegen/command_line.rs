//! The command line's own help.

use std::fmt::Write;

use anyhow::{Result, ensure};

use super::pages::NOTE;
use crate::workspace::{self, Profile};

/// The commands whose help is shown.
const COMMANDS: &[&[&str]] =
    &[&[], &["scan"], &["plan"], &["demo"], &["sim"], &["report"], &["explain"], &["completions"]];

/// What `--help` prints, command by command.
pub(super) fn page() -> Result<String> {
    let program = workspace::program("trailseal", "trailseal", Profile::Dev)?;
    let mut page = format!("{NOTE}\n# Command line\n");
    for command in COMMANDS {
        let mut help = workspace::command(&program);
        help.args(*command).arg("--help").env("COLUMNS", "100").env("NO_COLOR", "1");
        let help = workspace::stdout(&mut help)?;
        ensure!(!help.trim().is_empty(), "`trailseal --help` prints nothing");
        let title = std::iter::once(&"trailseal").chain(*command).copied().collect::<Vec<_>>();
        write!(page, "\n## `{}`\n\n```text\n{}```\n", title.join(" "), trimmed(&help))?;
    }
    Ok(page)
}

/// Every setting of `scan`, as the program itself tells.
pub(super) fn settings() -> Result<String> {
    let program = workspace::program("trailseal", "trailseal", Profile::Dev)?;
    let page = workspace::stdout(workspace::command(&program).arg("settings"))?;
    ensure!(page.starts_with("# "), "`trailseal settings` prints no page");
    Ok(format!("{NOTE}\n{page}"))
}

/// The text without whitespace at the ends of its lines, which clap leaves in empty ones.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().fold(String::new(), |all, line| all + line.trim_end() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_trimmed() {
        assert_eq!(trimmed("a  \n   \nb\n\n"), "a\n\nb\n");
    }
}
