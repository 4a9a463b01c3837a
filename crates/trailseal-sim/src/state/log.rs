//! What was called, how often, how fast and by how many at once.

use super::Facts;

/// The call log.
#[derive(Debug, Default)]
pub struct CallLog {}

/// A request that has not been answered yet.
#[derive(Debug)]
pub struct InFlight {}

impl CallLog {
    /// Notes a call.
    pub fn note(&self, _facts: &Facts<'_>) {}

    /// Counts a request for as long as the guard lives.
    #[must_use]
    pub fn begin(&self) -> InFlight {
        InFlight {}
    }
}
