//! Scenarios: text files that say what there is, and what an audit of it must find.
//!
//! **Architecture invariant**: the truth is written by hand, case by case, from AWS's documentation
//! and from what the product promises; nothing here asks a program that judges.

mod access_policies;
mod build;
mod builder;
pub mod cases;
mod denials;
mod draft;
mod encryption;
mod file;
mod filled_account;
mod new_account;
mod organization_trail;
mod page;
mod phases;
mod policies;
mod policy;
mod ready;
mod setup;
#[cfg(test)]
mod tests;
mod truth;

use std::fmt::{self, Write as _};
use std::sync::Arc;

use jiff::Timestamp;

use crate::state::{LimitSettings, RandomFaultSettings, SessionSettings};
use crate::world::Parts;
use crate::world::account::AccountId;

pub use builder::{Builder, WellKnown};
pub use encryption::{EncryptedSince, How};
pub use filled_account::FilledAccount;
pub use new_account::NewAccount;
pub use page::cases_page;
pub use policies::{Policies, RolePolicies};
pub use policy::Facts;
pub use ready::{READY_MADE, Shape};
pub use setup::{Setup, Surroundings};
pub use truth::{Control, Row, Status};

/// A scenario, ready to be simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What there is.
    pub parts: Parts,
    /// Latency and random faults at the start.
    pub random_faults: RandomFaultSettings,
    /// The limits at the start.
    pub limits: LimitSettings,
    /// How long sessions live at the start.
    pub sessions: SessionSettings,
    /// How an audit gets in.
    pub access: Access,
    /// What an audit of the whole organization must find, by subject and control.
    pub expected: Vec<Expected>,
}

/// How an audit gets in: what it must be told on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The account that the first user of the parts belongs to.
    pub caller: AccountId,
    /// The role in every account.
    pub role_name: Box<str>,
    /// The external id that the role asks for.
    pub external_id: Option<Box<str>>,
    /// The account that keeps logs, where there is an organization.
    pub log_archive: Option<AccountId>,
}

/// One row of the truth. Rows that say the same share their texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The ARN of a trail or an event data store, or the number of an account.
    pub subject: Arc<str>,
    /// The control's id.
    pub control: &'static str,
    /// `pass`, `fail`, `not_proven` or `not_applicable`.
    pub status: &'static str,
    /// The case that says so.
    pub case: Arc<str>,
}

impl Expected {
    fn new(subject: Arc<str>, control: Control, status: Status, case: Arc<str>) -> Self {
        Self { subject, control: control.id(), status: status.word(), case }
    }
}

/// What is wrong with the text of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The line it stands in, from 1; 0 is the whole text.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => formatter.write_str(&self.message),
            line => write!(formatter, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl Scenario {
    /// The scenario that this text describes, at this time. The same text and time give the same
    /// organization to the byte.
    ///
    /// # Errors
    /// The text is not TOML, or says something that cannot be made.
    pub fn from_toml(text: &str, start: Timestamp) -> Result<Self, ScenarioError> {
        build::build(text, start)
    }

    /// The truth as CSV, sorted by control and subject.
    #[must_use]
    pub fn expected_csv(&self) -> String {
        let mut rows: Vec<_> = self.expected.iter().collect();
        rows.sort_by_key(|it| (it.control, &it.subject));
        let mut text = String::from("control,subject,status,case\n");
        for Expected { subject, control, status, case } in rows {
            let subject = if subject.contains(['"', ',']) {
                format!("\"{}\"", subject.replace('"', "\"\""))
            } else {
                subject.to_string()
            };
            let _ = writeln!(text, "{control},{subject},{status},{case}");
        }
        text
    }
}
