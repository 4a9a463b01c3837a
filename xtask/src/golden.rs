//! The reports of every ready-made organization before and after a change of the core.

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace;

/// What `golden` does.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Golden {
    /// Scan every ready-made organization; the reports and the calls by operation go to a folder.
    Take {
        /// The folder; it must not exist yet.
        folder: PathBuf,
    },
    /// Print what differs between two such folders, but for what differs between any two runs and
    /// for the words in tests/golden/renamed.tsv.
    Compare {
        /// Taken with the older program.
        old: PathBuf,
        /// Taken with the newer one.
        new: PathBuf,
    },
}

/// Takes or compares; paths are of the folder in which this was started.
pub(crate) fn run(golden: &Golden) -> Result<()> {
    let (name, folders) = match golden {
        Golden::Take { folder } => ("take", vec![folder]),
        Golden::Compare { old, new } => ("compare", vec![old, new]),
    };
    let mut command = workspace::cargo();
    command.args(["test", "--quiet", "--package", "trailseal-tests", "--test", "golden", "--"]);
    command.arg(name);
    for folder in folders {
        command.arg(std::path::absolute(folder)?);
    }
    workspace::run(&mut command)
}
