//! `trailseal demo`: the real scan over a simulated organization, in one process.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_sim::Simulator;

use crate::error::UserError;
use crate::events::Progress;
use crate::outside::Outside;
use crate::scan::{self, OUT, ScanSettings, Scanned};
use crate::simulation::{self, Simulation};
use crate::summary::meaning;

/// When it takes place: always the same time, so that two demonstrations show the same.
const START: &str = "2026-11-20T12:02:30Z";

/// What a demonstration is told.
#[derive(Debug)]
pub(crate) struct DemoSettings {
    pub(crate) out: Option<PathBuf>,
    /// A name or a file.
    pub(crate) scenario: String,
    pub(crate) progress: Progress,
    pub(crate) arguments: Vec<String>,
}

/// Scans the scenario and says where the reports are and how to read them.
pub(crate) async fn run(settings: DemoSettings) -> Result<(), UserError> {
    let start: Timestamp = START.parse().expect("a time");
    let Simulation { name, scenario } = simulation::read(&settings.scenario, None, start)?;
    eprintln!(
        "trailseal: this is a simulation: a made-up organization (scenario `{name}`) answers, and \
         no AWS account is asked"
    );
    let access = &scenario.access;
    let log_archive = access.log_archive.and_then(|it| it.to_string().parse().ok());
    let settings = ScanSettings {
        out: Some(settings.out.unwrap_or_else(|| Path::new(OUT).join("demo"))),
        replaces_simulation: true,
        role_name: access.role_name.to_string(),
        external_id: access.external_id.as_deref().map(str::to_owned),
        log_archive_accounts: log_archive.into_iter().collect(),
        progress: settings.progress,
        arguments: settings.arguments,
        ..ScanSettings::default()
    };
    let simulator = Arc::new(Simulator::of(&scenario).named(&name));
    let outside = Outside::simulated(&simulator, &name)
        .map_err(|it| UserError::usage(it.to_string(), "give the scenario a caller"))?;
    let scanned = Box::pin(scan::run(settings, outside)).await?;
    eprint!("{}{}", scanned.summary, guide(&scanned));
    Ok(())
}

/// What to look at first, and what a real scan would have ended with.
fn guide(scanned: &Scanned) -> String {
    let Scanned { exit_code, folder, .. } = scanned;
    let files = [
        (
            "report.html",
            "open it in a browser first: the verdict, what was not read, every failure",
        ),
        ("findings.csv", "filter `status` by `fail`: what fails, how that shows, what to do"),
        ("accounts.csv", "are the logs of each account sealed, and by which trails?"),
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
        meaning(*exit_code)
    );
    text
}
