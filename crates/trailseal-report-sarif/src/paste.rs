//! What is pasted: commands, statements and settings on one line, which mean the same as in the record.
//! What cannot be written so that it stays the same is not shown in a message; the Markdown of the
//! message and `causes.csv` have it.

use std::fmt::Write as _;

use serde_json::Value;
use trailseal_record::v1::FixStepLine;

use crate::message::{Message, Part};
use crate::text::{NAME, SENTENCE, counted, is_misleading, quotable};

/// The longest that is shown, in characters.
const LONGEST: usize = 3_000;

/// How many steps a message shows.
const SHOWN: usize = 3;

/// Adds the first steps that a message can show, and how many it does not show.
pub(crate) fn add_steps(message: &mut Message, steps: &[FixStepLine]) {
    let mut shown = 0;
    for step in steps {
        if shown < SHOWN && add_step(message, step) {
            shown += 1;
        }
    }
    let rest = steps.len() - shown;
    if rest > 0 {
        let (one, many) =
            if shown > 0 { ("more step", "more steps") } else { ("step to take", "steps to take") };
        message.add(Part::MoreSteps, [counted(rest as u64, one, many)]);
    }
}

fn add_step(message: &mut Message, step: &FixStepLine) -> bool {
    match step {
        FixStepLine::Command { command } => {
            let Some(command) = command_line(command) else { return false };
            message.add(Part::Command, [command]);
        }
        FixStepLine::Statement { into, json } => {
            let Some(json) = json_line(json) else { return false };
            message.add(Part::Statement, [json, quotable(into, SENTENCE)]);
        }
        FixStepLine::Setting { file, text } => {
            let Some(text) = setting_line(text) else { return false };
            message.add(Part::Setting, [text, quotable(file, NAME)]);
        }
    }
    true
}

/// A command without `'`, which would end the quotation: a word in `'...'` is written without quotes or
/// in `"..."`, where that means the same to a POSIX shell.
fn command_line(command: &str) -> Option<String> {
    let mut line = String::new();
    for (number, piece) in command.trim().split('\'').enumerate() {
        if number % 2 == 0 {
            // Outside of quotes a backslash or another quote would change what a `'` means.
            if piece.contains(['"', '\\']) {
                return None;
            }
            line.push_str(piece);
        } else if piece.is_empty() || piece.contains(|letter: char| !is_plain(letter)) {
            if piece.contains(['"', '\\', '$', '`', '!']) {
                return None;
            }
            let _ = write!(line, "\"{piece}\"");
        } else {
            line.push_str(piece);
        }
    }
    let is_closed = command.matches('\'').count().is_multiple_of(2);
    fits(&line).then_some(line).filter(|_| is_closed)
}

/// Whether a shell takes the character for itself, also outside of quotes.
const fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || matches!(letter, ':' | '/' | '_' | '.' | '-' | '@' | '%' | '+' | '=' | ',')
}

/// The same JSON on one line; what would mislead a reader or end the quotation is escaped.
fn json_line(json: &str) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    let compact = value.to_string();
    let mut line = String::with_capacity(compact.len());
    let mut previous = ' ';
    for letter in compact.chars() {
        let is_link = previous == ']' && letter == '(';
        // Outside of a string, JSON has no digit after a brace.
        let is_placeholder = previous == '{' && letter.is_ascii_digit();
        if letter == '\'' || is_misleading(letter) || is_link || is_placeholder {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        } else {
            line.push(letter);
        }
        previous = letter;
    }
    fits(&line).then_some(line)
}

/// A setting of one line.
fn setting_line(text: &str) -> Option<String> {
    let line = text.trim();
    (fits(line) && !line.contains('\'')).then(|| line.to_owned())
}

/// Whether a message can show a line as it is.
fn fits(line: &str) -> bool {
    let mut letters = line.chars().zip(line.chars().skip(1));
    let has_placeholder = letters.any(|(one, next)| one == '{' && next.is_ascii_digit());
    let is_misread = line.contains("](") || has_placeholder;
    let is_short = line.chars().count() <= LONGEST;
    !line.is_empty() && is_short && !is_misread && !line.contains(is_misleading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_means_the_same_without_apostrophes() {
        let check = |command: &str, expected: Option<&str>| {
            assert_eq!(command_line(command).as_deref(), expected, "{command}");
        };
        check(
            "aws kms enable-key --key-id 'arn:aws:kms:us-east-1:000000000001:key/1-2'",
            Some("aws kms enable-key --key-id arn:aws:kms:us-east-1:000000000001:key/1-2"),
        );
        check("aws x --name 'two words' --y", Some("aws x --name \"two words\" --y"));
        check("aws x ''", Some("aws x \"\""));
        for other in ["aws '$HOME'", "aws 'a'\\''b'", "aws 'a", "aws 'a\nb'", "aws '{0}'", ""] {
            check(other, None);
        }
    }

    #[test]
    fn a_statement_stays_the_same_json() {
        for text in [
            "[\n \"cloudtrail:DescribeTrails\"\n]",
            "{\"a\": {\"b\": \"it's {0} ](x)\u{202e}🦭\"}}",
        ] {
            let line = json_line(text).unwrap();
            let (one, other): (Value, Value) =
                (serde_json::from_str(text).unwrap(), serde_json::from_str(&line).unwrap());
            assert_eq!(one, other);
            assert!(!line.contains(['\'', '\n', '\u{202e}']) && !line.contains("{0"), "{line}");
            assert!(!line.contains("]("), "{line}");
        }
        assert_eq!(json_line("no JSON"), None);
        assert_eq!(json_line(&format!("\"{}\"", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn the_first_steps_are_shown_in_their_order_and_the_rest_is_counted() {
        let command =
            |number: usize| FixStepLine::Command { command: format!("aws kms step-{number}") };
        let file = "exceptions.toml".to_owned();
        let entry = FixStepLine::Setting { file, text: "[[gaps]]\nclass = \"x\"".to_owned() };
        let text = |steps: &[FixStepLine]| {
            let mut message = Message::default();
            add_steps(&mut message, steps);
            message.filled("")
        };
        assert_eq!(
            text(&[command(1), entry.clone(), command(2), command(3), command(4)]),
            " Command: 'aws kms step-1'. Command: 'aws kms step-2'. Command: 'aws kms step-3'. causes.csv has '2 more steps'."
        );
        assert_eq!(text(&[entry]), " causes.csv has '1 step to take'.");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_setting_of_several_lines_is_not_shown() {
        assert_eq!(setting_line("a = [\"b\"]\n").as_deref(), Some("a = [\"b\"]"));
        for other in ["[[gaps]]\nclass = \"x\"", "a = 'b'", ""] {
            assert_eq!(setting_line(other), None);
        }
    }
}
