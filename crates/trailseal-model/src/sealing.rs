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

word_enum! {
    /// Whether a sealed trail records every enabled Region of an account.
    pub enum RecordedBySealed {
        /// Every enabled Region is recorded by a sealed trail.
        Yes = "yes",
        /// An enabled Region is recorded by trails, none of which is sealed.
        No = "no",
        /// Neither is shown.
        Unproven = "unproven",
        /// An enabled Region is recorded by no trail.
        NotCovered = "not_covered",
    }
}

word_enum! {
    /// The worst of the other trails that record an account, or may; the best first.
    pub enum OtherTrailsAnswer {
        /// Every Region was read and shows no other trail.
        None = "none",
        /// Each of them is sealed.
        Sealed = "sealed",
        /// A Region was not read, and may show another trail.
        Unknown = "unknown",
        /// One of them is not shown to be sealed.
        Unproven = "unproven",
        /// One of them is unsealed.
        Unsealed = "unsealed",
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
