//! `key-policy-allows-cloudtrail`: whether the key policy allows CloudTrail's own request.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyPolicyAllowsCloudtrail,
    title: "The key policy lets CloudTrail encrypt this trail's logs",
    fails_when: "simulated for this trail, the key policy does not let CloudTrail call kms:GenerateDataKey",
    alert_title: "Key policy that blocks CloudTrail",
    description: "The key policy is simulated for the request that S3 makes on CloudTrail's behalf for each log of this trail. It must let cloudtrail.amazonaws.com call kms:GenerateDataKey. If it does not, CloudTrail delivers no logs, although the trail has a key and the key is enabled.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Policy),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::PolicyDenies],
            "change the statement of the key policy that denies the request so that it does not deny cloudtrail.amazonaws.com for this trail",
        ),
        (
            &[R::NotGranted],
            "allow cloudtrail.amazonaws.com to call kms:GenerateDataKey* in the key policy, with the trail's ARN as aws:SourceArn",
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
            "in the statement that decides, replace the condition that cannot be determined with aws:SourceArn and the trail's ARN",
        ),
        (
            &[R::Contradiction],
            "check CloudTrail's event history for a recent change of the key policy (PutKeyPolicy), and scan again in an hour",
        ),
    ],
};
