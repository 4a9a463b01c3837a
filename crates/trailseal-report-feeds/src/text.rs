//! Texts of outsiders for a terminal, and numbers as people write them.

/// Controls, line breaks, and marks that turn the direction of writing or cannot be seen.
pub(crate) fn is_misleading(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// The text on one line without anything that a terminal obeys; cut after so many characters.
pub(crate) fn plain(text: &str, longest: usize) -> String {
    let mut line = String::new();
    let mut letters = 0;
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        let word: String = word.chars().filter(|letter| !is_misleading(*letter)).collect();
        if word.is_empty() {
            continue;
        }
        if letters > 0 {
            line.push(' ');
            letters += 1;
        }
        letters += word.chars().count();
        line.push_str(&word);
        if letters > longest {
            let mut cut: String = line.chars().take(longest).collect();
            cut.truncate(cut.trim_end().len());
            cut.push('…');
            return cut;
        }
    }
    line
}

/// The text; of one that is longer than `room`, words such as ids and ARNs keep only this many characters
/// at their beginning and their end.
pub(crate) fn elided(text: &str, room: usize, [start, end]: [usize; 2]) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let short = |word: &str| {
        let letters = word.chars().count();
        if letters <= start + end + 1 {
            return word.to_owned();
        }
        let first: String = word.chars().take(start).collect();
        let last: String = word.chars().skip(letters - end).collect();
        format!("{first}…{last}")
    };
    text.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

/// `1,010`, as people write it.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 call`, `1,010 calls`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// `is` or `are`.
pub(crate) const fn be(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// The text in lines of this width at most, each further line indented. A longer word has a line of its
/// own. Of more lines than `most` the rest is left out, which `…` shows.
pub(crate) fn wrapped(text: &str, width: usize, indent: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let start = text.len() - text.trim_start().len();
    let mut line = " ".repeat(start);
    let mut is_begun = false;
    for word in text.split_whitespace() {
        let room = line.chars().count() + usize::from(is_begun) + word.chars().count();
        if is_begun && room > width {
            if lines.len() == most {
                line.push('…');
                break;
            }
            if let Some(last) = lines.last_mut() {
                *last = std::mem::replace(&mut line, " ".repeat(indent));
            }
            lines.push(String::new());
            is_begun = false;
        }
        if is_begun {
            line.push(' ');
        }
        line.push_str(word);
        is_begun = true;
    }
    if let Some(last) = lines.last_mut() {
        *last = line;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_obeys() {
        assert_eq!(plain("nul\0 \u{1b}[31mred \u{feff}", 80), "nul [31mred");
        assert_eq!(plain("two\r\nlines\ttab", 80), "two lines tab");
        assert_eq!(plain("\u{202e}txt.exe\u{202c} \u{2066}right\u{2069}", 80), "txt.exe right");
        assert_eq!(plain("  ", 80), "");
        assert_eq!(plain("🦭 seals and more", 7), "🦭 seals…");
        assert_eq!(plain("12345678", 8), "12345678");
    }

    #[test]
    fn long_words_of_a_long_line_keep_both_ends() {
        let text = "key '662bfbcd-4c8a-487b-bce3-d529d637b0af' is disabled";
        assert_eq!(elided(text, 60, [9, 7]), text);
        assert_eq!(elided(text, 40, [9, 7]), "key '662bfbcd…37b0af' is disabled");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_010), "1,010");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(counted(1, "call", "calls"), "1 call");
        assert_eq!(counted(26_286, "call", "calls"), "26,286 calls");
    }

    #[test]
    fn lines_are_wrapped_between_words() {
        assert_eq!(wrapped("  one two three", 9, 4, 9), ["  one two", "    three"]);
        assert_eq!(wrapped("arn:aws:x:long two", 5, 2, 9), ["arn:aws:x:long", "  two"]);
        assert_eq!(wrapped("a b c d", 3, 0, 1), ["a b…"]);
        assert_eq!(wrapped("", 9, 0, 2), [""]);
    }
}
