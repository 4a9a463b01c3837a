//! What a check finds.

use std::fmt;

/// Something to put right, shown as `path:line: what is wrong; what to do`.
pub(super) struct Complaint {
    /// The file, from the repository's root.
    pub(super) path: String,
    /// The line, from 1.
    pub(super) line: usize,
    message: String,
}

impl Complaint {
    /// What is wrong with this line.
    pub(super) fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}
