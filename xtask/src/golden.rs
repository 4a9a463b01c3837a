//! The reports of every ready-made organization before and after a change of the core.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{bench, workspace};

/// As `tests/src/golden/figures.rs` reads it.
const FIGURES_FILE: &str = "figures.json";

/// What `golden` does.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Golden {
    /// Scan every ready-made organization; the reports and the calls by operation go to a folder.
    Take {
        /// The folder; it must not exist yet.
        folder: PathBuf,
        /// Write the instructions and the heap peak of `bench fanout` into it too; takes a release
        /// build and valgrind.
        #[arg(long)]
        figures: bool,
    },
    /// Print what differs between two such folders, or two of `moto --keep`, but for what differs
    /// between any two runs and for the words in tests/golden/renamed.tsv; of figures the ratios.
    /// Fails at a difference, above 1.03 times the instructions and above 1.05 times the heap peak.
    Compare {
        /// Taken with the older program.
        old: PathBuf,
        /// Taken with the newer one.
        new: PathBuf,
    },
}

/// Takes or compares; paths are of the folder in which this was started.
pub(crate) fn run(golden: &Golden) -> Result<()> {
    match golden {
        Golden::Take { folder, figures: false } => harness("take", &[folder]),
        Golden::Take { folder, figures: true } => {
            // Before the reports: what is missing for the figures is then said at once.
            let figures = bench::compared_figures()?.to_json()?;
            harness("take", &[folder])?;
            let file = folder.join(FIGURES_FILE);
            fs::write(&file, figures).with_context(|| format!("failed to write {}", file.display()))
        }
        Golden::Compare { old, new } => harness("compare", &[old, new]),
    }
}

/// Runs the half that needs paused time, which only tests have.
fn harness(chore: &str, folders: &[&Path]) -> Result<()> {
    let mut command = workspace::cargo();
    command.args(["test", "--quiet", "--package", "trailseal-tests", "--test", "golden", "--"]);
    command.arg(chore);
    for folder in folders {
        command.arg(std::path::absolute(folder)?);
    }
    workspace::run(&mut command)
}
