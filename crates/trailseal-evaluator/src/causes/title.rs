//! One line for people: which thing is wrong, and how.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use trailseal_model::{AccountId, Arn, CauseKind, Region, Status};

use super::shown::Shown;

/// The title of one cause, without its full stop.
pub(super) fn title(shown: &Shown<'_>) -> String {
    let (subject, aspect) = (shown.key.subject.as_str(), shown.key.aspect);
    match shown.key.kind {
        CauseKind::Key => format!("KMS key {} {}", located(subject), of_key(shown)),
        CauseKind::Bucket => of_bucket(shown),
        CauseKind::Trail => format!("Trail {} {}", located(subject), of_trail(shown)),
        CauseKind::EventDataStore => {
            format!("Event data store {} {}", located(subject), of_store(aspect))
        }
        CauseKind::DenyingPolicy => of_policy(shown),
        CauseKind::Role => of_role(shown),
        CauseKind::Account => of_account(shown),
        CauseKind::Api => of_api(shown),
        CauseKind::Setting => of_setting(shown),
        CauseKind::Run => of_run(shown),
        CauseKind::Time => format!("Trail {} {}", located(subject), of_time(aspect)),
    }
}

/// The name in an ARN with its account and Region; any other text as it is.
fn located(subject: &str) -> String {
    let Some(arn) = Arn::new(subject) else { return format!("'{subject}'") };
    let resource = arn.resource();
    let name = resource.split_once('/').map_or(resource, |(_, name)| name);
    let place = match (arn.account(), arn.region()) {
        (Some(account), Some(region)) => format!(" of account {account} in {region}"),
        (Some(account), None) => format!(" of account {account}"),
        (None, Some(region)) => format!(" in {region}"),
        (None, None) => String::new(),
    };
    format!("'{name}'{place}")
}

fn of_key(shown: &Shown<'_>) -> &'static str {
    let is_failed = shown.finding.is_some_and(|it| it.status() == Status::Fail);
    match shown.key.aspect {
        "disabled" => "is disabled",
        "pending_deletion" => "is scheduled for deletion",
        "pending_import" => "has no key material",
        "unavailable" => "is unavailable",
        "not_enabled" => "is not enabled yet",
        "not_symmetric" => "is not a symmetric encryption key",
        "material_expired" => "has expired key material",
        "key_gone" => "does not exist",
        "key_state_unknown" => "may be unusable: KMS refused a request because of its state",
        "key_kind_unknown" => "is of a kind that KMS does not report in known words",
        "aws_managed" => "is managed by AWS",
        "encryption_denied" => "denies CloudTrail kms:GenerateDataKey in its policy",
        "encryption_not_granted" => "does not let CloudTrail call kms:GenerateDataKey",
        "encryption_unknown" => {
            "may not let CloudTrail call kms:GenerateDataKey: its policy depends on something that cannot be determined"
        }
        "describe_key_denied" => "denies CloudTrail kms:DescribeKey in its policy",
        "describe_key_not_granted" => "does not let CloudTrail call kms:DescribeKey",
        "describe_key_unknown" => {
            "may not let CloudTrail call kms:DescribeKey: its policy depends on something that cannot be determined"
        }
        "not_scoped" => "lets CloudTrail encrypt for trails of others",
        "scope_unknown" => {
            "may let CloudTrail encrypt for trails of others: its policy depends on something that cannot be determined"
        }
        "readers" if is_failed => "lets more than named readers decrypt",
        "readers" => "may let more than named readers decrypt",
        "policy_malformed" => "has a policy that cannot be understood",
        "contradiction" => "refuses CloudTrail in its policy, and yet encrypted a log just now",
        "rotation_off" => "does not rotate automatically",
        "denied_by_key_policy" => "does not let the audit role read it",
        "denied" => "could not be read: access was denied without a reason",
        "not_found" => "was not found where its ARN says it is",
        _ => "could not be read",
    }
}

fn of_bucket(shown: &Shown<'_>) -> String {
    let bucket = format!("Bucket '{}'", shown.key.subject);
    let owner = shown.account().map(|it| format!(" of account {it}")).unwrap_or_default();
    let what = match shown.key.aspect {
        "bucket_gone" => "does not exist",
        "bucket_owner_mismatch" => "is owned by another account than configured",
        "bucket_region_unknown" => "has a Region that could not be read",
        "bucket_not_examined" => "was not examined",
        "delivery_error" => "does not accept CloudTrail's logs",
        "shared_prefix" => "holds logs of several trails under one prefix",
        "unreadable_objects" => "holds logs whose S3 headers do not tell the key",
        "not_listed" => "was not listed",
        "digests_deviate" => "holds digests that are not encrypted with the trail's key",
        "older_logs_deviate" => "holds older logs that are not encrypted with the trail's key",
        "unencrypted" => "holds logs without encryption",
        "sse_c" => "holds logs encrypted with a key of their writer (SSE-C)",
        "sse_s3" => "holds logs encrypted with S3's own key (SSE-S3)",
        "aws_managed_key" => "holds logs encrypted with a KMS key that AWS manages",
        "foreign_key" => "holds logs encrypted with a KMS key of another organization",
        "previous_key" => "holds logs encrypted with the trail's previous KMS key",
        "wrong_key" => "holds logs encrypted with another KMS key than the trail's",
        "denied_by_bucket_policy" => "does not let the audit role read it, by its policy",
        "denied" => "does not let the audit role read it",
        _ => "could not be read",
    };
    format!("{bucket}{owner} {what}")
}

fn of_trail(shown: &Shown<'_>) -> String {
    match shown.key.aspect {
        "no_kms_key" => "has no KMS key".to_owned(),
        "wrong_region" => "has its KMS key in another Region than its bucket".to_owned(),
        "not_logging" => "does not log".to_owned(),
        "records_one_region" => "records one Region only".to_owned(),
        "home_region_not_enabled" => format!(
            "has a home Region that {} not enabled, and records nothing of them",
            counted(shown.effect.accounts.len(), "account has", "accounts have")
        ),
        "events_not_recorded" => "does not record all management events".to_owned(),
        "no_bucket" => "names no bucket".to_owned(),
        "status_unread" => "has a status that was not read".to_owned(),
        "shadows_disagree" => "is shown differently by the accounts that see it".to_owned(),
        "not_shown" => "is listed by its account, but no Region shows it".to_owned(),
        "trail_not_shown" => "is not shown where it should record".to_owned(),
        "selectors_not_understood" => {
            "narrows its events in a way that is not understood".to_owned()
        }
        "not_found" => "was not found".to_owned(),
        other => format!("is not right: {}", other.replace('_', " ")),
    }
}

fn of_store(aspect: &str) -> &'static str {
    match aspect {
        "no_kms_key" => "has no KMS key",
        "key_gone" => "has a KMS key that does not exist",
        "aws_managed" => "has a KMS key that AWS manages",
        "not_found" => "was not found",
        _ => "could not be read",
    }
}

