//! `digest-objects-sealed`: the newest digest.
//!
//! Source: CloudTrail user guide, "Encrypting CloudTrail log files, digest files, and event data
//! stores with AWS KMS keys". CloudTrail encrypted digests of earlier years with S3's own key, so
//! only the newest one is judged.

use trailseal_model::{ControlId, Finding, Proof, Reason, Sample, SampleResult};

use super::TrailCase;
use super::log_objects::{encryption_words, reason, shown};
use super::sentences::file_name;
use super::sentences::{cause_words, log_location, unread_words};

const CONTROL: ControlId = ControlId::DigestObjectsSealed;
const EXPECTED: &str = "the newest digest encrypted with the trail's key";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL) {
        return finding;
    }
    let name = case.name();
    if !case.trail.description.log_file_validation {
        return Finding::not_applicable(CONTROL, case.subject(), Reason::NoValidation)
            .saying(format!("Trail '{name}' writes no digests."));
    }
    let digest = &case.trail.digest;
    match &digest.newest {
        Some(newest) => judged(case, newest),
        None if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) => {
            unproven(case, Reason::BucketGone, "the bucket does not exist")
        }
        None if !digest.gaps.is_empty() => {
            unproven(case, Reason::Unread, &unread_words(case.facts, &digest.gaps))
        }
        None if case.trail.description.bucket.is_none() => {
            unproven(case, Reason::Unread, "the trail names no bucket")
        }
        None if digest.listed_by.is_none() => {
            unproven(case, Reason::Unread, "its digests were not listed")
        }
        None => {
            let part =
                if digest.is_cut { "the part of the window that was listed" } else { "the window" };
            let location = log_location(case, "CloudTrail-Digest");
            unproven(
                case,
                Reason::NoDigest,
                &format!("{part} holds no digest of the trail in {location}"),
            )
        }
    }
}

fn judged(case: &TrailCase<'_>, newest: &Sample) -> Finding {
    let name = case.name();
    let which = if case.trail.digest.is_cut { "The newest listed" } else { "The newest" };
    let (file, proof) = (file_name(&newest.key), newest.evidence.as_ref().map(Proof::of));
    match (newest.result, newest.deviation, proof) {
        (SampleResult::Pass, _, Some(proof)) => {
            let proof = case.trail.digest.listed_by.iter().fold(proof, Proof::and);
            Finding::pass(CONTROL, case.subject(), Reason::DigestSealed, &proof)
                .saying(format!("{which} digest of '{name}', '{file}', is encrypted with its key."))
                .comparing(EXPECTED, shown(newest))
        }
        (SampleResult::Deviation, Some(class), Some(proof)) => {
            let proof = case.trail.digest.listed_by.iter().fold(proof, Proof::and);
            Finding::fail(CONTROL, case.subject(), reason(class), &proof)
                .saying(format!(
                    "{which} digest of '{name}', '{file}', is {}.",
                    encryption_words(class)
                ))
                .comparing(EXPECTED, shown(newest))
        }
        (SampleResult::Replaced, ..) => {
            unproven(case, Reason::NoDigest, "the newest digest was gone when it was read")
        }
        _ => {
            let why = format!(
                "the encryption of '{file}' is not known: {}",
                cause_words(case.facts, newest)
            );
            unproven(case, Reason::UnreadableObjects, &why)
        }
    }
}

fn unproven(case: &TrailCase<'_>, reason: Reason, why: &str) -> Finding {
    Finding::not_proven(CONTROL, case.subject(), reason, case.trail.digest.gaps.clone())
        .saying(format!("The encryption of the digests of '{}' is not proven: {why}.", case.name()))
        .comparing(EXPECTED, why)
        .showing_all(case.trail.digest.newest.iter().filter_map(|it| it.evidence.as_ref()))
        .showing_all(&case.trail.digest.listed_by)
}
