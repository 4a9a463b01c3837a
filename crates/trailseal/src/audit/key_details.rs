//! Grants and rotation of the trails' keys. No essential control needs them, so they are read beside
//! everything else, and no trail waits for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::channel::mpsc;
use trailseal_evaluator::{Collector, KeyWork};
use trailseal_fanout::{Panicked, Reading, Sign, run_lowest_first};
use trailseal_model::{Answer, Arn, DecryptGrant, KeyRotation, Observed, Operation};

use super::{COLLECTING, Ports, Work, panic_gap};

/// What was read of each trail's key, by the trail.
type ByTrail<T> = BTreeMap<Arn, Option<Observed<Answer<T>>>>;

impl<P: Ports> Work<'_, P> {
    /// The grants of each key by which somebody may decrypt.
    pub(super) async fn read_grants(
        &self,
        collector: &Collector<'_, P>,
        keys: mpsc::UnboundedReceiver<KeyWork>,
    ) -> ByTrail<Arc<[DecryptGrant]>> {
        let read = |key: KeyWork| async move { collector.grants(&key).await };
        self.read_of_keys(Operation::ListGrants, keys, read).await
    }

    /// Whether each key rotates.
    pub(super) async fn read_rotations(
        &self,
        collector: &Collector<'_, P>,
        keys: mpsc::UnboundedReceiver<KeyWork>,
    ) -> ByTrail<KeyRotation> {
        let read = |key: KeyWork| async move { collector.rotation(&key).await };
        self.read_of_keys(Operation::GetKeyRotationStatus, keys, read).await
    }

    async fn read_of_keys<T, F>(
        &self,
        operation: Operation,
        keys: mpsc::UnboundedReceiver<KeyWork>,
        read: impl Fn(KeyWork) -> F,
    ) -> ByTrail<T>
    where
        F: Future<Output = Option<Observed<Answer<T>>>>,
    {
        let reading = Reading {
            account_of: KeyWork::account,
            sign_of: |found: &Option<Observed<Answer<T>>>| self.sign(operation, found.as_ref()),
            ask_once: || self.ports.ask_once(operation),
        };
        let mut all = BTreeMap::new();
        let done = |key: KeyWork, res: Result<_, Panicked>| {
            let found = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(operation, &panicked.message).at(key.account(), None);
                Some(Observed::Unread(self.gap(gap.on(key.trail.as_str()))))
            });
            all.insert(key.trail, found);
        };
        run_lowest_first(keys, COLLECTING, reading, read, done).await;
        all
    }

    /// What something that was observed shows of the operation it was asked with.
    pub(super) fn sign<T>(&self, operation: Operation, found: Option<&Observed<T>>) -> Sign {
        match found {
            None => Sign::Nothing,
            Some(Observed::Known(_)) => Sign::of(operation, None),
            Some(Observed::Unread(gap)) => Sign::of(operation, Some(&self.gaps.get(*gap))),
        }
    }
}
