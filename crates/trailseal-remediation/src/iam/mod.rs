//! The IAM policies that a scan needs, and the trust of the roles that it assumes.

mod bucket;
mod caller;
mod cloudformation;
mod document;
mod error;
mod hcl;
mod json;
mod node;
mod policy;
mod request;
mod size;
mod statement;
mod terraform;
mod trust;
mod yaml;

#[cfg(test)]
mod tests;

pub use bucket::LogBucket;
pub use caller::{Caller, CallerKind};
pub use document::{Format, document};
pub use error::IamError;
pub use policy::actions_of;
pub use request::{ExternalId, IamRequest, Recipient, RoleName};
