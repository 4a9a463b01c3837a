//! The record's words as the page shows them: always a symbol and a label, never a color alone.

use std::fmt;

use trailseal_model::{
    BucketReading, ExceptionState, KeyReading, LogsSealed, ManagedBy, OtherTrailsAnswer, Outcome,
    PopulationSource, RecordedBySealed, Severity, Status, Verdict,
};

/// A word with its symbol, its label, and the class of the stylesheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) label: &'static str,
    /// The word as the record and the CSV files have it.
    pub(crate) word: &'static str,
}

const fn mark(
    class: &'static str,
    symbol: &'static str,
    label: &'static str,
    word: &'static str,
) -> Mark {
    Mark { class, symbol, label, word }
}

pub(crate) const fn status(status: Status) -> Mark {
    let word = status.as_str();
    match status {
        Status::Pass => mark("good", "✓", "pass", word),
        Status::Fail => mark("bad", "✕", "fail", word),
        Status::NotProven => mark("open", "?", "not proven", word),
        Status::NotApplicable => mark("none", "–", "not applicable", word),
    }
}

/// Every status, the most urgent first.
pub(crate) const STATUSES: [Status; 4] =
    [Status::Fail, Status::NotProven, Status::Pass, Status::NotApplicable];

/// Shown where this version gives no finding.
pub(crate) const NOT_JUDGED: Mark = mark("none", "–", "not judged", "");

/// A finding whose control the user left out: nothing was judged, whatever the subject.
pub(crate) const SKIPPED: Mark = mark("open", "–", "skipped", Status::NotApplicable.as_str());

pub(crate) const fn verdict(verdict: Verdict) -> Mark {
    let word = verdict.as_str();
    match verdict {
        Verdict::Sealed => mark("good", "✓", "sealed", word),
        Verdict::Unsealed => mark("bad", "✕", "unsealed", word),
        Verdict::Unproven => mark("open", "?", "unproven", word),
    }
}

pub(crate) const fn answer(answer: Option<LogsSealed>) -> Mark {
    match answer {
        Some(LogsSealed::Sealed) => mark("good", "✓", "sealed", "sealed"),
        Some(LogsSealed::Unsealed) => mark("bad", "✕", "unsealed", "unsealed"),
        Some(LogsSealed::NotCovered) => mark("bad", "✕", "not covered", "not_covered"),
        Some(LogsSealed::Unproven) => mark("open", "?", "unproven", "unproven"),
        None => mark("none", "–", "not judged", ""),
    }
}

pub(crate) const fn outcome(outcome: Outcome) -> Mark {
    let word = outcome.as_str();
    match outcome {
        Outcome::Evaluated => mark("good", "✓", "evaluated", word),
        Outcome::Partial => mark("open", "◐", "partly read", word),
        Outcome::NotEvaluated => mark("bad", "?", "not read", word),
        Outcome::Excluded => mark("none", "–", "excluded by the user", word),
        Outcome::RegionDisabled => mark("none", "–", "Region disabled", word),
        Outcome::AccountNotActive => mark("none", "–", "account not active", word),
    }
}

pub(crate) const fn exception(state: ExceptionState) -> Mark {
    let word = state.as_str();
    match state {
        ExceptionState::InForce => mark("none", "◇", "in force", word),
        ExceptionState::Expired => mark("bad", "✕", "expired", word),
        ExceptionState::Unmatched => mark("open", "?", "covers nothing", word),
    }
}

/// How much a cause matters.
pub(crate) const fn severity(severity: Severity) -> Mark {
    let word = severity.as_str();
    match severity {
        Severity::High => mark("bad", "▲", "high", word),
        Severity::Medium => mark("open", "◆", "medium", word),
        Severity::Low => mark("none", "▽", "low", word),
        Severity::Note => mark("none", "·", "note", word),
    }
}

/// Whether sealed trails record an account; `None` for an account that is not judged.
pub(crate) const fn recorded(answer: Option<RecordedBySealed>) -> Mark {
    match answer {
        Some(RecordedBySealed::Yes) => mark("good", "✓", "by a sealed trail", "yes"),
        Some(RecordedBySealed::No) => mark("bad", "✕", "by unsealed trails only", "no"),
        Some(RecordedBySealed::NotCovered) => mark("bad", "✕", "not covered", "not_covered"),
        Some(RecordedBySealed::Unproven) => mark("open", "?", "unproven", "unproven"),
        None => mark("none", "–", "not judged", ""),
    }
}

