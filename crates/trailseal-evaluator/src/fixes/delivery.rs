//! Logs that do not arrive.

use trailseal_model::{
    Delivery, Fix, FixActor, FixStep, KeyPresence, Operation, Reason, Region, Target, TrailFacts,
    TrailStatus,
};

use super::case::{Case, setting_place};
use super::command::{has_own_bucket, start_logging};
use super::json::text;
use super::statement::{delivers, grants, step};
use super::{key, new_key, unread};
use crate::delivery::delivery;

/// Delivery fails, or is not proven.
pub(super) fn of_delivery(case: &Case<'_>) -> Fix {
    if case.reason() == Reason::Unread {
        return unread::of_subject(case, &[Operation::GetTrailStatus]);
    }
    let Some(trail) = case.trail else { return case.general() };
    match case.reason() {
        Reason::NotLogging => start(case, trail),
        Reason::DeliveryError => mend(case, trail),
        Reason::BucketGone => bucket_again(case),
        Reason::BucketOwnerMismatch => move_bucket(case),
        Reason::BucketOwnerUnknown => name_owner(case),
        Reason::DeliveryErrorContradicted => contradicted(case, trail),
        Reason::NeverDelivered => quiet(case, trail, Delivery::Never),
        Reason::DeliveryStale => quiet(case, trail, Delivery::Stale),
        _ => case.general(),
    }
}

fn start(case: &Case<'_>, trail: &TrailFacts) -> Fix {
    let description = &trail.description;
    let is_off = |status| delivery(status, &case.facts.thresholds) == Delivery::NotLogging;
    if !trail.status.iter().any(|it| is_off(&it.1)) {
        return of_member_copy(case, trail);
    }
    let key = key_trouble(case).map(|trouble| {
        format!("; mend the key as well, because CloudTrail cannot deliver while {trouble}")
    });
    let bucket = if has_own_bucket(case.facts, description) {
        String::new()
    } else {
        format!(
            "; check {} before you start it, because its owner is not known to be an account of the organization",
            case.bucket_words()
        )
    };
    Fix {
        change: format!(
            "start logging of trail '{}' in {}",
            description.name, description.home_region
        ),
        steps: start_logging(case.facts, description).into_iter().collect(),
        first: Some(format!(
            "find out who stopped it: look for StopLogging in CloudTrail's event history of account {} in {}{}{bucket}",
            description.owner,
            description.home_region,
            key.unwrap_or_default()
        )),
        brings: format!(
            "CloudTrail records events for {} again and tries to deliver their logs",
            case.thing()
        ),
        ..case.general()
    }
}

/// The trail logs for its owner, and a member's copy of it does not: no command is known to change that.
fn of_member_copy(case: &Case<'_>, trail: &TrailFacts) -> Fix {
    let place = first_place(case, trail, Delivery::NotLogging).map(|it| it.0);
    Fix {
        change: format!(
            "find out why {} does not log in {}, although it logs for its owner, account {}; if that stays so, ask AWS Support",
            case.thing(),
            place.unwrap_or_else(|| "a member".to_owned()),
            trail.description.owner
        ),
        ..case.general()
    }
}

/// What of the key keeps CloudTrail from delivering: a consequence points to its cause.
fn key_trouble(case: &Case<'_>) -> Option<String> {
    let key = case.key_words();
    match case.presence()? {
        KeyPresence::Gone => Some(format!("{key} does not exist")),
        KeyPresence::InvalidState(words) => Some(format!("KMS says of {key}: {words}")),
        KeyPresence::Exists(facts) if matches!(facts.state.as_str(), "Enabled" | "Updating") => {
            None
        }
        KeyPresence::Exists(facts) => Some(format!("{key} is {}", facts.state)),
    }
}

/// The first place with this kind of answer, the owner's Regions before the members.
fn first_place<'a>(
    case: &Case<'_>,
    trail: &'a TrailFacts,
    kind: Delivery,
) -> Option<(String, Option<&'a TrailStatus>)> {
    let of_owner =
        trail.status.iter().find(|(_, status)| delivery(status, &case.facts.thresholds) == kind);
    if let Some((region, status)) = of_owner {
        return Some((region.to_string(), status.known().map(|answer| &answer.value)));
    }
    let (Target { account, region }, status) = trail.members.places(kind).next()?;
    let place = format!("{region} for member {account}");
    Some((place, status.known().map(|answer| &answer.value)))
}

fn error_words(case: &Case<'_>, trail: &TrailFacts, kind: Delivery) -> String {
    let Some((place, status)) = first_place(case, trail, kind) else { return String::new() };
    let error = status.and_then(|it| it.latest_delivery_error.as_deref());
    error.map(|error| format!(" '{error}' in {place}")).unwrap_or_default()
}

fn mend(case: &Case<'_>, trail: &TrailFacts) -> Fix {
    let error = error_words(case, trail, Delivery::Error);
    let thing = case.thing();
    if let Some(trouble) = key_trouble(case) {
        // A consequence: what mends the key mends the delivery.
        let of_key = key::of_state(case);
        return Fix {
            change: format!(
                "mend the key of {thing}, because delivery fails with the error{error} while {trouble}: {}",
                of_key.change
            ),
            brings: case.general().brings,
            ..of_key
        };
    }
    Fix {
        change: format!(
            "remove the cause of the delivery error{error} of {thing}: compare the policies of {} and of its key with the statements below",
            case.bucket_words()
        ),
        place: case.bucket_place(),
        steps: delivery_statements(case, trail),
        first: Some(
            "find out whether a policy was changed since the last delivery: look for PutBucketPolicy and PutKeyPolicy in CloudTrail's event history"
                .to_owned(),
        ),
        risks: Some("PutBucketPolicy and PutKeyPolicy replace the whole policy: keep every other statement of it".to_owned()),
        ..case.general()
    }
}

