//! IAM policies of users and roles: what they may do, and who may assume them.
//!
//! Written from the IAM user guide. What is not simulated is refused when a policy is read, so that
//! no part of one is ever passed over. It knows nothing of the simulated organization: what a
//! request says of itself comes through [`Context`].

mod condition;
mod document;
mod error;
mod json;
mod key;
pub mod pattern;
mod principal;
mod statement;
#[cfg(test)]
mod tests;

pub use condition::Context;
pub use document::{Asked, Decision, Policy, Trust, TrustPolicy};
pub use error::PolicyError;
pub use key::Key;
pub use principal::Caller;
