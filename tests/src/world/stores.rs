//! Event data stores: one in the home Region of some accounts.

use trailseal_evaluator::ports::{StoreListing, Stores};
use trailseal_model::{Answer, Arn, Gap, Operation, StoreDescription, StoreListed, Target};

use super::{World, key_of};
use crate::plan::HOME;

impl StoreListing for World {
    async fn list_stores(&self, target: Target) -> Result<Answer<Vec<StoreListed>>, Gap> {
        self.call(Operation::ListEventDataStores, target, "").await?;
        let has_store = self.plan.has_store(Self::number(target.account));
        let stores = if has_store && target.region == Self::home() {
            let account = target.account;
            let id = "00000000-0000-0000-0000-000000000001";
            let arn = format!("arn:aws:cloudtrail:{HOME}:{account}:eventdatastore/{id}");
            vec![StoreListed { arn: Arn::new(&arn).expect("an ARN"), name: "lake".to_owned() }]
        } else {
            Vec::new()
        };
        Ok(Self::answer(Operation::ListEventDataStores, Some(target), stores))
    }
}

impl Stores for World {
    async fn store(&self, store: &Arn, asked_in: Target) -> Result<Answer<StoreDescription>, Gap> {
        self.call(Operation::GetEventDataStore, asked_in, store.as_str()).await?;
        let description = StoreDescription {
            status: Some("ENABLED".to_owned()),
            kms_key_id: Some(key_of(asked_in.account)),
            is_multi_region: true,
            is_organization_store: false,
            retention_days: Some(365),
        };
        Ok(Self::answer(Operation::GetEventDataStore, Some(asked_in), description))
    }
}
