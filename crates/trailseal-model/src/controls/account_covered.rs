//! `account-covered`: whether a trail records every enabled Region of an account.

use super::{Control, ControlId, Severity, SubjectKind};
use crate::frameworks::MappingSource::Prowler;
use crate::frameworks::{Framework as F, mapping};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::AccountCovered,
    title: "A trail records every enabled Region of the account",
    fails_when: "an enabled Region of an active account has no trail that logs read and write management events",
    alert_title: "Account with a Region that no trail records",
    description: "Every enabled Region of an active account must have a trail that logs read and write management events there. Activity in a Region without one is in no bucket; the account's event history keeps it for 90 days only.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Account,
    link: None,
    is_built: true,
    mappings: &[
        mapping(
            F::CisAwsFoundations,
            &["1.4.0", "1.5.0", "2.0.0", "3.0.0", "4.0", "5.0.0"],
            &["3.1"],
            Prowler,
        ),
        mapping(F::CisAwsFoundations, &["6.0", "7.0"], &["4.1"], Prowler),
        mapping(F::AwsFsbp, &[], &["CloudTrail.1"], Prowler),
    ],
    failures: &[(
        &[R::NotCovered],
        "let a multi-Region organization trail, or a multi-Region trail of the account, record reads and writes there; a trail that the message names needs only what it lacks",
    )],
    doubts: &[
        (
            &[R::CoverageUnread],
            "let the audit role be assumed in the account and list its trails and Regions there, or cover the account with an organization trail",
        ),
        (
            &[R::SelectorsUnread],
            "remove the cause that the failed call reports; the audit role needs cloudtrail:GetEventSelectors in the account that owns the trail",
        ),
        (
            &[R::SelectorsNotUnderstood],
            "let the trail's event selectors record all management events, reads and writes, or add a trail that does",
        ),
        (
            &[R::StatusUnread],
            "remove the cause that the failed call reports; the audit role needs cloudtrail:GetTrailStatus in the account that owns the trail",
        ),
        (
            &[R::TrailNotShown],
            "if the account or Region is new, scan again later; if DescribeTrails still does not show the trail, find out why in that account and Region",
        ),
    ],
};
