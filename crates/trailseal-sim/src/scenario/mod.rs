//! Scenarios: text files that say what there is, and what an audit of it must find.

use crate::state::{LimitSettings, WeatherSettings};
use crate::world::Parts;

/// A scenario, ready to be simulated.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What there is.
    pub parts: Parts,
    /// The weather at the start.
    pub weather: WeatherSettings,
    /// The limits at the start.
    pub limits: LimitSettings,
    /// What an audit of the whole organization must find, by control and subject.
    pub expected: Vec<Expected>,
}

/// One row of the truth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The ARN of a trail or an event data store, or the number of an account.
    pub subject: Box<str>,
    /// The control's id.
    pub control: &'static str,
    /// `pass`, `fail`, `not_proven` or `not_applicable`.
    pub status: &'static str,
    /// The case that says so.
    pub case: Box<str>,
}
