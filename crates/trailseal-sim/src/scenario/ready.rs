//! The ready-made scenarios.

use jiff::Timestamp;

use super::{Scenario, ScenarioError};

/// The ready-made scenarios, by name.
pub const READY_MADE: &[(&str, &str)] = &[
    ("cases", include_str!("../../scenarios/cases.toml")),
    ("small", include_str!("../../scenarios/small.toml")),
];

/// The shape of a large organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An organization trail, and a trail of its own in every tenth account.
    LandingZone,
    /// No organization trail, and a trail of its own, two event data stores and a key in every
    /// account.
    Worst,
}

impl Scenario {
    /// The ready-made scenario with this name at this time.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn ready_made(name: &str, start: Timestamp) -> Result<Self, ScenarioError> {
        let found = READY_MADE.iter().find(|it| it.0 == name);
        let text = found.map(|it| it.1).ok_or_else(|| {
            let names: Vec<_> = READY_MADE.iter().map(|it| it.0).collect();
            let message = format!("there is no scenario `{name}`; there are {}", names.join(", "));
            ScenarioError { line: 0, message }
        })?;
        Self::from_toml(text, start)
    }
}
