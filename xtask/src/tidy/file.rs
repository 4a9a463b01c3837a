//! A committed file, as the checks see it.

/// A committed text file.
pub(super) struct File {
    /// Where it lies, from the repository's root.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
}

impl File {
    /// What follows the last dot of the name; empty if there is none.
    pub(super) fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |it| it.1)
    }

    /// Whether the file holds tests only.
    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }

    /// How many of its lines, from the first, are not tests: in a Rust file those before its module
    /// of tests, which stands last.
    pub(super) fn lines_without_tests(&self) -> usize {
        if self.is_test() {
            return 0;
        }
        let lines: Vec<&str> = self.text.lines().collect();
        let begins_tests = |pair: &[&str]| {
            pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
        };
        let tests =
            if self.extension() == "rs" { lines.windows(2).position(begins_tests) } else { None };
        tests.unwrap_or(lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_kind() {
        let check = |path: &str, extension: &str, is_test: bool| {
            let file = File { path: path.to_owned(), text: String::new() };
            assert_eq!((file.extension(), file.is_test()), (extension, is_test), "{path}");
        };
        check("crates/a/src/lib.rs", "rs", false);
        check("crates/a/src/b/tests.rs", "rs", true);
        check("crates/a/tests/it.rs", "rs", true);
        check("tests/src/lib.rs", "rs", true);
        check(".ci/run", "", false);
        check("LICENSE-MIT", "", false);
    }
    #[test]
    fn tests_are_left_out_where_they_stand_last() {
        let check = |path: &str, text: &str, expected: usize| {
            let file = File { path: path.to_owned(), text: text.to_owned() };
            assert_eq!(file.lines_without_tests(), expected, "{path}: {text}");
        };
        check("a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n", 2);
        check("a.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n", 3);
        check("a.md", "#[cfg(test)]\nmod tests {\n}\n", 3);
        check("tests/a.rs", "fn a() {}\n", 0);
    }
}
