//! Takes the reports of every ready-made organization, and compares two such collections.
//!
//! `cargo xtask golden take FOLDER` on the commit before a change and after it, then
//! `cargo xtask golden compare BEFORE AFTER`. Without arguments, as `cargo test` runs it, it shows
//! that two takes of one small organization are equal and that a falsified one is refused.
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use jiff::Timestamp;
use trailseal_model::Operation;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::cases::{Auditor, ORGANIZATION_CASES, OrganizationCase};
use trailseal_sim::scenario::{READY_MADE, Scenario};
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};
use trailseal_tests::Failure;
use trailseal_tests::audit::audit_into;
use trailseal_tests::golden::{CALLS_FILE, FIGURES_FILE, Renamed, differences, ratios};
use trailseal_tests::plan::Plan;
use trailseal_tests::sim::{access_flags, scan};
use trailseal_tests::world::World;

/// Words that were renamed on purpose since the older reports were taken.
const RENAMED: &str = include_str!("renamed.tsv");
/// Organizations for benches: the same trails as elsewhere, very often.
const TOO_LARGE: &[&str] = &["bench", "bench-worst"];

#[derive(Debug, Parser)]
enum Arguments {
    /// Scan every organization; its reports and its calls by operation go to a folder of its name.
    Take {
        /// Where the folders go; it must not exist yet.
        folder: PathBuf,
    },
    /// Print every difference between two such folders.
    Compare {
        /// Taken with the older program.
        old: PathBuf,
        /// Taken with the newer one.
        new: PathBuf,
    },
}

fn main() -> ExitCode {
    // `cargo test` may pass flags of its own harness, which are none of ours.
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_chore = arguments.get(1).is_some_and(|it| it == "take" || it == "compare");
    let outcome = if is_chore { chore(Arguments::parse_from(arguments)) } else { self_test() };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("golden: {error}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::Take { folder } => in_paused_time(take(&folder)),
        Arguments::Compare { old, new } => {
            let mut found = differences(&old, &new, &Renamed::from_table(RENAMED)?)?;
            let figures = ratios(&old, &new)?;
            found.extend(figures.beyond);
            for line in figures.lines.iter().chain(&found) {
                println!("{line}");
            }
            if found.is_empty() { Ok(()) } else { Err(format!("{} lines", found.len()).into()) }
        }
    }
}

/// A scan of a simulation waits for nothing when time is paused.
fn in_paused_time(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(work)
}

async fn take(folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, _) in READY_MADE.iter().filter(|it| !TOO_LARGE.contains(&it.0)) {
        take_one(&calm(Scenario::ready_made(name, start()?)?), &folder.join(name)).await?;
    }
    for case in ORGANIZATION_CASES {
        take_one(&organization(case)?, &folder.join(case.id)).await?;
    }
    take_world(&folder.join("world")).await
}

/// The organization that answers the ports in memory.
async fn take_world(folder: &Path) -> Result<(), Failure> {
    let world = World::new(Plan::small());
    audit_into(&world, folder).await?;
    let mut calls = String::new();
    let counts = Operation::ALL.iter().map(|operation| (operation, world.faults.calls(*operation)));
    for (operation, count) in counts.filter(|(_, count)| *count > 0) {
        writeln!(calls, "{operation} {count}")?;
    }
    Ok(fs::write(folder.join(CALLS_FILE), calls)?)
}

async fn take_one(scenario: &Scenario, folder: &Path) -> Result<(), Failure> {
    println!("golden: {}", folder.display());
    let simulator = Arc::new(Simulator::of(scenario));
    let flags = access_flags(scenario);
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["--seed=1"]).collect();
    scan(&simulator, &flags, folder).await?;
    let mut calls = String::new();
    for counted in simulator.state().log.report().operations {
        writeln!(calls, "{} {} {}", counted.service, counted.operation, counted.calls)?;
    }
    Ok(fs::write(folder.join(CALLS_FILE), calls)?)
}

fn start() -> Result<Timestamp, Failure> {
    Ok("2026-11-20T12:02:30Z".parse()?)
}

/// Without throttles and failures, which make two runs differ.
fn calm(scenario: Scenario) -> Scenario {
    Scenario {
        random_faults: RandomFaultSettings::default(),
        limits: LimitSettings::default(),
        ..scenario
    }
}

fn organization(case: &OrganizationCase) -> Result<Scenario, Failure> {
    let caller = match case.auditor {
        Auditor::Administrator => "delegated",
        Auditor::Anybody | Auditor::Management => "management",
    };
    let account = |case: &str| format!("[[account]]\nname = \"{case}\"\ncase = \"{case}\"\n");
    let accounts = ["no-trail", "trail-every-region", "access-suspended"].map(account).concat();
    let trail = format!("[[organization_trail]]\ncase = \"{}\"\n", case.id);
    let text = format!("seed = 6\ncaller = \"{caller}\"\n{trail}{accounts}");
    Ok(Scenario::from_toml(&text, start()?)?)
}

fn self_test() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let [one, other] = ["one", "other"].map(|it| folder.path().join(it));
    in_paused_time(async {
        let scenario = calm(Scenario::ready_made("small", start()?)?);
        take_one(&scenario, &one).await?;
        take_one(&scenario, &other).await
    })?;
    let none = Renamed::default();
    let found = differences(&one, &other, &none)?;
    if !found.is_empty() {
        return Err(format!("two takes differ:\n{}", found.join("\n")).into());
    }
    for (file, from, to) in [("findings.csv", ",pass,", ",fail,"), (CALLS_FILE, " ", "  ")] {
        let text = fs::read_to_string(other.join(file))?;
        fs::write(other.join(file), text.replacen(from, to, 1))?;
        if differences(&one, &other, &none)?.is_empty() {
            return Err(format!("a falsified {file} is taken for equal").into());
        }
        fs::write(other.join(file), text)?;
    }
    falsified_figures(&one, &other)
}

/// Figures beside the reports, equal and then falsified.
fn falsified_figures(one: &Path, other: &Path) -> Result<(), Failure> {
    let figures = r#"{"accounts":9,"regions":2,"profile":"dev","counted_by":"callgrind","instructions":1000,"heap_peak_bytes":1000}"#;
    for folder in [one, other] {
        fs::write(folder.join(FIGURES_FILE), figures)?;
    }
    if !differences(one, other, &Renamed::default())?.is_empty() {
        return Err("figures are taken for reports".into());
    }
    if !ratios(one, other)?.beyond.is_empty() {
        return Err("equal figures are taken for worse ones".into());
    }
    for (figure, worse) in
        [("instructions\":1000", "instructions\":1031"), ("s\":1000}", "s\":1051}")]
    {
        fs::write(other.join(FIGURES_FILE), figures.replacen(figure, worse, 1))?;
        if ratios(one, other)?.beyond.len() != 1 {
            return Err(format!("falsified figures are taken for good ones: {worse}").into());
        }
    }
    Ok(())
}
