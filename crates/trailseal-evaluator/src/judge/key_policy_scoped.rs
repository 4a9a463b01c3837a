//! `key-policy-scoped`: whether the grant to CloudTrail is for this trail, or for anybody's.
//!
//! Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"; IAM user guide,
//! "The confused deputy problem". Whoever knows the key's ARN can name it in a trail of their own.

use trailseal_key_policy::{Binding, Decision, binding};
use trailseal_model::{ControlId, Finding, Reason};

use super::TrailCase;
use super::key_policy::PolicyRead;

const CONTROL: ControlId = ControlId::KeyPolicyScoped;
const EXPECTED: &str =
    "the grant is bound by aws:SourceArn, or by the trail in the encryption context";

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
            .saying(format!("What the key policy grants CloudTrail for '{name}' is bound by aws:SourceArn."))
            .comparing(EXPECTED, format!("aws:SourceArn; {granted}")),
        Binding::EncryptionContext => pass(Reason::BoundByContext)
            .saying(format!(
                "What the key policy grants CloudTrail for '{name}' is bound by the trail in the encryption context; aws:SourceArn, which AWS recommends, is missing."
            ))
            .comparing(EXPECTED, format!("the encryption context without aws:SourceArn; {granted}")),
        Binding::Account { statement } => fail(Reason::BoundToAccountOnly)
            .saying(format!(
                "What the key policy grants CloudTrail for '{name}' is bound by the account alone, which AWS does not recommend."
            ))
            .comparing(EXPECTED, format!("the account alone; {statement}")),
        Binding::Nothing { statement } => fail(Reason::NotBound)
            .saying(format!(
                "The key policy lets CloudTrail seal with the key of '{name}' for anybody's trail: {statement}."
            ))
            .comparing(EXPECTED, format!("nothing binds {statement}")),
        Binding::Unknown { statement, why } => {
            let question = format!("Whether the key policy binds CloudTrail's grant to '{name}'");
            let compared = (EXPECTED, format!("{statement}: {why}"));
            read.unknown(case, CONTROL, &question, compared)
        }
    }
}

/// What is not granted needs no bounds; `key-policy-allows-cloudtrail` says so.
fn without_grant(case: &TrailCase<'_>, read: &PolicyRead<'_>, reason: Reason) -> Finding {
    let finding = Finding::not_applicable(CONTROL, case.subject(), reason).saying(format!(
        "The key policy grants CloudTrail nothing for '{}', so there is nothing to bind.",
        case.name()
    ));
    finding.showing(read.evidence)
}
