//! Account Management: the Regions of an account.

use serde_json::{Value, json};

use super::paging::{max_results, place, token};
use super::{Answer, Call, Context, Operation, Payer, Quota};
use crate::wire::fault::Fault;
use crate::wire::{Input, Reply};
use crate::world::World;
use crate::world::account::{Account, AccountId};
use crate::world::region::Region;

/// Account management reference, "Quotas": 5 a second, 5 at once, each operation by itself.
const fn operation(name: &'static str, action: &'static str, answer: Answer) -> Operation {
    let quota = Quota { bucket: action, per_second: 5, burst: 5, payer: Payer::Account };
    Operation { name, action: Some(action), is_read: true, quota, resource, answer }
}

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    operation("ListRegions", "account:ListRegions", list_regions),
    operation("GetRegionOptStatus", "account:GetRegionOptStatus", get_region_opt_status),
];

/// The service principal whose delegated administrators may ask about other accounts.
const PRINCIPAL: &str = "account.amazonaws.com";

/// The account by itself, or as a member of the organization if it is asked for by its id.
fn resource(world: &World, call: &Call<'_>) -> String {
    let partition = world.partition();
    match (call.text("AccountId"), world.organization()) {
        (Some(id), Some(it)) => {
            format!("arn:{partition}:account::{}:account/{}/{id}", it.management, it.id)
        }
        _ => format!("arn:{partition}:account::{}:account", call.session.account),
    }
}

fn invalid(reason: &'static str, message: &str) -> Fault {
    Fault::new(400, "ValidationException", message).element("reason", reason)
}

fn invalid_field(message: &str) -> Fault {
    invalid("fieldValidationFailed", message)
}

fn denied(call: &Call<'_>, why: &str) -> Fault {
    let (arn, action) = (&call.session.arn, call.operation.action.unwrap_or_default());
    let message = format!("User: {arn} is not authorized to perform: {action} ({why})");
    Fault::new(403, "AccessDeniedException", message)
}

/// The account that is asked about: the caller's, or a member that the caller administers.
fn asked<'a>(context: &Context<'a>, call: &Call<'_>) -> Result<Option<&'a Account>, Fault> {
    let (world, caller) = (context.world, call.session.account);
    let Some(id) = call.text("AccountId") else { return Ok(world.account(caller)) };
    let id: AccountId = id.parse().map_err(|_| {
        invalid_field("The value at 'accountId' must satisfy the regular expression \\d{12}.")
    })?;
    let Some(organization) = world.organization() else {
        return Err(denied(call, "Your account is not a member of an organization."));
    };
    let is_management = organization.management == caller;
    let is_delegated =
        organization.delegated.iter().any(|it| it.0 == caller && &*it.1 == PRINCIPAL);
    if !is_management && !is_delegated {
        let why =
            "Only the management account and a delegated administrator can manage other accounts.";
        return Err(denied(call, why));
    }
    if organization.management == id {
        let why = "The management account can only be managed using the standalone context from the management account.";
        return Err(denied(call, why));
    }
    let account = world.account(id);
    let why = "The account is not a member of your organization.";
    account.map(Some).ok_or_else(|| denied(call, why))
}

fn word(account: Option<&Account>, region: Region) -> &'static str {
    account.map(|it| it.regions).unwrap_or_default().word(region)
}

fn shown(account: Option<&Account>, region: Region) -> Value {
    json!({ "RegionName": region.name(), "RegionOptStatus": word(account, region) })
}

fn list_regions(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let account = asked(context, call)?;
    let statuses = statuses(call)?;
    let most = most(call)?;
    let regions = context.world.partition().regions();
    let regions: Vec<Region> = regions
        .filter(|it| statuses.is_empty() || statuses.contains(&word(account, *it)))
        .collect();
    let seed = context.world.draw("account").value();
    let question = format!("{:?} {statuses:?}", call.text("AccountId"));
    let begin = match call.text("NextToken") {
        None => 0,
        Some(text) => place(seed, &question, text)
            .filter(|it| *it < regions.len())
            .ok_or_else(|| invalid_field("The value at 'nextToken' is not valid."))?,
    };
    let end = regions.len().min(begin + most);
    let page: Vec<Value> = regions[begin..end].iter().map(|it| shown(account, *it)).collect();
    let mut output = json!({ "Regions": page });
    if end < regions.len() {
        output["NextToken"] = token(seed, &question, end).into();
    }
    Ok(Reply::Json(output))
}

