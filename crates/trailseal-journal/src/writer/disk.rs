//! What the writer needs of a disk: a seam, so that tests can fill it.

use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};

use crate::folder::{create_private, sync_folder};

/// A folder for segments.
pub(crate) trait Disk: Send {
    /// Makes a segment's file; one that exists is an error.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn SegmentFile>>;
}

/// One segment's file.
pub(crate) trait SegmentFile: Write + Send {
    /// Waits until everything is on the disk.
    fn sync(&mut self) -> io::Result<()>;

    /// Drops what follows a place, and goes on there.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// A real folder.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// This folder, which exists.
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl Disk for Folder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn SegmentFile>> {
        let file = create_private(&self.0.join(name))?;
        sync_folder(&self.0)?;
        Ok(Box::new(file))
    }
}

impl SegmentFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.seek(io::SeekFrom::Start(length)).map(|_| ())
    }
}
