//! One run over an organization: a scheduler that decides what is asked next, and the loop that asks it.
//!
//! **Architecture invariant**: [`Scheduler`] makes every decision of a run, in [`Scheduler::on`]. It
//! holds the whole state in one struct, has no lock, clock or I/O, and is tested with tables of events.
//!
//! **Architecture invariant**: [`Work`] carries its inputs. None of it waits for anything but the
//! answers to its own questions; what must be known first is waited for by the scheduler.
//!
//! **Architecture invariant**: every work ends in exactly one [`Event`], a panic included, so every
//! target and every trail of a run is settled whatever fails.
//!
//! **Architecture invariant**: this crate does not know the AWS SDK.

mod event;
mod gate;
mod lane;
mod last_calls;
mod run;
mod scheduler;
mod settings;
#[cfg(test)]
mod test_support;

pub use event::{Event, Times, Work};
pub use gate::{Closing, Gate, GateHandle};
pub use run::{SampleSink, audit};
pub use scheduler::Scheduler;
pub use settings::{AuditError, AuditSettings, Audited};
