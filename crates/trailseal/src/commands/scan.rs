//! `trailseal scan`.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, runtime};
use crate::cli::help;
use crate::environment::Environment;
use crate::error::UserError;
use crate::run::progress::Progress;
use crate::run::summary::meaning;
use crate::run::{self, Scan, Scanned};
use crate::settings::{self, Given, accounts, exceptions};

/// The flags of `scan`.
#[derive(Debug, Args)]
#[command(after_long_help = help::SCAN)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    given: Given,
    /// Read settings from a TOML file; flags and variables take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Stop if the first 20 accounts all refuse the role for the same reason
    #[arg(long)]
    fail_fast: bool,
    /// Show no progress, only the summary
    #[arg(long, short)]
    quiet: bool,
}

impl ScanArgs {
    /// The scan that flags, environment, file and defaults ask for.
    pub(crate) fn scan(self, arguments: Vec<String>) -> Result<Scan, UserError> {
        let file = self.config.as_deref().map(settings::read).transpose()?.unwrap_or_default();
        let settings = self.given.over(file).in_force();
        settings.check()?;
        let declared = settings.accounts_file.as_deref().map(accounts::read).transpose()?;
        let accepted = settings.exceptions.as_deref().map(exceptions::read).transpose()?;
        Ok(Scan {
            declared_accounts: declared.unwrap_or_default(),
            exceptions: accepted.unwrap_or_default(),
            progress: if self.quiet { Progress::Quiet } else { Progress::Shown },
            fails_fast: self.fail_fast,
            arguments,
            ..Scan::of(settings)
        })
    }
}

/// Audits the organization of the caller.
pub(crate) fn run(args: ScanArgs, arguments: Vec<String>) -> Result<Outcome, UserError> {
    let scan = args.scan(arguments)?;
    let scanned = runtime()?.block_on(run::scan(scan, Environment::real()))?;
    let Scanned { exit_code, folder, summary } = scanned;
    let notes = format!(
        "{summary}\nReports: {}\nExit code {exit_code}: {}\n",
        folder.display(),
        meaning(exit_code)
    );
    Ok(Outcome::notes(exit_code, notes))
}
