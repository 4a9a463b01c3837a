//! Reads a journal: which questions it answers, and what of it is not used.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use trailseal_model::{AnyQuestion, AnyResult};

use crate::damage::Damage;
use crate::error::JournalError;
use crate::folder::MANIFEST;
use crate::frames::Unpacked;
use crate::manifest::RunManifest;
use crate::reading::{Contents, read_folder};
use crate::record::{EndReason, Record};

/// The journal of a run, as far as it can be trusted.
#[derive(Debug)]
pub struct Journal {
    manifest: RunManifest,
    contents: Contents,
}

impl Journal {
    /// Reads the journal in a folder, which may be that of a process that was killed a moment ago.
    ///
    /// # Errors
    /// If the folder has no journal, a damaged manifest, or one of another major version. Anything else
    /// that is wrong is one of [`damages`](Self::damages).
    pub fn read(folder: &Path) -> Result<Self, JournalError> {
        let read = |error: &std::io::Error| JournalError::of_io(folder, "read", error);
        match fs::metadata(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(not_a_journal(folder, "the folder does not exist"));
            }
            Err(error) => return Err(read(&error)),
            Ok(found) if !found.is_dir() => {
                return Err(not_a_journal(folder, "it is not a folder"));
            }
            Ok(_) => {}
        }
        let (manifest, hash) = RunManifest::read_hashed(folder)?
            .ok_or_else(|| not_a_journal(folder, &format!("it has no {MANIFEST}")))?;
        let contents = read_folder(folder, hash).map_err(|error| read(&error))?;
        Ok(Self { manifest, contents })
    }

    /// Which run it is.
    #[must_use]
    pub const fn manifest(&self) -> &RunManifest {
        &self.manifest
    }

    /// What is not used; in the order of files and places in them.
    #[must_use]
    pub fn damages(&self) -> &[Damage] {
        &self.contents.damages
    }

    /// What a question resulted in; the latest result where there are several. `None` if it was not
    /// asked, or if its frame cannot be read any more.
    #[must_use]
    pub fn get(&self, question: &AnyQuestion) -> Option<AnyResult> {
        for place in self.contents.index.places(question) {
            let unpacked = self.contents.frames.get(place.frame())?;
            if let Ok(Record::Kept(kept, result)) = Record::read(unpacked.line(place.record())?)
                && kept == *question
            {
                return Some(result);
            }
        }
        None
    }

    /// Why the newest process stopped; `None` if it was killed.
    #[must_use]
    pub const fn end(&self) -> Option<EndReason> {
        self.contents.end
    }

    /// How many results it has, repeated ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.contents.index.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many questions it answers, to a few in a billion: they are counted by their hashes.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.contents.index.questions()
    }

    /// How many processes wrote to it.
    #[must_use]
    pub const fn epochs(&self) -> usize {
        self.contents.epochs
    }

    /// When the newest answer came; `None` without an answer of AWS.
    #[must_use]
    pub const fn newest_answer(&self) -> Option<Timestamp> {
        self.contents.newest
    }

    /// When the oldest answer came, likewise.
    #[must_use]
    pub const fn oldest_answer(&self) -> Option<Timestamp> {
        self.contents.oldest
    }

    /// Every question with its result, in the order they were written, repeated ones included.
    pub fn records(&self) -> impl Iterator<Item = (AnyQuestion, AnyResult)> + '_ {
        let frames =
            (0..self.contents.frames.len()).filter_map(|frame| self.contents.frames.read(frame));
        frames.flat_map(|unpacked| kept_of(&unpacked))
    }

    /// Every record as it is written.
    #[cfg(test)]
    pub(crate) fn lines(&self) -> Vec<String> {
        let frames =
            (0..self.contents.frames.len()).filter_map(|frame| self.contents.frames.read(frame));
        let of = |unpacked: Unpacked| {
            let lines = (0..unpacked.lines()).filter_map(|number| unpacked.line(number));
            lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>()
        };
        frames.flat_map(of).collect()
    }
}

fn kept_of(unpacked: &Unpacked) -> Vec<(AnyQuestion, AnyResult)> {
    let lines = (0..unpacked.lines()).filter_map(|number| unpacked.line(number));
    let records = lines.filter_map(|line| match Record::read(line) {
        Ok(Record::Kept(question, result)) => Some((question, result)),
        _ => None,
    });
    records.collect()
}

fn not_a_journal(folder: &Path, why: &str) -> JournalError {
    JournalError::NotAJournal { path: folder.to_owned(), why: why.to_owned() }
}
