//! A scan by the real program against the simulator, each in a process of its own, measured against
//! what no program could go below.

pub mod bound;
pub mod server;
pub mod watched;

use trailseal_sim::scenario::Shape;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Organization {
    /// Accounts.
    pub accounts: u32,
    /// Regions of each.
    pub regions: u32,
    /// Which trails there are.
    pub shape: Shape,
}

/// Calls that are replayed by bare clients, about: enough for a mean, and few enough to wait for.
const REPLAYED: u64 = 100_000;
/// Calls for each target, about.
const CALLS_A_TARGET: u64 = 5;

impl Organization {
    /// Of how many calls one is kept for the replay.
    #[must_use]
    pub fn kept_of(&self) -> u64 {
        let calls = u64::from(self.accounts) * u64::from(self.regions) * CALLS_A_TARGET;
        calls.div_ceil(REPLAYED)
    }
}

/// The shape as the command line says it.
#[must_use]
pub const fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::LandingZone => "landing-zone",
        Shape::Worst => "worst",
    }
}
