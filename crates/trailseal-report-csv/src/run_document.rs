//! `run.json`: the run, what every row of a table would repeat, and how many rows each table has.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use serde::Serialize;
use trailseal_record::v1::RunLine;
use trailseal_record::{FileName, Folder, ReportError, Time};

/// The run as a JSON document.
pub const RUN_FILE: FileName = FileName::new("run.json");

/// The rules of the draw, in docs/reports/csv.md; another number when they change.
const ALGORITHM: &str = "trailseal-sampling/1";

#[derive(Debug, Serialize)]
struct RunDocument<'a> {
    #[serde(flatten)]
    run: &'a RunLine,
    /// What all rows of `sampling.csv` have in common.
    sampling: SamplingDocument<'a>,
    /// What there was to read.
    population: PopulationDocument,
    /// Rows by the name of the table's file, headers not counted.
    tables: &'a BTreeMap<&'static str, u64>,
}

#[derive(Debug, Serialize)]
struct SamplingDocument<'a> {
    /// The rules of the draw.
    algorithm: &'static str,
    /// What the choices were made with.
    seed: Option<&'a str>,
    /// Objects count from this time in their name.
    window_start: Time,
    /// And before this one.
    window_end: Time,
    /// Objects to select for each trail.
    sample_size: u32,
    /// The confidence of the bounds.
    confidence: f64,
    /// The share of deviating objects that is tolerable.
    tolerable_rate: f64,
}

#[derive(Debug, Serialize)]
struct PopulationDocument {
    /// Accounts, whatever their state.
    accounts: u64,
    /// Accounts times Regions, whatever became of them.
    targets: u64,
}

/// Writes the document.
pub(crate) fn write(
    run: &RunLine,
    tables: &BTreeMap<&'static str, u64>,
    folder: &dyn Folder,
) -> Result<(), ReportError> {
    let document = RunDocument {
        run,
        sampling: SamplingDocument {
            algorithm: ALGORITHM,
            seed: run.settings.get("seed").map(String::as_str),
            window_start: run.window_start,
            window_end: run.window_end,
            sample_size: run.thresholds.sample_size,
            confidence: run.thresholds.confidence,
            tolerable_rate: run.thresholds.tolerable_rate,
        },
        population: PopulationDocument {
            accounts: run.accounts.values().sum(),
            targets: run.coverage.values().sum(),
        },
        tables,
    };
    let write = || -> io::Result<()> {
        let mut file = folder.create(RUN_FILE)?;
        serde_json::to_writer_pretty(&mut file, &document)?;
        file.write_all(b"\n")?;
        file.flush()
    };
    write().map_err(RUN_FILE.unwritten())
}