/// What the other trails of an account do; `None` for an account that is not judged.
pub(crate) const fn other_trails(answer: Option<OtherTrailsAnswer>) -> Mark {
    match answer {
        Some(OtherTrailsAnswer::None) => mark("good", "✓", "none", "none"),
        Some(OtherTrailsAnswer::Sealed) => mark("good", "✓", "sealed", "sealed"),
        Some(OtherTrailsAnswer::Unknown) => mark("open", "?", "not listed everywhere", "unknown"),
        Some(OtherTrailsAnswer::Unproven) => mark("open", "?", "unproven", "unproven"),
        Some(OtherTrailsAnswer::Unsealed) => mark("bad", "✕", "unsealed", "unsealed"),
        None => mark("none", "–", "not judged", ""),
    }
}

pub(crate) const fn key_reading(reading: KeyReading) -> &'static str {
    match reading {
        KeyReading::Exists => "exists",
        KeyReading::InvalidState => "not described in its present state",
        KeyReading::Gone => "gone",
        KeyReading::Unread => "not read",
    }
}

pub(crate) const fn bucket_reading(reading: BucketReading) -> &'static str {
    match reading {
        BucketReading::Exists => "exists",
        BucketReading::Gone => "gone",
        BucketReading::Unread => "not read",
    }
}

pub(crate) const fn manager(manager: Option<ManagedBy>) -> &'static str {
    match manager {
        Some(ManagedBy::Customer) => "the customer",
        Some(ManagedBy::Aws) => "AWS",
        None => "not known",
    }
}

/// Where the list of accounts comes from, with the word of the files.
pub(crate) fn population_source(source: PopulationSource) -> String {
    let text = match source {
        PopulationSource::Organizations => "AWS Organizations",
        PopulationSource::StandaloneAccount => "the caller's account, which is in no organization",
        PopulationSource::AccountsFile => "a file of the user",
    };
    format!("{text} ({source})")
}

impl Mark {
    /// The end of the id of a number of these on the page.
    pub(crate) const fn key(self) -> &'static str {
        if self.word.is_empty() { "not_judged" } else { self.word }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.symbol, self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a symbol is shared, the label tells.
    #[test]
    fn labels_of_one_kind_differ() {
        let differ = |marks: Vec<Mark>| {
            for (index, mark) in marks.iter().enumerate() {
                assert!(marks[..index].iter().all(|it| it.label != mark.label), "{mark}");
                assert!(!mark.symbol.is_empty() && !mark.label.is_empty());
            }
        };
        differ(Status::ALL.iter().copied().map(status).collect());
        differ(Verdict::ALL.iter().copied().map(verdict).collect());
        differ(Outcome::ALL.iter().copied().map(outcome).collect());
        differ(ExceptionState::ALL.iter().copied().map(exception).collect());
        differ(Severity::ALL.iter().copied().map(severity).collect());
        let answers = LogsSealed::ALL.iter().copied().map(Some).chain([None]);
        differ(answers.map(answer).collect());
        let answers = RecordedBySealed::ALL.iter().copied().map(Some).chain([None]);
        differ(answers.map(recorded).collect());
        let answers = OtherTrailsAnswer::ALL.iter().copied().map(Some).chain([None]);
        differ(answers.map(other_trails).collect());
    }

    #[test]
    fn only_what_is_right_looks_right() {
        let good = |mark: Mark| mark.class == "good";
        assert_eq!(Status::ALL.iter().filter(|it| good(status(**it))).count(), 1);
        assert_eq!(Verdict::ALL.iter().filter(|it| good(verdict(**it))).count(), 1);
        assert_eq!(Outcome::ALL.iter().filter(|it| good(outcome(**it))).count(), 1);
        assert!(!ExceptionState::ALL.iter().any(|it| good(exception(*it))));
        assert!(!good(answer(None)) && !good(recorded(None)) && !good(other_trails(None)));
        let recorded_well = RecordedBySealed::ALL.iter().filter(|it| good(recorded(Some(**it))));
        assert_eq!(recorded_well.count(), 1);
    }
}
