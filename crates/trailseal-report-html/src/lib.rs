//! One self-contained HTML page for people, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! no file, clock or environment is read here.
//!
//! **Architecture invariant**: the page asks for nothing and runs nothing. It has no script, no link
//! out, and a content security policy that allows its own stylesheet by hash and nothing else.
//!
//! **Architecture invariant**: every value goes through one escaper, `text::Markup`. Only the
//! stylesheet and its policy, which are this crate's own, are written as they are.
//!
//! **Architecture invariant**: what is counted is counted from the record's lines, and a table that
//! is cut says how many rows it leaves out and which file has them.
//!
//! **Architecture invariant**: memory is bounded by accounts, causes, keys, buckets, gaps in brief and
//! the rows that are shown, not by findings, samples or targets.

mod accounts;
mod banners;
mod bar;
mod causes;
mod collect;
mod context;
mod coverage;
mod exceptions;
mod findings;
mod gaps;
mod headline;
mod inventory;
mod lists;
mod members;
mod method;
mod page;
mod ranked;
mod report;
mod style;
mod text;
mod trail;
mod trails;
mod words;

pub use report::FORMAT;

#[cfg(test)]
mod tests;
