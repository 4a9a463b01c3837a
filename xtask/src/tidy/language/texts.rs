//! The texts of a file, and their words.

/// A text that people read.
pub(super) struct Text {
    /// The line of the file where it begins, from 1.
    pub(super) line: usize,
    /// The text, with every line break of the file.
    pub(super) content: String,
    /// Whether it is a document and not a message.
    pub(super) is_prose: bool,
}

impl Text {
    /// A document, or a part of one.
    pub(super) fn prose(line: usize, text: String) -> Self {
        Self { line, content: text, is_prose: true }
    }
}

/// A word of a text.
pub(super) struct Word {
    /// The line of the file, from 1.
    pub(super) line: usize,
    /// The word, in lower case.
    pub(super) text: String,
    /// Whether nothing but white space is between the word before it and this one.
    pub(super) follows_a_space: bool,
    /// Whether it begins with a capital letter.
    pub(super) is_capital: bool,
}

/// The words of a text that begins on this line of its file.
pub(super) fn words(text: &str, first_line: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut line, mut follows_a_space, mut is_in_word) = (first_line, false, false);
    for character in text.chars() {
        line += usize::from(character == '\n');
        if character.is_alphanumeric() || (is_in_word && "'-".contains(character)) {
            if !is_in_word {
                let is_capital = character.is_uppercase();
                words.push(Word { line, text: String::new(), follows_a_space, is_capital });
            }
            (is_in_word, follows_a_space) = (true, true);
            if let Some(word) = words.last_mut() {
                word.text.extend(character.to_lowercase());
            }
        } else {
            is_in_word = false;
            follows_a_space &= character.is_whitespace();
        }
    }
    words
}

/// The strings of a Rust source. With `comments_are_help` the comments of items too, each run of lines
/// as one text.
pub(super) fn rust_strings(source: &str, comments_are_help: bool) -> Vec<Text> {
    let mut reader = Reader { rest: source, line: 1, texts: Vec::new() };
    while let Some(character) = reader.rest.chars().next() {
        match character {
            '/' if reader.rest.starts_with("//") => reader.comment(comments_are_help),
            '/' if reader.rest.starts_with("/*") => {
                let end = reader.rest.find("*/").map_or(reader.rest.len(), |at| at + 2);
                reader.skip(end);
            }
            '"' => reader.string(),
            '\'' => reader.character(),
            'r' if reader.raw_hashes().is_some() => reader.raw_string(),
            _ if is_of_name(character) => {
                let end = reader.rest.find(|it| !is_of_name(it)).unwrap_or(reader.rest.len());
                // The `r` of a raw string may follow the `b` of bytes or the `c` of a C string.
                let is_prefix = matches!(&reader.rest[..end], "br" | "cr");
                reader.skip(if is_prefix { 1 } else { end });
            }
            _ => reader.skip(character.len_utf8()),
        }
    }
    reader.texts
}

const fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// A reader of a Rust source, as far as it has to know Rust to find its strings.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
    texts: Vec<Text>,
}

impl Reader<'_> {
    fn skip(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }

    /// A comment to the end of its line. Help is on lines of its own, one below the other.
    fn comment(&mut self, is_help: bool) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        let help = self.rest[..end].strip_prefix("///").filter(|_| is_help).map(str::to_owned);
        if let Some(help) = help {
            let last = self.texts.last_mut().filter(|last| {
                !last.is_prose && last.line + last.content.matches('\n').count() + 1 == self.line
            });
            match last {
                Some(last) => last.content.extend(["\n", help.as_str()]),
                None => self.texts.push(Text { line: self.line, content: help, is_prose: false }),
            }
        }
        self.skip(end);
    }

    /// A string in quotation marks. A line that ends in a backslash goes on in the next one.
    fn string(&mut self) {
        let mut text = String::new();
        let line = self.line;
        let mut characters = self.rest.char_indices().skip(1);
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => text.push(match characters.next() {
                    Some((_, '\n')) => '\n',
                    Some((_, 'n' | 't')) => ' ',
                    _ => '\\',
                }),
                character => text.push(character),
            }
        }
        self.texts.push(Text { line, content: text, is_prose: false });
        self.skip(end);
    }

    /// A character, whose quotation mark opens no string, or a lifetime.
    fn character(&mut self) {
        let mut inside = self.rest.chars().skip(1);
        let length = match (inside.next(), inside.next()) {
            (Some('\\'), Some(escaped)) => {
                // What is escaped may be a quotation mark itself.
                let from = 2 + escaped.len_utf8();
                let end = self.rest.get(from..).and_then(|rest| rest.find('\''));
                end.map_or(self.rest.len(), |end| from + end + 1)
            }
            (Some(character), Some('\'')) => 2 + character.len_utf8(),
            _ => 1,
        };
        self.skip(length);
    }

    /// How many hashes open the raw string that begins here, if one does.
    fn raw_hashes(&self) -> Option<usize> {
        let after = self.rest.strip_prefix('r')?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        after[hashes..].starts_with('"').then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or_default();
        let begin = 2 + hashes;
        let close = format!("\"{}", "#".repeat(hashes));
        let inside = &self.rest[begin..];
        let length = inside.find(&close).unwrap_or(inside.len());
        let text = Text { line: self.line, content: inside[..length].to_owned(), is_prose: false };
        let end = (begin + length + close.len()).min(self.rest.len());
        self.texts.push(text);
        self.skip(end);
    }
}
