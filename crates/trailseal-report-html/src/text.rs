//! Texts as they appear on the page: escaped, cut, and in forms for people.

use std::borrow::Borrow;
use std::fmt::{self, Write};

use askama::filters::Escaper;
use trailseal_record::Time;

/// Longer texts from outside are cut.
pub(crate) const MAX_TEXT: usize = 600;
/// Longer blocks of text from outside, such as a policy's statement, are cut.
pub(crate) const MAX_BLOCK: usize = 4_000;
/// Ends a text that was cut.
pub(crate) const CUT: &str = " […]";

/// The one escaper of the page, named in `askama.toml`.
///
/// Beside what HTML needs, it makes visible what a browser would refuse, hide or obey: control
/// characters and marks that turn the direction of writing become `�`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Markup;

impl Escaper for Markup {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        let mut written = 0;
        for (at, char) in string.char_indices() {
            let Some(instead) = replacement(char) else { continue };
            dest.write_str(&string[written..at])?;
            dest.write_str(instead)?;
            written = at + char.len_utf8();
        }
        dest.write_str(&string[written..])
    }
}

const fn replacement(char: char) -> Option<&'static str> {
    match char {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&#34;"),
        '\'' => Some("&#39;"),
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}' => Some("\u{fffd}"),
        _ => None,
    }
}

/// A text from outside, cut after [`MAX_TEXT`] characters.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}{CUT}", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text that keeps its lines, for a block of code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) lines: Vec<String>,
    /// Whether the text was longer than [`MAX_BLOCK`].
    pub(crate) is_cut: bool,
}

/// A block of text from outside, cut after [`MAX_BLOCK`] characters.
pub(crate) fn block(text: &str) -> Block {
    let end = text.char_indices().nth(MAX_BLOCK).map(|found| found.0);
    let shown = end.map_or(text, |end| &text[..end]);
    Block { lines: shown.lines().map(str::to_owned).collect(), is_cut: end.is_some() }
}

/// A number for people: `12,345`. Templates give some values and some references.
pub(crate) fn number(number: impl Borrow<u64>) -> String {
    let digits = number.borrow().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with its noun: `1 trail`, `2 trails`.
pub(crate) fn counted(count: impl Borrow<u64>, one: &str, many: &str) -> String {
    let count = *count.borrow();
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A time of the record for people, to the second: `2026-11-20 00:00:00 UTC`.
pub(crate) fn when(time: impl Borrow<Time>) -> String {
    let text = time.borrow().to_string();
    match text.split_once('T') {
        Some((date, clock)) => format!("{date} {} UTC", clock.get(..8).unwrap_or(clock)),
        None => text,
    }
}

/// The text after the last `/` of an ARN, or the whole text.
pub(crate) fn last_part(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |it| it.1)
}

/// The account in an ARN.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|it| !it.is_empty())
}

/// "yes", "no", or that it is not known.
pub(crate) const fn yes_no(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_lose_their_power() {
        let check = |text: &str, expected: &str| {
            let mut out = String::new();
            Markup.write_escaped_str(&mut out, text).unwrap();
            assert_eq!(out, expected);
        };
        check("plain é 🦭 مرحبا", "plain é 🦭 مرحبا");
        check("</script><b a='\"'>&", "&lt;/script&gt;&lt;b a=&#39;&#34;&#39;&gt;&amp;");
        check("a\0b\r\n\t\u{1b}\u{7f}", "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        check(
            "\u{202e}gnp\u{2069}\u{85}\u{2028}\u{ffff}",
            "\u{fffd}gnp\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
        );
        check("", "");
    }

    #[test]
    fn numbers_are_grouped() {
        let check = |value: u64, expected: &str| assert_eq!(number(value), expected);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(340_000, "340,000");
        check(1_234_567, "1,234,567");
        assert_eq!(counted(1, "trail", "trails"), "1 trail");
        assert_eq!(counted(1_000, "trail", "trails"), "1,000 trails");
    }

    #[test]
    fn times_are_for_people() {
        let time: Time = "2026-11-20T01:02:03.456Z".parse().unwrap();
        assert_eq!(when(time), "2026-11-20 01:02:03 UTC");
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(cut("short"), "short");
        let long = "é".repeat(MAX_TEXT + 1);
        assert_eq!(cut(&long), "é".repeat(MAX_TEXT) + CUT);
        assert_eq!(cut(&long[2..]), long[2..]);
    }

    #[test]
    fn a_block_keeps_its_lines_and_is_cut() {
        let short = block("{\r\n  \"a\": 1\n}\n");
        assert_eq!(short.lines, ["{", "  \"a\": 1", "}"]);
        assert!(!short.is_cut);
        let long = block(&"é".repeat(MAX_BLOCK + 1));
        assert_eq!(long.lines, ["é".repeat(MAX_BLOCK)]);
        assert!(long.is_cut);
    }
}
