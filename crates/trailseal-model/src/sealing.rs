//! The answer for one account: are its logs sealed?

use crate::account::AccountId;
use crate::arn::Arn;
use crate::prefixes::LogPrefix;
use crate::word_enum::word_enum;

word_enum! {
    /// Whether the logs of an account are sealed.
    pub enum LogsSealed {
        /// It is covered, and every logging trail that records it is sealed.
        Sealed = "sealed",
        /// It is covered, and a logging trail that records it is unsealed.
        Unsealed = "unsealed",
        /// Neither is shown.
        Unproven = "unproven",
        /// An enabled Region of it is recorded by no trail.
        NotCovered = "not_covered",
    }
}

/// What all findings together say of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSealing {
    /// The account.
    pub account: AccountId,
    /// The answer; `None` for an account that is not judged.
    pub logs_sealed: Option<LogsSealed>,
    /// The logging trails that record it, and those of which that is not known; sorted.
    pub recorded_by: Vec<Arn>,
    /// Whether the buckets of the organization trails hold logs of it; `None` for an account that is
    /// not judged, and where no bucket could be listed.
    pub log_prefix: Option<LogPrefix>,
}
