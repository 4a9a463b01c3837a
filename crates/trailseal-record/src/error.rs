//! Why a report could not be made.

use std::io;

use crate::file_name::FileName;
use crate::stream::RecordError;

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The record cannot be read.
    #[error("the record {0}")]
    Record(#[from] RecordError),
    /// The record contradicts itself: a clause such as `has no run`.
    #[error("the record {0}")]
    Contradiction(String),
    /// A file of the report cannot be written.
    #[error("{file} cannot be written: {problem}")]
    Disk {
        /// The file.
        file: FileName,
        /// Why.
        problem: io::Error,
    },
}

impl ReportError {
    /// Whether the record is at fault, and not the disk.
    #[must_use]
    pub const fn is_of_record(&self) -> bool {
        match self {
            Self::Record(_) | Self::Contradiction(_) => true,
            Self::Disk { .. } => false,
        }
    }
}

impl FileName {
    /// What makes an error of this file from one of the disk:
    /// `out.flush().map_err(FILE.unwritten())`.
    pub fn unwritten(self) -> impl Fn(io::Error) -> ReportError {
        move |problem| ReportError::Disk { file: self, problem }
    }
}
