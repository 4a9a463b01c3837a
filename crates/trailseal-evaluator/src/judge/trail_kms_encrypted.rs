//! `trail-kms-encrypted`: the trail names a KMS key.

use trailseal_model::{ControlId, Finding, Proof, Reason};

use super::TrailCase;

/// A bucket's default encryption does not help: without KmsKeyId, CloudTrail asks S3 for AES256
/// itself with every object.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::TrailKmsEncrypted;
    let proof = Proof::of(&case.trail.described_by);
    let name = case.name();
    match &case.trail.description.kms_key_id {
        Some(key) => Finding::pass(control, case.subject(), Reason::KmsKeySet, &proof)
            .saying(format!("The trail '{name}' names the key '{key}'."))
            .comparing("KmsKeyId set", key.as_str()),
        None => Finding::fail(control, case.subject(), Reason::NoKmsKey, &proof)
            .saying(format!(
                "The trail '{name}' names no KMS key, so CloudTrail asks S3 for its own encryption (AES256)."
            ))
            .comparing("KmsKeyId set", "no KmsKeyId"),
    }
}
