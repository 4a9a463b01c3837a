//! Work whose panic is its result.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

/// Work panicked: a bug, but only that of this work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// The panic's message, if it had one.
    pub message: String,
}

impl Panicked {
    fn new(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|it| (*it).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self { message }
    }
}

/// What a future results in, or its panic.
///
/// # Errors
/// When it panics.
pub async fn guarded<F: Future>(work: F) -> Result<F::Output, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|payload| Panicked::new(payload.as_ref()))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_panic_is_a_result_and_its_message_is_kept() {
        assert_eq!(block_on(guarded(async { 7 })), Ok(7));
        let panicked = |message: &str| Err::<(), _>(Panicked { message: message.to_owned() });
        assert_eq!(block_on(guarded(async { panic!("as it was") })), panicked("as it was"));
        assert_eq!(block_on(guarded(async { panic!("number {}", 7) })), panicked("number 7"));
    }
}
