//! Another key for a trail: the policy first, then the trail.
//!
//! No command is made: a trail whose new key refuses CloudTrail delivers nothing.

use trailseal_model::{BucketFacts, Fix, FixStep};

use super::case::Case;
use super::statement::{describes, seals, step};

/// A key for a trail that has none, or whose key cannot be mended.
pub(super) fn for_trail(case: &Case<'_>) -> Fix {
    let Some(trail) = case.trail else { return case.general() };
    let description = &trail.description;
    let region = case.bucket.and_then(BucketFacts::region);
    let region = region.map_or_else(
        || format!("the Region of {}", case.bucket_words()),
        |it| it.name().to_owned(),
    );
    let instead = match case.key_arn().or_else(|| case.named_key()) {
        Some(key) => format!(" instead of {key}"),
        None => String::new(),
    };
    let change = format!(
        "create a symmetric customer managed key in {region}, put the statements below into its policy, then set the key's ARN as KmsKeyId of trail '{}' (account {}, {}){instead}",
        description.name, description.owner, description.home_region
    );
    Fix {
        change,
        steps: statements(case, "the policy of the new key, beside the statement that administers it"),
        first: Some(format!(
            "list who reads the logs in {}: each reader needs kms:Decrypt on the new key",
            case.bucket_words()
        )),
        risks: Some(
            "readers without kms:Decrypt on the new key cannot read new logs, and CloudTrail delivers nothing while the policy of the trail's key refuses it".to_owned(),
        ),
        ..case.general()
    }
}

/// What a key's policy needs for this trail.
pub(super) fn statements(case: &Case<'_>, into: &str) -> Vec<FixStep> {
    let Some(trail) = case.trail else { return Vec::new() };
    let trails = [&trail.description];
    vec![step(into, &seals(&trails)), step(into, &describes(&trails))]
}
