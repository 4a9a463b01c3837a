//! Event data stores of CloudTrail Lake.

use trailseal_model::{Fix, Operation, Reason};

use super::case::Case;
use super::statement::{seals_store, step};
use super::{key, unread};

/// The key of the store is missing, another's, or not known.
pub(super) fn of_store(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::NoKmsKey => first_key(case),
        Reason::AwsManaged | Reason::KeyGone => another_store(case),
        Reason::OutsideOrganization => key::trust_key_account(case),
        Reason::Unread if case.store.is_some_and(|it| it.description.known().is_some()) => {
            unread::of_key(case, &[Operation::DescribeKey])
        }
        Reason::Unread => unread::of_subject(case, &[Operation::GetEventDataStore]),
        _ => case.general(),
    }
}

fn first_key(case: &Case<'_>) -> Fix {
    let thing = case.thing();
    let into = "the policy of the store's key, beside the statement that administers it";
    Fix {
        change: format!(
            "put the statements below into the policy of a symmetric customer managed key, then set its ARN as KmsKeyId of {thing}"
        ),
        steps: seals_store().iter().map(|it| step(into, it)).collect(),
        first: Some(format!(
            "choose the key with care, because the key of an event data store can be neither changed nor removed; list who runs queries on {thing}"
        )),
        risks: Some("who runs queries loses access without kms:Decrypt and kms:GenerateDataKey on the key, and while the key is disabled the store takes no events and answers no queries".to_owned()),
        ..case.general()
    }
}

fn another_store(case: &Case<'_>) -> Fix {
    let thing = case.thing();
    let key = case.key_words();
    Fix {
        change: format!(
            "make a new event data store with a customer managed key of the organization and stop the ingestion of {thing}, because {key} cannot be replaced"
        ),
        first: Some(format!("find out until when the events in {thing} have to be kept")),
        risks: Some("AWS has closed CloudTrail Lake to new customers; where no store can be made, a sealed trail records the events".to_owned()),
        ..case.general()
    }
}
