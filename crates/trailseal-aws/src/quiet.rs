//! Work that no subscriber hears of.

use std::future::Future;

use tracing::Dispatch;
use tracing::instrument::{WithDispatch, WithSubscriber};

/// Lets the SDK log nothing while it works. At its lowest level it logs whole answers, and the
/// answer to AssumeRole is credentials; so no subscriber, however it is set up, may hear it.
pub(crate) fn quietly<F: Future>(work: F) -> WithDispatch<F> {
    work.with_subscriber(Dispatch::none())
}
