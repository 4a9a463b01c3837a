//! Rules that make chosen calls fail, and what a failure can be.

use crate::service::Service;
use crate::wire::fault::Fault;
use crate::world::account::AccountId;
use crate::world::denial::PolicyKind;
use crate::world::region::Region;

/// What a rule can go by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The service.
    pub service: Service,
    /// The operation's name.
    pub operation: &'a str,
    /// The account of the session.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// What the call is about.
    pub resource: &'a str,
}

/// How a call goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// AWS answers with this error.
    Answer(Fault),
    /// The service throttles, in its own words.
    Throttled,
    /// A policy denies it, in AWS's words.
    Denied(PolicyKind),
    /// No answer ever comes.
    Hang,
    /// The connection is reset.
    Reset,
    /// The answer breaks off in the middle.
    Truncated,
    /// The answer is whole and makes no sense.
    Garbage,
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {}

impl Faults {
    /// What happens to this call; every rule that it matches counts it.
    #[must_use]
    pub fn strike(&self, _facts: &Facts<'_>) -> Option<Effect> {
        None
    }
}
