//! What Rust files must not have, and no lint refuses. How long functions are, stubs, `unwrap` outside
//! tests and `#[allow]` are clippy's (Cargo.toml and clippy.toml).

use super::{Complaint, File};

const MAX_FILE_LINES: usize = 400;

/// Attributes that may stand nowhere, tests included, and what to write instead.
const NOWHERE: &[(&str, &str)] = &[
    // `clippy::allow_attributes` sees only those of the other form, `#[allow(`.
    ("#![allow(", "write `#![expect(lint, reason = \"...\")]`"),
    ("#[ignore", "assert today's behavior with a note instead"),
];

/// A file that grew too long.
pub(super) fn size(file: &File) -> Vec<Complaint> {
    let lines = file.lines_without_tests();
    if file.extension() != "rs" || lines <= MAX_FILE_LINES {
        return Vec::new();
    }
    let message =
        format!("{lines} lines without tests, at most {MAX_FILE_LINES} are wanted; split the file");
    vec![Complaint::new(&file.path, MAX_FILE_LINES + 1, message)]
}

/// Ignored tests, and lints that are silenced for a whole file.
pub(super) fn attributes(file: &File) -> Vec<Complaint> {
    if file.extension() != "rs" {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        for (start, advice) in NOWHERE {
            if line.trim_start().starts_with(start) {
                let message = format!("`{start}` is not wanted here; {advice}");
                complaints.push(Complaint::new(&file.path, number, message));
            }
        }
    }
    complaints
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
    fn long_files_are_found() {
        let lines = |count| "\n".repeat(count);
        check(size, "a.rs", &lines(400), &[]);
        let message = "a.rs:401: 401 lines without tests, at most 400 are wanted; split the file";
        check(size, "a.rs", &lines(401), &[message]);
        let tests = format!("{}#[cfg(test)]\nmod tests {{\n}}\n", lines(400));
        check(size, "a.rs", &tests, &[]);
        check(size, "tests/it/a.rs", &lines(401), &[]);
        check(size, "a.md", &lines(401), &[]);
    }

    #[test]
    fn unwanted_attributes_are_found() {
        let message = "tests/a.rs:2: `#[ignore` is not wanted here; assert today's behavior with a note instead";
        check(attributes, "tests/a.rs", "\n    #[ignore = \"slow\"]\n", &[message]);
        let message =
            "a.rs:1: `#![allow(` is not wanted here; write `#![expect(lint, reason = \"...\")]`";
        check(attributes, "a.rs", "#![allow(dead_code)]\n", &[message]);
        check(attributes, "a.rs", "// #[ignore]\nlet a = \"#![allow(\";\n", &[]);
        check(attributes, "a.md", "#[ignore]\n", &[]);
    }
}
