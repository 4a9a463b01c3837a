//! The only crate that talks to AWS: every call goes through one function.
//!
//! **Architecture invariant**: a request is made for an [`Operation`](trailseal_model::Operation)
//! and for nothing else; one whose purpose is to publish is refused, for this version has no
//! destination to publish to.
//!
//! **Architecture invariant**: all traffic goes through one function: permit (before signing),
//! send, classify, event, retry or give up. The SDK's own retries are off, for a limiter cannot
//! see them.
//!
//! **Architecture invariant**: circuits, retries and pauses are kept per operation, so none that no
//! essential control needs can keep back one that is needed.
//!
//! **Architecture invariant**: credentials never leave this crate: no answer holds them, no
//! `Debug` prints them, and messages of AWS and of the transport are searched for them.

mod answer;
mod answers;
mod ask;
mod assume_role;
mod aws;
mod backoff;
mod budget;
mod call;
mod circuit;
mod classify;
mod clients;
mod clock;
mod connect;
mod credentials;
mod endpoints;
mod error_text;
mod failure;
mod https;
mod quiet;
mod role;
mod sdk_defaults;
mod settings;
mod spawn;
mod surroundings;
#[cfg(test)]
mod tests;
mod transport;
mod tunnel;

pub use aws::{Aws, Caller};
pub use clock::Clock;
pub use connect::{ConnectError, connect};
pub use credentials::PlainCredentials;
pub use settings::{Overrides, Settings};
pub use surroundings::{Form, Misconfigured, VARIABLES, Variable};
pub use transport::{Transport, TransportError, TransportErrorKind};
