//! What other programs show of a run, each made from the record alone: `summary.md` for the page of a
//! pipeline, `summary.txt` for a terminal, `metrics.prom` for a monitoring system.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! this crate reads no file, clock or environment.
//!
//! **Architecture invariant**: all three count from the same tally of the record's lines, so their
//! numbers agree, and parts always add up to their whole: what is not shown is counted.
//!
//! **Architecture invariant**: no text of a customer or of AWS is markup, a control of the terminal, or
//! a line of its own in the metrics.
//!
//! **Architecture invariant**: whatever the record, `summary.md` stays under 1,000 KB and `summary.txt`
//! under 40 lines; memory is bounded by accounts, trails and causes, not by findings or targets.

mod banners;
mod causes;
mod feed;
mod markdown;
mod metrics;
mod open_metrics;
mod sentences;
mod summary;
mod tally;
mod terminal;
mod text;
mod trails;

pub use feed::{METRICS, METRICS_FILE, SUMMARY, SUMMARY_FILE, TERMINAL, TERMINAL_FILE};

#[cfg(test)]
mod tests;
