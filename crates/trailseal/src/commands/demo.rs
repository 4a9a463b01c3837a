//! `trailseal demo`: the real scan over a simulated organization, in one process.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use trailseal_model::exit_code;
use trailseal_sim::Simulator;

use super::{Outcome, runtime};
use crate::cli::help;
use crate::environment::Environment;
use crate::error::UserError;
use crate::run::heartbeat::Heartbeat;
use crate::run::progress::Progress;
use crate::run::{self, OUT, Scan, Scanned};
use crate::settings::Settings;
use crate::settings::sessions::RoleName;
use crate::settings::value::Secret;
use crate::simulation::{self, DEFAULT, Simulation};
use crate::terminal;

/// When it takes place: always the same time, so that two demonstrations show the same.
const START: &str = "2026-11-20T12:02:30Z";

/// The flags of `demo`.
#[derive(Debug, Args)]
#[command(after_long_help = help::DEMO)]
pub(crate) struct DemoArgs {
    /// Folder for the reports; it must not exist, be empty, or hold an earlier simulation's reports,
    /// which are replaced [default: trailseal-out/demo]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Scenario to simulate: a ready-made one, or a file
    #[arg(long, default_value = DEFAULT, value_name = "NAME|FILE")]
    scenario: String,
    /// Show no progress, only the summary
    #[arg(long, short)]
    quiet: bool,
}

/// Scans the scenario and says where the reports are and how to read them.
pub(crate) fn run(
    args: DemoArgs,
    arguments: Vec<String>,
    heartbeat: Heartbeat,
) -> Result<Outcome, UserError> {
    let start: Timestamp = START.parse().expect("a time");
    let Simulation { name, scenario } = simulation::read(&args.scenario, None, start)?;
    terminal::line(format_args!(
        "this is a simulation: a made-up organization (scenario `{name}`) answers, and no AWS account \
         is asked"
    ));
    let access = &scenario.access;
    let log_archive = access.log_archive.and_then(|it| it.to_string().parse().ok());
    let settings = Settings {
        out: Some(args.out.unwrap_or_else(|| Path::new(OUT).join("demo"))),
        role_name: RoleName(access.role_name.to_string()),
        external_id: access.external_id.as_deref().map(|it| Secret(it.to_owned())),
        log_archive_accounts: log_archive.into_iter().collect(),
        ..Settings::default()
    };
    let scan = Scan {
        replaces_simulation: true,
        progress: if args.quiet { Progress::Quiet } else { Progress::Shown },
        arguments,
        heartbeat,
        ..Scan::of(settings)
    };
    let simulator = Arc::new(Simulator::of(&scenario).named(&name));
    let outside = Environment::simulated(&simulator, &name)
        .map_err(|it| UserError::usage(it.to_string(), "give the scenario a caller"))?;
    let scanned = runtime()?.block_on(run::scan(scan, outside))?;
    let notes = format!("{}{}", scanned.summary, guide(&scanned));
    Ok(Outcome::notes(exit_code::CLEAN, notes))
}

/// What to look at first, and what a real scan would have ended with.
fn guide(scanned: &Scanned) -> String {
    let Scanned { exit_code, folder, .. } = scanned;
    let files = [
        ("report.html", "open it in a browser first: the verdict, and what to change"),
        ("causes.csv", "what to change, the gravest first: the fact, the fix, the commands"),
        ("findings.csv", "failures first: what fails, the proof, and which cause is behind it"),
        ("accounts.csv", "does a sealed trail record each account, and what of its other trails?"),
        ("gaps.csv", "what AWS did not answer, where and why"),
    ];
    let mut text = format!("\nReports: {}\n", folder.display());
    for (name, what) in files {
        let _ = writeln!(text, "  {name:<14}{what}");
    }
    let _ = writeln!(
        text,
        "On a real organization `trailseal scan` would now end with exit code {exit_code}: {}.\n\
         The demonstration itself worked: exit code 0.",
        exit_code::meaning(*exit_code)
    );
    text
}
