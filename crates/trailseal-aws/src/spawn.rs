//! Requests in tasks of their own, so that every core signs and reads answers.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;

/// Runs this in a task of its own. It ends when its caller waits for it no more, and its
/// panic goes to its caller.
///
/// The rest of a run is one task, which decides and counts. Signing, sending and reading answers is
/// nearly all of its work, and none of it depends on another request.
pub(crate) fn spawn_request<F>(work: F) -> AbortOnDrop<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    AbortOnDrop(tokio::spawn(work))
}

/// What is run in a task of its own.
pub(crate) struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(output)) => Poll::Ready(output),
            Poll::Ready(Err(error)) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The runtime is ending, and this task with it.
                Err(_) => Poll::Pending,
            },
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    #[should_panic(expected = "as it was")]
    async fn a_panic_comes_out_as_it_was() {
        spawn_request(async { panic!("as it was") }).await;
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_runs_on_that_nobody_waits_for() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let waiting = spawn_request(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            drop(held);
        });
        tokio::task::yield_now().await;
        drop(waiting);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
