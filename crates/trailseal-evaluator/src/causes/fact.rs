//! The fact that decides, verbatim where AWS said it.

use trailseal_model::{CauseKind, ControlId, KeyFacts, KeyPresence, Reason};

use super::board::Origin;
use super::shown::Shown;

/// The fact that decides about one cause.
pub(super) fn fact(shown: &Shown<'_>) -> String {
    let by_state = || key_fact(shown);
    by_state().or_else(|| finding_fact(shown)).or_else(|| gap_fact(shown)).unwrap_or_else(|| {
        let message = shown.finding.map(|it| it.message().to_owned());
        message.unwrap_or_else(|| shown.key.aspect.replace('_', " "))
    })
}

/// What DescribeKey printed of the key, where that decides.
fn key_fact(shown: &Shown<'_>) -> Option<String> {
    if shown.key.kind != CauseKind::Key {
        return None;
    }
    let presence = shown.run.presence(&shown.key.subject)?;
    let reason: Reason = shown.key.aspect.parse().ok()?;
    match presence {
        KeyPresence::Gone if reason == Reason::KeyGone => {
            Some("KMS says in the key's own account that the key does not exist".to_owned())
        }
        KeyPresence::InvalidState(words) if reason == Reason::Unavailable => Some(words.clone()),
        KeyPresence::Exists(key) => state_fact(key, reason),
        _ => None,
    }
}

fn state_fact(key: &KeyFacts, reason: Reason) -> Option<String> {
    let date = |name: &str, at: Option<jiff::Timestamp>| {
        at.map(|at| format!(", {name} {at:.0}")).unwrap_or_default()
    };
    match reason {
        Reason::Disabled
        | Reason::PendingDeletion
        | Reason::PendingImport
        | Reason::Unavailable
        | Reason::NotEnabled => {
            Some(format!("KeyState {}{}", key.state, date("DeletionDate", key.deletion_date)))
        }
        Reason::NotSymmetric => Some(format!("KeySpec {}, KeyUsage {}", key.spec, key.usage)),
        Reason::MaterialExpired => {
            Some(format!("KeyState {}{}", key.state, date("ValidTo", key.valid_to)))
        }
        Reason::AwsManaged => Some("KeyManager AWS".to_owned()),
        Reason::RotationOff => Some("KeyRotationEnabled false".to_owned()),
        _ => None,
    }
}

/// What the finding that shows the cause observed, with the statement of the policy that it names.
fn finding_fact(shown: &Shown<'_>) -> Option<String> {
    let Origin::Finding(control, status, reason, subject) = &shown.origin else { return None };
    let finding = shown.run.finding(*control, subject)?;
    if finding.status() != *status || finding.reason() != *reason {
        return None;
    }
    let observed = match finding.observed() {
        "" => finding.message(),
        observed => observed,
    };
    let is_of_policy = matches!(
        control,
        ControlId::KeyPolicyAllowsCloudtrail
            | ControlId::KeyPolicyDescribeKey
            | ControlId::KeyPolicyScoped
            | ControlId::KeyReadersLimited
    );
    let statement = is_of_policy.then(|| statement(shown, observed)).flatten();
    Some(statement.map_or_else(|| observed.to_owned(), |json| format!("{observed}: {json}")))
}

/// The first statement of the key policy that the text names by its number.
fn statement(shown: &Shown<'_>, observed: &str) -> Option<String> {
    let (_, rest) = observed.split_once("statement ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let place = digits.parse::<usize>().ok()?.checked_sub(1)?;
    let named = shown.run.key_named(&shown.key.subject)?;
    let text = &shown.run.facts.key_policies.get(named)?.known()?.value;
    let policy: serde_json::Value = serde_json::from_str(text).ok()?;
    let statement = match policy.get("Statement")? {
        serde_json::Value::Array(statements) => statements.get(place)?,
        only => Some(only).filter(|_| place == 0)?,
    };
    Some(statement.to_string())
}

/// AWS's message of the gravest gap, else its code and class.
fn gap_fact(shown: &Shown<'_>) -> Option<String> {
    let gap = shown.gaps.first()?;
    let code = gap.code.as_deref().unwrap_or(gap.class.as_str());
    Some(gap.message.as_deref().filter(|it| !it.is_empty()).unwrap_or(code).to_owned())
}
