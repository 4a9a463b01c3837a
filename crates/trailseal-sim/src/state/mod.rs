//! What changes while the simulator runs: the clock, the limits' buckets, rules, the call log and
//! stored objects. All of it can be used by several threads at once.

mod clock;
mod faults;
mod limits;
mod log;
mod peaks;
mod random_faults;
mod sessions;
mod shards;
mod stored;

pub use clock::Clock;
pub use faults::{Armed, Effect, Facts, Faults, Rule, Spoken};
pub use limits::{LimitSettings, Limits};
pub use log::{CallLog, InFlight, LogReport, LoggedCall, OperationCalls, Remarks};
pub(crate) use log::{Noted, Outcome};
pub use peaks::{Peak, Peaks};
pub use random_faults::{RandomFaultSettings, RandomFaults};
pub use sessions::{SessionSettings, Sessions};
pub use stored::{Stored, StoredObject};

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
    pub random_faults: RandomFaults,
    /// How long sessions live.
    pub sessions: Sessions,
    /// What was called.
    pub log: CallLog,
    /// Objects that were put.
    pub stored: Stored,
}

/// A time as JSON has it.
fn as_text<S: serde::Serializer>(time: &jiff::Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(time)
}
