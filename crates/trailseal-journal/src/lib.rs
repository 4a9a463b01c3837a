//! Answers kept and replayed: the journal of a run.
//!
//! A run keeps each answer of AWS in a folder of files that only grow. A later process of the same run
//! reads them and asks only what is missing; a replay asks nothing.
//!
//! **Architecture invariant**: an answer from a journal is one that was given to this run. Every frame
//! is checked, byte for byte, against a checksum that depends on the run and on the frame's segment;
//! what does not match is named and not used.
//!
//! **Architecture invariant**: a file of an earlier process is never changed. Each process writes files
//! of its own, a new epoch.
//!
//! **Architecture invariant**: a disk that fails or is full never blocks the asker: the writer reports it
//! once, and takes nothing more.
//!
//! **Architecture invariant**: nothing that is read takes more memory than its limit, whatever a file
//! declares or unpacks to.

mod damage;
mod error;
mod folder;
mod frames;
mod index;
mod journal;
mod journaled;
mod layout;
mod manifest;
mod reading;
mod record;
mod segment;
mod writer;

pub use damage::Damage;
pub use error::JournalError;
pub use folder::FOLDER;
pub use journal::Journal;
pub use journaled::{AskAgain, Journaled, Unanswered};
pub use layout::FormatVersion;
pub use manifest::RunManifest;
pub use record::EndReason;
pub use writer::Writer;

#[cfg(test)]
mod tests;
