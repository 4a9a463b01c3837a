//! A whole scan of a simulated organization: the real command line, the real SDK, no socket. In
//! paused time (`#[tokio::test(start_paused = true)]`) it waits for nothing.

use std::ffi::OsString;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use trailseal::{Environment, RECORD_FILE, Scanned, scan_in};
use trailseal_record::RecordReader;
use trailseal_record::v1::Line;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;

use crate::Failure;

/// What such a scan is called in its reports.
const SCENARIO: &str = "test";

/// The flags with which a scan gets into the scenario.
#[must_use]
pub fn access_flags(scenario: &Scenario) -> Vec<String> {
    let access = &scenario.access;
    let mut flags = vec!["--role-name".to_owned(), access.role_name.to_string()];
    if let Some(external_id) = &access.external_id {
        flags.extend(["--external-id".to_owned(), external_id.to_string()]);
    }
    if let Some(archive) = access.log_archive {
        flags.extend(["--log-archive-account".to_owned(), archive.to_string()]);
    }
    flags
}

/// Scans with these flags of `trailseal scan`, as the first user of the simulator's world, at the
/// time that the world was made for. The reports go to `out`.
///
/// # Errors
/// As the command would end where it makes no report, or when nobody in the world has keys.
pub async fn scan(
    simulator: &Arc<Simulator>,
    flags: &[&str],
    out: &Path,
) -> Result<Scanned, Failure> {
    scan_from(outside(simulator)?, flags, out).await
}

/// What surrounds such a scan, for tests that change some of it.
///
/// # Errors
/// When nobody in the world has keys.
pub fn outside(simulator: &Arc<Simulator>) -> Result<Environment, Failure> {
    Ok(Environment::simulated(simulator, SCENARIO)?)
}

/// The same scan with these surroundings.
///
/// # Errors
/// As the command would end where it makes no report.
pub async fn scan_from(
    outside: Environment,
    flags: &[&str],
    out: &Path,
) -> Result<Scanned, Failure> {
    let flags = flags.iter().map(OsString::from);
    let flags = flags.chain([OsString::from("--out"), out.into()]);
    Ok(scan_in(flags, outside).await?)
}

/// Every line of the record in a folder of reports.
///
/// # Errors
/// When there is none, or it is not whole.
pub fn record(folder: &Path) -> Result<Vec<Line>, Failure> {
    let file = BufReader::new(File::open(folder.join(RECORD_FILE))?);
    Ok(RecordReader::new(file).collect::<Result<_, _>>()?)
}
