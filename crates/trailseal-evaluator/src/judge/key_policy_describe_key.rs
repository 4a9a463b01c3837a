//! `key-policy-describe-key`: whether CloudTrail may describe the key.
//!
//! Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail": CloudTrail needs
//! kms:DescribeKey. KMS developer guide, "AWS KMS condition keys": that request has no encryption
//! context, so a statement with a condition on it never applies.

use trailseal_key_policy::{Decision, RequestContext, evaluate};
use trailseal_model::{ControlId, Finding, Reason};

use super::TrailCase;
use super::key_policy::PolicyRead;

const CONTROL: ControlId = ControlId::KeyPolicyDescribeKey;
const EXPECTED: &str = "cloudtrail.amazonaws.com may call kms:DescribeKey for this trail";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let read = match PolicyRead::of(case, CONTROL, EXPECTED) {
        Ok(read) => read,
        Err(finding) => return *finding,
    };
    let name = case.name();
    let request = RequestContext::cloudtrail_describes_key(&read.delivery.simulated());
    let (reason, observed) = match evaluate(&read.policy, &request) {
        Decision::Allow { statement } => {
            return Finding::pass(CONTROL, case.subject(), Reason::PolicyAllows, &read.proof())
                .saying(format!("The key policy lets CloudTrail describe the key of '{name}'."))
                .comparing(EXPECTED, format!("allowed by {statement}"));
        }
        Decision::Unknown { statement, why } => {
            let question =
                format!("Whether the key policy lets CloudTrail describe the key of '{name}'");
            return read.unknown(case, CONTROL, &question, EXPECTED, (&statement, &why));
        }
        Decision::Deny { statement } => (Reason::PolicyDenies, format!("denied by {statement}")),
        Decision::NotAllowed => without_grant(&read),
    };
    Finding::fail(CONTROL, case.subject(), reason, &read.proof())
        .saying(format!(
            "The key policy does not let CloudTrail describe the key of '{name}': {observed}."
        ))
        .comparing(EXPECTED, observed)
}

/// Whether the permission is missing, or in a statement that never applies: with the encryption context
/// that only requests for logs have.
fn without_grant(read: &PolicyRead<'_>) -> (Reason, String) {
    let delivery = read.delivery.simulated();
    let with_context = RequestContext::cloudtrail_describes_key_in_context(&delivery);
    match evaluate(&read.policy, &with_context) {
        Decision::Allow { statement } => {
            let dead = format!(
                "{statement} allows it only with an encryption context, which this call never has"
            );
            (Reason::GrantDead, dead)
        }
        _ => (Reason::NotGranted, "no statement allows it".to_owned()),
    }
}
