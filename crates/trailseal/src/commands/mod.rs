//! One file for each command. A command returns its outcome; only its caller prints.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod scan;
pub(crate) mod settings;
pub(crate) mod sim;

use tokio::runtime::Runtime;
use trailseal_model::exit_code;

use crate::error::UserError;

/// The outcome of a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The exit code.
    pub(crate) exit_code: u8,
    /// The result, for stdout.
    pub(crate) result: Vec<u8>,
    /// What a person wants to know besides, for stderr.
    pub(crate) notes: String,
}

impl Outcome {
    /// A result and nothing else.
    pub(crate) fn result(bytes: impl Into<Vec<u8>>) -> Self {
        Self { exit_code: exit_code::CLEAN, result: bytes.into(), notes: String::new() }
    }

    /// Notes for a person.
    pub(crate) fn notes(exit_code: u8, notes: String) -> Self {
        Self { exit_code, result: Vec::new(), notes }
    }
}

/// What runs a command that waits for something.
fn runtime() -> Result<Runtime, UserError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|it| {
        UserError::own(format!("the program cannot start: {it}"), "free memory and processes")
    })
}
