//! The flags of `demo` and `sim`.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::help;
use crate::demo::DemoSettings;
use crate::events::Progress;
use crate::sim::SimSettings;
use crate::simulation::DEFAULT;

#[derive(Debug, Args)]
#[command(after_long_help = help::DEMO)]
pub(super) struct DemoArgs {
    /// The folder for the reports; it must not exist, be empty, or hold an earlier simulation's
    /// reports, which are replaced [default: trailseal-out/demo].
    #[arg(long)]
    out: Option<PathBuf>,
    /// The scenario: a ready-made one, or a file.
    #[arg(long, default_value = DEFAULT, value_name = "NAME|FILE")]
    scenario: String,
    /// Shows no progress, only the summary.
    #[arg(long, short)]
    quiet: bool,
}

impl DemoArgs {
    pub(super) fn settings(self, arguments: Vec<String>) -> DemoSettings {
        DemoSettings {
            out: self.out,
            scenario: self.scenario,
            progress: if self.quiet { Progress::Quiet } else { Progress::Shown },
            arguments,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_long_help = help::SIM)]
pub(super) struct SimArgs {
    /// The scenario: a ready-made one, or a file.
    #[arg(long, default_value = DEFAULT, value_name = "NAME|FILE")]
    scenario: String,
    /// The loopback address to listen on.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Makes another organization of the same scenario [default: the scenario's own].
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Answers only requests that are signed with the right secret.
    #[arg(long)]
    verify_signatures: bool,
    /// The simulated time at the start, such as 2026-11-20T12:00:00Z; to a client with another clock
    /// deliveries then look old [default: now, rounded down to five minutes].
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// Prints one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

impl SimArgs {
    pub(super) fn settings(self) -> SimSettings {
        SimSettings {
            scenario: self.scenario,
            host: self.host,
            port: self.port,
            seed: self.seed,
            verifies_signatures: self.verify_signatures,
            start: self.start,
            is_json: self.json,
        }
    }
}
