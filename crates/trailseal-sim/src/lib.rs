//! A simulated AWS organization that answers the real wire protocols.
//!
//! **Architecture invariant**: it uses no other crate of the workspace, for it would share their
//! mistakes: operations go by AWS's names, and rules are written anew from AWS's documentation.
//!
//! **Architecture invariant**: [`Simulator::handle`] makes an answer from a request and a time,
//! without a socket; servers are shells around it.
//!
//! **Architecture invariant**: request ids, random faults and generated data are functions of the seed
//! and of what is asked, never of the order of requests.

mod answer;
mod authorization;
pub mod control;
pub mod denial;
pub mod draw;
mod fault_injection;
mod identity;
pub mod objects;
pub mod policy;
mod refusal;
pub mod scenario;
pub mod server;
pub mod service;
pub mod session;
mod simulator;
pub mod state;
#[cfg(test)]
mod tests;
pub mod wire;
pub mod world;

pub use answer::Answer;
pub use fault_injection::Ending;
pub use simulator::Simulator;
