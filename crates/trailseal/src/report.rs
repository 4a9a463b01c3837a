//! `trailseal report`: every report again, offline, from a record.

use std::path::{Path, PathBuf};

use crate::error::UserError;
use crate::output::{OutputFolder, copy_record, write_reports};

/// Makes the reports. The folder then holds the same bytes as the scan's own.
pub(crate) fn run(from: &Path, out: &Path) -> Result<PathBuf, UserError> {
    let unreadable = |it: &dyn std::fmt::Display| {
        UserError::usage(
            format!("`{}`: {it}", from.display()),
            "give a record.jsonl that a scan of this version wrote",
        )
    };
    if !from.is_file() {
        return Err(unreadable(&"there is no such file"));
    }
    let folder = OutputFolder::begin(out)?;
    copy_record(from, &folder).map_err(|it| unreadable(&it))?;
    write_reports(&folder).map_err(|it| unreadable(&it))?;
    let out = folder.publish()?;
    eprintln!("trailseal: reports in {}", out.display());
    Ok(out)
}
