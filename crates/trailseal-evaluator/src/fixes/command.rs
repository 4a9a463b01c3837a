//! The commands that a fix may have: none of them can stop the delivery of logs.
//!
//! Sources: KMS API reference, "EnableKey", "CancelKeyDeletion" (the key is disabled afterwards) and
//! "EnableKeyRotation" (of a multi-Region key, at its primary); CloudTrail API reference,
//! "StartLogging" (in the Region in which the trail was made).

use trailseal_model::{
    AccountId, Arn, BucketPresence, FixStep, OrganizationFacts, TrailDescription,
};

/// What a command does to a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyCommand {
    Enable,
    CancelDeletion,
    EnableRotation,
}

impl KeyCommand {
    const fn verb(self) -> &'static str {
        match self {
            Self::Enable => "enable-key",
            Self::CancelDeletion => "cancel-key-deletion",
            Self::EnableRotation => "enable-key-rotation",
        }
    }

    /// The command for a key's own ARN; `None` for an ARN without a Region, or one that no terminal
    /// should show.
    pub(super) fn on(self, key: &Arn) -> Option<FixStep> {
        let (region, key) = (key.region()?, quoted(key.as_str())?);
        Some(FixStep::Command(format!("aws kms {} --region {region} --key-id {key}", self.verb())))
    }
}

/// Starts logging of a trail whose bucket is one of the organization's: to another bucket it would
/// deliver what happens in the account to a stranger.
pub(super) fn start_logging(
    facts: &OrganizationFacts,
    trail: &TrailDescription,
) -> Option<FixStep> {
    if !has_own_bucket(facts, trail) {
        return None;
    }
    let (region, arn) = (trail.home_region, quoted(trail.arn.as_str())?);
    Some(FixStep::Command(format!("aws cloudtrail start-logging --region {region} --name {arn}")))
}

/// Whether the trail's bucket exists and is known to be an account's of the organization, which is the
/// configured one if there is one.
pub(super) fn has_own_bucket(facts: &OrganizationFacts, trail: &TrailDescription) -> bool {
    let bucket = trail.bucket.as_ref().and_then(|name| facts.buckets.get(name));
    bucket.is_some_and(|bucket| {
        let presence = bucket.presence.known().map(|answer| &answer.value);
        let is_right = |owner: &AccountId| {
            facts.account(*owner).is_some() && bucket.configured_owner.is_none_or(|it| it == *owner)
        };
        matches!(presence, Some(BucketPresence::Exists(_)))
            && bucket.owner.account().is_some_and(|owner| is_right(&owner))
    })
}

/// One word of a POSIX shell; `None` for a text with control characters, which a terminal could
/// take as orders.
fn quoted(text: &str) -> Option<String> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return None;
    }
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@%+,".contains(it);
    if text.chars().all(is_plain) && !text.starts_with('-') {
        return Some(text.to_owned());
    }
    Some(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_of_the_shell() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(quoted(text).as_deref(), expected, "{text:?}");
        };
        let arn = "arn:aws:kms:us-east-1:000000000001:key/mrk-1";
        check(arn, Some(arn));
        check("a b", Some("'a b'"));
        check("$(rm -rf ~)`id`;&|<>\"\\", Some("'$(rm -rf ~)`id`;&|<>\"\\'"));
        check("it's", Some(r"'it'\''s'"));
        check("-x", Some("'-x'"));
        check("", None);
        check("a\nb", None);
        check("a\u{1b}[2Jb", None);
    }
}
