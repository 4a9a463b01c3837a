//! Event data stores: one in the home Region of some accounts.

use trailseal_model::{AnyAnswer, AnyQuestion, Arn, StoreDescription, StoreListed, Target};

use super::{World, key_of};
use crate::plan::HOME;

impl World {
    pub(super) fn of_stores(&self, question: &AnyQuestion) -> Option<AnyAnswer> {
        Some(match question {
            AnyQuestion::ListEventDataStores(question) => {
                AnyAnswer::ListEventDataStores(self.stores(question.target))
            }
            AnyQuestion::GetEventDataStore(question) => {
                AnyAnswer::GetEventDataStore(StoreDescription {
                    status: Some("ENABLED".to_owned()),
                    kms_key_id: Some(key_of(question.asked_in.account)),
                    is_multi_region: true,
                    is_organization_store: false,
                    retention_days: Some(365),
                })
            }
            _ => return None,
        })
    }

    fn stores(&self, target: Target) -> Vec<StoreListed> {
        let Target { account, region } = target;
        if !self.plan.has_store(Self::number(account)) || region != Self::home() {
            return Vec::new();
        }
        let id = "00000000-0000-0000-0000-000000000001";
        let arn = format!("arn:aws:cloudtrail:{HOME}:{account}:eventdatastore/{id}");
        vec![StoreListed { arn: Arn::new(&arn).expect("an ARN"), name: "lake".to_owned() }]
    }
}