fn of_policy(shown: &Shown<'_>) -> String {
    let (subject, aspect) = (shown.key.subject.as_str(), shown.key.aspect);
    let (denies, kind) = match aspect.strip_prefix("denied_by_") {
        Some(kind) => (true, kind),
        None => (false, aspect.strip_prefix("not_allowed_by_").unwrap_or(aspect)),
    };
    let kind = match kind {
        "scp" => "Service control policy",
        "rcp" => "Resource control policy",
        "vpc_endpoint_policy" => "VPC endpoint policy",
        "permissions_boundary" => "Permissions boundary",
        "session_policy" => "Session policy",
        _ => "Policy",
    };
    let verb = if denies { "denies" } else { "does not allow" };
    let calls = counted_words(shown);
    match Arn::new(subject) {
        Some(arn) => {
            let id = arn.resource().rsplit('/').next().unwrap_or(subject);
            format!("{kind} {id} {verb} {calls}")
        }
        None if subject.eq_ignore_ascii_case(kind) && denies => {
            format!("{kind} that AWS does not name denies {calls}")
        }
        None if subject.eq_ignore_ascii_case(kind) => {
            format!("{kind} of the account or of one of its units does not allow {calls}")
        }
        None => {
            let mut title = subject.to_owned();
            if let Some(first) = title.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            format!("{title} {verb} {calls}")
        }
    }
}

/// `account 111122223333`, or how many.
pub(super) fn accounts_words(shown: &Shown<'_>) -> String {
    match shown.effect.accounts.as_slice() {
        [only] => format!("account {only}"),
        accounts => format!("{} accounts", accounts.len()),
    }
}

/// `77 requests in 3 accounts and 11 Regions`.
pub(super) fn counted_words(shown: &Shown<'_>) -> String {
    let requests = usize::try_from(shown.effect.gaps).unwrap_or(usize::MAX);
    let mut words = counted(requests, "request", "requests");
    let accounts: BTreeSet<AccountId> = shown.gaps.iter().filter_map(|gap| gap.account).collect();
    let regions: BTreeSet<Region> = shown.gaps.iter().filter_map(|gap| gap.region).collect();
    if !accounts.is_empty() {
        let _ = write!(words, " in {}", counted(accounts.len(), "account", "accounts"));
    }
    if !regions.is_empty() {
        let joint = if accounts.is_empty() { "in" } else { "and" };
        let _ = write!(words, " {joint} {}", counted(regions.len(), "Region", "Regions"));
    }
    words
}

