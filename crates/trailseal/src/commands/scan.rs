//! `trailseal scan`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use trailseal_journal::RunManifest;
use trailseal_model::{GapClass, exit_code};

use super::{Outcome, runtime};
use crate::cli::help;
use crate::environment::Environment;
use crate::error::UserError;
use crate::run::heartbeat::Heartbeat;
use crate::run::progress::Progress;
use crate::run::stop::Stop;
use crate::run::{self, KeepJournal, Scan, Scanned, manifest};
use crate::settings::{self, Given, accounts, exceptions, value};
use crate::signals::Signals;
use crate::terminal;

/// The flags of `scan`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "one for each flag without a value")]
#[command(after_long_help = help::SCAN)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    given: Given,
    /// Read settings from a TOML file; flags and variables take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Continue the interrupted scan in this folder: ask only what its journal does not answer
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_journal")]
    resume: Option<PathBuf>,
    /// Gap class that --resume asks again, such as denied; transient failures are always asked again
    #[arg(
        long,
        value_name = "CLASS",
        value_delimiter = ',',
        requires = "resume",
        value_parser = value::parse::<GapClass>
    )]
    ask_again: Vec<GapClass>,
    /// Keep the journal of answers even if everything was read
    #[arg(long, conflicts_with = "no_journal")]
    keep_journal: bool,
    /// Keep no journal of answers; the scan can then not be continued
    #[arg(long)]
    no_journal: bool,
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
        let manifest = self.resume.as_deref().map(manifest::read).transpose()?;
        let scan = settled(self.given.over(file.given), manifest.as_ref())?;
        let before = manifest.as_ref().and_then(|manifest| manifest.configuration_sha256.clone());
        let keep_journal = match (self.no_journal, self.keep_journal) {
            (true, _) => KeepJournal::Never,
            (false, true) => KeepJournal::Always,
            (false, false) => KeepJournal::UntilDone,
        };
        Ok(Scan {
            progress: if self.quiet { Progress::Quiet } else { Progress::Shown },
            fails_fast: self.fail_fast,
            arguments,
            configuration_sha256: file.sha256.or(before),
            keep_journal,
            resume: self.resume.zip(manifest),
            ask_again: self.ask_again,
            ..scan
        })
    }
}

/// A scan with these settings, over those of the scan that it continues, and the files they name.
pub(super) fn settled(given: Given, manifest: Option<&RunManifest>) -> Result<Scan, UserError> {
    let before = manifest.map(manifest::layer).transpose()?.unwrap_or_default();
    let (given_accounts, given_exceptions) =
        (given.accounts_file.clone(), given.exceptions.clone());
    let settings = given.over(before).in_force();
    settings.check()?;
    let mut files = BTreeMap::new();
    // What is not named again is as it was when the scan began, wherever the file is by now.
    let mut text = |key: &str, path: Option<PathBuf>, read: fn(&std::path::Path) -> _| {
        let kept = || manifest.and_then(|manifest| manifest.files.get(key).cloned());
        let text = path.map(|path| read(&path)).transpose()?.or_else(kept);
        files.extend(text.clone().map(|text| (key.to_owned(), text)));
        Ok::<Option<String>, UserError>(text)
    };
    let declared = text("accounts_file", given_accounts, accounts::read)?;
    let accepted = text("exceptions", given_exceptions, exceptions::read)?;
    let path = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    let declared = declared
        .map(|text| accounts::accounts(&text, &path(&settings.accounts_file)))
        .transpose()?;
    let accepted = accepted
        .map(|text| exceptions::exceptions(&text, &path(&settings.exceptions)))
        .transpose()?;
    Ok(Scan {
        declared_accounts: declared.unwrap_or_default(),
        exceptions: accepted.unwrap_or_default(),
        files,
        ..Scan::of(settings)
    })
}

/// Audits the organization of the caller.
pub(crate) fn run(
    args: ScanArgs,
    arguments: Vec<String>,
    heartbeat: Heartbeat,
) -> Result<Outcome, UserError> {
    let scan = Scan { heartbeat, ..args.scan(arguments)? };
    let runtime = runtime()?;
    let scanned = runtime.block_on(async {
        let signals = Signals::listen().map_err(|problem| {
            UserError::own(
                format!("the program cannot start: {problem}"),
                "free processes and files",
            )
        })?;
        tokio::spawn(stop_at(signals, scan.stop.clone()));
        run::scan(scan, Environment::real()).await
    });
    // A thread that still writes reports must not keep a run from ending that was asked to.
    runtime.shutdown_background();
    let Scanned { exit_code, folder, summary } = scanned?;
    let notes = format!(
        "{summary}\nReports: {}\nExit code {exit_code}: {}\n",
        folder.display(),
        exit_code::meaning(exit_code)
    );
    Ok(Outcome::notes(exit_code, notes))
}

/// The first signal asks the run to stop; a second SIGINT ends the program at once.
async fn stop_at(mut signals: Signals, stop: Stop) {
    let first = signals.next().await;
    terminal::line(format_args!("{first}: stopping; press Ctrl-C to end at once"));
    stop.request(first);
    while signals.next().await != Signals::INTERRUPT {}
    std::process::exit(i32::from(exit_code::INTERRUPTED));
}
