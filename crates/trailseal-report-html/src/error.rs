//! Why there is no page.

use std::io;

use trailseal_model::record::RecordError;

/// A page that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The record is at fault.
    #[error("the record {0}")]
    Record(#[from] RecordError),
    /// The file is at fault.
    #[error("the page cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The record has no first line.
    #[error("the record is empty")]
    Empty,
    /// The record is of another version of this program.
    #[error("the record has the {kind} `{word}`, which this version does not know")]
    UnknownWord {
        /// What kind of word it is.
        kind: &'static str,
        /// The word.
        word: String,
    },
}
