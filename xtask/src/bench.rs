//! Benchmarks: builds the program and hands the flags on.

use anyhow::Result;

use crate::workspace::{self, Profile};

/// A benchmark.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// The fan-out over a simulated organization: time, calls and peak memory.
    Fanout(Fanout),
    /// The simulator's server under a load: requests a second, processor time and memory.
    Sim(Sim),
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

/// What `bench sim` takes; all but the profile belong to the program itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Sim {
    /// Accounts of the organization.
    #[arg(long, value_name = "N")]
    accounts: Option<u32>,
    /// Connections at once.
    #[arg(long, value_name = "N")]
    connections: Option<u32>,
    /// Seconds for each operation.
    #[arg(long, value_name = "N")]
    seconds: Option<u32>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Fail if fewer DescribeTrails a second are answered.
    #[arg(long, value_name = "N")]
    min_describe_trails: Option<u32>,
    /// Fail if the organization takes up more memory.
    #[arg(long, value_name = "MIB")]
    max_organization_mib: Option<u32>,
    /// How the program is built.
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Fanout(it) => {
            let numbers = [
                ("--accounts", it.accounts),
                ("--regions", it.regions),
                ("--max-rss-mib", it.max_rss_mib),
            ];
            run_program("bench-fanout", it.profile, &numbers, it.json)
        }
        Bench::Sim(it) => {
            let numbers = [
                ("--accounts", it.accounts),
                ("--connections", it.connections),
                ("--seconds", it.seconds),
                ("--min-describe-trails", it.min_describe_trails),
                ("--max-organization-mib", it.max_organization_mib),
            ];
            run_program("bench-sim", it.profile, &numbers, it.json)
        }
    }
}

fn run_program(
    program: &str,
    profile: Profile,
    numbers: &[(&str, Option<u32>)],
    json: bool,
) -> Result<()> {
    let program = workspace::program("trailseal-tests", program, profile)?;
    let mut command = workspace::command(program);
    for (flag, value) in numbers {
        if let Some(value) = value {
            command.arg(flag).arg(value.to_string());
        }
    }
    if json {
        command.arg("--json");
    }
    workspace::run(&mut command)
}
