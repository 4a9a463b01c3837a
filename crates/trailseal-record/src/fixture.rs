//! A small record for the tests of reports: every kind of line, every kind of hostile text, with causes
//! and fixes. A test takes [`lines`] or single lines, changes what it is about, and writes the rest as
//! it is.
//!
//! ```
//! use trailseal_record::{RecordReader, fixture};
//! use trailseal_record::v1::Line;
//!
//! let mut lines = fixture::lines();
//! for line in &mut lines {
//!     if let Line::Account(account) = line {
//!         account.name = "Payments".to_owned();
//!     }
//! }
//! let record = fixture::record(&lines);
//! assert!(RecordReader::new(record.as_bytes()).all(|line| line.is_ok()));
//! ```

mod judged;
mod read;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use trailseal_model::{
    AccountId, Arn, ControlId, GapClass, Operation, Outcome, Reason, Region, Status,
};

pub use judged::{cause, disabled_key, exception, finding, gap, region_deny, role};
pub use read::{account, bucket, cluster, coverage, key, run, sample, store, trail};

use crate::v1::{Line, RunLine};
use crate::{FileName, Folder, RecordWriter, Time};

/// Texts of the customer or of AWS that a careless report lets through: a spreadsheet's formulas, the end
/// of a script, a template's placeholder, marks that turn the direction of text, line breaks, quotation
/// marks and a NUL.
pub const HOSTILE: &[&str] = &[
    "=HYPERLINK(\"https://example.com\",\"open\")",
    "+1+cmd|' /C calc'!A0",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> & 'more'",
    "{0} {1} {{2}} %s",
    "\u{202e}txt.exe\u{202c} \u{2066}right\u{2069}",
    "two\r\nlines,\"quoted\";\ttab",
    "nul\0 \u{1b}[31mred \u{feff}",
    "| a | [link](javascript:alert(1)) `code` |",
];

/// The account with this number.
#[must_use]
pub fn id(number: u64) -> AccountId {
    AccountId::new(number).expect("at most twelve digits")
}

/// The Region of this name.
#[must_use]
pub fn region(name: &str) -> Region {
    Region::new(name).expect("a name of a Region")
}

/// The ARN in this text.
#[must_use]
pub fn arn(text: &str) -> Arn {
    Arn::new(text).expect("an ARN")
}

/// The ARN of the trail of this name in this account; its home Region is us-east-1.
#[must_use]
pub fn trail_arn(account: u64, name: &str) -> Arn {
    arn(&format!("arn:aws:cloudtrail:us-east-1:{}:trail/{name}", id(account)))
}

/// The ARN of the key of this account in us-east-1.
#[must_use]
pub fn key_arn(account: u64) -> Arn {
    arn(&format!(
        "arn:aws:kms:us-east-1:{}:key/1234abcd-12ab-34cd-56ef-{}",
        id(account),
        id(account)
    ))
}

/// A time of 20 November 2026, such as `00:04:05.678`.
#[must_use]
pub fn at(time: &str) -> Time {
    format!("2026-11-20T{time}Z").parse().expect("a time with milliseconds")
}

