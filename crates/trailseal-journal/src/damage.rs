//! What of a journal is not used, and why.

use std::fmt;
use std::path::PathBuf;

use crate::error::shown;

/// A part of a journal that is not used; what it answered is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file; the folder where a file is missing.
    pub file: PathBuf,
    /// Where in the file it begins, in bytes.
    pub offset: u64,
    /// What is wrong, as a part of a sentence.
    pub what: String,
    /// How many bytes of the file are not used because of it.
    pub unused_bytes: u64,
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, what, unused_bytes } = self;
        write!(formatter, "{}", shown(file))?;
        if *offset > 0 {
            write!(formatter, " at byte {offset}")?;
        }
        write!(formatter, ": {what}")?;
        match unused_bytes {
            0 => Ok(()),
            1 => write!(formatter, "; 1 byte is not used"),
            count => write!(formatter, "; {count} bytes are not used"),
        }
    }
}
