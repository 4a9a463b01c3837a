//! Collects event data stores as they are listed.

use futures::channel::mpsc;
use trailseal_evaluator::{CollectedStore, Collector, StoreWork};
use trailseal_fanout::{Panicked, Reading, run_lowest_first};
use trailseal_model::{Answer, Arn, KeyPresence, Observed, Operation, StoreFacts};

use super::{AuditError, COLLECTING, Ports, Work, panic_gap};

/// What was collected of all stores, sorted by ARN.
#[derive(Default)]
pub(super) struct CollectedStores {
    pub(super) stores: Vec<StoreFacts>,
    pub(super) keys: Vec<(Arn, Observed<Answer<KeyPresence>>)>,
}

/// Collects every store that comes.
pub(super) async fn collect<P: Ports>(
    work: &Work<'_, P>,
    collector: &Collector<'_, P>,
    ready: mpsc::UnboundedReceiver<StoreWork>,
) -> Result<CollectedStores, AuditError> {
    const OPERATION: Operation = Operation::GetEventDataStore;
    let reading = Reading {
        account_of: |store: &StoreWork| store.target.account,
        sign_of: |found: &CollectedStore| work.sign(OPERATION, Some(&found.facts.description)),
        ask_once: || work.ports.ask_once(OPERATION),
    };
    let mut all = Vec::new();
    let done = |store: StoreWork, res: Result<CollectedStore, Panicked>| {
        all.push(res.unwrap_or_else(|panicked| {
            let gap = panic_gap(OPERATION, &panicked.message);
            let gap = gap.at(store.target.account, Some(store.target.region));
            unread(store, work, gap)
        }));
    };
    let read = |store| collector.collect_store(store);
    run_lowest_first(ready, COLLECTING, reading, read, done).await;
    // An organization's store may be listed in more than one account; its own goes first.
    let is_foreign = |it: &StoreFacts| it.arn.account() != Some(it.account);
    all.sort_by(|one, other| {
        let key = |it: &'_ StoreFacts| (is_foreign(it), it.account);
        let (one, other) = (&one.facts, &other.facts);
        one.arn.cmp(&other.arn).then(key(one).cmp(&key(other)))
    });
    all.dedup_by(|one, other| one.facts.arn == other.facts.arn);
    let mut collected = CollectedStores::default();
    for store in all {
        let named = store.facts.key.clone();
        collected.keys.extend(named.zip(store.key));
        collected.stores.push(store.facts);
    }
    Ok(collected)
}

/// A store whose collection panicked: nothing is known of it, and it stays visible.
fn unread<P: Ports>(
    store: StoreWork,
    work: &Work<'_, P>,
    gap: trailseal_model::Gap,
) -> CollectedStore {
    let StoreWork { listed, target } = store;
    let gap = work.gap(gap.on(listed.arn.as_str()));
    let facts = StoreFacts {
        arn: listed.arn,
        name: listed.name,
        account: target.account,
        region: target.region,
        description: Observed::Unread(gap),
        key: None,
    };
    CollectedStore { facts, key: None }
}
