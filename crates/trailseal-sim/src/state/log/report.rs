//! What the log tells.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

/// The calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationCalls {
    /// The service, as it is signed for.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// Whether it only reads.
    pub is_read: bool,
    /// All calls.
    pub calls: u64,
    /// Of them, throttled.
    pub throttled: u64,
    /// Of them, denied.
    pub denied: u64,
    /// Of them, answered with another error.
    pub failed: u64,
    /// Of them, not answered, or with an answer that made no sense.
    pub broken: u64,
}

/// Calls that should not have been: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Remarks {
    /// How many.
    pub count: u64,
    /// The first few, in the order in which they came.
    pub first: Vec<String>,
}

/// One call in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedCall {
    /// The simulated time.
    #[serde(serialize_with = "crate::state::as_text")]
    pub at: Timestamp,
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: String,
    /// The account of the session.
    pub account: String,
    /// The Region.
    pub region: &'static str,
    /// What it was about.
    pub resource: String,
    /// What it said beside that: the query string of a call to S3, else the body.
    pub input: String,
    /// The HTTP status of an error; 200 stands for every success, 0 for an answer that broke.
    pub status: u16,
    /// AWS's code of an error.
    pub code: String,
}

/// Everything that was noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogReport {
    /// Calls that were understood and whose caller was known.
    pub calls: u64,
    /// Of them, calls of operations that write.
    pub writes: u64,
    /// Calls by operation; those that never came are left out.
    pub operations: Vec<OperationCalls>,
    /// Requests whose caller was not known, whose session had expired or whose Region was disabled.
    pub refused: u64,
    /// Requests for operations that are not here, by the code they were answered with.
    pub not_understood: BTreeMap<String, u64>,
    /// The most requests in flight at once.
    pub highest_concurrency: usize,
    /// Calls to accounts that are suspended, closed or not yet there.
    pub unusable_accounts: Remarks,
    /// Calls that came again after they had been denied.
    pub repeated_denials: Remarks,
}
