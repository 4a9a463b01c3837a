//! Texts of outsiders, made fit for a message.

/// The longest a name may be in a message, in characters.
pub(crate) const NAME: usize = 200;
/// The longest a sentence may be in a message, in characters.
pub(crate) const SENTENCE: usize = 1000;

/// The text as it may stand between `'` in a message: on one line, without marks that turn the
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
        // Overrides, embeddings, isolates and marks of direction.
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{2028}' | '\u{2029}' => ' ',
        it if it.is_control() => ' ',
        it => it,
    }
}

/// A sentence as it may stand inside a longer one: quotable, without its last full stop.
pub(crate) fn clause(sentence: &str) -> String {
    quotable(sentence.trim().trim_end_matches('.'), SENTENCE)
}

/// The first few of a list, and how many more there are.
pub(crate) fn first_few<'a>(items: impl IntoIterator<Item = &'a String>) -> Option<String> {
    const SHOWN: usize = 5;
    let items: Vec<&str> = items.into_iter().map(String::as_str).collect();
    let shown = items[..items.len().min(SHOWN)].join(", ");
    match items.len() {
        0 => None,
        count if count > SHOWN => Some(format!("{shown} and {} more", count - SHOWN)),
        _ => Some(shown),
    }
}

/// The template with `{0}`, `{1}`, ... replaced by the arguments, which hold no braces.
pub(crate) fn filled(template: &str, arguments: &[String]) -> String {
    let parts = arguments.iter().enumerate();
    parts.fold(template.to_owned(), |text, (index, it)| text.replace(&format!("{{{index}}}"), it))
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
        let items: Vec<String> = (0..7).map(|it: u8| it.to_string()).collect();
        assert_eq!(first_few(&[]), None);
        assert_eq!(first_few(&items[..2]).unwrap(), "0, 1");
        assert_eq!(first_few(&items).unwrap(), "0, 1, 2, 3, 4 and 2 more");
    }

    #[test]
    fn a_template_is_filled() {
        let arguments = ["a".to_owned(), "b".to_owned()];
        assert_eq!(filled("'{1}' and '{0}', {2}", &arguments), "'b' and 'a', {2}");
    }
}