/// The whole record but for its closing line, in the record's order. Account 1 has the organization's
/// trail `audit`, which is sealed. Account 2 has a trail `old`, whose key is disabled. Account 3 is
/// suspended. In account 4 a Region is denied by a policy of the organization. Account 5 has no role.
#[must_use]
pub fn lines() -> Vec<Line> {
    let (audit, old) = (trail_arn(1, "audit"), trail_arn(2, "old"));
    let store = store();
    let store_arn = store.event_data_store_arn.clone();
    let causes = [disabled_key(), region_deny(), role()];
    let denied = gap(4, Some("ap-south-2"), Operation::DescribeTrails, GapClass::DeniedByScp);
    let unopened = gap(5, None, Operation::AssumeRole, GapClass::RoleNotAssumable);
    let mut findings = vec![
        finding(ControlId::TrailKmsEncrypted, audit.as_str(), Status::Pass, Reason::KmsKeySet),
        finding(ControlId::KeyUsable, audit.as_str(), Status::Pass, Reason::Usable),
        finding(ControlId::LogObjectsSealed, audit.as_str(), Status::Pass, Reason::SampleSealed),
        finding(ControlId::KeyUsable, old.as_str(), Status::Fail, Reason::Disabled),
        finding(ControlId::TrailDelivering, old.as_str(), Status::Fail, Reason::DeliveryError),
        finding(ControlId::LogObjectsSealed, old.as_str(), Status::NotProven, Reason::NoObjects),
        finding(ControlId::KeyRotationEnabled, old.as_str(), Status::Fail, Reason::RotationOff),
        finding(
            ControlId::EventDataStoreKmsEncrypted,
            store_arn.as_str(),
            Status::Fail,
            Reason::NoKmsKey,
        ),
    ];
    for (number, status, reason) in [
        (1, Status::Pass, Reason::Covered),
        (2, Status::Pass, Reason::Covered),
        (3, Status::NotApplicable, Reason::AccountNotActive),
        (4, Status::NotProven, Reason::CoverageUnread),
        (5, Status::NotProven, Reason::CoverageUnread),
    ] {
        let subject = id(number).to_string();
        findings.push(finding(ControlId::AccountCovered, &subject, status, reason));
    }
    let accounts = (1..=5).map(account).map(|line| Line::Account(Box::new(line)));
    let coverage = (1..=5).flat_map(|number| {
        ["ap-south-2", "us-east-1"].map(|name| Line::Coverage(Box::new(coverage(number, name))))
    });
    let mut lines: Vec<Line> = accounts.chain(coverage).collect();
    lines.extend(causes.into_iter().map(|line| Line::Cause(Box::new(line))));
    lines.extend(findings.into_iter().map(|line| Line::Finding(Box::new(line))));
    lines.extend([denied, unopened].map(|line| Line::Gap(Box::new(line))));
    lines.extend([1, 2].map(|number| Line::Bucket(bucket(number))));
    lines.extend([1, 2].map(|number| Line::Key(Box::new(key(number)))));
    lines.extend([trail(1, "audit"), trail(2, "old")].map(|line| Line::Trail(Box::new(line))));
    lines.push(Line::Exception(Box::new(exception())));
    lines.push(Line::EventDataStore(Box::new(store)));
    lines.push(Line::SampledCluster(Box::new(cluster(&audit))));
    lines.push(Line::Sample(Box::new(sample(&audit))));
    lines.push(Line::Run(Box::new(run())));
    settled(lines)
}

/// The same lines in the record's order, with the run's numbers counted from them. Of lines of the same
/// place the last one stays.
#[must_use]
pub fn settled(lines: Vec<Line>) -> Vec<Line> {
    let by_position: BTreeMap<_, Line> =
        lines.into_iter().map(|line| (line.position(), line)).collect();
    let mut lines: Vec<Line> = by_position.into_values().collect();
    let mut counted = run();
    for line in &lines {
        count(&mut counted, line);
    }
    for line in &mut lines {
        if let Line::Run(run) = line {
            let RunLine { accounts, coverage, trails, findings, gaps, .. } = counted.clone();
            **run = RunLine { accounts, coverage, trails, findings, gaps, ..(**run).clone() };
        }
    }
    lines
}

fn count(run: &mut RunLine, line: &Line) {
    match line {
        Line::Account(line) => *run.accounts.entry(line.state).or_default() += 1,
        Line::Coverage(line) => *run.coverage.entry(line.outcome).or_default() += 1,
        Line::Trail(line) => *run.trails.entry(line.verdict).or_default() += 1,
        Line::Finding(line) => *run.findings.entry(line.status).or_default() += 1,
        Line::Gap(line) => *run.gaps.entry(line.class).or_default() += 1,
        Line::Run(_)
        | Line::Exception(_)
        | Line::Cause(_)
        | Line::Bucket(_)
        | Line::Key(_)
        | Line::EventDataStore(_)
        | Line::SampledCluster(_)
        | Line::Sample(_)
        | Line::End(_) => {}
    }
}

/// The record of these lines, which are in the record's order, with its closing line.
#[must_use]
pub fn record(lines: &[Line]) -> String {
    let mut writer = RecordWriter::new(Vec::new());
    for line in lines {
        writer.write(line).expect("memory takes everything");
    }
    let bytes = writer.finish().expect("memory takes everything");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// A folder in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder(Rc<RefCell<BTreeMap<FileName, Vec<u8>>>>);

impl MemoryFolder {
    /// What a file has by now; nothing if it was not made.
    #[must_use]
    pub fn text(&self, file: FileName) -> String {
        let bytes = self.0.borrow().get(&file).cloned().unwrap_or_default();
        String::from_utf8(bytes).expect("a report is UTF-8")
    }

    /// The files that were made, by name.
    #[must_use]
    pub fn files(&self) -> Vec<FileName> {
        self.0.borrow().keys().copied().collect()
    }
}

impl Folder for MemoryFolder {
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>> {
        self.0.borrow_mut().insert(file, Vec::new());
        Ok(Box::new(MemoryFile { folder: self.clone(), file }))
    }
}

struct MemoryFile {
    folder: MemoryFolder,
    file: FileName,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.folder.0.borrow_mut().entry(self.file).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How reading Region `name` of account `number` went.
fn outcome(number: u64, name: &str) -> Outcome {
    match (number, name) {
        (3, _) => Outcome::AccountNotActive,
        (4, "ap-south-2") | (5, _) => Outcome::NotEvaluated,
        _ => Outcome::Evaluated,
    }
}
