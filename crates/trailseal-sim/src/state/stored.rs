//! Objects that were put: reports, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use crate::world::trail::Seal;

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its content.
    pub body: Bytes,
    /// How it lies.
    pub seal: Seal,
    /// When it was put.
    pub at: Timestamp,
    /// `Content-Type`.
    pub content_type: Option<Box<str>>,
}

/// Stored objects by bucket and key.
#[derive(Debug, Default)]
pub struct Stored(Mutex<BTreeMap<(Box<str>, Box<str>), StoredObject>>);

impl Stored {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Box<str>, Box<str>), StoredObject>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an object, unless `only_new` and there is one; returns whether it did.
    pub fn put(&self, bucket: &str, key: &str, object: StoredObject, only_new: bool) -> bool {
        let mut objects = self.lock();
        let place = (bucket.into(), key.into());
        if only_new && objects.contains_key(&place) {
            return false;
        }
        objects.insert(place, object);
        true
    }

    /// The object with this key.
    #[must_use]
    pub fn get(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        self.lock().get(&(bucket.into(), key.into())).cloned()
    }

    /// The keys of a bucket in order, with their sizes and times.
    #[must_use]
    pub fn list(&self, bucket: &str) -> Vec<(Box<str>, u64, Timestamp)> {
        let objects = self.lock();
        let of_bucket = objects.iter().filter(|it| &*it.0.0 == bucket);
        of_bucket.map(|(place, it)| (place.1.clone(), it.body.len() as u64, it.at)).collect()
    }
}
