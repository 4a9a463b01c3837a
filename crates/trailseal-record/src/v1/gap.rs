//! The line of a gap.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{AccountId, Cause, Exception, Gap, GapCause, GapClass, Operation, Region};

/// One operation that could not give its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapLine {
    /// Stable for operation, place and subject.
    pub gap_id: String,
    /// The account.
    pub account_id: Option<AccountId>,
    /// The Region.
    pub region: Option<Region>,
    /// The operation.
    pub operation: Operation,
    /// The gap's class.
    pub class: GapClass,
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
    /// What is behind it; its fix is this gap's fix.
    #[serde(default)]
    pub cause_id: Option<String>,
}

impl GapLine {
    /// Why there is no answer, as far as advice depends on it.
    #[must_use]
    pub fn cause(&self) -> GapCause<'_> {
        GapCause {
            class: self.class,
            operation: self.operation,
            code: self.aws_code.as_deref(),
            message: self.message.as_deref(),
        }
    }

    /// What to do about every gap with this cause; `regions` are those of all of them.
    #[must_use]
    pub fn what_to_do_in(&self, regions: &[&str]) -> String {
        self.cause().what_to_do(regions)
    }
}

pub(super) fn gap_line(gap: &Gap, exception: Option<&Exception>, cause: Option<&Cause>) -> GapLine {
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    GapLine {
        gap_id: gap.stable_id(),
        account_id: gap.account,
        region: gap.region,
        operation: gap.operation,
        class: gap.class,
        subject: owned(&gap.subject),
        http_status: gap.http_status,
        aws_code: owned(&gap.code),
        message: owned(&gap.message),
        request_id: owned(&gap.request_id),
        attempts: gap.attempts,
        what_to_do: gap.what_to_do(),
        exception_id: exception.map(Exception::stable_id),
        cause_id: cause.map(Cause::stable_id),
    }
}
