//! `trailseal plan`.

use clap::Args;

use super::scan::ScanArgs;
use super::{Outcome, runtime};
use crate::cli::help;
use crate::environment::Environment;
use crate::error::UserError;
use crate::plan::{self, Planned};
use crate::run::Scan;

/// The flags of `plan`: those of `scan`, and how the plan is printed.
#[derive(Debug, Args)]
#[command(after_long_help = help::PLAN)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    scan: ScanArgs,
    /// Print the plan as one JSON object
    #[arg(long)]
    json: bool,
}

impl PlanArgs {
    /// The scan that is planned.
    pub(crate) fn scan(self, arguments: Vec<String>) -> Result<Scan, UserError> {
        self.scan.scan(arguments)
    }
}

/// Says what a scan with these settings will read, cost and lack.
pub(crate) fn run(args: PlanArgs, arguments: Vec<String>) -> Result<Outcome, UserError> {
    let is_json = args.json;
    let scan = args.scan(arguments)?;
    let planned = runtime()?.block_on(plan::plan(scan, Environment::real()))?;
    let Planned { exit_code, text, json } = planned;
    let result = if is_json { json } else { text };
    Ok(Outcome { exit_code, ..Outcome::result(result) })
}
