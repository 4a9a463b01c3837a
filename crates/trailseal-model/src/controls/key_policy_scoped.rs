//! `key-policy-scoped`: whether the key policy is limited to this trail.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyPolicyScoped,
    title: "The key policy limits CloudTrail to this trail",
    fails_when: "simulated for a trail in another organization's account, the key policy lets CloudTrail encrypt its logs too: neither aws:SourceArn nor the trail in the encryption context limits it",
    alert_title: "Key policy not limited to the trail",
    description: "The key policy is simulated for a trail in an unknown account. It must refuse that trail by aws:SourceArn or by the trail in the encryption context. Otherwise anyone who knows the key's ARN can have CloudTrail use the key (the confused deputy problem).",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    severity: Severity::Medium,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Policy),
    is_built: true,
    mappings: &[],
    failures: &[(
        &[R::NotBound, R::BoundToAccountOnly],
        "add aws:SourceArn with the trail's ARN to the condition of the statement that allows CloudTrail",
    )],
    doubts: &[
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs kms:GetKeyPolicy in the key's account",
        ),
        (
            &[R::OutsideOrganization],
            "give the trail a key of the organization, or ask the owner of the key's account to judge the key policy, which can be read in that account only",
        ),
        (
            &[R::PolicyMalformed],
            "replace the key policy with a valid one; the message says what is wrong with it",
        ),
        (
            &[R::PolicyUnknown],
            "in the statement that decides, replace the condition that cannot be determined with aws:SourceArn and the trail's ARN",
        ),
    ],
};
