//! Sees the record once, and writes both files.

use std::io::{self, Write};

use trailseal_model::Status;
use trailseal_record::v1::{FindingLine, GapLine, Line, RunLine};
use trailseal_record::{FileName, Folder, Format, Report, ReportError};

use crate::accepted::Justifications;
use crate::alert::{Alert, Context};
use crate::causes::Causes;
use crate::document::{Content, Document};
use crate::failures::Failures;
use crate::fold::fold;
use crate::most_severe::{LeftOut, most_severe};
use crate::names::AccountNames;
use crate::notification::Notifications;
use crate::population::organization;
use crate::rule::RuleSeverity;
use crate::scope::NotAssessed;
use crate::times::Times;

/// The file for GitHub code scanning: every failure that no exception accepts, and what was not
/// assessed.
pub const UPLOAD_FILE: FileName = FileName::new("trailseal.sarif");

/// The same with all that exceptions accept, as suppressed results: for readers that honour
/// suppressions, which GitHub does not.
pub const FULL_FILE: FileName = FileName::new("trailseal.full.sarif");

/// How many results GitHub takes in one run of an upload. Of these it shows the 5,000 most severe.
///
/// Source: GitHub documentation, "SARIF support for code scanning".
pub const MAX_RESULTS: usize = 25_000;

/// Both SARIF files. They are always written, also with no results: GitHub closes an alert when the next
/// file does not have it.
pub const FORMAT: Format =
    Format { files: &[UPLOAD_FILE, FULL_FILE], open: |_folder| Ok(limited_to(MAX_RESULTS)) };

/// The same files with at most this many results each, at least one.
#[must_use]
pub fn limited_to(results: usize) -> Box<dyn Report> {
    Box::new(Sarif::new(results.max(1)))
}

struct Sarif {
    limit: usize,
    run: Option<RunLine>,
    names: AccountNames,
    causes: Causes,
    times: Times,
    justifications: Justifications,
    open: Failures,
    accepted: Failures,
    not_assessed: NotAssessed,
    notifications: Notifications,
}

/// Every alert that finds room, and those that find none.
#[derive(Default)]
struct Alerts {
    open: Vec<Alert>,
    accepted: Vec<Alert>,
    open_left_out: LeftOut,
    accepted_left_out: LeftOut,
}

impl Sarif {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            run: None,
            names: AccountNames::default(),
            causes: Causes::default(),
            times: Times::default(),
            justifications: Justifications::default(),
            open: Failures::new(limit),
            accepted: Failures::new(limit),
            not_assessed: NotAssessed::default(),
            notifications: Notifications::default(),
        }
    }

    fn add_gap(&mut self, gap: &GapLine) {
        let people = gap.account_id.map(|account| self.names.people(account));
        self.notifications.add(gap, people);
        self.not_assessed.add_gap(gap);
    }

    fn add_finding(&mut self, finding: &FindingLine) {
        let failures =
            if finding.exception_ids.is_empty() { &mut self.open } else { &mut self.accepted };
        match finding.status {
            Status::Fail => failures.add(finding),
            Status::NotProven => {
                // The record has every failure before.
                fold(failures, &self.causes, &self.names);
                if !failures.absorb(finding) {
                    self.not_assessed.add_finding(finding);
                }
            }
            Status::Pass | Status::NotApplicable => {}
        }
    }

    fn into_alerts(self, organization: &str, causes: &Causes) -> Alerts {
        let Self { names, times, justifications, mut open, mut accepted, .. } = self;
        fold(&mut open, causes, &names);
        fold(&mut accepted, causes, &names);
        let context = Context {
            organization,
            causes,
            names: &names,
            times: &times,
            justifications: &justifications,
        };
        let mut alerts = Alerts {
            open_left_out: left_out(&open),
            accepted_left_out: left_out(&accepted),
            ..Alerts::default()
        };
        let of = |group| Alert::of_failures(group, context);
        alerts.open.extend(open.groups.into_values().map(of));
        alerts.accepted.extend(accepted.groups.into_values().map(of));
        for alert in self.not_assessed.into_alerts(context) {
            let is_open = alert.justification.is_none();
            if is_open { &mut alerts.open } else { &mut alerts.accepted }.push(alert);
        }
        alerts
    }
}

fn left_out(failures: &Failures) -> LeftOut {
    let mut left_out = LeftOut::default();
    for (severity, dropped) in &failures.dropped {
        left_out.add(RuleSeverity::Control(*severity), dropped.alerts, dropped.findings);
    }
    left_out
}

impl Report for Sarif {
    fn add(&mut self, line: &Line) -> Result<(), ReportError> {
        match line {
            Line::Run(run) => self.run = Some((**run).clone()),
            Line::Exception(exception) => self.justifications.add(exception),
            Line::Cause(cause) => self.causes.add(cause),
            Line::Account(account) => self.names.add(account.account_id, &account.name),
            Line::Key(key) => self.times.add_key(key),
            Line::Trail(trail) => self.times.add_trail(trail),
            Line::Gap(gap) => self.add_gap(gap),
            Line::Finding(finding) => self.add_finding(finding),
            Line::Sample(sample) => self.times.add_sample(sample),
            Line::Coverage(target) => self.not_assessed.add_target(target, &self.causes),
            Line::Bucket(_) | Line::EventDataStore(_) | Line::SampledCluster(_) | Line::End(_) => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
        let Some(run) = self.run.take() else {
            return Err(ReportError::Contradiction("has no run".to_owned()));
        };
        let organization = organization(&run);
        let (limit, causes) = (self.limit, std::mem::take(&mut self.causes));
        let notifications = std::mem::take(&mut self.notifications).finish();
        let alerts = self.into_alerts(&organization, &causes);
        for (file, content) in [(UPLOAD_FILE, Content::Upload), (FULL_FILE, Content::Full)] {
            let (mut shown, mut left_out) =
                (alerts.open.iter().collect::<Vec<_>>(), alerts.open_left_out);
            if content == Content::Full {
                shown.extend(&alerts.accepted);
                left_out.extend(alerts.accepted_left_out);
            }
            let mut limit_alert = None;
            let alerts = most_severe(shown, left_out, limit, &organization, &mut limit_alert);
            let document = Document {
                run: &run,
                alerts: &alerts,
                causes: &causes,
                notifications: &notifications,
                content,
            };
            let out = folder.create(file).map_err(file.unwritten())?;
            write(&document, out).map_err(file.unwritten())?;
        }
        Ok(())
    }
}

fn write(document: &Document<'_>, mut out: Box<dyn Write>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")?;
    out.flush()
}
