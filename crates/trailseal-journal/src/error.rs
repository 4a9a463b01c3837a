//! What keeps a journal from being read or written, each as one line for people.

use std::io;
use std::path::{Path, PathBuf};

use crate::layout::FormatVersion;

/// What keeps a journal from being read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The disk, or the quota of its user, has no room left.
    #[error("the journal {} cannot be written: no space is left on the disk", shown(.path))]
    DiskFull {
        /// The file or folder.
        path: PathBuf,
    },
    /// The operating system refuses to read or write.
    #[error("the journal {} cannot be {doing}: {cause}", shown(.path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `written` or `created`.
        doing: &'static str,
        /// Why.
        cause: String,
    },
    /// The folder has no journal.
    #[error("{} is not a journal: {why}", shown(.path))]
    NotAJournal {
        /// The folder.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// The manifest does not say any more which run the journal belongs to.
    #[error("the manifest {} is damaged: {why}", shown(.path))]
    DamagedManifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another version of the program wrote it, in a format that this one does not read.
    #[error(
        "the journal {} has format {found}, and this program reads format {}: use a newer version of trailseal",
        shown(.path), FormatVersion::CURRENT
    )]
    OtherVersion {
        /// The manifest.
        path: PathBuf,
        /// The format it has.
        found: FormatVersion,
    },
    /// The folder has the journal of another run.
    #[error("the journal {} belongs to another run", shown(.path))]
    OtherRun {
        /// The manifest.
        path: PathBuf,
    },
    /// The thread that writes ended: a bug of this program.
    #[error("the journal {} is not written any more: its writer stopped unexpectedly", shown(.path))]
    WriterStopped {
        /// The folder.
        path: PathBuf,
    },
}

impl JournalError {
    /// Whether the disk, or its rights, are at fault, and not the journal.
    #[must_use]
    pub const fn is_of_disk(&self) -> bool {
        matches!(self, Self::DiskFull { .. } | Self::Io { .. } | Self::WriterStopped { .. })
    }

    /// The error for a failed call of the operating system; `doing` is `read`, `written` or `created`.
    pub(crate) fn of_io(path: &Path, doing: &'static str, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded if doing != "read" => {
                Self::DiskFull { path }
            }
            _ => Self::Io { path, doing, cause: cause_of(error) },
        }
    }
}

/// Why a call of the operating system failed, without its number.
pub(crate) fn cause_of(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::UnexpectedEof => "it is shorter than it was".to_owned(),
        _ => {
            let text = error.to_string();
            let plain = text.split(" (os error").next().unwrap_or_default();
            plain.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
        }
    }
}

/// A path for people, in quotation marks and on one line, whatever its name contains.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        if letter.is_control() {
            quoted.extend(letter.escape_default());
        } else {
            quoted.push(letter);
        }
    }
    quoted.push('\'');
    quoted
}
