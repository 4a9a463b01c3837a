//! What a fix brings, in the words of its control.

use trailseal_model::{ControlId, Finding, Status};

/// What is better afterwards; `thing` is the finding's subject in words.
pub(super) fn brings(finding: &Finding, thing: &str) -> String {
    let control = finding.control();
    if finding.status() != Status::Fail {
        return format!("{control} of {thing} can be judged");
    }
    match control {
        ControlId::TrailKmsEncrypted => format!("{thing} names a KMS key for its new logs"),
        ControlId::KeyCustomerManaged => {
            format!("the policy of the key of {thing} is yours to decide")
        }
        ControlId::KeyUsable => format!("KMS makes data keys for new logs of {thing}"),
        ControlId::KeyPolicyAllowsCloudtrail => {
            format!("the key policy lets CloudTrail encrypt new logs of {thing}")
        }
        ControlId::KeyPolicyDescribeKey => {
            format!("CloudTrail can describe the key when {thing} is changed")
        }
        ControlId::KeyPolicyScoped => {
            format!("CloudTrail uses the key of {thing} for no stranger's trail")
        }
        ControlId::KeyReadersLimited => format!("only named readers can decrypt logs of {thing}"),
        ControlId::KeyRotationEnabled => {
            format!(
                "KMS replaces the material of the key of {thing} every year, and old logs stay readable"
            )
        }
        ControlId::TrailDelivering => format!(
            "CloudTrail delivers new logs of {thing}, and for up to 30 days tries again to deliver earlier ones"
        ),
        ControlId::LogObjectsSealed => {
            format!(
                "new logs of {thing} are encrypted with its key; delivered ones stay as they are"
            )
        }
        ControlId::DigestObjectsSealed => {
            format!(
                "new digests of {thing} are encrypted with its key; delivered ones stay as they are"
            )
        }
        ControlId::HistorySealed => {
            format!("older logs of {thing} are encrypted with its key, or are accepted as they are")
        }
        ControlId::AccountCovered => {
            format!("a trail records reads and writes in every enabled Region of {thing}")
        }
        ControlId::EventDataStoreKmsEncrypted => {
            "events in CloudTrail Lake are encrypted with a customer managed key".to_owned()
        }
    }
}
