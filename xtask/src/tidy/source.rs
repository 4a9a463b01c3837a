//! What Rust files must not have: too much of it, stubs, and silenced lints.

use super::rust_text::{Function, RustFile};
use super::{Complaint, File};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 60;

/// What may stand nowhere, tests included, and what to write instead.
const NOWHERE: &[(&str, &str)] = &[
    ("#[allow(", "write `#[expect(lint, reason = \"...\")]`"),
    ("#![allow(", "write `#![expect(lint, reason = \"...\")]`"),
    ("todo!(", "finish it"),
    ("unimplemented!(", "finish it"),
    ("dbg!(", "remove it"),
    ("#[ignore", "assert today's behavior with a note instead"),
];

/// What may stand in tests only.
const ONLY_IN_TESTS: &[(&str, &str)] =
    &[(".unwrap()", "handle it, or write `.expect(\"why this cannot be\")`")];

/// Files and functions that grew too long. A flat `match` may be as long as its list.
pub(super) fn sizes(file: &File) -> Vec<Complaint> {
    let Some(rust) = RustFile::new(file) else { return Vec::new() };
    let mut complaints = Vec::new();
    if rust.lines_without_tests > MAX_FILE_LINES {
        let message = format!(
            "{} lines without tests, at most {MAX_FILE_LINES} are wanted; split the file",
            rust.lines_without_tests
        );
        complaints.push(Complaint::new(rust.path, MAX_FILE_LINES + 1, message));
    }
    let is_long = |it: &Function| it.length > MAX_FUNCTION_LINES && !it.is_flat_match;
    for function in rust.functions().into_iter().filter(is_long) {
        let message = format!(
            "function `{}` has {} lines, at most {MAX_FUNCTION_LINES} are wanted; split it",
            function.name, function.length
        );
        complaints.push(Complaint::new(rust.path, function.line, message));
    }
    complaints
}

/// Stubs, silenced lints, ignored tests, and `unwrap` outside tests.
pub(super) fn words(file: &File) -> Vec<Complaint> {
    let Some(rust) = RustFile::new(file) else { return Vec::new() };
    let everywhere = (1..).zip(rust.code.lines()).flat_map(|it| found(rust.path, it, NOWHERE));
    let outside_tests = rust.lines().flat_map(|it| found(rust.path, it, ONLY_IN_TESTS));
    everywhere.chain(outside_tests).collect()
}

fn found(path: &str, (line, code): (usize, &str), table: &[(&str, &str)]) -> Vec<Complaint> {
    let complaint = |word: &str, advice: &str| {
        Complaint::new(path, line, format!("`{word}` is not wanted here; {advice}"))
    };
    table.iter().filter(|it| code.contains(it.0)).map(|it| complaint(it.0, it.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(check: fn(&File) -> Vec<Complaint>, path: &str, text: &str, expected: &[&str]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        let complaints: Vec<String> = check(&file).iter().map(ToString::to_string).collect();
        assert_eq!(complaints, expected);
    }

    #[test]
    fn long_files_and_functions_are_found() {
        let lines = |count| "\n".repeat(count);
        check(sizes, "a.rs", &lines(400), &[]);
        let message = "a.rs:401: 401 lines without tests, at most 400 are wanted; split the file";
        check(sizes, "a.rs", &lines(401), &[message]);
        check(sizes, "tests/it/a.rs", &lines(401), &[]);
        check(sizes, "a.md", &lines(401), &[]);

        let function = |count| format!("\nfn long() {{{}}}\n", lines(count));
        check(sizes, "a.rs", &function(59), &[]);
        let message = "a.rs:2: function `long` has 61 lines, at most 60 are wanted; split it";
        check(sizes, "a.rs", &function(60), &[message]);
    }

    #[test]
    fn words_are_found_in_code_only() {
        check(words, "a.rs", "// dbg!(\nlet a = \"todo!(\";\n", &[]);
        check(words, "a.rs", "\ndbg!(a);\n", &["a.rs:2: `dbg!(` is not wanted here; remove it"]);
        let message = "tests/a.rs:1: `#[ignore` is not wanted here; assert today's behavior with a note instead";
        check(words, "tests/a.rs", "#[ignore]\n", &[message]);
    }

    #[test]
    fn unwrap_is_for_tests() {
        let message = "a.rs:1: `.unwrap()` is not wanted here; handle it, or write `.expect(\"why this cannot be\")`";
        check(words, "a.rs", "a.unwrap()\n", &[message]);
        check(words, "a.rs", "#[cfg(test)]\nmod tests {\na.unwrap()\n}\n", &[]);
        check(words, "tests/a.rs", "a.unwrap()\n", &[]);
    }
}
