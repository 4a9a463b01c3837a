//! Objects that were put: reports, and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;
use jiff::Timestamp;

use crate::world::trail::Seal;

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its content.
    pub body: Bytes,
    /// `ETag`, in its quotes.
    pub etag: Box<str>,
    /// How it is encrypted.
    pub seal: Seal,
    /// When it was put.
    pub at: Timestamp,
    /// `Content-Type`.
    pub content_type: Option<Box<str>>,
}

type Keys = BTreeMap<Box<str>, StoredObject>;

/// Stored objects by bucket and key.
#[derive(Debug, Default)]
pub struct Stored(RwLock<HashMap<Box<str>, Keys>>);

impl Stored {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<Box<str>, Keys>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an object, unless `only_new` and there is one; returns whether it did.
    pub fn put(&self, bucket: &str, key: &str, object: StoredObject, only_new: bool) -> bool {
        let mut buckets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let keys = buckets.entry(bucket.into()).or_default();
        if only_new && keys.contains_key(key) {
            return false;
        }
        keys.insert(key.into(), object);
        true
    }

    /// The object with this key.
    #[must_use]
    pub fn get(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        self.read().get(bucket)?.get(key).cloned()
    }

    /// The first object whose key is not less than this text.
    #[must_use]
    pub fn first_from(&self, bucket: &str, text: &str) -> Option<(Box<str>, StoredObject)> {
        let buckets = self.read();
        let range = (Bound::Included(text), Bound::Unbounded);
        let (key, object) = buckets.get(bucket)?.range::<str, _>(range).next()?;
        Some((key.clone(), object.clone()))
    }

    /// The keys of a bucket in order, with their sizes and times.
    #[must_use]
    pub fn list(&self, bucket: &str) -> Vec<(Box<str>, u64, Timestamp)> {
        let buckets = self.read();
        let keys = buckets.get(bucket).into_iter().flatten();
        keys.map(|(key, it)| (key.clone(), it.body.len() as u64, it.at)).collect()
    }
}
