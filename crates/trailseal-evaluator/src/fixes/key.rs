//! The key itself: whose it is, its state, its rotation.

use trailseal_model::{
    AccountId, Arn, BucketFacts, ControlId, Fix, FixActor, FixStep, KeyFacts, KeyPresence,
    Operation, Reason,
};

use super::case::{Case, of_arn, setting_place};
use super::command::KeyCommand;
use super::{new_key, unread};

/// Whose the key is.
pub(super) fn customer_managed(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::AwsManaged => new_key::for_trail(case),
        Reason::OutsideOrganization => trust_key_account(case),
        _ => doubt(case),
    }
}

/// Whether the key can be used.
pub(super) fn usable(case: &Case<'_>) -> Fix {
    match case.reason() {
        _ if !case.has_failed() => doubt(case),
        Reason::WrongRegion => new_key::for_trail(case),
        _ => of_state(case),
    }
}

/// A key that KMS does not use, by what DescribeKey shows of it. The reason of the finding does not
/// count, which may be about a consequence.
pub(super) fn of_state(case: &Case<'_>) -> Fix {
    let key = match case.presence() {
        Some(KeyPresence::Exists(key)) => key,
        Some(KeyPresence::Gone) => return new_key::for_trail(case),
        Some(KeyPresence::InvalidState(_)) => return reconnect(case),
        None => return of_key(case),
    };
    // No change of its state makes it one that CloudTrail takes.
    if key.is_symmetric() == Some(false) {
        return new_key::for_trail(case);
    }
    match key.state.as_str() {
        "PendingDeletion" | "PendingReplicaDeletion" => cancel_deletion(case, key),
        "PendingImport" => import(case, key),
        _ if key.valid_to.is_some_and(|end| end <= case.facts.as_of) => import(case, key),
        "Disabled" => enable(case, key),
        "Unavailable" => reconnect(case),
        _ if key.deletion_date.is_some() => cancel_deletion(case, key),
        _ => of_key(case),
    }
}

fn import(case: &Case<'_>, key: &KeyFacts) -> Fix {
    Fix {
        change: format!("import the same key material into key {} again", key.arn),
        place: of_arn(&key.arn),
        risks: Some(
            "without the same material, nothing that was encrypted with the key can be read again"
                .to_owned(),
        ),
        ..case.general()
    }
}

/// Whether the key rotates.
pub(super) fn rotation(case: &Case<'_>) -> Fix {
    match (case.reason(), case.key()) {
        (Reason::RotationOff, Some(key)) => rotate(case, key),
        (Reason::PendingDeletion, Some(key)) => cancel_deletion(case, key),
        _ => doubt(case),
    }
}

/// The order of the reason, at the key.
fn of_key(case: &Case<'_>) -> Fix {
    let general = case.general();
    let change = match case.key_arn() {
        Some(key) => format!("{} (key {key})", general.change),
        None => general.change.clone(),
    };
    Fix { change, place: case.key_place(), ..general }
}

/// Something about the key is not known.
fn doubt(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::Unread => unread::of_key(case, operations(case)),
        Reason::BucketRegionUnknown if case.bucket.is_some_and(BucketFacts::is_gone) => Fix {
            change: format!(
                "create {} again in an account of yours, in the Region of {}",
                case.bucket_words(),
                case.key_words()
            ),
            place: case.bucket_place(),
            ..case.general()
        },
        Reason::BucketRegionUnknown => unread::of_bucket(case, &[Operation::HeadBucket]),
        _ => of_key(case),
    }
}

