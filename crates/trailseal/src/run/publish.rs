//! Writes the record, the reports from it, and puts the folder in its place.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use trailseal_record::v1::{Audit, write_record};

use crate::error::UserError;
use crate::output::{OutputFolder, RECORD_FILE, unwritten, write_reports};
use crate::samples::SampleSpool;

/// Where samples wait until the record is written.
pub(super) const SPOOL_FILE: &str = ".samples";

/// Writes the record, every report from it, and publishes the folder. Returns where the folder is, and
/// the report that commands print.
pub(super) fn publish(
    audit: &Audit,
    mut samples: SampleSpool,
    folder: OutputFolder,
) -> Result<(PathBuf, String), UserError> {
    let record = File::create(folder.path(RECORD_FILE)).map(BufWriter::new);
    let record = record.map_err(|it| unwritten(&it))?;
    write_record(audit, &mut samples, record).map_err(|it| unwritten(&it))?;
    drop(samples);
    std::fs::remove_file(folder.path(SPOOL_FILE)).map_err(|it| unwritten(&it))?;
    let summary = write_reports(&folder).map_err(|it| unwritten(&it))?;
    Ok((folder.publish()?, summary))
}
