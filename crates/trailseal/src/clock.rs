//! The one place where the time of day is read.

use jiff::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the rim of the program: everything else gets it as a value"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
