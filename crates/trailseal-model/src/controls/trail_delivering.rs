//! `trail-delivering`: whether logs arrive in a bucket whose owner is known.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::TrailDelivering,
    title: "The trail delivers logs",
    fails_when: "logging is off, the latest delivery failed, the bucket does not exist, or another account than configured owns it",
    alert_title: "Trail that does not deliver logs",
    description: "The trail must log and have delivered within 24 hours in every Region of its account, to a bucket whose owner is known, and no member of an organization trail may report an error. An encrypted trail that delivers nothing protects nothing.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Delivery),
    is_built: true,
    mappings: &[],
    failures: &[
        (
            &[R::BucketGone],
            "create the bucket again in an account of yours before its name is taken, with CloudTrail's bucket policy, or give the trail another bucket",
        ),
        (
            &[R::BucketOwnerMismatch],
            "give the trail a bucket of the configured account; if the owner is right, correct bucket_owners in the configuration file",
        ),
        (
            &[R::NotLogging],
            "start logging of the trail, and find out who stopped it (StopLogging in CloudTrail's event history)",
        ),
        (
            &[R::DeliveryError],
            "remove the cause of the delivery error: check the bucket and its policy, then the key and its policy",
        ),
    ],
    doubts: &[
        (
            &[R::BucketOwnerUnknown],
            "name the account that owns the trail's bucket (--log-archive-account, or bucket_owners in the configuration file), and allow the audit role s3:ListAllMyBuckets there",
        ),
        (
            &[R::Unread],
            "remove the cause that the failed calls report; the audit role needs cloudtrail:GetTrailStatus in their accounts and Regions",
        ),
        (
            &[R::DeliveryErrorContradicted],
            "scan again in an hour; if the error persists, check the bucket and its policy, then the key and its policy",
        ),
        (
            &[R::NeverDelivered],
            "make a call that the trail records in that Region, wait 15 minutes and scan again; if nothing arrives, check the bucket policy and the key policy",
        ),
        (
            &[R::DeliveryStale],
            "check whether that Region was quiet since: if the trail had events to record, check the bucket policy and the key policy; if the time is in the future, check this machine's clock",
        ),
    ],
};
