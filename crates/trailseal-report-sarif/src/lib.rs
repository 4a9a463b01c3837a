//! SARIF 2.1.0 for GitHub code scanning, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! no file, clock or environment is looked at here.
//!
//! **Architecture invariant**: an alert stands for an unsuppressed failure or for something that was
//! not assessed. A pass is never a result: GitHub would open an alert for it. GitHub ignores
//! suppressions, so what an exception accepts is a result of the full file only.
//!
//! **Architecture invariant**: what identifies an alert (rule, path, fingerprint) depends on the
//! control and its subject alone, never on time, order, run or wording.
//!
//! **Architecture invariant**: a run that was limited to a part has a category of its own, because
//! an upload closes what it does not have. The file says so, and whose word stands for the list of
//! accounts.
//!
//! **Architecture invariant**: memory is bounded by the results that are kept, the accounts and the
//! kinds of gap, not by findings, samples or targets.

mod accepted;
mod alert_location;
mod document;
mod notification;
mod pages;
mod population;
mod result;
mod rule;
mod scope;
mod text;
mod write;

pub use pages::control_page;
pub use write::{
    MAX_RESULTS, SarifError, SarifSummary, write_full_sarif, write_most_severe, write_sarif,
};

#[cfg(test)]
mod tests;
