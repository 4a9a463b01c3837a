//! `key-readers-limited`: who can decrypt the logs.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::KeyReadersLimited,
    title: "Only chosen readers can decrypt the logs",
    fails_when: "kms:Decrypt, or an action that leads to it, is allowed to everyone, to an account outside the organization that is not in trusted_readers, or to every identity (or every role, every user) of accounts or of the organization",
    alert_title: "Key policy that lets too many decrypt the logs",
    description: "Who can decrypt is judged from the key policy and grants; IAM policies, SCPs and RCPs are not evaluated. Each reader must be an identity that the policy names or limits, or an account whose own IAM policies choose. Every identity of an account, an untrusted outside account and everyone are too many.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    severity: Severity::Medium,
    essential: false,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Policy),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::EverybodyReads],
            "remove the action that leads to decryption from the statement or grant that allows everyone, or name its readers one by one",
        ),
        (
            &[R::OutsiderReads],
            "remove the action that leads to decryption from the statement or grant that allows the outside account; if that account may read the logs, add it to trusted_readers in the configuration file",
        ),
        (
            &[R::WholeAccountReads],
            "name the roles that read the logs in the statement, instead of whole accounts",
        ),
    ],
    doubts: &[
        (
            &[R::Unread],
            "remove the cause that the failed call reports; the audit role needs kms:GetKeyPolicy and kms:ListGrants in the key's account",
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
            &[R::ReadersUnknown],
            "name the readers in the statement or grant, instead of what cannot be determined",
        ),
    ],
};
