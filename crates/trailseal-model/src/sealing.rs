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
    /// Whether sealed trails record an account.
    pub enum RecordedBySealed {
        /// A sealed trail, or several together, record every enabled Region in scope.
        Yes = "yes",
        /// Every such Region is recorded, one of them by unsealed trails only.
        No = "no",
        /// Neither is shown.
        Unproven = "unproven",
        /// An enabled Region of it is recorded by no trail.
        NotCovered = "not_covered",
    }
}

word_enum! {
    /// What is known of an account's other logging trails: those besides the sealed ones that record
    /// all of it. The worst comes last, and of several trails the worst counts.
    pub enum OtherTrailsAnswer {
        /// No other trail records it.
        None = "none",
        /// Every other trail that records it is sealed.
        Sealed = "sealed",
        /// Every other trail that was seen is sealed, and in some Regions the trails could not be listed.
        Unknown = "unknown",
        /// Whether another trail is sealed, or whether it logs, is not proven.
        Unproven = "unproven",
        /// Another trail records it and is unsealed.
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
    /// Whether sealed trails record it, whatever other trails do; `None` for an account that is not
    /// judged.
    pub recorded_by_sealed_trail: Option<RecordedBySealed>,
    /// What is known of its other logging trails; `None` for an account that is not judged.
    pub other_trails: Option<OtherTrailsAnswer>,
    /// The number of its enabled Regions in scope whose trails neither DescribeTrails there nor
    /// ListTrails listed.
    pub other_trails_unknown_regions: u32,
    /// The trails that its ListTrails names, sorted; none where ListTrails did not answer.
    pub listed_trails: Vec<Arn>,
    /// The logging trails that record it, and those of which that is not known; sorted.
    pub recorded_by: Vec<Arn>,
    /// Whether the buckets of the organization trails hold logs of it; `None` for an account that is
    /// not judged, and where no bucket could be listed.
    pub log_prefix: Option<LogPrefix>,
}
