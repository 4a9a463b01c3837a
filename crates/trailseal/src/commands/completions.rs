//! `trailseal completions`.

use clap::{Args, Command};
use clap_complete::Shell;

use super::Outcome;
use crate::cli::help;

/// The flags of `completions`.
#[derive(Debug, Args)]
#[command(after_long_help = help::COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// Shell to complete in
    shell: Shell,
}

/// Makes the script for the whole command line.
pub(crate) fn run(args: &CompletionsArgs, mut command: Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "trailseal", &mut script);
    Outcome::result(script)
}
