//! Where reports put their files.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use crate::report::ReportError;

/// The name of a file that a report makes, without a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(&'static str);

impl FileName {
    /// A file of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// What makes an error of this file from one of the disk:
    /// `out.flush().map_err(FILE.unwritten())`.
    pub fn unwritten(self) -> impl Fn(io::Error) -> ReportError {
        move |problem| ReportError::Disk { file: self, problem }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0)
    }
}

impl AsRef<Path> for FileName {
    fn as_ref(&self) -> &Path {
        Path::new(self.0)
    }
}

/// A folder that takes the files of reports.
pub trait Folder {
    /// Begins a file. The writer is buffered; who writes to it flushes it in the end, because an error
    /// that dropping it meets is lost.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>>;
}
