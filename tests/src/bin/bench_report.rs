//! What the reports of a large organization cost, set against reading their record: processor time and
//! memory. Each step runs in a process of its own, so that none pays for another's memory.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use trailseal::RECORD_FILE;
use trailseal_model::exit_code::CLEAN;
use trailseal_record::RecordReader;
use trailseal_tests::Failure;
use trailseal_tests::audit::audit_into;
use trailseal_tests::plan::Plan;
use trailseal_tests::process::{THIS, cpu_time, peak_rss_mib};
use trailseal_tests::world::World;

#[derive(Debug, Parser)]
struct Arguments {
    /// Accounts of the organization.
    #[arg(long, default_value_t = 10_031)]
    accounts: u64,
    /// Regions of each account, at most 34.
    #[arg(long, default_value_t = 34)]
    regions: usize,
    /// Fails when all reports take more than this multiple of reading the record.
    #[arg(long)]
    max_ratio: Option<f64>,
    /// Fails when the peak memory of making the reports is above this.
    #[arg(long)]
    max_rss_mib: Option<f64>,
    /// Prints one JSON object instead of a line.
    #[arg(long)]
    json: bool,
    /// What this process does; without it, all of it in processes of their own.
    #[arg(long, hide = true, requires = "folder")]
    step: Option<Step>,
    /// Where the record is.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
}

/// What one process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Audits the organization and writes its record.
    Audit,
    /// Reads the record, line by line.
    Read,
    /// Makes every report of the record, as `trailseal report` does.
    Report,
}

impl Step {
    fn perform(self, arguments: &Arguments, folder: &Path) -> Result<(), Failure> {
        let record = folder.join("scan").join(RECORD_FILE);
        match self {
            Self::Audit => audited(arguments, &folder.join("scan")),
            Self::Read => {
                for line in RecordReader::new(BufReader::new(File::open(record)?)) {
                    line?;
                }
                Ok(())
            }
            Self::Report => {
                let out = folder.join("reports");
                let flags = ["trailseal".into(), "report".into(), "--from".into(), record.into()];
                let code =
                    trailseal::cli::run(flags.into_iter().chain(["--out".into(), out.into()]));
                if code == CLEAN { Ok(()) } else { Err(format!("exit code {code}").into()) }
            }
        }
    }
}

fn audited(arguments: &Arguments, out: &Path) -> Result<(), Failure> {
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(audit_into(&World::new(plan).shuffled(1), out))?;
    Ok(())
}

/// What a step took.
#[derive(Debug, Clone, Copy)]
struct Took {
    cpu_seconds: f64,
    peak_mib: f64,
}

/// Performs a step in a process of its own.
fn took(step: Step, arguments: &Arguments, folder: &Path) -> Result<Took, Failure> {
    let name = step.to_possible_value().ok_or("a step without a name")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--step", name.get_name(), "--folder"]).arg(folder);
    command.args(["--accounts", &arguments.accounts.to_string()]);
    command.args(["--regions", &arguments.regions.to_string()]);
    let output = command.output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {complaint}", name.get_name()).into());
    }
    let last =
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let figures: Value = serde_json::from_str(&last)?;
    let figure = |name: &str| figures[name].as_f64().ok_or("a figure is missing");
    Ok(Took { cpu_seconds: figure("cpu_s")?, peak_mib: figure("peak_rss_mib")? })
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    if let (Some(step), Some(folder)) = (arguments.step, &arguments.folder) {
        step.perform(&arguments, folder)?;
        let (cpu, peak) = (cpu_time(THIS)?.as_secs_f64(), peak_rss_mib(THIS)?);
        println!("{}", json!({ "cpu_s": cpu, "peak_rss_mib": peak }));
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    took(Step::Audit, &arguments, folder.path())?;
    let bytes = std::fs::metadata(folder.path().join("scan").join(RECORD_FILE))?.len();
    let read = took(Step::Read, &arguments, folder.path())?;
    let report = took(Step::Report, &arguments, folder.path())?;
    let ratio = report.cpu_seconds / read.cpu_seconds;
    let (accounts, regions) = (arguments.accounts, arguments.regions);
    if arguments.json {
        let figures = json!({
            "accounts": accounts, "regions": regions, "record_bytes": bytes,
            "read_cpu_s": read.cpu_seconds, "report_cpu_s": report.cpu_seconds, "ratio": ratio,
            "report_peak_rss_mib": report.peak_mib,
        });
        println!("{figures}");
    } else {
        println!(
            "{accounts} accounts x {regions} Regions, a record of {} MB: read {:.2} s CPU, all reports {:.2} s CPU ({ratio:.1} times), {:.1} MiB peak",
            bytes / 1_000_000,
            read.cpu_seconds,
            report.cpu_seconds,
            report.peak_mib
        );
    }
    let is_slow = arguments.max_ratio.is_some_and(|limit| ratio > limit);
    let is_large = arguments.max_rss_mib.is_some_and(|limit| report.peak_mib > limit);
    if is_slow || is_large {
        eprintln!("above the limit: {ratio:.1} times, {:.1} MiB", report.peak_mib);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
