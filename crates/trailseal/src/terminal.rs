//! The one place that prints. Stdout is a result: what cannot be written there is an error. Stderr is
//! advice: progress and notes change neither reports nor exit code when they cannot be written.

use std::fmt::Display;
use std::io::{self, Write as _};

use crate::error::UserError;

/// Writes a result to stdout. A reader that has gone, as with `| head`, has what it wanted.
pub(crate) fn result(bytes: &[u8]) -> Result<(), UserError> {
    let mut stdout = io::stdout().lock();
    written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// What a write to stdout means for the exit code.
pub(crate) fn written(written: io::Result<()>) -> Result<(), UserError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(UserError::own(
            format!("the output cannot be written: {error}"),
            "check where stdout goes, and its free space",
        )),
        _ => Ok(()),
    }
}

/// Writes text to stderr as it is.
pub(crate) fn note(text: &str) {
    // Nothing is left to say where this cannot be said.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes one line to stderr, with the program's name.
pub(crate) fn line(text: impl Display) {
    note(&format!("trailseal: {text}\n"));
}