/// A number with its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn of_role(shown: &Shown<'_>) -> String {
    let subject = shown.key.subject.as_str();
    let name = if subject.starts_with("arn:") {
        format!("Caller {subject}")
    } else {
        format!("Role {subject}")
    };
    let accounts = counted(shown.effect.accounts.len(), "account", "accounts");
    match shown.key.aspect {
        "role_not_assumable" => {
            format!(
                "{name} could not be assumed in {accounts}: it is missing or does not trust the caller"
            )
        }
        "is_root" => format!("{name} is the root user, which cannot assume roles"),
        "permission_missing" => format!("{name} lacks permissions for {}", counted_words(shown)),
        "denied_by_identity_policy" => {
            format!("{name} is denied {} by a policy of its own", counted_words(shown))
        }
        _ => format!("{name} is denied {}", counted_words(shown)),
    }
}

fn of_account(shown: &Shown<'_>) -> String {
    let subject = &shown.key.subject;
    let account = shown.account().map(|it| format!("Account {it}"));
    match (shown.key.aspect, account) {
        ("not_covered", Some(account)) => format!("{account} has no trail"),
        ("not_covered", None) => {
            let accounts = shown.effect.accounts.len();
            format!(
                "Organization {subject} has no organization trail, and {} no trail",
                counted(accounts, "account has", "accounts have")
            )
        }
        (aspect, Some(account)) => format!("{account} was not read: {}", aspect.replace('_', " ")),
        (aspect, None) => format!("{subject} was not read: {}", aspect.replace('_', " ")),
    }
}

fn of_api(shown: &Shown<'_>) -> String {
    let subject = &shown.key.subject;
    let calls = counted_words(shown);
    match shown.key.aspect {
        "server_error" => format!("{subject} failed at AWS: {calls}"),
        "malformed_answer" => format!("{subject} sent answers that were not understood: {calls}"),
        "panic" => format!("{subject} was given up because of a bug of this program: {calls}"),
        "not_subscribed" => {
            format!("{subject} needs a sign-up with AWS that is not complete: {calls}")
        }
        "refused" => {
            format!("{subject} is refused by AWS for a reason that is no permission: {calls}")
        }
        "not_found" => format!("{subject} did not find what it was asked for: {calls}"),
        "not_told" => {
            format!("CloudTrail does not tell members the status of an organization trail: {calls}")
        }
        "region_disabled" => format!("Regions are not enabled: {calls}"),
        "account_not_active" => format!("Accounts are not in use: {calls}"),
        other => format!("{subject} did not answer ({}): {calls}", other.replace('_', " ")),
    }
}

fn of_setting(shown: &Shown<'_>) -> String {
    let subject = &shown.key.subject;
    match shown.key.aspect {
        "outside_organization" => {
            format!(
                "Account {subject} holds a KMS key of a trail or event data store, and is outside the organization"
            )
        }
        "bucket_owner_unknown" => format!("The owner of bucket '{subject}' is not known"),
        "sample_too_small" => "The sample is too small for the tolerable rate".to_owned(),
        "window_too_long" => "The window holds more logs than may be listed".to_owned(),
        "population_declared" => {
            "The accounts come from a file, so none of them is known to be all".to_owned()
        }
        "throttled_out" => format!("AWS kept throttling {}", counted_words(shown)),
        "sts_not_active" => {
            format!("STS is not active in the Region of the caller: {}", counted_words(shown))
        }
        "session_tags_refused" => format!("Session tags are refused: {}", counted_words(shown)),
        "source_identity_refused" => {
            format!("The source identity is refused: {}", counted_words(shown))
        }
        "selectors_unread" => {
            "Event selectors were not read, because controls were left out".to_owned()
        }
        "not_built" => format!("This version does not judge {subject}"),
        other => format!("Setting {subject}: {}", other.replace('_', " ")),
    }
}

fn of_run(shown: &Shown<'_>) -> String {
    let calls = counted_words(shown);
    match shown.key.aspect {
        "deadline" => format!("The run reached its deadline before {calls}"),
        "cancelled" => format!("The run ended before {calls}"),
        "clock_skew" => format!("The clock of this machine is wrong: {calls} were refused"),
        "expired_credentials" => format!("The credentials expired or are not valid: {calls}"),
        "dns" => format!("Endpoint names could not be resolved: {calls}"),
        "tls" => format!("TLS handshakes failed: {calls}"),
        "proxy" => format!("The proxy refused {calls}"),
        "timeout" => format!("Endpoints did not answer in time: {calls}"),
        _ => format!("Connections failed: {calls}"),
    }
}

fn of_time(aspect: &str) -> &'static str {
    match aspect {
        "never_delivered" => "logs and has not delivered anything yet in a Region",
        "delivery_stale" => "has not delivered for more than a day",
        "delivery_error_contradicted" => "shows a delivery error beside a new delivery",
        "no_objects" => "has no log object in the window yet",
        "no_digest" => "has no digest in the window yet",
        _ => "has delivered nothing yet",
    }
}
