//! `digest-objects-sealed`: the newest digest.
//!
//! Source: CloudTrail user guide, "Encrypting CloudTrail log files, digest files, and event data
//! stores with AWS KMS keys". Digests of earlier years were always under S3's own key, so only the
//! newest one is judged.

use trailseal_model::{ControlId, DeviationClass, Finding, Proof, Reason, Sample, SampleResult};

use super::TrailCase;
use super::log_objects::{file_name, reason, shown};

const CONTROL: ControlId = ControlId::DigestObjectsSealed;
const EXPECTED: &str = "the newest digest under the trail's key";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL) {
        return finding;
    }
    let name = case.name();
    if !case.trail.description.log_file_validation {
        return Finding::not_applicable(CONTROL, case.subject(), Reason::NoValidation)
            .saying(format!("The trail '{name}' writes no digests."));
    }
    let digest = &case.trail.digest;
    match &digest.newest {
        Some(newest) => judged(case, newest),
        None if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) => {
            unproven(case, Reason::BucketGone, "the bucket does not exist")
        }
        None if digest.listed_by.is_none() || !digest.gaps.is_empty() => {
            unproven(case, Reason::Unread, "the bucket could not be listed")
        }
        None => unproven(case, Reason::NoDigest, "the window holds none"),
    }
}

fn judged(case: &TrailCase<'_>, newest: &Sample) -> Finding {
    let name = case.name();
    let (file, proof) = (file_name(&newest.key), newest.evidence.as_ref().map(Proof::of));
    match (newest.result, newest.deviation, proof) {
        (SampleResult::Pass, _, Some(proof)) => {
            let proof = case.trail.digest.listed_by.iter().fold(proof, Proof::and);
            Finding::pass(CONTROL, case.subject(), Reason::DigestSealed, &proof)
                .saying(format!("The newest digest of '{name}', '{file}', lies under its key."))
                .comparing(EXPECTED, shown(newest))
        }
        (SampleResult::Deviation, Some(class), Some(proof)) => {
            Finding::fail(CONTROL, case.subject(), reason(class), &proof)
                .saying(format!(
                    "The newest digest of '{name}', '{file}', is not under its key{}.",
                    why(class)
                ))
                .comparing(EXPECTED, shown(newest))
        }
        (SampleResult::Replaced, ..) => {
            unproven(case, Reason::NoDigest, "the newest one was gone when it was read")
        }
        _ => unproven(case, Reason::UnreadableObjects, "the newest one could not be read"),
    }
}

const fn why(class: DeviationClass) -> &'static str {
    match class {
        DeviationClass::SseS3 => ", but under S3's own",
        _ => "",
    }
}

fn unproven(case: &TrailCase<'_>, reason: Reason, why: &str) -> Finding {
    Finding::not_proven(CONTROL, case.subject(), reason, case.trail.digest.gaps.clone())
        .saying(format!("The digests of '{}' are not proven sealed: {why}.", case.name()))
        .comparing(EXPECTED, why)
}
