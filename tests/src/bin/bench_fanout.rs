//! Audits a made-up organization over in-memory ports with every report, and says what it took.

use std::process::ExitCode;

use clap::Parser;
use tokio::time::Instant;
use trailseal_tests::Failure;
use trailseal_tests::audit::audit_into;
use trailseal_tests::plan::Plan;
use trailseal_tests::process::{THIS, cpu_time, peak_rss_mib};
use trailseal_tests::world::World;

/// The shape of the main job at scale, without AWS.
#[derive(Debug, Parser)]
struct Arguments {
    /// Accounts of the organization.
    #[arg(long, default_value_t = 10_000)]
    accounts: u64,
    /// Regions of each account, at most 34.
    #[arg(long, default_value_t = 34)]
    regions: usize,
    /// Fails when the peak memory is above this.
    #[arg(long)]
    max_rss_mib: Option<f64>,
    /// Prints one JSON object instead of a line.
    #[arg(long)]
    json: bool,
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    let plan = Plan {
        accounts: arguments.accounts,
        regions: arguments.regions,
        own_trail_every: 10,
        has_organization_trail: true,
        objects_a_day: 70,
        suspended: Vec::new(),
        store_every: 20,
        ..Plan::small()
    };
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let world = World::new(plan).shuffled(1);
    let begun = Instant::now();
    let audit = runtime.block_on(audit_into(&world, &folder.path().join("out")))?;
    let wall = begun.elapsed();
    let (targets, trails) = (audit.facts.coverage.population(), audit.facts.trails.len());
    assert_eq!(targets, arguments.accounts * arguments.regions as u64, "every target has its row");
    let (cpu, peak) = (cpu_time(THIS)?, peak_rss_mib(THIS)?);
    let (wall, cpu) = (wall.as_secs_f64(), cpu.as_secs_f64());
    let (accounts, regions) = (arguments.accounts, arguments.regions);
    if arguments.json {
        println!(
            "{{\"accounts\":{accounts},\"regions\":{regions},\"targets\":{targets},\"trails\":{trails},\"wall_s\":{wall:.2},\"cpu_s\":{cpu:.2},\"peak_rss_mib\":{peak:.1}}}"
        );
    } else {
        println!(
            "{accounts} accounts x {regions} Regions, {trails} trails, all reports: {wall:.1} s wall, {cpu:.1} s CPU, {peak:.1} MiB peak"
        );
    }
    if let Some(limit) = arguments.max_rss_mib.filter(|it| peak > *it) {
        eprintln!("peak memory {peak:.1} MiB is above {limit:.1} MiB");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
