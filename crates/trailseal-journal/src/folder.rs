//! The journal's folder: its files' names, and how they are made.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// The name of the journal's folder in the folder of a run.
pub const FOLDER: &str = "journal";

/// The manifest's name.
pub(crate) const MANIFEST: &str = "run.json";
/// The manifest while it is being written.
pub(crate) const UNFINISHED_MANIFEST: &str = "run.json.partial";

/// The name of a segment.
pub(crate) fn segment_name(epoch: u32, number: u32) -> String {
    format!("{epoch:06}-{number:06}.journal")
}

/// Epoch and number in the name of a segment; `None` for any other name.
pub(crate) fn parse_segment_name(name: &str) -> Option<(u32, u32)> {
    let (epoch, number) = name.strip_suffix(".journal")?.split_once('-')?;
    let parsed = (epoch.parse().ok()?, number.parse().ok()?);
    (segment_name(parsed.0, parsed.1) == name && parsed.0 > 0 && parsed.1 > 0).then_some(parsed)
}

/// Makes a folder that only its owner can open, if there is none.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A link could lead to a folder that others read.
            if fs::symlink_metadata(folder)?.is_dir() {
                return Ok(());
            }
            Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"))
        }
        made => made,
    }
}

/// Makes a file that only its owner can read; one that exists is an error.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a regular file for reading. A link, a pipe or a device is refused, since opening one can
/// lead elsewhere or wait forever.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

/// Writes a file that appears whole or not at all, and has reached the disk when this returns.
pub(crate) fn write_whole(folder: &Path, name: &str, partial: &str, text: &str) -> io::Result<()> {
    let partial = folder.join(partial);
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&partial, folder.join(name))?;
    sync_folder(folder)
}

/// Makes sure that new names in a folder reach the disk. Windows has no such call.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The highest epoch that a name in the folder has; 0 without one.
pub(crate) fn highest_epoch(folder: &Path) -> io::Result<u32> {
    let mut highest = 0;
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let epoch = name.to_str().and_then(parse_segment_name).map_or(0, |(epoch, _)| epoch);
        highest = highest.max(epoch);
    }
    Ok(highest)
}
