//! The record: the one machine-readable file that every report is made from, typed line by line, and
//! what the reports are made with.
//!
//! **Architecture invariant**: every report is a pure function of the record's lines. A [`Report`] sees
//! each line once, in the record's order, and all reports are made in one pass ([`report_all`]).
//!
//! **Architecture invariant**: a field that holds a word of a closed list has the model's enum as its
//! type. A record with a word that this version does not know is refused with its line and the word, so
//! that no report has to decide what an unknown word means.
//!
//! **Architecture invariant**: the record's own structs, and not the model's, are its format.

mod error;
mod file_name;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
mod folder;
mod report;
mod stream;
mod time;
pub mod v1;
mod volatile;

pub use error::ReportError;
pub use file_name::FileName;
pub use folder::Folder;
pub use report::{Format, Open, Report, report_all};
pub use stream::{RecordError, RecordReader, RecordWriter};
pub use time::Time;
pub use volatile::VOLATILE;
