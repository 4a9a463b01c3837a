//! The rows of each table, from lines of the record.

pub(crate) mod account;
pub(crate) mod coverage;
pub(crate) mod exception;
pub(crate) mod finding;
pub(crate) mod gap;
pub(crate) mod key;
pub(crate) mod sample;
pub(crate) mod sampled_cell;
pub(crate) mod sampling;
pub(crate) mod store;
pub(crate) mod trail;
