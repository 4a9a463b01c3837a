//! What a run is surrounded by: AWS, credentials, a Region and the time, or what stands in for them.

use jiff::Timestamp;
use trailseal_aws::{Clock, Overrides};

/// The world around a run.
#[derive(Debug, Clone)]
pub struct Environment {
    /// What takes the place of the network and of the environment.
    pub substitutes: Overrides,
    /// What time it is.
    pub clock: Clock,
    /// The scenario, if a simulation answers and not AWS; every report then shows that.
    pub simulation: Option<String>,
}

impl Environment {
    /// AWS, the environment's credentials and Region, and the time of day.
    #[must_use]
    pub fn real() -> Self {
        Self { substitutes: Overrides::none(), clock: time_of_day(), simulation: None }
    }
}

/// The real time: everything else gets the time as a value from what made this clock.
pub(crate) fn time_of_day() -> Clock {
    Clock::new(now)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the rim of the program: the one place where the time of day is read"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
