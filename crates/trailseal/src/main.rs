//! The command `trailseal`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trailseal::cli::main())
}
