//! `key-policy-describe-key`: whether the key policy lets CloudTrail describe the key.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyPolicyDescribeKey,
    title: "The key policy lets CloudTrail describe the key",
    fails_when: "simulated for this trail, the key policy does not let CloudTrail call kms:DescribeKey; a statement with a condition on the encryption context never applies to that call",
    alert_title: "Key policy that does not let CloudTrail describe the key",
    description: "The key policy is simulated for CloudTrail's call of kms:DescribeKey, which has no encryption context. Logs are encrypted and delivered without that permission, but AWS refuses the next change of the trail.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    severity: Severity::Low,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Policy),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::PolicyDenies],
            "change the statement of the key policy that denies the request so that it does not deny cloudtrail.amazonaws.com kms:DescribeKey",
        ),
        (
            &[R::GrantDead],
            "move kms:DescribeKey to a statement without a condition on the encryption context, because this call never has one",
        ),
        (
            &[R::NotGranted],
            "allow cloudtrail.amazonaws.com to call kms:DescribeKey in the key policy, in a statement without a condition on the encryption context",
        ),
    ],
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
            "allow kms:DescribeKey for cloudtrail.amazonaws.com in a statement whose only condition is aws:SourceArn with the trail's ARN",
        ),
    ],
};
