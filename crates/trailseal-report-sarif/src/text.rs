//! Texts of outsiders, made fit for a message.

/// The longest a name may be in a message, in characters.
pub(crate) const NAME: usize = 200;
/// The longest a sentence may be in a message, in characters.
pub(crate) const SENTENCE: usize = 1000;

/// The text as it may be between `'` in a message: on one line, without marks that turn the
/// direction of writing, without what a reader of SARIF takes for a link or a placeholder, without
/// the quotation mark itself, and cut. Never empty, because GitHub takes that for missing.
///
/// The raw text is in the record.
pub(crate) fn quotable(text: &str, longest: usize) -> String {
    let mut safe: String = text.chars().map(harmless).collect();
    // A link is `[label](target)`.
    while safe.contains("](") {
        safe = safe.replace("](", "] (");
    }
    let safe = safe.trim();
    if safe.is_empty() {
        return "(empty)".to_owned();
    }
    match safe.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", safe[..end].trim_end()),
        None => safe.to_owned(),
    }
}

fn harmless(character: char) -> char {
    match character {
        '\'' => '’',
        '{' => '(',
        '}' => ')',
        '\u{2028}' | '\u{2029}' => ' ',
        letter if letter.is_control() => ' ',
        letter if is_misleading(letter) => '\u{fffd}',
        letter => letter,
    }
}

/// Controls, line breaks, and marks that turn the direction of writing: overrides, embeddings and
/// isolates.
pub(crate) fn is_misleading(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A sentence as it may be inside a longer one: quotable, without its last full stop.
pub(crate) fn clause(sentence: &str) -> String {
    quotable(sentence.trim().trim_end_matches('.'), SENTENCE)
}

/// How many texts of a list are shown.
pub(crate) const SHOWN: usize = 5;

/// The first few of a list, and how many more it has.
pub(crate) fn first_few<'a>(items: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let mut items = items.into_iter();
    let shown: Vec<&str> = items.by_ref().take(SHOWN).map(String::as_str).collect();
    let total = shown.len() + items.count();
    (total > 0).then(|| few_of(&shown, total))
}

/// The texts that are shown, of a list with this many.
pub(crate) fn few_of(shown: &[&str], total: usize) -> String {
    let texts = shown.join(", ");
    match total.saturating_sub(shown.len()) {
        0 => texts,
        more => format!("{texts} and {more} more"),
    }
}

/// `1 request`, `14 requests`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(quotable(text, 20), expected);
    }

    #[test]
    fn texts_of_outsiders_are_made_harmless_and_stay_readable() {
        check("plain", "plain");
        check("=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")");
        check("</script><b>", "</script><b>");
        check("O'Brien", "O’Brien");
        check("{0} {", "(0) (");
        check("[a](https://x)", "[a] (https://x)");
        check("two\r\nlines\0", "two  lines");
        check("\u{202e}exe.txt", "\u{fffd}exe.txt");
        check("🦭 مرحبا", "🦭 مرحبا");
        check(" \n", "(empty)");
        check("123456789 123456789 12", "123456789 123456789…");
    }

    #[test]
    fn a_clause_has_no_full_stop() {
        assert_eq!(clause("The trail 'a' has no key."), "The trail ’a’ has no key");
        assert_eq!(clause(""), "(empty)");
    }

    #[test]
    fn a_list_is_shortened() {
        let items: Vec<String> = (0..7).map(|number: u8| number.to_string()).collect();
        assert_eq!(first_few(&[]), None);
        assert_eq!(first_few(&items[..2]).unwrap(), "0, 1");
        assert_eq!(first_few(&items).unwrap(), "0, 1, 2, 3, 4 and 2 more");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(counted(1, "request", "requests"), "1 request");
        assert_eq!(counted(0, "request", "requests"), "0 requests");
    }
}
