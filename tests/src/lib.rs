//! An organization in memory that answers the questions of Trailseal, and what the tests and the bench
//! do with it.
//!
//! **Architecture invariant**: what the world answers is a function of its plan and of the call,
//! never of the order of calls; only when an answer comes depends on the seed.

pub mod audit;
pub mod compare;
pub mod faults;
pub mod golden;
pub mod json_schema;
pub mod load;
pub mod plan;
pub mod policy_cases;
pub mod process;
pub mod scan_bench;
pub mod sim;
pub mod world;

/// Why something could not be tried.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
