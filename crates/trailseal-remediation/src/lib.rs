//! What a user deploys or changes, as text to review and to apply: the IAM policies and the trust that a
//! scan needs.
//!
//! **Architecture invariant**: nothing is applied here. No I/O, clock, randomness or environment: the
//! same request gives the same bytes.
//!
//! **Architecture invariant**: which actions a policy allows follows from
//! [`Operation`](trailseal_model::Operation) alone, in one function. Every format prints the same
//! statements.
//!
//! **Architecture invariant**: the external id is printed in the trust policy of the JSON document and
//! nowhere else; templates take it as a parameter.

pub mod iam;
