//! One read per key, however many ask at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures::lock::Mutex as AsyncMutex;

/// Results by key; the first who asks reads, the others wait for the result.
#[derive(Debug)]
pub(super) struct SingleFlight<K, V> {
    clusters: Mutex<HashMap<K, Arc<AsyncMutex<Option<V>>>>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self { clusters: Mutex::default() }
    }
}

impl<K: Hash + Eq, V: Clone> SingleFlight<K, V> {
    /// The value of the key, read now if nobody has.
    pub(super) async fn get<F: Future<Output = V>>(&self, key: K, read: impl FnOnce() -> F) -> V {
        let cluster = {
            let mut clusters = self.clusters.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(clusters.entry(key).or_default())
        };
        let mut value = cluster.lock().await;
        if let Some(value) = &*value {
            return value.clone();
        }
        let read = read().await;
        *value = Some(read.clone());
        read
    }
}
