//! What changes while the simulator runs: the clock, the limits' buckets, rules, the call log and
//! stored objects. All of it can be used by several threads at once.

mod clock;
mod faults;
mod limits;
mod log;
mod stored;
mod weather;

pub use clock::Clock;
pub use faults::{Effect, Facts, Faults};
pub use limits::{LimitSettings, Limits};
pub use log::{CallLog, InFlight};
pub use stored::{Stored, StoredObject};
pub use weather::{Weather, WeatherSettings};

/// Everything that changes.
#[derive(Debug, Default)]
pub struct State {
    /// The simulated time.
    pub clock: Clock,
    /// Rate limits.
    pub limits: Limits,
    /// Rules that make chosen calls fail.
    pub faults: Faults,
    /// Latency and failures by chance.
    pub weather: Weather,
    /// What was called.
    pub log: CallLog,
    /// Objects that were put.
    pub stored: Stored,
}
