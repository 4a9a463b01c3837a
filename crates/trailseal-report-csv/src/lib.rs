//! The auditor's pack: comma-separated files and `run.json`, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes; no
//! file, clock or environment is read here.
//!
//! **Architecture invariant**: rows stream through. What is kept in memory grows with causes, accounts,
//! trails, keys, event data stores and buckets, not with targets, findings or samples.
//!
//! **Architecture invariant**: every row of every table says where the list of accounts comes from
//! and whether the run was limited to a part of it.

mod cell;
mod columns;
mod command;
mod conclusion;
mod framework_status;
mod pack;
mod record_index;
mod rows;
mod run_document;
mod sample_tally;
#[cfg(any(test, feature = "sums"))]
pub mod sums;
mod table_file;

pub use cell::{CELL_LIMIT, neutralized};
pub use columns::{Table, columns};
pub use pack::FORMAT;
pub use run_document::RUN_FILE;

#[cfg(test)]
mod tests;
