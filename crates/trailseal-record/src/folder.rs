//! Where reports put their files.

use std::io::{self, Write};

use crate::file_name::FileName;

/// A folder that takes the files of reports.
pub trait Folder {
    /// Begins a file. The writer is buffered; who writes to it flushes it in the end, because an error
    /// that dropping it meets is lost.
    ///
    /// # Errors
    /// When the file cannot be made.
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>>;
}
