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
//! What counts as lower and upper case: names of elements, effects and operators are taken exactly
//! as AWS writes them; names of actions and condition keys match in any case (IAM user guide, *IAM
//! JSON policy elements: Action* and *Condition*); all else is compared as its operator says.

mod compare;
mod condition;
mod context;
mod evaluate;
mod json;
mod operator;
mod pattern;
mod policy;
#[cfg(test)]
mod tests;
mod truth;

pub use context::{BucketKey, CloudTrailDelivery, ContextValue, Possibility, RequestContext};
pub use evaluate::{Decision, evaluate};
pub use policy::{KeyPolicy, MalformedPolicy, StatementId};
pub use truth::Why;
