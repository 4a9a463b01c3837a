//! The records of a journal: one line of JSON each.

use std::fmt;

use serde::{Deserialize, Serialize};
use trailseal_model::{Answer, AnyAnswer, AnyQuestion, AnyResult, Gap, GapClass};

/// Why a process of a run stopped writing its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The run is complete.
    Complete,
    /// It was interrupted.
    Cancelled,
    /// Its deadline came.
    Deadline,
    /// The disk was full, or could not be written.
    Disk,
}

impl EndReason {
    /// The word in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Deadline => "deadline",
            Self::Disk => "disk",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Whether a gap of this class is kept: one that only says that the run ended is not.
pub(crate) const fn is_kept(class: GapClass) -> bool {
    !matches!(class, GapClass::Deadline | GapClass::Cancelled)
}

#[derive(Serialize)]
struct AnsweredLine<'a> {
    q: &'a AnyQuestion,
    a: &'a Answer<AnyAnswer>,
}

#[derive(Serialize)]
struct UnansweredLine<'a> {
    q: &'a AnyQuestion,
    g: &'a Gap,
}

#[derive(Serialize)]
struct EndLine {
    end: EndReason,
}

/// The line of a question and its result, with the line feed; `None` for a result that is not kept.
pub(crate) fn line_of(question: &AnyQuestion, result: &AnyResult) -> Option<Vec<u8>> {
    match result {
        Err(gap) if !is_kept(gap.class) => None,
        // The only answer that may be a part of one.
        Ok(Answer { value: AnyAnswer::ListAccounts(listed), .. })
            if listed.ended_by.as_ref().is_some_and(|gap| !is_kept(gap.class)) =>
        {
            None
        }
        Err(gap) => Some(to_line(&UnansweredLine { q: question, g: gap })),
        Ok(answer) => Some(to_line(&AnsweredLine { q: question, a: answer })),
    }
}

/// The line that ends an epoch.
pub(crate) fn end_line(end: EndReason) -> Vec<u8> {
    to_line(&EndLine { end })
}

fn to_line(value: &impl Serialize) -> Vec<u8> {
    let mut line = Vec::with_capacity(512);
    serde_json::to_writer(&mut line, value).expect("questions and answers have JSON");
    line.push(b'\n');
    line
}

/// What a line says.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every record is the large one")]
pub(crate) enum Record {
    /// A question and what it resulted in.
    Kept(AnyQuestion, AnyResult),
    /// The process stopped writing.
    End(EndReason),
    /// A gap that is never kept; this program writes none.
    NotKept,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    q: Option<AnyQuestion>,
    a: Option<Answer<AnyAnswer>>,
    g: Option<Gap>,
    end: Option<EndReason>,
}

impl Record {
    /// Reads a line, without its line feed.
    ///
    /// # Errors
    /// What is wrong with it, as a part of a sentence.
    pub(crate) fn read(line: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(line) {
            Ok(Line { q: Some(question), a: Some(answer), g: None, end: None }) => {
                Ok(Self::Kept(question, Ok(answer)))
            }
            Ok(Line { q: Some(_), a: None, g: Some(gap), end: None }) if !is_kept(gap.class) => {
                Ok(Self::NotKept)
            }
            Ok(Line { q: Some(question), a: None, g: Some(gap), end: None }) => {
                Ok(Self::Kept(question, Err(gap)))
            }
            Ok(Line { q: None, a: None, g: None, end: Some(end) }) => Ok(Self::End(end)),
            Ok(_) => Err("neither an answer nor an end".to_owned()),
            Err(_) => Err(why_not(line)),
        }
    }
}

/// What is wrong with a line that is no record.
fn why_not(line: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else {
        return "not JSON".to_owned();
    };
    let Some(question) = value.get("q") else {
        return "a kind of record that this program does not know".to_owned();
    };
    let name = question.as_object().and_then(|object| object.keys().next());
    match name {
        Some(name) => {
            let plain: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
            format!("an answer to {plain} that this program does not know")
        }
        None => "an answer to a question that this program does not know".to_owned(),
    }
}
