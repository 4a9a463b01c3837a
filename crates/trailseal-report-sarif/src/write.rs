//! Reads the record once, keeps the most severe alerts, and writes them.

use std::collections::HashMap;
use std::io::{self, Write};

use trailseal_model::record::RecordError;
use trailseal_model::record::v1::{FindingLine, Line, RunLine};
use trailseal_model::{ControlId, Status};

use crate::accepted::Justifications;
use crate::document::{Content, Document};
use crate::notification::Notifications;
use crate::population::organization;
use crate::result::{Alert, Kept, MostSevere};
use crate::scope::NotAssessed;
use crate::text::{NAME, quotable};

/// How many results GitHub takes in one run of an upload. Of these it shows the 5,000 most severe.
///
/// Source: GitHub documentation, "SARIF support for code scanning".
pub const MAX_RESULTS: usize = 25_000;

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SarifError {
    /// The record is at fault.
    #[error("the record {0}")]
    Record(#[from] RecordError),
    /// The file is at fault.
    #[error("the SARIF file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The record has no first line.
    #[error("the record is empty")]
    Empty,
    /// The record is of another version of this program.
    #[error("the record has a finding of the control `{0}`, which this version does not know")]
    UnknownControl(String),
}

/// What the file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SarifSummary {
    /// Results in the file, each an alert.
    pub results: usize,
    /// Failures in the record.
    pub failures: u64,
    /// Accounts and reasons for which something was not assessed. If there are any, GitHub may
    /// close alerts as fixed that are not: say so loudly.
    pub not_assessed: u64,
    /// Results that an upload has no room for.
    pub left_out: u64,
}

/// Writes the file for GitHub code scanning: every unsuppressed failure, one result for each
/// account and reason for which something was not assessed, at most [`MAX_RESULTS`] in all. There
/// is always a file, also with no results: GitHub closes an alert when the next file does not have
/// it. The writer should be buffered.
///
/// # Errors
/// When the record cannot be read or the file cannot be written.
pub fn write_sarif<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    out: W,
) -> Result<SarifSummary, SarifError> {
    write_most_severe(record, MAX_RESULTS, out)
}

/// Writes the same with all that exceptions accept, as suppressed results: for readers that honour
/// suppressions, which GitHub does not.
///
/// # Errors
/// When the record cannot be read or the file cannot be written.
pub fn write_full_sarif<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    out: W,
) -> Result<SarifSummary, SarifError> {
    write_content(record, MAX_RESULTS, Content::Full, out)
}

/// [`write_sarif`] with another limit.
///
/// # Errors
/// When the record cannot be read or the file cannot be written.
pub fn write_most_severe<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    limit: usize,
    out: W,
) -> Result<SarifSummary, SarifError> {
    write_content(record, limit, Content::Upload, out)
}

fn write_content<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    limit: usize,
    content: Content,
    mut out: W,
) -> Result<SarifSummary, SarifError> {
    let mut lines = record.into_iter();
    let Line::Run(run) = lines.next().ok_or(SarifError::Empty)?? else {
        return Err(SarifError::Empty);
    };
    let mut report = Report::new(*run, limit, content);
    for line in lines {
        report.add(line?)?;
    }
    report.write(&mut out)
}

struct Report {
    run: RunLine,
    /// Names of accounts by id.
    names: HashMap<String, String>,
    content: Content,
    justifications: Justifications,
    alerts: MostSevere,
    not_assessed: NotAssessed,
    notifications: Notifications,
    failures: u64,
}

impl Report {
    fn new(run: RunLine, limit: usize, content: Content) -> Self {
        Self {
            run,
            names: HashMap::new(),
            content,
            justifications: Justifications::default(),
            alerts: MostSevere::new(limit),
            not_assessed: NotAssessed::default(),
            notifications: Notifications::default(),
            failures: 0,
        }
    }

    fn add(&mut self, line: Line) -> Result<(), SarifError> {
        match line {
            Line::Exception(it) => self.justifications.add(&it),
            Line::Account(it) => {
                self.names.insert(it.account_id, it.name);
            }
            Line::Gap(it) => {
                let people = it.account_id.as_deref().map(|it| people(&self.names, it));
                self.notifications.add(&it, people);
                self.not_assessed.add_gap(&it);
            }
            Line::Finding(it) => self.add_finding(&it)?,
            Line::Coverage(it) => self.not_assessed.add_target(&it),
            Line::Run(_)
            | Line::Bucket(_)
            | Line::Key(_)
            | Line::EventDataStore(_)
            | Line::Trail(_)
            | Line::SampledCluster(_)
            | Line::Sample(_)
            | Line::End(_) => {}
        }
        Ok(())
    }

    fn add_finding(&mut self, finding: &FindingLine) -> Result<(), SarifError> {
        let control = finding
            .control_id
            .parse::<ControlId>()
            .ok()
            .ok_or_else(|| SarifError::UnknownControl(finding.control_id.clone()))?;
        if finding.status.parse::<Status>().ok() == Some(Status::Fail) {
            self.failures += 1;
            let account = people(&self.names, &finding.account_id);
            let justification = self.justifications.of(&finding.exception_ids);
            self.push(Alert::of_failure(control, finding, account).accepted(justification));
        }
        self.not_assessed.add_finding(control, finding);
        Ok(())
    }

    /// What is accepted is told in the full file only.
    fn push(&mut self, alert: Alert) {
        if alert.justification.is_none() || self.content == Content::Full {
            self.alerts.push(alert);
        }
    }

    fn write(mut self, out: &mut impl Write) -> Result<SarifSummary, SarifError> {
        let organization = organization(&self.run).to_owned();
        let not_assessed = std::mem::take(&mut self.not_assessed);
        let people = |it: &str| people(&self.names, it);
        let alerts: Vec<Alert> =
            not_assessed.into_alerts(&organization, people, &self.justifications).collect();
        let not_assessed = alerts.iter().filter(|it| it.justification.is_none()).count() as u64;
        for alert in alerts {
            self.push(alert);
        }
        let Kept { alerts, left_out } = self.alerts.finish(&organization);
        let document = Document {
            run: &self.run,
            alerts: &alerts,
            notifications: &self.notifications.finish(),
            content: self.content,
        };
        serde_json::to_writer(&mut *out, &document).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        out.flush()?;
        let (results, failures) = (alerts.len(), self.failures);
        Ok(SarifSummary { results, failures, not_assessed, left_out })
    }
}

/// An account for people: its name, which may be missing, and its id.
fn people(names: &HashMap<String, String>, id: &str) -> String {
    match names.get(id).filter(|it| !it.trim().is_empty()) {
        Some(name) => format!("{} ({})", quotable(name, NAME), quotable(id, NAME)),
        None => quotable(id, NAME),
    }
}
