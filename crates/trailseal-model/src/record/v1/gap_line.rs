//! The line of a gap.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GapCause, GapClass, Operation};

/// One operation that could not give its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapLine {
    /// Stable for operation, place and subject.
    pub gap_id: String,
    /// The account.
    pub account_id: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// AWS's name of the operation.
    pub operation: String,
    /// The gap's class.
    pub class: String,
    /// On what.
    pub subject: Option<String>,
    /// The HTTP status.
    pub http_status: Option<u16>,
    /// AWS's error code.
    pub aws_code: Option<String>,
    /// The message, verbatim.
    pub message: Option<String>,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// How often it was tried.
    pub attempts: u8,
    /// What to do.
    pub what_to_do: String,
    /// The exception that covers it.
    #[serde(default)]
    pub exception_id: Option<String>,
}

impl GapLine {
    /// Why there is no answer, as far as advice depends on it; `None` where this version does not know
    /// the class or the operation.
    #[must_use]
    pub fn cause(&self) -> Option<GapCause<'_>> {
        Some(GapCause {
            class: self.class.parse::<GapClass>().ok()?,
            operation: self.operation.parse::<Operation>().ok()?,
            code: self.aws_code.as_deref(),
            message: self.message.as_deref(),
        })
    }

    /// What to do about every gap with this cause; `regions` are those of all of them.
    #[must_use]
    pub fn what_to_do_in(&self, regions: &[&str]) -> String {
        self.cause().map_or_else(|| self.what_to_do.clone(), |cause| cause.what_to_do(regions))
    }

    pub(super) fn place(&self) -> String {
        let account = self.account_id.as_deref().unwrap_or_default();
        let region = self.region.as_deref().unwrap_or_default();
        let subject = self.subject.as_deref().unwrap_or_default();
        format!("{account}\0{region}\0{}\0{subject}", self.operation)
    }
}
