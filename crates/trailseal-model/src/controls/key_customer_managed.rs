//! `key-customer-managed`: who manages the key.

use super::{Control, ControlId, KIND_UNKNOWN, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyCustomerManaged,
    title: "The trail's key is managed by the customer",
    fails_when: "AWS manages the key (KeyManager is AWS)",
    alert_title: "Trail with an AWS managed key",
    description: "DescribeKey must name the customer as the key's manager, and the key's account must belong to the organization or be trusted. The policy of an AWS managed key cannot be changed, so the customer cannot limit who decrypts the logs.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Key),
    is_built: true,
    mappings: &[],
    failures: &[(
        &[R::AwsManaged],
        "create a customer managed key in the bucket's Region, allow CloudTrail to use it in the key policy, then replace the AWS managed key on the trail with the new key's ARN",
    )],
    doubts: &[
        (&[R::KeyKindUnknown], KIND_UNKNOWN),
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs kms:DescribeKey in the key's account",
        ),
        (
            &[R::OutsideOrganization],
            "if the key's account may hold keys for the organization, add it to trusted_key_accounts in the configuration file; otherwise give the trail a key of the organization",
        ),
    ],
};
