//! Keyed work, many at a time, streaming.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::{FutureExt as _, Stream, StreamExt as _};

/// The work for one key panicked: a bug, but only that key's.
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

/// Does `work` for every key, up to `max_in_flight` at a time, and yields each result as it comes.
///
/// Every key yields exactly once: a panic in its work is its result and nobody else's. Keys are
/// taken from the stream only as there is room for them, so memory does not grow with their number.
pub fn run<K, T, W, F>(
    keys: impl Stream<Item = K>,
    max_in_flight: usize,
    work: W,
) -> impl Stream<Item = (K, Result<T, Panicked>)>
where
    K: Clone,
    W: Fn(K) -> F,
    F: Future<Output = T>,
{
    keys.map(move |key| guarded(key, &work)).buffer_unordered(max_in_flight.max(1))
}

/// The work for one key, whose panic is its result.
pub(crate) fn guarded<K, T, W, F>(
    key: K,
    work: &W,
) -> impl Future<Output = (K, Result<T, Panicked>)> + use<K, T, W, F>
where
    K: Clone,
    W: Fn(K) -> F,
    F: Future<Output = T>,
{
    // The call itself can panic too, before there is a future to poll.
    let started = catch_unwind(AssertUnwindSafe(|| work(key.clone())));
    async move {
        let res = match started {
            Ok(future) => AssertUnwindSafe(future).catch_unwind().await,
            Err(payload) => Err(payload),
        };
        (key, res.map_err(|payload| Panicked::new(payload.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_its_own_keys_result() {
        let mut results: Vec<(u32, Result<u32, Panicked>)> =
            run(futures::stream::iter(0..100), 7, |key| {
                // One panics before its future exists, one inside it.
                assert!(key != 13, "thirteen");
                async move {
                    tokio::time::sleep(Duration::from_millis(u64::from(key % 5))).await;
                    assert!(key != 42, "forty-two");
                    key * 2
                }
            })
            .collect()
            .await;
        results.sort_by_key(|it| it.0);
        assert_eq!(results.len(), 100);
        assert_eq!(results[13].1, Err(Panicked { message: "thirteen".to_owned() }));
        assert_eq!(results[42].1, Err(Panicked { message: "forty-two".to_owned() }));
        assert_eq!(results[99].1, Ok(198));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_allowed_are_in_flight() {
        let (now, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (now, peak) = (&now, &peak);
        run(futures::stream::iter(0..200), 16, |_| async move {
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(1)).await;
            now.fetch_sub(1, Ordering::SeqCst);
        })
        .for_each(|_| async {})
        .await;
        assert_eq!(peak.load(Ordering::SeqCst), 16);
    }
}
