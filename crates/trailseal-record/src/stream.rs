//! Writing and reading a record as a stream, with its order and completeness checked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use crate::v1::{EndLine, Line, Position, SCHEMA};

/// A record that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not of the record's form.
    #[error("line {line}: not a line of a trailseal record: {problem}")]
    Malformed {
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// It ends before its last line.
    #[error("ends after line {0} without its closing line: the record was cut short")]
    CutShort(u64),
}

/// Writes lines in order and counts them.
#[derive(Debug)]
pub struct RecordWriter<W> {
    out: W,
    last: Option<Position>,
    lines: BTreeMap<&'static str, u64>,
}

impl<W: Write> RecordWriter<W> {
    /// A record into this writer, which should be buffered.
    pub const fn new(out: W) -> Self {
        Self { out, last: None, lines: BTreeMap::new() }
    }

    /// Writes one line.
    ///
    /// # Errors
    /// When the writer fails.
    ///
    /// # Panics
    /// When the line does not come after the one before: that would be a bug of this program.
    pub fn write(&mut self, line: &Line) -> io::Result<()> {
        let position = line.position();
        let is_after = self.last.as_ref().is_none_or(|last| *last < position);
        assert!(is_after, "record lines must ascend: {:?} then {position:?}", self.last);
        self.last = Some(position);
        *self.lines.entry(line.kind()).or_default() += 1;
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// Writes the closing line and gives the writer back.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn finish(mut self) -> io::Result<W> {
        let lines = self.lines.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        self.write(&Line::End(EndLine { lines }))?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Reads lines and checks version, order and completeness on the way.
#[derive(Debug)]
pub struct RecordReader<R> {
    input: R,
    number: u64,
    last: Option<Position>,
    lines: BTreeMap<&'static str, u64>,
    is_over: bool,
}

impl<R: BufRead> RecordReader<R> {
    /// A record from this reader.
    pub const fn new(input: R) -> Self {
        Self { input, number: 0, last: None, lines: BTreeMap::new(), is_over: false }
    }

    fn malformed(&self, problem: impl Into<String>) -> RecordError {
        RecordError::Malformed { line: self.number, problem: problem.into() }
    }

    fn read(&mut self) -> Result<Option<Line>, RecordError> {
        let mut text = String::new();
        if self.input.read_line(&mut text)? == 0 {
            return Err(RecordError::CutShort(self.number));
        }
        self.number += 1;
        let line: Line =
            serde_json::from_str(&text).map_err(|problem| self.malformed(problem.to_string()))?;
        self.check_first(&line)?;
        let position = line.position();
        if self.last.as_ref().is_some_and(|last| *last >= position) {
            return Err(self.malformed("out of order"));
        }
        self.last = Some(position);
        if let Line::End(end) = &line {
            let counted = self.lines.iter().map(|(kind, count)| (*kind, *count));
            if !end.lines.iter().map(|(kind, count)| (kind.as_str(), *count)).eq(counted) {
                return Err(self.malformed("the closing line's counts do not match"));
            }
            if !self.input.fill_buf()?.is_empty() {
                return Err(self.malformed("something follows the closing line"));
            }
            return Ok(None);
        }
        *self.lines.entry(line.kind()).or_default() += 1;
        Ok(Some(line))
    }

    fn check_first(&self, line: &Line) -> Result<(), RecordError> {
        match line {
            Line::Run(run) if run.schema != SCHEMA => {
                Err(self.malformed(format!("schema `{}` is not `{SCHEMA}`", run.schema)))
            }
            Line::Run(_) => Ok(()),
            _ if self.number == 1 => Err(self.malformed("the first line is not the run")),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Iterator for RecordReader<R> {
    type Item = Result<Line, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let res = self.read();
        self.is_over = !matches!(res, Ok(Some(_)));
        res.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// The error of reading a text.
    fn problem(text: &str) -> String {
        let read: Result<Vec<Line>, RecordError> = RecordReader::new(text.as_bytes()).collect();
        read.unwrap_err().to_string()
    }

    fn account(number: u64) -> Line {
        Line::Account(Box::new(fixture::account(number)))
    }

    fn text(line: &Line) -> String {
        format!("{}\n", serde_json::to_string(line).unwrap())
    }

    /// A record that begins with the run.
    fn with_run(lines: &str) -> String {
        format!("{}{lines}", text(&Line::Run(Box::new(fixture::run()))))
    }

    #[test]
    fn every_kind_of_line_is_read_back_as_it_was_written() {
        let lines = fixture::lines();
        let record = fixture::record(&lines);
        let read: Vec<Line> =
            RecordReader::new(record.as_bytes()).collect::<Result<_, _>>().unwrap();
        assert_eq!(read, lines);
        assert_eq!(fixture::record(&read), record);
        let end: serde_json::Value = serde_json::from_str(record.lines().last().unwrap()).unwrap();
        assert_eq!(end["lines"].as_object().unwrap().len(), 13, "{end}");
    }

    #[test]
    fn what_is_cut_short_disordered_or_extended_is_refused() {
        let (one, two) = (text(&account(1)), text(&account(2)));
        let end = r#"{"line":"end","lines":{"account":2,"run":1}}"#;
        assert!(problem("").contains("cut short"));
        assert!(problem(&with_run(&one)).contains("cut short"));
        assert!(problem(&one).contains("not the run"));
        assert!(problem(&with_run(&format!("{two}{one}"))).contains("out of order"));
        assert!(problem(&with_run(&format!("{one}{one}"))).contains("out of order"));
        assert!(problem(&with_run(&format!("{one}{end}\n"))).contains("counts"));
        assert!(problem(&with_run(&format!("{one}{two}{end}\nx"))).contains("follows"));
        assert!(problem(&with_run("nonsense\n")).contains("line 2"));
        let other = with_run("").replace("trailseal-record/1", "trailseal-record/9");
        assert!(problem(&other).contains("trailseal-record/9"));
    }

    #[test]
    fn a_word_that_this_version_does_not_know_is_refused_with_its_line() {
        let check = |line: &str, from: &str, to: &str| {
            assert!(line.contains(from), "{line}");
            let problem = problem(&with_run(&line.replace(from, to)));
            let word = to.rsplit('"').nth(1).unwrap();
            assert!(problem.contains("line 2") && problem.contains(word), "{problem}");
        };
        check(&text(&account(1)), r#""state":"active""#, r#""state":"dormant""#);
        check(&text(&account(1)), r#""000000000001""#, r#""1""#);
        check(&text(&account(1)), r#""line":"account""#, r#""line":"accounts""#);
        let coverage = text(&Line::Coverage(Box::new(fixture::coverage(1, "us-east-1"))));
        check(&coverage, r#""outcome":"evaluated""#, r#""outcome":"guessed""#);
        check(&coverage, "2026-11-20T00:01:00.000Z\"", "tomorrow\"");
        let cause = text(&Line::Cause(Box::new(fixture::disabled_key())));
        check(&cause, r#""step":"command""#, r#""step":"magic""#);
        check(&cause, r#""kind":"key""#, r#""kind":"door""#);
    }

    #[test]
    #[should_panic(expected = "must ascend")]
    fn writing_out_of_order_is_a_bug() {
        let _ = fixture::record(&[account(2), account(1)]);
    }
}
