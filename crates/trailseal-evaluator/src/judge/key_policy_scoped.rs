//! `key-policy-scoped`: whether the key policy lets CloudTrail act for this trail only, or for anyone's.
//!
//! Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"; IAM user guide,
//! "The confused deputy problem". Anyone who knows the key's ARN can name it in a trail of their own.

use trailseal_key_policy::{Binding, Decision, binding};
use trailseal_model::{ControlId, Finding, Reason};

use super::TrailCase;
use super::key_policy::PolicyRead;

const CONTROL: ControlId = ControlId::KeyPolicyScoped;
const EXPECTED: &str =
    "CloudTrail's permission limited by aws:SourceArn, or by the trail in the encryption context";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let read = match PolicyRead::of(case, CONTROL, EXPECTED) {
        Ok(read) => read,
        Err(finding) => return *finding,
    };
    let name = case.name();
    let granted = match read.seals() {
        Decision::Allow { statement } | Decision::Unknown { statement, .. } => statement,
        Decision::Deny { .. } => return without_grant(case, &read, Reason::PolicyDenies),
        Decision::NotAllowed => return without_grant(case, &read, Reason::NotGranted),
    };
    let pass = |reason| Finding::pass(CONTROL, case.subject(), reason, &read.proof());
    let fail = |reason| Finding::fail(CONTROL, case.subject(), reason, &read.proof());
    match binding(&read.policy, &read.delivery.simulated()) {
        Binding::SourceArn => pass(Reason::BoundToTrail)
            .saying(format!("The key policy limits CloudTrail's permission for '{name}' by aws:SourceArn."))
            .comparing(EXPECTED, format!("aws:SourceArn; {granted}")),
        Binding::EncryptionContext => pass(Reason::BoundByContext)
            .saying(format!(
                "The key policy limits CloudTrail's permission for '{name}' by the trail in the encryption context, without the aws:SourceArn that AWS recommends."
            ))
            .comparing(EXPECTED, format!("the encryption context without aws:SourceArn; {granted}")),
        Binding::Account { statement } => fail(Reason::BoundToAccountOnly)
            .saying(format!(
                "The key policy limits CloudTrail's permission for '{name}' by the account alone, which AWS does not recommend."
            ))
            .comparing(EXPECTED, format!("the account alone; {statement}")),
        Binding::Nothing { statement } => fail(Reason::NotBound)
            .saying(format!(
                "The key policy lets CloudTrail use the key of '{name}' for anyone's trail: {statement}."
            ))
            .comparing(EXPECTED, format!("nothing limits {statement}")),
        Binding::Unknown { statement, why } => {
            let question = format!("Whether the key policy limits CloudTrail's permission to '{name}'");
            read.unknown(case, CONTROL, &question, EXPECTED, (&statement, &why))
        }
    }
}

/// A permission that is missing needs no limit; `key-policy-allows-cloudtrail` fails for it.
fn without_grant(case: &TrailCase<'_>, read: &PolicyRead<'_>, reason: Reason) -> Finding {
    let finding = Finding::not_applicable(CONTROL, case.subject(), reason).saying(format!(
        "The key policy does not let CloudTrail encrypt the logs of '{}', so no permission needs a limit.",
        case.name()
    ));
    finding.showing(read.evidence)
}
