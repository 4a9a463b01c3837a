//! GetEventSelectors.

use serde_json::{Value, json};

use super::faults::wrong_account;
use super::find;
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::trail::Selectors;

/// What the trail records: basic selectors or advanced ones, never both.
///
/// A member gets an error for the organization's trail; a delegated administrator does not.
pub(super) fn get_event_selectors(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let trail = find::trail(context.world, call, "TrailName")?;
    let account = call.session.account;
    if trail.owner != account && !is_delegated(context.world, account) {
        return Err(wrong_account(call));
    }
    let (form, selectors) = match trail.selectors {
        Selectors::AllAdvanced => ("AdvancedEventSelectors", advanced()),
        basic => ("EventSelectors", json!([told(basic)])),
    };
    Ok(Reply::Json(json!({ "TrailARN": trail.arn(), form: selectors })))
}

fn is_delegated(world: &World, account: AccountId) -> bool {
    let delegated = world.organization().map(|it| it.delegated.as_slice()).unwrap_or_default();
    delegated.iter().any(|it| it.0 == account && &*it.1 == "cloudtrail.amazonaws.com")
}

/// The advanced selector of all management events.
pub(super) fn advanced() -> Value {
    json!([{
        "Name": "Management events selector",
        "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }],
    }])
}

fn told(selectors: Selectors) -> Value {
    let reads_or_writes = match selectors {
        Selectors::WriteOnly => "WriteOnly",
        Selectors::ReadOnly => "ReadOnly",
        _ => "All",
    };
    let data: &[Value] = match selectors {
        Selectors::DataOnly => &[json!({ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] })],
        _ => &[],
    };
    let excluded: &[&str] = match selectors {
        Selectors::AllButKmsAndRdsData => &["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        _ => &[],
    };
    json!({
        "ReadWriteType": reads_or_writes,
        "IncludeManagementEvents": selectors != Selectors::DataOnly,
        "DataResources": data,
        "ExcludeManagementEventSources": excluded,
    })
}
