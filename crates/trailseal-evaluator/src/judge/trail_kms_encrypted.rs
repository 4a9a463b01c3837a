//! `trail-kms-encrypted`: the trail has a KMS key.

use trailseal_model::{ControlId, Finding, Proof, Reason};

use super::TrailCase;

/// The bucket's default encryption does not help: without KmsKeyId, CloudTrail requests AES256 for
/// every object.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::TrailKmsEncrypted;
    let proof = Proof::of(&case.trail.described_by);
    let name = case.name();
    match &case.trail.description.kms_key_id {
        Some(key) => Finding::pass(control, case.subject(), Reason::KmsKeySet, &proof)
            .saying(format!("Trail '{name}' has the KMS key '{key}'."))
            .comparing("KmsKeyId set", key.as_str()),
        None => Finding::fail(control, case.subject(), Reason::NoKmsKey, &proof)
            .saying(format!(
                "Trail '{name}' has no KMS key, so CloudTrail requests SSE-S3 (AES256) for its logs."
            ))
            .comparing("KmsKeyId set", "no KmsKeyId"),
    }
}
