//! What each AWS operation answers, service by service.

pub mod account;
pub mod cloudtrail;
pub mod kms;
pub mod organizations;
pub mod paging;
pub mod s3;
pub mod sts;
mod times;

use jiff::Timestamp;

use crate::session::Session;
use crate::state::State;
use crate::wire::fault::Fault;
use crate::wire::{Input, Reply};
use crate::world::World;
use crate::world::region::Region;

/// The services that answer here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Account Management: REST with JSON.
    Account,
    /// CloudTrail: JSON 1.1.
    CloudTrail,
    /// KMS: JSON 1.1.
    Kms,
    /// Organizations: JSON 1.1.
    Organizations,
    /// S3: REST with XML.
    S3,
    /// STS: query with XML.
    Sts,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 6] =
        [Self::Account, Self::CloudTrail, Self::Kms, Self::Organizations, Self::S3, Self::Sts];

    /// The name that requests are signed for.
    #[must_use]
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::CloudTrail => "cloudtrail",
            Self::Kms => "kms",
            Self::Organizations => "organizations",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }

    /// Its operations.
    #[must_use]
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Account => account::OPERATIONS,
            Self::CloudTrail => cloudtrail::OPERATIONS,
            Self::Kms => kms::OPERATIONS,
            Self::Organizations => organizations::OPERATIONS,
            Self::S3 => s3::OPERATIONS,
            Self::Sts => sts::OPERATIONS,
        }
    }

    /// The operation with AWS's name.
    #[must_use]
    pub fn operation(self, name: &str) -> Option<&'static Operation> {
        self.operations().iter().find(|it| it.name == name)
    }
}

/// Whose bucket a call draws from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// The calling account, everywhere.
    Account,
    /// The calling account, Region by Region.
    RegionStatus,
    /// The bucket in S3 that is asked for, with the day's prefix.
    Prefix,
}

/// A published limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    /// The operations that draw from the same bucket share this name.
    pub bucket: &'static str,
    /// Requests a second.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
    /// Whose it is.
    pub payer: Payer,
}

/// Answers one call.
pub type Answer = fn(&Context<'_>, &Call<'_>) -> Result<Reply, Fault>;

/// One AWS operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// AWS's name.
    pub name: &'static str,
    /// The IAM action that allows it; `None` needs no permission.
    pub action: Option<&'static str>,
    /// Whether it only reads.
    pub is_read: bool,
    /// Its published limit.
    pub quota: Quota,
    /// What it is about, as messages and rules name it: an ARN, a bucket, a key. Empty if nothing.
    pub resource: fn(&World, &Call<'_>) -> String,
    /// Answers it.
    pub answer: Answer,
}

/// What an answer can be made from.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What there is.
    pub world: &'a World,
    /// What changes: stored objects.
    pub state: &'a State,
}

/// One call, understood.
#[derive(Debug)]
pub struct Call<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// Who calls.
    pub session: &'a Session,
    /// The Region that the request was signed for and sent to.
    pub region: Region,
    /// The simulated time.
    pub now: Timestamp,
    /// What is asked.
    pub input: Input,
}

impl Call<'_> {
    /// A text member of a JSON input or of a query; empty ones count as absent.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.input {
            Input::Json(json) => json.get(name)?.as_str().filter(|it| !it.is_empty()),
            Input::Query(query) => {
                query.parameters.get(name).map(String::as_str).filter(|it| !it.is_empty())
            }
            Input::S3(_) => None,
        }
    }

    /// A number of a JSON input.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match &self.input {
            Input::Json(json) => json.get(name)?.as_i64(),
            Input::Query(query) => query.parameters.get(name)?.parse().ok(),
            Input::S3(_) => None,
        }
    }

    /// A truth value of a JSON input.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match &self.input {
            Input::Json(json) => json.get(name)?.as_bool(),
            Input::Query(_) | Input::S3(_) => None,
        }
    }
}
