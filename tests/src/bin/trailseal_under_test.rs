//! The command `trailseal`, by its own entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trailseal::cli::main())
}
