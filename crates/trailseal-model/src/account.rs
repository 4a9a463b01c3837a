//! Accounts of the organization.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::serde_text::{schema_of_text, serde_as_text};
use crate::word_enum::word_enum;

/// An AWS account id, kept as a number and shown with its twelve digits, leading zeros included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// A text that is not an AWS account id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an AWS account id: it must be exactly 12 digits")]
pub struct InvalidAccountId(pub String);

impl AccountId {
    /// The account with this number; `None` above twelve digits.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        if number < 1_000_000_000_000 { Some(Self(number)) } else { None }
    }

    /// The id as a number, for keys and hashes only: never print it like this.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAccountId(text.to_owned());
        if text.len() != 12 || !text.bytes().all(|it| it.is_ascii_digit()) {
            return Err(invalid());
        }
        text.parse().map(Self).map_err(|_| invalid())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

serde_as_text!(AccountId, |text| text.parse().ok());
schema_of_text!(AccountId, "^[0-9]{12}$");

word_enum! {
    /// What Organizations says of an account, from `State`, else from the retired `Status`.
    ///
    /// Source: AWS Organizations user guide, "Account states".
    pub enum AccountState {
        /// Created, not yet usable.
        PendingActivation = "pending_activation",
        /// In use.
        Active = "active",
        /// Suspended by AWS.
        Suspended = "suspended",
        /// Being closed; AWS says it remains functional, so it is audited.
        PendingClosure = "pending_closure",
        /// Closed.
        Closed = "closed",
        /// Neither `State` nor `Status` was present, or a value this version does not know.
        Unknown = "unknown",
    }
}

impl AccountState {
    /// Whether the account is read. What is not known to be unusable is audited.
    #[must_use]
    pub const fn is_audited(self) -> bool {
        matches!(self, Self::Active | Self::PendingClosure | Self::Unknown)
    }

    /// The state from Organizations' answer: `State` first, `Status` as fallback, neither is `Unknown`.
    #[must_use]
    pub fn from_answer(state: Option<&str>, status: Option<&str>) -> Self {
        match state.or(status) {
            Some("PENDING_ACTIVATION") => Self::PendingActivation,
            Some("ACTIVE") => Self::Active,
            Some("SUSPENDED") => Self::Suspended,
            Some("PENDING_CLOSURE") => Self::PendingClosure,
            Some("CLOSED") => Self::Closed,
            _ => Self::Unknown,
        }
    }
}

/// One account of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Its name in Organizations: free text, never trusted.
    pub name: String,
    /// Its state.
    pub state: AccountState,
    /// `o-…/r-…/ou-…/` from `Account.Paths`; `None` where Organizations did not say.
    pub ou_path: Option<String>,
}

/// The organization, as far as the account ARNs of Organizations tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `o-…`.
    pub id: String,
    /// The management account.
    pub management_account: AccountId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_survive() {
        let id: AccountId = "012345678901".parse().unwrap();
        assert_eq!(id.to_string(), "012345678901");
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in ["", "1", "1234567890123", "12345678901a", "+12345678901", "１23456789012"] {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
        }
    }

    #[test]
    fn state_first_status_second_neither_is_audited() {
        let check = |state, status, expected: AccountState| {
            assert_eq!(AccountState::from_answer(state, status), expected);
        };
        check(Some("CLOSED"), Some("SUSPENDED"), AccountState::Closed);
        check(None, Some("SUSPENDED"), AccountState::Suspended);
        check(None, None, AccountState::Unknown);
        check(Some("SOMETHING_NEW"), None, AccountState::Unknown);
        assert!(AccountState::Unknown.is_audited());
        assert!(AccountState::PendingClosure.is_audited());
        assert!(!AccountState::Closed.is_audited());
    }
}
