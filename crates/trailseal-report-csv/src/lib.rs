//! The auditor's pack: comma-separated files and `run.json`, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! no file, clock or environment is looked at here.
//!
//! **Architecture invariant**: rows stream through. What is kept in memory grows with accounts,
//! trails and buckets, not with targets or samples.

mod cell;
mod columns;
mod pack;

pub use cell::neutralized;
pub use columns::{Table, columns};
pub use pack::{PackError, RUN_FILE, write_pack};

#[cfg(test)]
mod tests;
