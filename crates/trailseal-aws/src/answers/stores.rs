//! Event data stores: those that one target lists, and each by itself.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::get_event_data_store::GetEventDataStoreOutput;
use aws_sdk_cloudtrail::operation::list_event_data_stores::ListEventDataStoresOutput;
use aws_sdk_cloudtrail::types::{EventDataStore, EventDataStoreStatus};
use trailseal_model::question::{AnswerTo, GetEventDataStore, ListEventDataStores};
use trailseal_model::{Answer, Arn, Gap, Operation, StoreDescription, StoreListed, Target};

use super::read::{Page, days, listed, present, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that the service's model allows.
const PAGE: i32 = 1000;

impl AnswerTo<ListEventDataStores> for Aws {
    async fn answer_to(
        &self,
        question: ListEventDataStores,
    ) -> Result<Answer<Vec<StoreListed>>, Gap> {
        let Target { account, region } = question.target;
        let ask = Ask::new(Operation::ListEventDataStores, account, region);
        let listing = read_pages(&ask, async |token| {
            let is_first = token.is_none();
            let request = self
                .clients
                .cloudtrail(region)
                .list_event_data_stores()
                .max_results(PAGE)
                .set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<ListEventDataStoresOutput, &Failure>| match output {
                // A Region that gave a page before does know the operation.
                Err(failure) if is_first && is_not_offered(failure) => {
                    Ok(Page { items: Vec::new(), next_token: None })
                }
                output => read_page(&output?),
            };
            self.call(&ask, send, read).await
        });
        listing.await?.whole()
    }
}

impl AnswerTo<GetEventDataStore> for Aws {
    async fn answer_to(
        &self,
        question: GetEventDataStore,
    ) -> Result<Answer<StoreDescription>, Gap> {
        let GetEventDataStore { store, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::GetEventDataStore, account, region).on(store.as_str());
        let client = self.clients.cloudtrail(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_event_data_store().event_data_store(store.as_str());
            request.customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_store(&output?, &store);
        self.call(&ask, send, read).await
    }
}

/// Not every Region has CloudTrail Lake, and one that does not know the operation holds no store. Nor
/// does an account that CloudTrail Lake does not take as a customer any more.
fn is_not_offered(failure: &Failure) -> bool {
    let code = failure.code.as_deref();
    matches!(code, Some("UnsupportedOperationException" | "UnknownOperationException"))
        || code.is_some() && refuses_new_customers(&failure.message)
}

/// The code that AWS sends with it is not documented; what it says is.
fn refuses_new_customers(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let refusals = ["no longer", "not ", "n't ", "closed", "stopped", "ended"];
    message.contains("new customer") && refusals.iter().any(|words| message.contains(words))
}

fn read_page(output: &ListEventDataStoresOutput) -> Result<Page<StoreListed>, Unread> {
    let stores = output.event_data_stores.as_deref();
    let without = "ListEventDataStores without EventDataStores";
    let stores = listed(stores, output.next_token(), without)?;
    let items = stores.iter().map(read_listed).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: present_owned(output.next_token()) })
}

/// One store. What cannot be identified fails the whole target: dropping it would hide a store.
fn read_listed(store: &EventDataStore) -> Result<StoreListed, Unread> {
    let arn = present(store.event_data_store_arn());
    let arn = arn.ok_or("an event data store without EventDataStoreArn")?;
    let arn = Arn::new(arn).ok_or_else(|| format!("`{arn}` is not an event data store's ARN"))?;
    let name = match present(store.name()) {
        Some(name) => name,
        None => arn.resource().trim_start_matches("eventdatastore/"),
    };
    Ok(StoreListed { name: name.to_owned(), arn })
}

fn read_store(output: &GetEventDataStoreOutput, asked: &Arn) -> Result<StoreDescription, Unread> {
    // Without its identity, a missing key would be a finding about an answer that is none.
    let arn = present(output.event_data_store_arn());
    let arn = arn.ok_or("GetEventDataStore without EventDataStoreArn")?;
    if arn != asked.as_str() {
        return Err(format!("GetEventDataStore answers about `{arn}`").into());
    }
    Ok(StoreDescription {
        status: present_owned(output.status().map(EventDataStoreStatus::as_str)),
        kms_key_id: present_owned(output.kms_key_id()),
        is_multi_region: output.multi_region_enabled().unwrap_or(false),
        is_organization_store: output.organization_enabled().unwrap_or(false),
        retention_days: days("RetentionPeriod", output.retention_period())?,
    })
}
