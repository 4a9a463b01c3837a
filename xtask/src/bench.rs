//! Benchmarks: builds the program and hands the flags on.

mod counted;

use anyhow::{Context as _, Result};

pub(crate) use self::counted::Figures;
use crate::workspace::{self, Profile};

/// A benchmark.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Bench {
    /// The fan-out over an organization in memory: time and peak memory, or instructions and heap.
    Fanout(Fanout),
    /// The journal of an organization in memory: bytes and processor time for each answer, and memory.
    Journal(Journal),
    /// All reports of a large record: processor time as a multiple of reading it, and memory.
    Report(Report),
    /// The simulator's server under a load: requests a second, processor time and memory.
    Sim(Sim),
    /// A whole scan by the program against the simulator: ratios to quotas, to the same calls by bare
    /// SDK clients and to latency, and peak memory.
    Scan(Scan),
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
    #[arg(long, value_name = "MIB", conflicts_with = "instructions")]
    max_rss_mib: Option<u32>,
    /// Count instructions and the bytes of the heap's peak instead, which other work on the machine
    /// does not change, with valgrind (instructions with perf where the machine has counters); by
    /// default of 100 accounts x 17 Regions.
    #[arg(long)]
    instructions: bool,
    /// How the program is built.
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
}

/// The organization whose figures are compared before and after a change, in accounts and in Regions
/// of each: callgrind takes less than a minute for it.
const COUNTED: (u32, u32) = (100, 17);

impl Fanout {
    fn run(&self) -> Result<()> {
        if self.instructions {
            return self.count();
        }
        let numbers = [
            ("--accounts", self.accounts),
            ("--regions", self.regions),
            ("--max-rss-mib", self.max_rss_mib),
        ];
        run_program("bench-fanout", self.profile, &numbers, self.json)
    }

    fn count(&self) -> Result<()> {
        let accounts = self.accounts.unwrap_or(COUNTED.0);
        let regions = self.regions.unwrap_or(COUNTED.1);
        let figures = fanout_figures(accounts, regions, self.profile)?;
        if self.json {
            print!("{}", figures.to_json()?);
        } else {
            println!("{}", figures.to_line());
        }
        Ok(())
    }
}

/// The figures of the release build that are compared before and after a change.
pub(crate) fn compared_figures() -> Result<Figures> {
    fanout_figures(COUNTED.0, COUNTED.1, Profile::Release)
}

fn fanout_figures(accounts: u32, regions: u32, profile: Profile) -> Result<Figures> {
    counted::check_tools()?;
    let program = workspace::program("trailseal-tests", "bench-fanout", profile)?;
    Figures::of_fanout(&program, accounts, regions, profile)
}

/// What `bench journal` takes; all but `bare` and the profile belong to the program itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Journal {
    /// Accounts of the organization.
    #[arg(long, value_name = "N")]
    accounts: Option<u32>,
    /// Regions of each account.
    #[arg(long, value_name = "N")]
    regions: Option<u32>,
    /// Run `bench scan` before, and fail if an answer takes more than a part of its bare calls.
    #[arg(long)]
    bare: bool,
    /// This part [default: 0.05].
    #[arg(long, value_name = "RATIO", requires = "bare")]
    max_ratio: Option<f64>,
    /// Fail if the peak memory is above this.
    #[arg(long, value_name = "MIB")]
    max_rss_mib: Option<u32>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// How the programs are built.
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
}

