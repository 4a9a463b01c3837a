//! Whether a key policy lets a caller ask about the key.
//!
//! Written for what simulated callers do, from the IAM user guide's "Policy evaluation logic" and
//! "JSON policy elements": principals of accounts, and four condition keys. Every other condition
//! counts as not met.

use serde_json::Value;

use crate::session::Session;
use crate::world::World;
use crate::world::denial::{matches_action, matches_text};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who<'a> {
    /// The caller.
    pub(super) session: &'a Session,
    /// Tells the caller's organization.
    pub(super) world: &'a World,
}

/// What the policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// No statement is about it.
    Unmentioned,
    /// The policy is no JSON object.
    Unreadable,
}

/// Reads the policy for this caller, action and key.
pub(super) fn decide(policy: &str, who: &Who<'_>, action: &str, key_arn: &str) -> Decision {
    let Ok(Value::Object(policy)) = serde_json::from_str::<Value>(policy) else {
        return Decision::Unreadable;
    };
    let mut decision = Decision::Unmentioned;
    for statement in list(policy.get("Statement")) {
        let binds = binds(statement, who, action, key_arn);
        match statement.get("Effect").and_then(Value::as_str) {
            Some("Deny") if binds => return Decision::Denied,
            Some("Allow") if binds => decision = Decision::Allowed,
            _ => {}
        }
    }
    decision
}

/// Whether the policy allows it to this caller itself, and not only to its account.
pub(super) fn allows_itself(policy: &str, who: &Who<'_>, action: &str, key_arn: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(policy) else { return false };
    let allows = |statement: &Value| {
        statement.get("Effect").is_some_and(|effect| effect == "Allow")
            && names_itself(statement, who)
            && binds(statement, who, action, key_arn)
    };
    decide(policy, who, action, key_arn) == Decision::Allowed
        && list(document.get("Statement")).iter().any(allows)
}

fn binds(statement: &Value, who: &Who<'_>, action: &str, key_arn: &str) -> bool {
    is_about(statement, "Principal", |it| is_principal(it, who))
        && is_about(statement, "Action", |value| {
            any_text(value, |text| matches_action(text, action))
        })
        && is_about(statement, "Resource", |value| {
            any_text(value, |text| matches_text(text, key_arn))
        })
        && are_met(statement.get("Condition"), who)
}

/// One value or a list of them.
fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

fn any_text(value: &Value, is_it: impl Fn(&str) -> bool) -> bool {
    list(Some(value)).iter().filter_map(Value::as_str).any(is_it)
}

/// Whether the element takes this in, or `Not` and its name leaves this out.
fn is_about(statement: &Value, element: &str, takes: impl Fn(&Value) -> bool) -> bool {
    if let Some(value) = statement.get(element) {
        return takes(value);
    }
    statement.get(format!("Not{element}")).is_some_and(|it| !takes(it))
}

/// Whether a principal element names the caller. Services and federated users never are it.
fn is_principal(principal: &Value, who: &Who<'_>) -> bool {
    if principal == "*" {
        return true;
    }
    let of_accounts = principal.get("AWS").unwrap_or(&Value::Null);
    any_text(of_accounts, |it| is_caller(it, who))
}

fn is_caller(principal: &str, who: &Who<'_>) -> bool {
    let session = who.session;
    let account = session.account.to_string();
    if principal == "*" || principal == account || principal == session.arn {
        return true;
    }
    let partition = who.world.partition();
    let of_account = principal.strip_prefix("arn:").and_then(|it| {
        let rest = it.strip_prefix(partition.name())?.strip_prefix(":iam::")?;
        rest.strip_prefix(&*account)?.strip_prefix(':')
    });
    match of_account {
        Some("root") => true,
        // A role's ARN has its path, a session's has not.
        Some(resource) => {
            session.is_role && {
                let role = resource.strip_prefix("role/").and_then(|it| it.rsplit('/').next());
                role.is_some() && role == session.arn.split('/').nth(1)
            }
        }
        None => false,
    }
}

/// Whether the statement names the caller, and not only its account.
fn names_itself(statement: &Value, who: &Who<'_>) -> bool {
    let account = who.session.account.to_string();
    let root = format!("arn:{}:iam::{account}:root", who.world.partition());
    let is_itself = |it: &str| is_caller(it, who) && it != account && it != root;
    let Some(principal) = statement.get("Principal") else { return false };
    principal == "*" || any_text(principal.get("AWS").unwrap_or(&Value::Null), is_itself)
}

/// Whether every condition is met.
fn are_met(conditions: Option<&Value>, who: &Who<'_>) -> bool {
    let Some(conditions) = conditions else { return true };
    let Value::Object(operators) = conditions else { return false };
    operators.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else { return false };
        keys.iter().all(|(key, wanted)| is_met(operator, key, wanted, who))
    })
}

/// Names of operators and keys mean the same in any letter case.
fn is_met(operator: &str, key: &str, wanted: &Value, who: &Who<'_>) -> bool {
    let value = match key.to_ascii_lowercase().as_str() {
        "kms:calleraccount" | "aws:principalaccount" => Some(who.session.account.to_string()),
        "aws:principalarn" => Some(who.session.principal_arn(who.world)),
        "aws:principalorgid" => organization(who),
        _ => return false,
    };
    let matches: fn(&str, &str) -> bool = match operator.to_ascii_lowercase().as_str() {
        "stringequals" | "stringnotequals" => |wanted, value| wanted == value,
        "stringlike" | "stringnotlike" => matches_text,
        _ => return false,
    };
    let is_negated = operator.get(..9).is_some_and(|it| it.eq_ignore_ascii_case("stringnot"));
    let is_among = value.is_some_and(|value| any_text(wanted, |wanted| matches(wanted, &value)));
    is_among != is_negated
}

fn organization(who: &Who<'_>) -> Option<String> {
    let organization = who.world.organization()?;
    who.world.account(who.session.account).map(|_| organization.id.to_string())
}
