//! Collects the facts of one event data store: what it says of itself, and its key.

use trailseal_model::question::GetEventDataStore;
use trailseal_model::{
    Answer, Answers, KeyPresence, Observed, StoreFacts, StoreListed, Target, ask,
};

use super::key::named_key;
use super::{Collector, Members};

/// A store to collect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreWork {
    /// The store as it was listed.
    pub listed: StoreListed,
    /// Where it was listed.
    pub target: Target,
}

/// What was collected of one store.
#[derive(Debug, Clone)]
pub struct CollectedStore {
    /// The store.
    pub facts: StoreFacts,
    /// The key that it names.
    pub key: Option<Observed<Answer<KeyPresence>>>,
}

impl<A: Answers> Collector<'_, A> {
    /// Collects one store.
    pub async fn collect_store(&self, work: StoreWork, members: &Members) -> CollectedStore {
        let StoreWork { listed, target } = work;
        let question = GetEventDataStore { store: listed.arn.clone(), asked_in: target };
        let description = self.observed(ask(&self.answers, question).await);
        let named = description.known().and_then(|it| it.value.kms_key_id.as_deref());
        // A store of the whole organization is listed in other accounts than its own, too.
        let home = Target {
            account: listed.arn.account().unwrap_or(target.account),
            region: listed.arn.region().unwrap_or(target.region),
        };
        let key_named = named.and_then(|it| named_key(it, listed.arn.partition(), home));
        let key = match &key_named {
            Some(named) => Some(self.key(named, target, members).await),
            None => None,
        };
        let facts = StoreFacts {
            arn: listed.arn,
            name: listed.name,
            account: target.account,
            region: target.region,
            description,
            key: key_named,
        };
        CollectedStore { facts, key }
    }
}