/// The statuses that are asked for; none means all.
fn statuses<'a>(call: &'a Call<'_>) -> Result<Vec<&'a str>, Fault> {
    const KNOWN: [&str; 5] = ["ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"];
    let Input::Json(input) = &call.input else { return Ok(Vec::new()) };
    let Some(list) = input.get("RegionOptStatusContains").and_then(Value::as_array) else {
        return Ok(Vec::new());
    };
    let statuses: Option<Vec<&str>> =
        list.iter().map(|it| it.as_str().filter(|it| KNOWN.contains(it))).collect();
    let message = format!("The values at 'regionOptStatusContains' must be of {KNOWN:?}.");
    statuses.ok_or_else(|| invalid_field(&message))
}

fn most(call: &Call<'_>) -> Result<usize, Fault> {
    let number = usize::try_from(max_results(call)?.unwrap_or(50));
    let number = number.ok().filter(|it| (1..=50).contains(it));
    number.ok_or_else(|| invalid_field("The value at 'maxResults' must be from 1 to 50."))
}

fn get_region_opt_status(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let account = asked(context, call)?;
    let region = call.text("RegionName").and_then(Region::new);
    let region = region.filter(|it| it.partition() == context.world.partition());
    let region = region.ok_or_else(|| {
        invalid(
            "invalidRegionOptTarget",
            "The value at 'regionName' is no Region of this partition.",
        )
    })?;
    Ok(Reply::Json(shown(account, region)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Simulator;
    use crate::service::Service;
    use crate::tests::{
        ARCHIVE, Caller, MANAGEMENT, WORKLOAD, account, call_json, parts, region, simulator,
    };
    use crate::world::Parts;
    use crate::world::region::RegionSet;

    fn call(
        simulator: &Simulator,
        caller: &Caller,
        operation: &str,
        input: &Value,
    ) -> (u16, Value) {
        call_json(simulator, caller, (Service::Account, operation, "us-east-1"), input)
    }

    /// The workload has Regions in all five states; the archive administers accounts.
    fn grown() -> Parts {
        let mut parts = parts();
        let organization = parts.organization.as_mut().unwrap();
        organization.delegated.push((account(ARCHIVE), PRINCIPAL.into()));
        let workload = parts.accounts.iter_mut().find(|it| it.id == account(WORKLOAD)).unwrap();
        workload.regions.enabled = RegionSet::NONE.with(region("eu-south-1"));
        workload.regions.enabling = RegionSet::NONE.with(region("eu-south-2"));
        workload.regions.disabling = RegionSet::NONE.with(region("af-south-1"));
        parts
    }

    #[test]
    fn every_region_of_the_partition_tells_its_state() {
        let simulator = simulator(grown());
        let caller = Caller::role(&simulator, WORKLOAD);
        let (status, answer) = call(&simulator, &caller, "ListRegions", &json!({}));
        let regions = answer["Regions"].as_array().unwrap();
        assert_eq!((status, regions.len()), (200, 34));
        assert_eq!(answer.get("NextToken"), None);
        for (name, status) in [
            ("eu-south-1", "ENABLED"),
            ("eu-south-2", "ENABLING"),
            ("af-south-1", "DISABLING"),
            ("ap-east-1", "DISABLED"),
            ("eu-west-1", "ENABLED_BY_DEFAULT"),
        ] {
            let expected = json!({ "RegionName": name, "RegionOptStatus": status });
            assert!(regions.contains(&expected), "{name}");
            let input = json!({ "RegionName": name });
            let one = call(&simulator, &caller, "GetRegionOptStatus", &input);
            assert_eq!(one, (200, expected));
            let input = json!({ "RegionOptStatusContains": [status] });
            let (_, some) = call(&simulator, &caller, "ListRegions", &input);
            let some = some["Regions"].as_array().unwrap();
            assert!(some.iter().all(|it| it["RegionOptStatus"] == status), "{status}");
            let count = regions.iter().filter(|it| it["RegionOptStatus"] == status).count();
            assert_eq!(some.len(), count, "{status}");
        }
    }

    #[test]
    fn regions_come_in_pages() {
        let simulator = simulator(grown());
        let mut input =
            json!({ "MaxResults": 10, "RegionOptStatusContains": ["DISABLED", "ENABLED"] });
        let (mut sizes, mut names) = (Vec::new(), Vec::new());
        loop {
            let caller = Caller::role(&simulator, WORKLOAD);
            let (_, mut answer) = call(&simulator, &caller, "ListRegions", &input);
            let regions = answer["Regions"].as_array().unwrap();
            sizes.push(regions.len());
            names.extend(regions.iter().map(|it| it["RegionName"].to_string()));
            match answer["NextToken"].take() {
                Value::Null => break,
                token => input["NextToken"] = token,
            }
        }
        assert_eq!(sizes, [10, 5], "17 that must be asked for, two of them on their way");
        assert!(names.is_sorted());
    }

    #[test]
    fn inputs_that_do_not_fit_are_refused() {
        let simulator = simulator(grown());
        let (_, page) =
            call(&simulator, &Caller::user(), "ListRegions", &json!({ "MaxResults": 1 }));
        let token = &page["NextToken"];
        for (operation, input, code) in [
            ("ListRegions", json!({ "MaxResults": 0 }), "ValidationException"),
            ("ListRegions", json!({ "MaxResults": 51 }), "ValidationException"),
            ("ListRegions", json!({ "MaxResults": "1" }), "SerializationException"),
            ("ListRegions", json!({ "NextToken": "nonsense" }), "ValidationException"),
            (
                "ListRegions",
                json!({ "NextToken": token, "RegionOptStatusContains": ["ENABLED"] }),
                "ValidationException",
            ),
            ("ListRegions", json!({ "RegionOptStatusContains": ["ON"] }), "ValidationException"),
            ("ListRegions", json!({ "AccountId": "1234" }), "ValidationException"),
            ("GetRegionOptStatus", json!({}), "ValidationException"),
            ("GetRegionOptStatus", json!({ "RegionName": "cn-north-1" }), "ValidationException"),
        ] {
            let (status, answer) = call(&simulator, &Caller::user(), operation, &input);
            assert_eq!(status, 400, "{operation} {input}");
            let has_reason = answer.get("reason").is_some();
            assert_eq!(has_reason, code == "ValidationException", "{operation} {input} {answer}");
        }
    }

    #[test]
    fn other_accounts_are_for_their_administrators() {
        let simulator = simulator(grown());
        let (user, member) = (Caller::user(), Caller::role(&simulator, WORKLOAD));
        let delegated = Caller::role(&simulator, ARCHIVE);
        for (name, caller, asked, allowed) in [
            ("management asks about a member", &user, WORKLOAD, true),
            ("management asks about itself", &user, MANAGEMENT, false),
            ("management asks about a stranger", &user, "999999999999", false),
            ("delegated asks about a member", &delegated, WORKLOAD, true),
            ("delegated asks about itself", &delegated, ARCHIVE, true),
            ("delegated asks about management", &delegated, MANAGEMENT, false),
            ("member asks about a member", &member, ARCHIVE, false),
            ("member asks about itself", &member, WORKLOAD, false),
        ] {
            let input = json!({ "AccountId": asked, "RegionName": "eu-south-1" });
            for operation in ["ListRegions", "GetRegionOptStatus"] {
                let (status, answer) = call(&simulator, caller, operation, &input);
                assert_eq!(status, if allowed { 200 } else { 403 }, "{name} {answer}");
            }
            if asked == WORKLOAD && allowed {
                let (_, answer) = call(&simulator, caller, "GetRegionOptStatus", &input);
                assert_eq!(answer["RegionOptStatus"], "ENABLED", "{name}");
            }
        }
    }

    #[test]
    fn an_account_that_stands_alone_has_regions_too() {
        let mut parts = grown();
        parts.organization = None;
        let simulator = simulator(parts);
        let (status, _) = call(&simulator, &Caller::user(), "ListRegions", &json!({}));
        assert_eq!(status, 200);
        let input = json!({ "AccountId": MANAGEMENT });
        let (status, _) = call(&simulator, &Caller::user(), "ListRegions", &input);
        assert_eq!(status, 403);
    }
}
