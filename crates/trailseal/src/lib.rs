//! Proves across an AWS Organization that every CloudTrail log is sealed with a KMS key that the
//! customer controls: flags, configuration, wiring, progress, files and exit code.
//!
//! **Architecture invariant**: data flows one way: directory, fan-out, fold, collect, judge,
//! reports. Gaps and coverage are kept at every step, none dropped.
//!
//! **Architecture invariant**: progress, logs and counts see [`trailseal_model::Event`]s through
//! one sink; nothing else is wired into the work.
//!
//! **Architecture invariant**: reports count once all of them are there: they are made in a folder of
//! their own, moved when the last one is done, and `.complete` is written after that.
//!
//! **Architecture invariant**: what AWS answered is in the journal before it is used, so a run that
//! ends before its time can be continued.

pub mod cli;
mod commands;
mod empty_variables;
mod environment;
mod error;
mod logging;
mod output;
mod plan;
mod run;
mod samples;
mod settings;
mod signals;
pub mod sim_transport;
mod simulation;
mod suggest;
mod terminal;
mod version;

pub use cli::{plan_in, scan_in};
pub use environment::Environment;
pub use error::UserError;
pub use output::{OutputFolder, RECORD_FILE, report_files, write_reports};
pub use plan::{Planned, bounds};
pub use run::Scanned;
pub use samples::SampleSpool;
