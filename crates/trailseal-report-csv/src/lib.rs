//! The auditor's pack: comma-separated files and `run.json`, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! no file, clock or environment is looked at here.
//!
//! **Architecture invariant**: rows stream through. What is kept in memory grows with accounts,
//! trails, keys, event data stores and buckets, not with targets or samples.
//!
//! **Architecture invariant**: every row of every table says where the list of accounts comes from
//! and whether the run was limited to a part of it.

mod cell;
mod columns;
mod command;
mod pack;
mod record_index;
mod rows;

pub use cell::neutralized;
pub use columns::{Table, columns};
pub use pack::{PackError, RUN_FILE, write_pack};

#[cfg(test)]
mod tests;
