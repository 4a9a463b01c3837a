//! `trailseal report`: rebuild every report offline from a scan's record.

use std::path::PathBuf;

use clap::Args;
use trailseal_model::exit_code;

use super::Outcome;
use crate::cli::help;
use crate::error::UserError;
use crate::output::{CopyError, OutputFolder, RECORD_FILE, copy_record, unwritten, write_reports};

/// The flags of `report`.
#[derive(Debug, Args)]
#[command(after_long_help = help::REPORT)]
pub(crate) struct ReportArgs {
    /// record.jsonl of a scan, or the folder that it is in
    #[arg(long, value_name = "RECORD|FOLDER")]
    from: PathBuf,
    /// Folder for the reports; it must not exist, or be empty
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// Makes the reports. The folder then holds the same bytes as the scan's own.
pub(crate) fn run(args: &ReportArgs) -> Result<Outcome, UserError> {
    let from = if args.from.is_dir() { args.from.join(RECORD_FILE) } else { args.from.clone() };
    let unreadable = |problem: &dyn std::fmt::Display| {
        UserError::usage(
            format!("`{}`: {problem}", from.display()),
            "give a record.jsonl that a scan of this version wrote",
        )
    };
    if !from.is_file() {
        return Err(unreadable(&"the file does not exist"));
    }
    let folder = OutputFolder::begin(&args.out)?;
    copy_record(&from, &folder).map_err(|error| match error {
        CopyError::Read(problem) => unreadable(&problem),
        CopyError::Write(problem) => unwritten(&problem),
    })?;
    let summary = write_reports(&folder).map_err(|problem| {
        if problem.is_of_record() { unreadable(&problem) } else { unwritten(&problem) }
    })?;
    let out = folder.publish()?;
    let notes = format!("{summary}\nReports: {}\n", out.display());
    Ok(Outcome::notes(exit_code::CLEAN, notes))
}
