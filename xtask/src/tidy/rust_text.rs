//! Just enough of Rust's grammar to tell code from comments, strings and tests.

use super::File;

/// A Rust file, ready to be checked.
pub(super) struct RustFile<'a> {
    /// Where it lies in the repository.
    pub(super) path: &'a str,
    /// Its text with comments, strings and character literals blanked, line for line.
    pub(super) code: String,
    /// How many of its lines, from the first, are not tests.
    pub(super) lines_without_tests: usize,
}

/// A function and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: String,
    /// The line of its `fn`, from 1.
    pub(super) line: usize,
    /// Lines from `fn` to the closing brace, both counted.
    pub(super) length: usize,
    /// Whether its body is one `match` and nothing else.
    pub(super) is_flat_match: bool,
}

impl<'a> RustFile<'a> {
    /// The Rust file in `file`; `None` if it is of another kind.
    pub(super) fn new(file: &'a File) -> Option<Self> {
        if file.extension() != "rs" {
            return None;
        }
        let code = code_only(&file.text);
        let lines_without_tests = if file.is_test() {
            0
        } else {
            lines_before_tests(&code).unwrap_or(code.lines().count())
        };
        Some(Self { path: &file.path, code, lines_without_tests })
    }

    /// The numbered lines of code that are not tests.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines()).take(self.lines_without_tests)
    }

    /// The functions that are not tests.
    pub(super) fn functions(&self) -> Vec<Function> {
        let starts: Vec<usize> =
            std::iter::once(0).chain(self.code.match_indices('\n').map(|(it, _)| it + 1)).collect();
        let line_of = |offset: usize| starts.partition_point(|it| *it <= offset);
        let mut functions = Vec::new();
        for (offset, _) in self.code.match_indices("fn ") {
            let line = line_of(offset);
            if line > self.lines_without_tests || self.code[..offset].ends_with(is_word) {
                continue;
            }
            let rest = &self.code[offset + 3..];
            let name: String = rest.chars().take_while(|it| is_word(*it)).collect();
            if name.is_empty() {
                continue;
            }
            if let Some(end) = body_end(rest) {
                let length = line_of(offset + 3 + end) - line + 1;
                let is_flat_match = is_flat_match(&rest[..end]);
                functions.push(Function { name, line, length, is_flat_match });
            }
        }
        functions
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where the body that follows a function's name ends; `None` for a declaration without one.
fn body_end(text: &str) -> Option<usize> {
    let mut round = 0_i32;
    let mut curly = 0_i32;
    for (offset, character) in text.char_indices() {
        match character {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && curly == 0 => return None,
            '{' => curly += 1,
            '}' if curly == 1 => return Some(offset),
            '}' => curly -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a function is one `match` whose arms do not branch again, a table in all but name.
/// `text` ends before the function's closing brace.
fn is_flat_match(text: &str) -> bool {
    let Some(body) = text.split_once('{').map(|it| it.1.trim()) else { return false };
    let words = body.split(|it| !is_word(it));
    let branches = words.filter(|it| ["match", "if", "for", "while", "loop"].contains(it)).count();
    body.starts_with("match ") && branches == 1 && body.ends_with('}')
}

/// How many lines stand before the first `#[cfg(test)]` that opens something with a body:
/// `#[cfg(test)] mod tests;` among the other modules does not end a file.
fn lines_before_tests(code: &str) -> Option<usize> {
    let lines: Vec<&str> = code.lines().collect();
    lines.iter().enumerate().position(|(index, line)| {
        let Some(rest) = line.trim_start().strip_prefix("#[cfg(test)]") else { return false };
        let item = std::iter::once(rest).chain(lines[index + 1..].iter().copied());
        let mut item = item.map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("#["));
        item.next().is_some_and(|it| !it.ends_with(';'))
    })
}

/// Blanks comments, strings and character literals, and keeps every line break.
fn code_only(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        if let Some(end) = opaque_end(&characters, at) {
            let end = end.min(characters.len());
            code.extend(characters[at..end].iter().map(|it| if *it == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            code.push(characters[at]);
            at += 1;
        }
    }
    code
}

/// Where the comment, string or character that starts at `at` ends; `None` if code stands there.
fn opaque_end(text: &[char], at: usize) -> Option<usize> {
    match (text[at], text.get(at + 1)) {
        ('/', Some('/')) => Some(find(text, at, |it| *it == '\n')),
        ('/', Some('*')) => Some(block_comment_end(text, at)),
        ('"', _) => Some(string_end(text, at)),
        ('r', Some('"' | '#')) if starts_literal(text, at) => raw_string_end(text, at),
        ('\'', Some('\\')) => Some(find(text, at + 3, |it| *it == '\'') + 1),
        ('\'', Some(_)) if text.get(at + 2) == Some(&'\'') => Some(at + 3),
        _ => None,
    }
}

fn find(text: &[char], from: usize, wanted: impl FnMut(&char) -> bool) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.iter().position(wanted).map_or(text.len(), |it| from + it)
}

fn block_comment_end(text: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = at;
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    at
}

fn string_end(text: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Whether the `r` at `at` can begin a raw string: not the end of a longer word, `br` and `cr` apart.
fn starts_literal(text: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|it| text[it]);
    match before(1) {
        Some('b' | 'c') => !before(2).is_some_and(is_word),
        other => !other.is_some_and(is_word),
    }
}

fn raw_string_end(text: &[char], at: usize) -> Option<usize> {
    let quote = find(text, at + 1, |it| *it != '#');
    if text.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - at - 1;
    let mut at = quote + 1;
    while at < text.len() {
        at = find(text, at, |it| *it == '"') + 1;
        if text.get(at..at + hashes).is_some_and(|it| it.iter().all(|it| *it == '#')) {
            return Some(at + hashes);
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_code(text: &str, expected: &str) {
        assert_eq!(code_only(text), expected);
    }

    #[test]
    fn what_is_not_code_is_blanked() {
        check_code("a // b\nc", "a     \nc");
        check_code("a /* b /* c */\n*/ d", "a             \n   d");
        check_code(r#"f("a\"b", 'c')"#, "f(      ,    )");
        check_code("f(r#\"a\"b\"#, br\"c\", r#type)", "f(        , b    , r#type)");
        check_code(r"f('\'', '\u{7f}') <'a>", "f(    ,         ) <'a>");
        check_code("\"never closed", "             ");
        check_code("r#\"never closed\"", "                ");
    }

    fn file(text: &str) -> File {
        File { path: "crates/x/src/a.rs".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn functions_are_measured() {
        let file = file(
            "trait T {\n    fn declared(&self, it: [u8; 2]);\n}\npub fn one() -> fn(u8) { if a { b } }\nfn three(\n) {\n}\n",
        );
        let rust = RustFile::new(&file).unwrap();
        let function = |name: &str, line, length| {
            let name = name.to_owned();
            Function { name, line, length, is_flat_match: false }
        };
        assert_eq!(rust.functions(), [function("one", 4, 1), function("three", 5, 3)]);
    }

    #[test]
    fn a_flat_match_is_known() {
        let check = |body: &str, expected: bool| {
            let file = file(&format!("fn a(b: u8) -> u8 {{\n    {body}\n}}\n"));
            let functions = RustFile::new(&file).unwrap().functions();
            assert_eq!(functions[0].is_flat_match, expected, "{body}");
        };
        check("match b { 0 => S { c: 1 }, _ => d() }", true);
        check("match b { 0 => if c { d } else { e }, _ => 1 }", false);
        check("match b { _ => {} }\n    c()", false);
        check("let c = match b { _ => 1 };", false);
    }

    #[test]
    fn tests_are_left_out() {
        let file = file("fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n");
        let rust = RustFile::new(&file).unwrap();
        assert_eq!(rust.lines_without_tests, 2);
        assert_eq!(rust.functions().len(), 1);
    }

    #[test]
    fn a_test_module_of_its_own_ends_nothing() {
        let file = file("#[cfg(test)]\nmod tests;\nfn a() {}\n");
        assert_eq!(RustFile::new(&file).unwrap().lines_without_tests, 3);
    }
}
