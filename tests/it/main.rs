//! The whole program over an organization in memory, and its command line as a person meets it.

#![expect(clippy::unwrap_used, reason = "a test may end where it fails")]

mod command_line;
mod demo;
mod directory;
mod endpoints;
mod failures;
mod fuzz;
mod heartbeat;
mod iam;
mod machine;
mod order;
mod program;
mod resume;
mod scope;
mod simulation;
mod surroundings;
mod whole;
