//! What to change, in Markdown: for readers of SARIF that show it. GitHub shows the text alone.

use std::fmt::Write as _;

use trailseal_record::v1::{CauseLine, FixLine, FixStepLine};

use crate::text::is_misleading;

/// The longest step that is shown, in characters.
const LONGEST: usize = 8_000;

/// The message's text and the whole fix of its cause.
pub(crate) fn message(text: &str, cause: &CauseLine) -> String {
    let mut out = format!("{}\n\n", escaped(text));
    let _ = write!(out, "**Cause:** {}\n\n", escaped(&cause.title));
    fenced(&mut out, &cause.fact);
    fix(&mut out, &cause.fix);
    out.truncate(out.trim_end().len());
    out
}

fn fix(out: &mut String, fix: &FixLine) {
    let mut add = |what: &str, text: &str| {
        let _ = write!(out, "**{what}:** {}\n\n", escaped(text));
    };
    if let Some(first) = &fix.first {
        add("First", first);
    }
    add("Fix", &fix.change);
    for step in &fix.steps {
        match step {
            FixStepLine::Command { command } => fenced(out, command),
            FixStepLine::Statement { into, json } => {
                let _ = write!(out, "Add to {}:\n\n", escaped(into));
                fenced(out, json);
            }
            FixStepLine::Setting { file, text } => {
                let _ = write!(out, "Add to {}:\n\n", escaped(file));
                fenced(out, text);
            }
        }
    }
    let _ = write!(out, "**Brings:** {}\n\n", escaped(&fix.brings));
    if let Some(risks) = &fix.risks {
        let _ = write!(out, "**Risks:** {}\n\n", escaped(risks));
    }
}

/// The text as a block of code, which it cannot end.
fn fenced(out: &mut String, text: &str) {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let safe = text.chars().filter(|letter| !is_misleading(*letter) || *letter == '\n');
    let shown: String = safe.take(LONGEST).collect();
    let _ = write!(out, "{fence}text\n{}\n{fence}\n\n", shown.trim_end());
}

/// The text on one line, with every mark of Markdown and HTML escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().take(LONGEST) {
        match letter {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '>' | '!' => {
                out.extend(['\\', letter]);
            }
            letter if is_misleading(letter) => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use trailseal_record::fixture;

    use super::*;

    #[test]
    fn everything_that_the_fix_says_is_there_and_nothing_is_markup() {
        let cause = fixture::region_deny();
        let text = message("Not assessed: '<b>'.", &cause);
        let (first, _) = text.split_once('\n').unwrap();
        assert_eq!(first, "Not assessed: '&lt;b>'.".replace('>', "\\>"));
        for part in ["exceptions.toml:\n\n```text\n[[gap]]\n", "**Risks:** every", "NotAction"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn no_text_ends_its_block() {
        let mut out = String::new();
        fenced(&mut out, "a\n````\nb\u{202e}");
        assert_eq!(out, "`````text\na\n````\nb\n`````\n\n");
    }
}