/// What the policies of the bucket and of the key, if there is one, need for this trail.
fn delivery_statements(case: &Case<'_>, trail: &TrailFacts) -> Vec<FixStep> {
    let mut steps = bucket_statements(case, trail);
    if let Some(key) = case.key_arn() {
        steps.extend(new_key::statements(case, &format!("the policy of key {key}")));
    }
    steps
}

fn bucket_statements(case: &Case<'_>, trail: &TrailFacts) -> Vec<FixStep> {
    let description = &trail.description;
    let Some(bucket) = &description.bucket else { return Vec::new() };
    let organization = case.facts.organization.as_ref().map(|it| it.id.as_str());
    let organization = organization.filter(|_| description.is_organization_trail);
    let into = format!("the policy of bucket '{bucket}'");
    delivers(description, organization).iter().map(|it| step(into.clone(), it)).collect()
}

/// The bucket has to be made again, by people.
pub(super) fn bucket_again(case: &Case<'_>) -> Fix {
    let region: Option<Region> = case.key_arn().and_then(trailseal_model::Arn::region);
    let region = region.map(|it| format!(" in {it}, the Region of the trail's key,"));
    let bucket = case.bucket_words();
    Fix {
        change: format!(
            "create {bucket} again{} in an account of yours with the statements below in its policy, or give {} another bucket",
            region.unwrap_or_default(),
            case.thing()
        ),
        place: case.bucket_place(),
        steps: case.trail.map(|trail| bucket_statements(case, trail)).unwrap_or_default(),
        first: Some(
            "find out who deleted it: look for DeleteBucket in CloudTrail's event history"
                .to_owned(),
        ),
        risks: Some(format!(
            "until {bucket} exists, any AWS account can create a bucket of this name and receive the logs"
        )),
        ..case.general()
    }
}

fn move_bucket(case: &Case<'_>) -> Fix {
    let (owner, configured) =
        (case.bucket_owner(), case.bucket.and_then(|bucket| bucket.configured_owner));
    let (Some(owner), Some(configured)) = (owner, configured) else { return case.general() };
    Fix {
        change: format!(
            "give {} a bucket of account {configured}: {} is owned by {owner}; if {owner} is right, correct its entry of bucket_owners in trailseal.toml",
            case.thing(),
            case.bucket_words()
        ),
        first: Some(format!("find out whether account {owner} is yours")),
        risks: Some(format!("account {owner} holds every log that was delivered until now")),
        ..case.general()
    }
}

fn name_owner(case: &Case<'_>) -> Fix {
    let Some((name, bucket)) = case.bucket_name().zip(case.bucket) else { return case.general() };
    let searched = match bucket.search.to_string() {
        none if none.is_empty() => none,
        counts => format!(" ({counts})"),
    };
    let setting = format!("[bucket_owners]\n{} = \"ACCOUNT-ID\"", text(name));
    let action = Operation::ListBuckets.iam_action().into_iter().collect();
    Fix {
        change: format!(
            "name the account that owns {} in bucket_owners, and let the audit role list the buckets there{searched}",
            case.bucket_words()
        ),
        actor: FixActor::TrailsealOperator,
        place: setting_place("bucket_owners"),
        steps: vec![
            FixStep::Setting { file: "trailseal.toml".to_owned(), text: setting },
            step(
                "the policy of the audit role in the account that owns the bucket",
                &grants(&action, "*"),
            ),
        ],
        first: Some(format!("find out which account owns {}", case.bucket_words())),
        risks: Some(format!(
            "if no account of the organization owns it, an outsider receives the logs: give {} another bucket",
            case.thing()
        )),
        ..case.general()
    }
}

fn contradicted(case: &Case<'_>, trail: &TrailFacts) -> Fix {
    let error = error_words(case, trail, Delivery::Contradicted);
    Fix {
        change: format!(
            "scan again in an hour, because {} reports the delivery error{error} beside a delivery; if the error stays, compare the policies of {} and of the key with the statements below",
            case.thing(),
            case.bucket_words()
        ),
        steps: delivery_statements(case, trail),
        ..case.general()
    }
}

/// Nothing arrives from a Region, which may just have had nothing to record.
fn quiet(case: &Case<'_>, trail: &TrailFacts, kind: Delivery) -> Fix {
    let place = first_place(case, trail, kind).map(|it| it.0);
    let place = place.unwrap_or_else(|| trail.description.home_region.to_string());
    Fix {
        change: format!(
            "make a call that {} records in {place}, such as `aws cloudtrail describe-trails --region {}`, wait 15 minutes and scan again; if nothing arrives, compare the policies of {} and of the key with the statements below",
            case.thing(),
            place.split(' ').next().unwrap_or_default(),
            case.bucket_words()
        ),
        steps: delivery_statements(case, trail),
        ..case.general()
    }
}
