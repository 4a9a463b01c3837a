//! Parts of sentences that several judges use: what could not be read, and why.
//!
//! A finding reports only what was examined. Why something is unknown follows from the gaps: an object
//! that HeadObject may not read was still listed.

use std::fmt::Display;

use trailseal_model::{
    GapId, GapKind, LogSample, OrganizationFacts, Sample, Unreadable, UnreadableCause,
};

use super::TrailCase;
use crate::object_name::log_root;

/// A number with its noun: `1 Region`, `14 Regions`. Nouns of several words have the counted one before
/// ` of `, such as `more kind of failure`.
#[expect(clippy::needless_pass_by_value, reason = "a number, of whatever width")]
pub(super) fn counted(number: impl Display + PartialEq + From<u8>, noun: &str) -> String {
    if number == 1.into() {
        return format!("1 {noun}");
    }
    let (head, rest) = noun.split_at(noun.find(" of ").unwrap_or(noun.len()));
    let ending = if head.ends_with('s') { "es" } else { "s" };
    format!("{number} {head}{ending}{rest}")
}

/// How many kinds of gaps a sentence names.
const NAMED: usize = 2;

/// What the operations of these gaps resulted in, such as `HeadObject was denied`.
pub(super) fn unread_words(facts: &OrganizationFacts, gaps: &[GapId]) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for words in gaps.iter().filter_map(|it| facts.gap_kinds.get(*it)).map(GapKind::words) {
        if !kinds.contains(&words) {
            kinds.push(words);
        }
    }
    kinds.sort_unstable();
    let more = kinds.len().saturating_sub(NAMED);
    kinds.truncate(NAMED);
    match (kinds.is_empty(), more) {
        (true, _) => "a call did not answer".to_owned(),
        (false, 0) => kinds.join(" and "),
        (false, more) => {
            format!("{} and {}", kinds.join(", "), counted(more, "more kind of failure"))
        }
    }
}

/// Why the encryption of one object is not known.
pub(super) fn cause_words(facts: &OrganizationFacts, object: &Sample) -> String {
    let header = "x-amz-server-side-encryption-aws-kms-key-id";
    let (key, algorithm) = (object.kms_key_id.as_deref(), object.algorithm.as_deref());
    match object.unreadable_cause() {
        Some(UnreadableCause::NoKeyHeader) => format!(
            "S3 named '{}' and no key: the header {header} is missing",
            algorithm.unwrap_or_default()
        ),
        Some(UnreadableCause::AliasInHeader) => format!(
            "the header {header} has the alias '{}', which does not identify the key",
            key.unwrap_or_default()
        ),
        Some(UnreadableCause::UnknownAlgorithm) => format!(
            "S3 named the algorithm '{}', which is not among those it documents",
            algorithm.unwrap_or_default()
        ),
        Some(UnreadableCause::KeyUnresolved) => {
            "the trail names its key by an alias or id that was not resolved, so no object can be compared with it"
                .to_owned()
        }
        Some(UnreadableCause::Refused) | None => match object.gap {
            Some(gap) => unread_words(facts, &[gap]),
            None => "HeadObject was not called again after a refusal".to_owned(),
        },
    }
}

/// Why objects could not be read, each cause with how many and the newest.
pub(super) fn causes_words(facts: &OrganizationFacts, causes: &[Unreadable]) -> String {
    let words = causes.iter().map(|it| {
        let (why, file) = (cause_words(facts, &it.newest), file_name(&it.newest.key));
        match it.count {
            1 => format!("'{file}': {why}"),
            count => format!("{count} such as '{file}': {why}"),
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Why objects of the window's sample could not be read; clusters that could not be listed count too.
pub(super) fn sample_words(facts: &OrganizationFacts, sample: &LogSample) -> String {
    let objects = causes_words(facts, &sample.unreadable_objects);
    match (objects.is_empty(), sample.gaps.is_empty()) {
        (false, _) => objects,
        (true, false) => unread_words(facts, &sample.gaps),
        (true, true) => "S3 did not name the encryption".to_owned(),
    }
}

/// Where the trail's objects are listed: bucket and prefix, `CloudTrail` or `CloudTrail-Digest`.
/// An organization trail's logs are in one folder of each account.
pub(super) fn log_location(case: &TrailCase<'_>, kind: &str) -> String {
    let description = &case.trail.description;
    let organization = case.facts.organization.as_ref().map(|it| it.id.as_str());
    let organization = organization.filter(|_| description.is_organization_trail);
    let root = log_root(description.prefix.as_deref(), organization);
    let bucket = description.bucket.as_deref().unwrap_or_default();
    let account = if description.is_organization_trail {
        "<account>".to_owned()
    } else {
        description.owner.to_string()
    };
    format!("s3://{bucket}/{root}{account}/{kind}/")
}

/// The last part of an object's key; `observed` has the whole.
pub(super) fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}