fn operations(case: &Case<'_>) -> &'static [Operation] {
    if case.finding.control() == ControlId::KeyRotationEnabled {
        &[Operation::DescribeKey, Operation::GetKeyRotationStatus]
    } else {
        &[Operation::DescribeKey]
    }
}

fn enable(case: &Case<'_>, key: &KeyFacts) -> Fix {
    Fix {
        change: format!("enable key {}", key.arn),
        place: of_arn(&key.arn),
        steps: KeyCommand::Enable.on(&key.arn).into_iter().collect(),
        first: Some(history(&key.arn, "disabled it and why", "DisableKey")),
        risks: Some(
            "everyone whom the key's policy, its grants or IAM policies allow can use it again"
                .to_owned(),
        ),
        ..case.general()
    }
}

fn cancel_deletion(case: &Case<'_>, key: &KeyFacts) -> Fix {
    let is_pending = matches!(key.state.as_str(), "PendingDeletion" | "PendingReplicaDeletion");
    let commands = [KeyCommand::CancelDeletion, KeyCommand::Enable];
    // One without the other leaves the key disabled.
    let steps: Option<Vec<FixStep>> = commands.iter().map(|it| it.on(&key.arn)).collect();
    let until = key.deletion_date.map(|date| format!(" before {date:.0}, when KMS deletes it"));
    Fix {
        change: format!(
            "cancel the deletion of key {}{}, then enable it",
            key.arn,
            until.unwrap_or_default()
        ),
        place: of_arn(&key.arn),
        steps: steps.filter(|_| is_pending).unwrap_or_default(),
        first: Some(history(&key.arn, "scheduled the deletion and why", "ScheduleKeyDeletion")),
        risks: Some(
            "everyone whom the key's policy, its grants or IAM policies allow can use it again"
                .to_owned(),
        ),
        ..case.general()
    }
}

fn reconnect(case: &Case<'_>) -> Fix {
    let words = match case.presence() {
        Some(KeyPresence::InvalidState(words)) => format!("; KMS says: {words}"),
        Some(KeyPresence::Exists(key)) => {
            let origin = key.origin.as_deref().unwrap_or("unknown");
            format!("; its state is {}, its origin {origin}", key.state)
        }
        Some(KeyPresence::Gone) | None => String::new(),
    };
    Fix {
        change: format!(
            "make {} usable again, usually by connecting its custom key store{words}",
            case.key_words()
        ),
        place: case.key_place(),
        ..case.general()
    }
}

/// A replica has no rotation of its own: its primary's counts.
fn rotate(case: &Case<'_>, key: &KeyFacts) -> Fix {
    let rotating = key.replica_of.as_ref().unwrap_or(&key.arn);
    let whose = key.replica_of.as_ref().map(|_| format!(", the primary key of {}", key.arn));
    // KMS refuses the request for a disabled key; of a primary the state is not known here.
    let is_disabled = key.replica_of.is_none() && key.state == "Disabled";
    Fix {
        change: format!(
            "turn on automatic rotation of key {rotating}{}",
            whose.unwrap_or_default()
        ),
        place: of_arn(rotating),
        steps: KeyCommand::EnableRotation.on(rotating).into_iter().collect(),
        first: is_disabled.then(|| {
            "enable the key, because KMS refuses to change the rotation of a disabled one"
                .to_owned()
        }),
        ..case.general()
    }
}

/// Who did something to a key is in the event history of its account.
fn history(key: &Arn, did: &str, event: &str) -> String {
    let account = key.account().map(|it| format!(" of account {it}")).unwrap_or_default();
    let region = key.region().map(|it| format!(" in {it}")).unwrap_or_default();
    format!("find out who {did}: look for {event} in CloudTrail's event history{account}{region}")
}

/// A key of an account outside the organization, which may be meant.
pub(super) fn trust_key_account(case: &Case<'_>) -> Fix {
    let Some(account) = case.named_key().and_then(|_| case.key_place().account) else {
        return case.general();
    };
    let mut trusted: Vec<AccountId> = case.facts.trusted_key_accounts.iter().copied().collect();
    trusted.push(account);
    Fix {
        change: format!(
            "add account {account}, which holds the key of {}, to trusted_key_accounts if it is meant to hold keys for the organization; otherwise give {} a key of the organization",
            case.thing(),
            case.thing()
        ),
        actor: FixActor::TrailsealOperator,
        place: setting_place("trusted_key_accounts"),
        steps: vec![account_list("trusted_key_accounts", &trusted)],
        first: Some(format!("find out who owns account {account}")),
        risks: Some(format!(
            "account {account} can disable or delete the key, and then the logs cannot be read"
        )),
        ..case.general()
    }
}

/// A setting whose list replaces the present one.
pub(super) fn account_list(name: &str, accounts: &[AccountId]) -> FixStep {
    let accounts: Vec<String> = accounts.iter().map(|it| format!("\"{it}\"")).collect();
    FixStep::Setting {
        file: "trailseal.toml".to_owned(),
        text: format!("{name} = [{}]", accounts.join(", ")),
    }
}
