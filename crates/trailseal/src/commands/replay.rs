//! `trailseal replay`.

use std::path::PathBuf;

use clap::Args;
use trailseal_model::exit_code;

use super::scan::settled;
use super::{Outcome, runtime};
use crate::cli::help;
use crate::error::UserError;
use crate::run::manifest;
use crate::run::replay::{journal_in, replay};
use crate::run::{Scan, Scanned};
use crate::settings::{self, Given};

/// The flags of `replay`.
#[derive(Debug, Args)]
#[command(after_long_help = help::REPLAY)]
pub(crate) struct ReplayArgs {
    /// Output folder of the scan, or its journal
    #[arg(value_name = "JOURNAL")]
    journal: PathBuf,
    #[command(flatten)]
    given: Given,
    /// Read settings from a TOML file; flags take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Judges the answers of a journal again.
pub(crate) fn run(args: ReplayArgs, arguments: Vec<String>) -> Result<Outcome, UserError> {
    let out = args.given.out.clone().ok_or_else(|| {
        UserError::usage("--out is missing", "name a new folder for the reports with --out")
    })?;
    let journal = journal_in(&args.journal);
    let manifest = manifest::read_journal(&journal)?;
    let file = args.config.as_deref().map(settings::read).transpose()?.unwrap_or_default();
    let scan = settled(args.given.over(file.given), Some(&manifest))?;
    let configuration_sha256 = file.sha256.or_else(|| manifest.configuration_sha256.clone());
    let scan = Scan { arguments, configuration_sha256, ..scan };
    let scanned = runtime()?.block_on(replay(&journal, scan, &out))?;
    let Scanned { exit_code, folder, summary } = scanned;
    let notes = format!(
        "{summary}\nReports: {}\nExit code {exit_code}: {}\n",
        folder.display(),
        exit_code::meaning(exit_code)
    );
    Ok(Outcome::notes(exit_code, notes))
}
