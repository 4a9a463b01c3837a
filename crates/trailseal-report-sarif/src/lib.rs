//! SARIF 2.1.0 for GitHub code scanning, made from the record alone.
//!
//! **Architecture invariant**: a pure function of the record. The same record gives the same bytes;
//! this crate reads no file, clock or environment.
//!
//! **Architecture invariant**: an alert reports failures that no exception accepts, or something that
//! was not assessed. A pass is never a result: GitHub would open an alert for it. GitHub ignores
//! suppressions, so what an exception accepts is a result of the full file only.
//!
//! **Architecture invariant**: each failed finding is counted in exactly one alert. Findings share one
//! where they share cause and subject, and consequences are folded into the alert of their cause.
//!
//! **Architecture invariant**: what identifies an alert (rule, path, fingerprint) depends on a control
//! and its subject alone, or on a cause, never on time, order, run or wording.
//!
//! **Architecture invariant**: a run that was limited to a part has a category of its own, because
//! an upload closes what it does not have. The file names the limits, and who vouches for the list of accounts.
//!
//! **Architecture invariant**: memory is bounded by the results that are kept, the accounts and the
//! causes, not by findings, samples or targets.

mod accepted;
mod alert;
mod alert_location;
mod causes;
mod document;
mod driver;
mod failures;
mod fold;
mod markdown;
mod message;
mod most_severe;
mod names;
mod notification;
mod pages;
mod paste;
mod population;
mod report;
mod rule;
mod scope;
mod text;
mod times;

pub use pages::control_page;
pub use report::{FORMAT, FULL_FILE, MAX_RESULTS, UPLOAD_FILE, limited_to};

#[cfg(test)]
mod tests;