impl Journal {
    fn run(&self) -> Result<()> {
        let programs = ["bench-journal", "bench-scan", "trailseal", "bare-calls"];
        let [journal, scan, program, bare] = workspace::programs(programs, self.profile)?;
        let mut command = workspace::command(journal);
        let mut add = |flag: &str, value: Option<String>| {
            command.args(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
        };
        add("--accounts", self.accounts.map(|count| count.to_string()));
        add("--regions", self.regions.map(|count| count.to_string()));
        add("--max-ratio", self.max_ratio.map(|ratio| ratio.to_string()));
        add("--max-rss-mib", self.max_rss_mib.map(|limit| limit.to_string()));
        if self.bare {
            let mut scan = workspace::command(scan);
            scan.arg("--program").arg(program).arg("--bare").arg(bare);
            scan.args(["--accounts", "200", "--regions", "17", "--share", "1", "--json"]);
            let figures: serde_json::Value = serde_json::from_str(&workspace::stdout(&mut scan)?)?;
            let call = figures["bare_call_us"].as_f64().context("no time of a bare call")?;
            add("--bare-call-us", Some(call.to_string()));
        }
        if self.json {
            command.arg("--json");
        }
        workspace::run(&mut command)
    }
}

/// What `bench report` takes; all but the profile belong to the program itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Accounts of the organization.
    #[arg(long, value_name = "N")]
    accounts: Option<u32>,
    /// Regions of each account.
    #[arg(long, value_name = "N")]
    regions: Option<u32>,
    /// Fail if all reports take more than this multiple of reading the record.
    #[arg(long, value_name = "RATIO")]
    max_ratio: Option<u32>,
    /// Fail if the peak memory of making the reports is above this.
    #[arg(long, value_name = "MIB")]
    max_rss_mib: Option<u32>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
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

/// What `bench scan` takes; all but the profile belong to the program itself.
#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    /// Accounts of the organization.
    #[arg(long, value_name = "N")]
    accounts: Option<u32>,
    /// Regions of each account.
    #[arg(long, value_name = "N")]
    regions: Option<u32>,
    /// `landing-zone`: an organization trail, and a trail of its own in every tenth account;
    /// `worst`: a trail of its own in every account.
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<String>,
    /// The share of the published quotas that the program may take [default: 1].
    #[arg(long, value_name = "SHARE")]
    share: Option<f64>,
    /// Handed to the program too, such as `--flag=--sample-size=300`.
    #[arg(long = "flag", value_name = "FLAG", allow_hyphen_values = true)]
    flags: Vec<String>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Fail if the time is above this multiple of the bound.
    #[arg(long, value_name = "RATIO")]
    max_ratio: Option<f64>,
    /// Fail if processor time for a call is above this multiple of a bare client's.
    #[arg(long, value_name = "RATIO")]
    max_cpu_ratio: Option<f64>,
    /// Fail if the peak memory is above this.
    #[arg(long, value_name = "MIB")]
    max_rss_mib: Option<u32>,
    /// Keep the reports in this folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<String>,
    /// How the programs are built.
    #[arg(long, value_enum, default_value = "release")]
    profile: Profile,
}

impl Scan {
    fn run(&self) -> Result<()> {
        let programs = ["bench-scan", "trailseal", "bare-calls"];
        let [bench, program, bare] = workspace::programs(programs, self.profile)?;
        let mut command = workspace::command(bench);
        command.arg("--program").arg(program).arg("--bare").arg(bare);
        let mut add = |flag: &str, value: Option<String>| {
            command.args(value.into_iter().flat_map(|it| [flag.to_owned(), it]));
        };
        add("--accounts", self.accounts.map(|it| it.to_string()));
        add("--regions", self.regions.map(|it| it.to_string()));
        add("--scenario", self.scenario.clone());
        add("--share", self.share.map(|it| it.to_string()));
        add("--max-ratio", self.max_ratio.map(|it| it.to_string()));
        add("--max-cpu-ratio", self.max_cpu_ratio.map(|it| it.to_string()));
        add("--max-rss-mib", self.max_rss_mib.map(|it| it.to_string()));
        add("--out", self.out.clone());
        command.args(self.flags.iter().map(|it| format!("--flag={it}")));
        if self.json {
            command.arg("--json");
        }
        workspace::run(&mut command)
    }
}

/// Runs a benchmark.
pub(crate) fn run(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Fanout(fanout) => fanout.run(),
        Bench::Journal(journal) => journal.run(),
        Bench::Report(report) => {
            let numbers = [
                ("--accounts", report.accounts),
                ("--regions", report.regions),
                ("--max-ratio", report.max_ratio),
                ("--max-rss-mib", report.max_rss_mib),
            ];
            run_program("bench-report", report.profile, &numbers, report.json)
        }
        Bench::Scan(it) => it.run(),
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
