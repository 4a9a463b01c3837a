//! GetEventSelectors.

use serde_json::{Value, json};

use super::faults::wrong_account;
use super::find::{self, is_owners};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::trail::{ConsoleSelectors, Selectors};

/// What the trail records: basic selectors or advanced ones, never both.
///
/// A member gets an error for the organization's trail; a delegated administrator does not.
pub(super) fn get_event_selectors(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let trail = find::trail(context.world, call, "TrailName")?;
    let account = call.session.account;
    if !is_owners(context.world, trail, account) {
        return Err(wrong_account(call));
    }
    let (form, selectors) = match trail.selectors {
        Selectors::AllAdvanced => ("AdvancedEventSelectors", advanced()),
        Selectors::Console(written) => ("AdvancedEventSelectors", console(written)),
        basic => ("EventSelectors", json!([told(basic)])),
    };
    Ok(Reply::Json(json!({ "TrailARN": trail.arn(), form: selectors })))
}

/// The advanced selector of all management events.
pub(super) fn advanced() -> Value {
    json!([{
        "Name": "Management events selector",
        "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }],
    }])
}

/// Advanced selectors as the console writes them today: a member that is empty is absent, the
/// selector's name too.
fn console(written: ConsoleSelectors) -> Value {
    let equals = |field: &str, value: &str| json!({ "Field": field, "Equals": [value] });
    let management = |more: Option<Value>| {
        let fields = [equals("eventCategory", "Management")].into_iter().chain(more);
        json!({ "FieldSelectors": fields.collect::<Vec<_>>() })
    };
    match written {
        ConsoleSelectors::All => json!([management(None)]),
        ConsoleSelectors::WithoutKmsAndRdsData => json!([management(Some(json!({
            "Field": "eventSource",
            "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        })))]),
        ConsoleSelectors::WriteOnly => json!([management(Some(equals("readOnly", "false")))]),
        ConsoleSelectors::WritesAndReads => json!([
            management(Some(equals("readOnly", "false"))),
            management(Some(equals("readOnly", "true"))),
        ]),
        ConsoleSelectors::BesideData => json!([
            management(None),
            { "FieldSelectors": [
                equals("eventCategory", "Data"),
                equals("resources.type", "AWS::S3::Object"),
                {
                    "Field": "resources.ARN",
                    "NotStartsWith": ["arn:aws:s3:::trail-logs/", "arn:aws:s3:::access-logs/"],
                },
            ] },
            { "FieldSelectors": [
                equals("eventCategory", "NetworkActivity"),
                equals("eventSource", "kms.amazonaws.com"),
                equals("errorCode", "VpceAccessDenied"),
            ] },
        ]),
    }
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
