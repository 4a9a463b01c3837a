//! Rules as the control endpoint takes and shows them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refusal;
use crate::refusal::not_found;
use crate::service::Service;
use crate::state::{Armed, Effect, Rule};
use crate::world::region::Region;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_contains: Option<String>,
    #[serde(default)]
    skip: u64,
    #[serde(default)]
    times: Option<u64>,
    effect: Effect,
}

/// Reads a rule.
pub(super) fn read(value: Value) -> Result<Rule, Refusal> {
    let text: Text = serde_json::from_value(value).map_err(|it| Refusal::bad(it.to_string()))?;
    let service = text.service.as_deref().map(service).transpose()?;
    if let Some(name) = &text.operation {
        check_operation(service, name, &text.effect)?;
    }
    if let Effect::Answer(spoken) = &text.effect {
        if !(200..=599).contains(&spoken.status) {
            return Err(Refusal::bad(format!("`status` is {}, not 200 to 599", spoken.status)));
        }
        if spoken.headers().len() < spoken.headers.len() {
            return Err(Refusal::bad("`headers` holds one that HTTP cannot carry"));
        }
    }
    let account = text.account.map(|it| it.parse().map_err(Refusal::bad)).transpose()?;
    let region = text.region.map(|it| {
        Region::new(&it).ok_or_else(|| Refusal::bad(format!("there is no Region `{it}`")))
    });
    Ok(Rule {
        service,
        operation: text.operation.map(Into::into),
        account,
        region: region.transpose()?,
        resource_contains: text.resource_contains.map(Into::into),
        skip: text.skip,
        times: text.times,
        effect: text.effect,
    })
}

fn service(name: &str) -> Result<Service, Refusal> {
    let found = Service::ALL.into_iter().find(|it| it.signing_name() == name);
    found.ok_or_else(|| Refusal::bad(format!("there is no service `{name}`")))
}

/// A rule that could never do anything is a mistake.
fn check_operation(service: Option<Service>, name: &str, effect: &Effect) -> Result<(), Refusal> {
    let mut services = Service::ALL.into_iter().filter(|it| service.is_none_or(|one| one == *it));
    let operation = services.find_map(|it| it.operation(name));
    let Some(operation) = operation else {
        return Err(Refusal::bad(format!("there is no operation `{name}`")));
    };
    match effect {
        Effect::NotFound if not_found(name).is_none() => {
            Err(Refusal::bad(format!("{name} has no error for something that does not exist")))
        }
        Effect::Denied(_) if operation.action.is_none() => {
            Err(Refusal::bad(format!("{name} needs no permission and cannot be denied")))
        }
        _ => Ok(()),
    }
}

/// Shows a rule with its counts.
pub(super) fn show(armed: &Armed) -> Value {
    let rule = armed.rule.clone();
    let text = Text {
        service: rule.service.map(|it| it.signing_name().to_owned()),
        operation: rule.operation.map(Into::into),
        account: rule.account.map(|it| it.to_string()),
        region: rule.region.map(|it| it.name().to_owned()),
        resource_contains: rule.resource_contains.map(Into::into),
        skip: rule.skip,
        times: rule.times,
        effect: rule.effect,
    };
    json!({ "id": armed.id, "rule": text, "calls": armed.calls(), "struck": armed.struck() })
}
