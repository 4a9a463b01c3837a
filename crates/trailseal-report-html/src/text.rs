//! Texts as they appear on the page: escaped, cut, and in forms for people.

use std::borrow::Borrow;
use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Longer texts from outside are cut.
pub(crate) const MAX_TEXT: usize = 600;
/// What stands where a text was cut.
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

/// A time of the record for people, to the second: `2026-11-20 00:00:00 UTC`. What does not look
/// like one stays as it is.
pub(crate) fn when(time: &str) -> String {
    let is_time = time.len() >= 20 && time.is_ascii() && time.ends_with('Z');
    match time.split_once('T') {
        Some((date, clock)) if is_time && date.len() == 10 && clock.len() >= 9 => {
            format!("{date} {} UTC", &clock[..8])
        }
        _ => cut(time),
    }
}

/// What stands after the last `/` of an ARN, or the whole text.
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
        let check = |text: &str, expected: &str| assert_eq!(when(text), expected);
        check("2026-11-20T01:02:03.456Z", "2026-11-20 01:02:03 UTC");
        check("2026-11-20T01:02:03Z", "2026-11-20 01:02:03 UTC");
        check("not a time", "not a time");
        check("Tééééééééééééééééééééééé", "Tééééééééééééééééééééééé");
        check("", "");
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(cut("short"), "short");
        let long = "é".repeat(MAX_TEXT + 1);
        assert_eq!(cut(&long), "é".repeat(MAX_TEXT) + CUT);
        assert_eq!(cut(&long[2..]), long[2..]);
    }
}
