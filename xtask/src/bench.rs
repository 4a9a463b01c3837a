//! Benchmarks: builds the program and hands the flags on.

use anyhow::Result;

use crate::workspace::{self, Profile};

/// A benchmark.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// The fan-out over a simulated organization: time, calls and peak memory.
    Fanout(Fanout),
}

/// What `bench fanout` takes; all but the profile belong to the program itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Fanout {
    /// Accounts of the organization.
    #[arg(long, value_name = "N")]
    accounts: Option<u32>,
    /// Regions of each account.
    #[arg(long, value_name = "N")]
    regions: Option<u32>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Fail if the peak memory is above this.
    #[arg(long, value_name = "MIB")]
    max_rss_mib: Option<u32>,
    /// How the program is built.
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    let Bench::Fanout(fanout) = bench;
    let program = workspace::program("trailseal-tests", "bench-fanout", fanout.profile)?;
    let mut command = workspace::command(program);
    let numbers = [
        ("--accounts", fanout.accounts),
        ("--regions", fanout.regions),
        ("--max-rss-mib", fanout.max_rss_mib),
    ];
    for (flag, value) in numbers {
        if let Some(value) = value {
            command.arg(flag).arg(value.to_string());
        }
    }
    if fanout.json {
        command.arg("--json");
    }
    workspace::run(&mut command)
}
