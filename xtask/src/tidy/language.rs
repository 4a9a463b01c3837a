//! Phrases that make a reader who knows AWS stop and decode, kept out of what people read: documents,
//! templates of pages, strings of the program, and the comments that clap prints as help.
//! CONTRIBUTING.md says how Trailseal speaks.

mod idioms;
mod texts;

use self::idioms::{IDIOMS, Idiom};
use self::texts::{Text, Word, rust_strings, words};
use super::{Complaint, File};

/// The list of the phrases, which has to name them.
const IDIOMS_FILE: &str = "xtask/src/tidy/language/idioms.rs";

/// Folders that are not clean yet. A change that cleans one removes its line.
const NOT_YET_CLEAN: &[&str] = &[
    "crates/trailseal-evaluator/",
    "crates/trailseal-model/",
    "crates/trailseal-record/",
    "docs/controls/",
    "docs/generated/",
    "docs/reports/",
];

/// Where the comments of items are help, because clap prints them.
const COMMENTS_ARE_HELP: &str = "crates/trailseal/src/";

/// What the heading of each version in the changelog begins with.
const VERSION: &str = "## [";

/// Phrases of [`IDIOMS`] in what the file shows to people.
pub(super) fn idioms(file: &File) -> Vec<Complaint> {
    if file.path == IDIOMS_FILE || NOT_YET_CLEAN.iter().any(|folder| file.path.starts_with(folder))
    {
        return Vec::new();
    }
    violations(file)
}

fn violations(file: &File) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for Text { line, content, is_prose } in texts(file) {
        let words = words(&content, line);
        for idiom in IDIOMS.iter().filter(|idiom| is_prose || !idiom.only_in_prose) {
            complaints.extend(found(idiom, &words).map(|word| {
                let Idiom { shown, instead, .. } = idiom;
                let message = format!("\"{shown}\" makes a reader stop; write {instead}");
                Complaint::new(&file.path, word.line, message)
            }));
        }
    }
    complaints
}

/// The first word of each occurrence.
fn found<'a>(idiom: &'a Idiom, words: &'a [Word]) -> impl Iterator<Item = &'a Word> {
    let starts = 0..words.len();
    starts.filter(move |start| idiom.is_at(words, *start)).map(|start| &words[start])
}

/// What of a file people read.
fn texts(file: &File) -> Vec<Text> {
    match file.extension() {
        "md" => vec![Text::prose(1, markdown(file))],
        "html" if file.path.contains("/templates/") => vec![Text::prose(1, file.text.clone())],
        "rs" => {
            let shown: Vec<&str> = file.text.lines().take(file.lines_without_tests()).collect();
            rust_strings(&shown.join("\n"), file.path.starts_with(COMMENTS_ARE_HELP))
        }
        _ => Vec::new(),
    }
}

/// A document without its code, with the lines of its blocks empty, so that lines keep their numbers.
/// Of the changelog only what is not released: what a release said does not change.
fn markdown(file: &File) -> String {
    let (mut is_code, mut is_old) = (false, false);
    let mut text = String::new();
    for line in file.text.lines() {
        if file.path == "CHANGELOG.md" && line.starts_with(VERSION) {
            is_old = !line.starts_with("## [Unreleased]");
        }
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if !(is_code || is_fence || is_old) {
            // What is between backticks is a name or an input, and no sentence of ours.
            let spans = line.split('`').enumerate();
            spans.for_each(|(at, span)| text.push_str(if at % 2 == 0 { span } else { "`" }));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(usize, &str)]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        let found: Vec<String> = idioms(&file).iter().map(ToString::to_string).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|(line, shown)| {
                let idiom = IDIOMS.iter().find(|idiom| idiom.shown == *shown).unwrap();
                let instead = idiom.instead;
                format!("{path}:{line}: \"{shown}\" makes a reader stop; write {instead}")
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_idiom_is_found_in_a_document() {
        for (text, shown) in [
            ("It hangs on the key.", "hangs on"),
            ("What hung\non a key.", "hangs on"),
            ("The trail stands in the list.", "stands in"),
            ("Objects lying under a key.", "lies under"),
            ("After so many calls.", "so many"),
            ("As long as it was so long ago.", "so long"),
            ("What is so called.", "so called"),
            ("The so-called key.", "so-called"),
            ("Who answers for it?", "answers for"),
            ("Two more came to light.", "came to"),
            ("The scan is told at once.", "is told"),
            ("A flag goes before it.", "goes before"),
            ("At the place of a key.", "at the place of"),
            ("Nobody reads it.", "nobody"),
            ("somebody", "somebody"),
            ("for whoever asks", "whoever"),
            ("and it says so", "says so"),
            ("A key is left\n  alone.", "left alone"),
            ("A bucket that was looked at.", "looked at"),
        ] {
            check("docs/a.md", text, &[(1, shown)]);
            check("crates/a/src/a.rs", &format!("const A: &str = \"{text}\";\n"), &[(1, shown)]);
            check("crates/a/templates/a.html", &format!("<p>{text}</p>\n"), &[(1, shown)]);
        }
    }

    #[test]
    fn there_is_opens_no_sentence_of_a_document() {
        check("docs/a.md", "A.\nThere are two.\n", &[(2, "there is")]);
        check("docs/a.md", "What there is, and whether there are two.\n", &[]);
        check("crates/a/src/a.rs", "const A: &str = \"There is one.\";\n", &[]);
    }

    #[test]
    fn phrases_that_only_look_alike_pass() {
        for text in [
            "The answers for all accounts, and an answer for each.",
            "The key stands. In the list it is the first.",
            "So. Long it was left. Alone it is nothing.",
            "Also many; came, to; the looked-at list; a stand-in; they are told apart",
            "`so many` is the name of a case",
        ] {
            check("docs/a.md", text, &[]);
        }
        check("docs/a.md", "a\n```text\nnobody\n```\nb\n", &[]);
    }

    #[test]
    fn only_what_people_read_of_a_source_counts() {
        check("crates/a/src/a.rs", "// nobody\n/* nobody \" */\n/// nobody\nfn nobody() {}\n", &[]);
        check("crates/a/src/a.rs", "const A: char = '\"'; // \"nobody\"\n", &[]);
        check("crates/a/src/a.rs", "const A: &str = r#\"\n\"nobody\"\"#;\n", &[(2, "nobody")]);
        let continued = "const A: &str = \"a \\\"b\\\" \\\n    so \\\n    many\";\n";
        check("crates/a/src/a.rs", continued, &[(2, "so many")]);
        check(
            "crates/a/src/a.rs",
            "#[cfg(test)]\nmod tests {\n    // \"\n    a(\"nobody\");\n",
            &[],
        );
        check("crates/a/src/tests.rs", "const A: &str = \"nobody\";\n", &[]);
        check("crates/trailseal/src/a.rs", "/// Who answers\n/// for it\n", &[(1, "answers for")]);
    }

    #[test]
    fn released_sections_of_the_changelog_keep_their_words() {
        let text = "# Changelog\n\n## [Unreleased]\n\nsomebody\n\n## [0.1.0]\n\nnobody\n";
        check("CHANGELOG.md", text, &[(5, "somebody")]);
    }

    #[test]
    fn folders_that_are_not_clean_pass() {
        check("crates/trailseal-model/src/a.rs", "const A: &str = \"nobody\";\n", &[]);
        check("docs/controls/a.md", "nobody\n", &[]);
    }
}
