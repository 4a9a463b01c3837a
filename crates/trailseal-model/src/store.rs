//! CloudTrail Lake event data stores, as ListEventDataStores and GetEventDataStore print them.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::arn::Arn;
use crate::evidence::{Answer, Observed};
use crate::region::Region;

/// A store as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreListed {
    /// `EventDataStoreArn`.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
}

/// What GetEventDataStore prints of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreDescription {
    /// `Status`, verbatim, such as `ENABLED`.
    pub status: Option<String>,
    /// `KmsKeyId`, verbatim; `None` where CloudTrail's own key seals the store.
    pub kms_key_id: Option<String>,
    /// `MultiRegionEnabled`.
    pub is_multi_region: bool,
    /// `OrganizationEnabled`.
    pub is_organization_store: bool,
    /// `RetentionPeriod`, in days.
    pub retention_days: Option<u32>,
}

/// Everything that was read of one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFacts {
    /// Its identity.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// The account that holds it.
    pub account: AccountId,
    /// The Region that it was listed in.
    pub region: Region,
    /// What GetEventDataStore printed.
    pub description: Observed<Answer<StoreDescription>>,
    /// The key that it names, as an ARN: the key itself stands among the keys of the facts.
    pub key: Option<Arn>,
}
