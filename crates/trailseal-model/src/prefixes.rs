//! Whose logs lie in the bucket of an organization trail, against the accounts that are listed.

use crate::account::AccountId;
use crate::evidence::Evidence;
use crate::gap::GapId;
use crate::word_enum::word_enum;

word_enum! {
    /// Whether the buckets of the organization trails hold a folder of an account; the worst last.
    pub enum LogPrefix {
        /// Each of them does.
        Found = "found",
        /// One does not, and its trail is not known to log for the account.
        Absent = "absent",
        /// One does not, though its trail logs for the account.
        Missing = "missing",
    }
}

/// The folders of accounts in the bucket of one organization trail. A folder says that something was
/// delivered at some time; that there is none says nothing by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountPrefixes {
    /// What they lie under: `[prefix/]AWSLogs/<organization id>/`.
    pub root: String,
    /// Listed accounts, whatever their state, that have one.
    pub found: u32,
    /// Listed accounts in use without one, sorted; empty unless every folder was listed.
    pub without: Vec<AccountId>,
    /// Accounts that have one and are not listed, sorted: they left the organization, or were never
    /// of it.
    pub unlisted: Vec<AccountId>,
    /// Folders whose names are no account's number.
    pub others: u32,
    /// ListObjectsV2 requests.
    pub lists: u32,
    /// The last of them, if any worked.
    pub listed_by: Option<Evidence>,
    /// Whether every folder was listed.
    pub is_whole: bool,
    /// Why some could not be.
    pub gap: Option<GapId>,
}
