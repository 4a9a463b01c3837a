//! What any committed text file must keep to.

use super::{Complaint, File};

/// Kinds whose bytes are what a program wrote or reads: their whitespace is data.
const WHITESPACE_IS_DATA: &[&str] = &["snap", "csv", "jsonl", "patch"];

/// What the fuzz targets are given: every byte of it is.
const SEEDS: &str = "tests/fuzz/seeds/";

/// Folders of one machine that must not be named: what is committed has to work on any other.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/t", "mp/")];

/// Trailing whitespace, tabs in Rust, and a last line without its end.
pub(super) fn whitespace(file: &File) -> Vec<Complaint> {
    let is_data = WHITESPACE_IS_DATA.contains(&file.extension()) || file.path.starts_with(SEEDS);
    if is_data || file.text.is_empty() {
        return Vec::new();
    }
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(file.text.split('\n')) {
        if line.ends_with(char::is_whitespace) {
            complaints.push(Complaint::new(&file.path, number, "trailing whitespace; remove it"));
        }
        if file.extension() == "rs" && line.contains('\t') {
            complaints.push(Complaint::new(&file.path, number, "a tab; run `cargo fmt`"));
        }
    }
    if !file.text.ends_with('\n') {
        let last = file.text.lines().count();
        complaints.push(Complaint::new(
            &file.path,
            last,
            "the last line has no end; add a newline",
        ));
    }
    complaints
}

/// Paths that exist on one machine only. Tests may name some as data.
pub(super) fn machine_paths(file: &File) -> Vec<Complaint> {
    if file.is_test() {
        return Vec::new();
    }
    let lines = (1..).zip(file.text.lines()).take(file.lines_without_tests());
    let named = |line: &str| MACHINE_PATHS.iter().copied().find(|path| line.contains(path));
    lines
        .filter_map(|(number, line)| {
            let message =
                format!("`{}` is a path of one machine; say it another way", named(line)?);
            Some(Complaint::new(&file.path, number, message))
        })
        .collect()
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
    fn whitespace_is_kept_clean() {
        check(whitespace, "a.md", "a\n\nb\n", &[]);
        check(whitespace, "a.md", "", &[]);
        check(whitespace, "a.md", "a\nb \n", &["a.md:2: trailing whitespace; remove it"]);
        check(whitespace, "a.md", "a\r\n", &["a.md:1: trailing whitespace; remove it"]);
        check(whitespace, "a.md", "a\nb", &["a.md:2: the last line has no end; add a newline"]);
        check(whitespace, "a.rs", "\ta\n", &["a.rs:1: a tab; run `cargo fmt`"]);
        check(whitespace, "a.snap", "a \n\tb", &[]);
        check(whitespace, "tests/fuzz/seeds/key_policy/empty.json", "{} ", &[]);
    }

    #[test]
    fn machine_paths_are_found_outside_tests() {
        let path = MACHINE_PATHS[0];
        let message = format!("a.md:2: `{path}` is a path of one machine; say it another way");
        check(machine_paths, "a.md", &format!("a\nsee {path}b\n"), &[&message]);
        check(machine_paths, "tests/a.rs", path, &[]);
        check(machine_paths, "a.rs", &format!("#[cfg(test)]\nmod tests {{\n// {path}\n}}\n"), &[]);
        check(machine_paths, "a.md", ".github/workflows/ci.yml\n", &[]);
    }
}
