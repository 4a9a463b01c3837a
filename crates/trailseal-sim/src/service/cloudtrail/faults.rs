//! CloudTrail's errors. They all come with 400.

use crate::service::Call;
use crate::wire::fault::Fault;

/// The trail is not there.
pub(super) fn unknown_trail(call: &Call<'_>, arn: &str) -> Fault {
    let message = format!("Unknown trail: {arn} for the user: {}", call.session.account);
    Fault::new(400, "TrailNotFoundException", message)
}

/// The ARN is of an account that the caller has nothing to do with.
pub(super) fn wrong_account(call: &Call<'_>) -> Fault {
    let account = call.session.account;
    let message = format!(
        "AccountID in ARN is wrong, you can only access resources with AccountID {account}."
    );
    Fault::new(400, "CloudTrailARNInvalidException", message)
}

/// The ARN is of another Region.
pub(super) fn wrong_region(call: &Call<'_>) -> Fault {
    let region = call.region;
    let message =
        format!("Region in ARN is wrong, you can only access resources in region {region}.");
    Fault::new(400, "CloudTrailARNInvalidException", message)
}

/// It is not an ARN of a trail.
pub(super) fn invalid_arn(text: &str) -> Fault {
    let message = format!("Trail ARN or name {text} is not valid.");
    Fault::new(400, "CloudTrailARNInvalidException", message)
}

/// Why a text cannot be a trail's name (CloudTrail user guide, "Naming requirements").
pub(super) fn check_name(name: &str) -> Result<(), Fault> {
    let is_plain = |it: char| it.is_ascii_alphanumeric();
    let length = name.chars().count();
    let message = if name.is_empty() {
        "Trail name or ARN can not be empty.".to_owned()
    } else if length < 3 {
        format!(
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: {length} characters."
        )
    } else if length > 128 {
        format!(
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: {length} characters."
        )
    } else if !name.chars().all(|it| is_plain(it) || "._-".contains(it)) {
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).".to_owned()
    } else if !name.starts_with(is_plain) {
        "Trail name must starts with a letter or number.".to_owned()
    } else if !name.ends_with(is_plain) {
        "Trail name must ends with a letter or number.".to_owned()
    } else if has_neighbours(name) || name.parse::<std::net::Ipv4Addr>().is_ok() {
        format!("Trail name {name} is not valid.")
    } else {
        return Ok(());
    };
    Err(Fault::new(400, "InvalidTrailNameException", message))
}

/// Whether periods, underscores or dashes stand side by side.
fn has_neighbours(name: &str) -> bool {
    name.as_bytes().windows(2).any(|it| it.iter().all(|it| !it.is_ascii_alphanumeric()))
}
