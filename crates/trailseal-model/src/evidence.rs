//! What was read, when, and what was not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::gap::GapId;
use crate::operation::Operation;
use crate::region::Region;

/// A fact that was read, or the gap where it should have been. `Option` inside means that AWS
/// said there is none; a gap never turns into "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed<T> {
    /// It was read.
    Known(T),
    /// It could not be read.
    Unread(GapId),
}

impl<T> Observed<T> {
    /// The fact, if it was read.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unread(_) => None,
        }
    }

    /// The gap, if it was not.
    pub const fn gap(&self) -> Option<GapId> {
        match self {
            Self::Known(_) => None,
            Self::Unread(gap) => Some(*gap),
        }
    }
}

/// The call that showed a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The operation.
    pub operation: Operation,
    /// In which account it was made; `None` for the caller's own directory calls.
    pub account: Option<AccountId>,
    /// In which Region.
    pub region: Option<Region>,
    /// When the answer came.
    #[serde(with = "crate::serde_text")]
    pub at: Timestamp,
    /// AWS's request id, if it sent one.
    pub request_id: Option<Box<str>>,
    /// How many requests it took.
    pub attempts: u8,
    /// How many of them were throttled.
    pub throttles: u8,
}

/// A value with the call that showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    /// What AWS said.
    pub value: T,
    /// The call.
    pub evidence: Evidence,
}

impl<T> Answer<T> {
    /// The same evidence for something read out of the value.
    pub fn map<U>(self, read: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: read(self.value), evidence: self.evidence }
    }
}

/// One or more pieces of evidence: the only thing a pass or a fail can be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof(Vec<Evidence>);

impl Proof {
    /// The proof of one call.
    #[must_use]
    pub fn of(evidence: &Evidence) -> Self {
        Self(vec![evidence.clone()])
    }

    /// The same proof with one more call.
    #[must_use]
    pub fn and(mut self, evidence: &Evidence) -> Self {
        self.0.push(evidence.clone());
        self
    }

    /// The calls, the most telling one first.
    #[must_use]
    pub fn calls(&self) -> &[Evidence] {
        &self.0
    }
}
