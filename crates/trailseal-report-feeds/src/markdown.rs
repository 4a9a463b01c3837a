//! Texts of outsiders in GitHub's Markdown.

use crate::text::{is_misleading, plain};

/// Breaks what GitHub would link: it cannot be seen, and no name and no number goes on after it.
const JOINER: char = '\u{2060}';

/// The text on one line with every mark of Markdown and HTML escaped. No part of it is a link, a
/// mention or a reference to an issue, and none ends a table's cell.
pub(crate) fn escaped(text: &str, longest: usize) -> String {
    let text = plain(text, longest);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                out.extend(['\\', letter]);
            }
            '@' => out.extend(['@', JOINER]),
            '#' => out.extend(['\\', '#', JOINER]),
            // Without these no text is an address: `https://`, `www.`.
            ':' if text[at + 1..].starts_with('/') => out.extend(['\\', ':']),
            '.' if at >= 3 && text.as_bytes()[at - 3..at].eq_ignore_ascii_case(b"www") => {
                out.extend(['\\', '.']);
            }
            letter => out.push(letter),
        }
    }
    out
}

/// The text as a block of code, which it cannot end.
pub(crate) fn fenced(text: &str, language: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let safe: String =
        text.chars().filter(|letter| *letter == '\n' || !is_misleading(*letter)).collect();
    format!("{fence}{language}\n{}\n{fence}\n", safe.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            escaped("| a | [x](javascript:1) `c`", 99),
            "\\| a \\| \\[x\\](javascript:1) \\`c\\`"
        );
        assert_eq!(escaped("<img src=x> & 'y'", 99), "&lt;img src=x&gt; &amp; 'y'");
        assert_eq!(escaped("@octocat #12", 99), "@\u{2060}octocat \\#\u{2060}12");
        assert_eq!(escaped("http://x www.y a_b", 99), "http\\://x www\\.y a\\_b");
        assert_eq!(escaped("arn:aws:iam::1:role/x", 99), "arn:aws:iam::1:role/x");
        assert_eq!(escaped("two\r\nlines", 99), "two lines");
    }

    #[test]
    fn no_text_ends_its_block() {
        assert_eq!(fenced("a\n````\nb\u{202e}", "json"), "`````json\na\n````\nb\n`````\n");
    }
}
