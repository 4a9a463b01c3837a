//! Answers whether a KMS key policy lets a request through: allowed, denied, or not known, and why.
//!
//! **Architecture invariant**: pure. The answer depends on the policy and the request alone: no
//! I/O, clock, randomness or environment, and no other crate of the workspace.
//!
//! **Architecture invariant**: total. [`KeyPolicy::parse`] and [`evaluate()`] end for any text and
//! any request, and never panic.
//!
//! **Architecture invariant**: never [`Decision::Allow`] on something that is not understood. An
//! element, operator, value, principal or condition key that this crate does not know for certain
//! makes its statement [`Decision::Unknown`], and never makes it vanish.
//!
//! What counts as lower and upper case: names of actions and condition keys match in any case (IAM
//! user guide, *IAM JSON policy elements: Action* and *Condition*), effects only as AWS writes them
//! (there, *Effect*). Of names of elements and operators AWS does not say it: in odd letter case they
//! count as read where nothing else could have been meant, and else only where it makes no
//! difference. All else is compared as its operator says.
#![doc = include_str!("cloudtrail_request.md")]

mod allowing;
mod arn;
mod cloudtrail;
mod compare;
mod condition;
mod context;
mod evaluate;
mod everybody;
mod exempt;
mod grants;
mod json;
mod made_up;
mod names;
mod operator;
mod pattern;
mod policy;
mod principal;
mod readers;
mod scoping;
#[cfg(test)]
mod tests;
mod truth;
mod way;
mod who;

pub use cloudtrail::{BucketKey, CloudTrailDelivery};
pub use context::{Caller, ContextValue, Possibility, RequestContext};
pub use evaluate::{Decision, evaluate};
pub use policy::{KeyPolicy, MalformedPolicy, StatementId};
pub use readers::{LogReading, Membership, Reader, is_reader_denied, readers};
pub use scoping::{Binding, binding};
pub use truth::Why;
pub use way::Way;
pub use who::{Accounts, Kind, Member, Who};
