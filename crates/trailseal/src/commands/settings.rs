//! `trailseal settings`: every setting of a scan, as docs/configuration.md has it.

use clap::Command;

use super::Outcome;
use crate::settings::page;

/// Makes the page.
pub(crate) fn run(command: &Command) -> Outcome {
    let scan = command.find_subcommand("scan");
    Outcome::result(scan.map(page::page).unwrap_or_default())
}
