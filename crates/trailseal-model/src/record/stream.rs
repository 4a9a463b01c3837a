//! Writing and reading a record as a stream, with its order and completeness checked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use super::v1::{EndLine, Line, SCHEMA};

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
    last: Option<(u8, String)>,
    lines: BTreeMap<String, u64>,
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
        let is_after = self.last.as_ref().is_none_or(|it| *it < position);
        assert!(is_after, "record lines must ascend: {:?} then {position:?}", self.last);
        self.last = Some(position);
        *self.lines.entry(line.kind().to_owned()).or_default() += 1;
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// Writes the closing line and gives the writer back.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn finish(mut self) -> io::Result<W> {
        let lines = std::mem::take(&mut self.lines);
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
    last: Option<(u8, String)>,
    lines: BTreeMap<String, u64>,
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
            serde_json::from_str(&text).map_err(|it| self.malformed(it.to_string()))?;
        self.check_first(&line)?;
        let position = line.position();
        if self.last.as_ref().is_some_and(|it| *it >= position) {
            return Err(self.malformed("out of order"));
        }
        self.last = Some(position);
        if let Line::End(end) = &line {
            if end.lines != self.lines {
                return Err(self.malformed("the closing line's counts do not match"));
            }
            if !self.input.fill_buf()?.is_empty() {
                return Err(self.malformed("something follows the closing line"));
            }
            return Ok(None);
        }
        *self.lines.entry(line.kind().to_owned()).or_default() += 1;
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
    use crate::record::v1::{AccountLine, CoverageLine};

    fn account(id: &str) -> Line {
        Line::Account(AccountLine {
            account_id: id.to_owned(),
            name: "=HYPERLINK(\"x\")\n</script>".to_owned(),
            state: "active".to_owned(),
            ou_path: None,
            role_arn: None,
            ou_names: None,
            tags: BTreeMap::new(),
            logs_sealed: None,
            recorded_by_sealed_trail: None,
            other_trails: None,
            other_trails_unknown_regions: 0,
            listed_trails: Vec::new(),
            recorded_by: Vec::new(),
            member_delivery: None,
            log_prefix: None,
            regions: BTreeMap::new(),
        })
    }

    fn coverage(id: &str, region: &str) -> Line {
        Line::Coverage(CoverageLine {
            account_id: id.to_owned(),
            region: region.to_owned(),
            outcome: "evaluated".to_owned(),
            reason_code: None,
            gap_id: None,
            trails_found: 1,
            stores_found: 0,
            api_calls: 1,
            throttles: 0,
            started_at: None,
            finished_at: None,
            newest_log: None,
            newest_log_at: None,
            exception_ids: Vec::new(),
            covered_by: Vec::new(),
            last_management_call_at: None,
            request_id: None,
            member_delivery: None,
        })
    }

    fn written(lines: &[Line]) -> String {
        let mut writer = RecordWriter::new(Vec::new());
        for line in lines {
            writer.write(line).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    fn problem(text: &str) -> String {
        let res: Result<Vec<Line>, RecordError> = RecordReader::new(text.as_bytes()).collect();
        res.unwrap_err().to_string()
    }

    fn with_run(lines: &str) -> String {
        let run = include_str!("run-line.json").trim();
        format!("{run}\n{lines}")
    }

    #[test]
    fn what_is_written_is_read_back() {
        let lines = [account("000000000001"), coverage("000000000001", "eu-west-1")];
        let text = written(&lines);
        let end = text.lines().last().unwrap();
        assert!(end.contains("\"end\""), "{end}");
        let body = format!("{}\n", text.lines().take(2).collect::<Vec<_>>().join("\n"));
        let end = r#"{"line":"end","lines":{"account":1,"coverage":1,"run":1}}"#;
        let text = with_run(&format!("{body}{end}\n"));
        let read: Vec<Line> = RecordReader::new(text.as_bytes()).collect::<Result<_, _>>().unwrap();
        assert_eq!(read[1..], lines);
    }

    #[test]
    fn what_is_cut_short_disordered_or_extended_is_refused() {
        let line = |it: &Line| serde_json::to_string(it).unwrap();
        let (one, two) = (line(&account("000000000001")), line(&account("000000000002")));
        let end = r#"{"line":"end","lines":{"account":2,"run":1}}"#;
        assert!(problem("").contains("cut short"));
        assert!(problem(&with_run(&format!("{one}\n"))).contains("cut short"));
        assert!(problem(&format!("{one}\n")).contains("not the run"));
        assert!(problem(&with_run(&format!("{two}\n{one}\n"))).contains("out of order"));
        assert!(problem(&with_run(&format!("{one}\n{one}\n"))).contains("out of order"));
        assert!(problem(&with_run(&format!("{one}\n{end}\n"))).contains("counts"));
        assert!(problem(&with_run(&format!("{one}\n{two}\n{end}\nx"))).contains("follows"));
        assert!(problem(&with_run("nonsense\n")).contains("line 2"));
        let other = with_run("").replace("trailseal-record/1", "trailseal-record/9");
        assert!(problem(&other).contains("trailseal-record/9"));
    }

    #[test]
    #[should_panic(expected = "must ascend")]
    fn writing_out_of_order_is_a_bug() {
        written(&[account("000000000002"), account("000000000001")]);
    }
}
