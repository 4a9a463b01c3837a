//! The rows of each table, from lines of the record.

use std::collections::BTreeMap;
use std::fmt::Display;

pub(crate) mod account;
pub(crate) mod cause;
pub(crate) mod coverage;
pub(crate) mod exception;
pub(crate) mod finding;
pub(crate) mod framework;
pub(crate) mod gap;
pub(crate) mod key;
pub(crate) mod sample;
pub(crate) mod sampled_cluster;
pub(crate) mod sampling;
pub(crate) mod store;
pub(crate) mod trail;

/// Counts as the items of a list, such as `sse-s3=2`.
fn counts<K: Display, V: Display>(counts: &BTreeMap<K, V>) -> impl Iterator<Item = String> {
    counts.iter().map(|(word, count)| format!("{word}={count}"))
}
