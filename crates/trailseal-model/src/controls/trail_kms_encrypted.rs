//! `trail-kms-encrypted`: what makes a trail encrypt its logs with KMS.

use super::{Control, ControlId, SealLink, Severity, SubjectKind};
use crate::frameworks::MappingSource::{Aws, Prowler, Steampipe};
use crate::frameworks::{Framework as F, mapping};
use crate::reason::Reason as R;

pub(super) const ENTRY: Control = Control {
    id: ControlId::TrailKmsEncrypted,
    title: "The trail has a KMS key for its logs",
    fails_when: "the trail has no KmsKeyId; the bucket's default encryption does not help, because CloudTrail then requests AES256 for every object",
    alert_title: "Trail without a KMS key",
    description: "DescribeTrails must return a KmsKeyId for the trail. Without one, CloudTrail encrypts its logs with S3's own key (SSE-S3), and permission to read the bucket is permission to read the audit log.",
    documentation: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    severity: Severity::High,
    essential: true,
    subject: SubjectKind::Trail,
    link: Some(SealLink::Trail),
    is_built: true,
    mappings: &[
        mapping(F::CisAwsFoundations, &["1.2.0"], &["2.7"], Aws),
        mapping(F::CisAwsFoundations, &["1.3.0", "1.4.0", "1.5.0", "2.0.0"], &["3.7"], Steampipe),
        mapping(F::CisAwsFoundations, &["3.0.0", "4.0", "5.0.0"], &["3.5"], Prowler),
        mapping(F::CisAwsFoundations, &["6.0", "7.0"], &["4.5"], Prowler),
        mapping(F::AwsFsbp, &[], &["CloudTrail.2"], Aws),
        mapping(F::AwsConfig, &[], &["cloud-trail-encryption-enabled"], Aws),
        mapping(F::PciDss, &["3.2.1"], &["3.4"], Aws),
        mapping(F::PciDss, &["4.0.1"], &["10.3.2"], Aws),
        mapping(
            F::Nist80053,
            &["r5"],
            &["AU-9", "CA-9(1)", "CM-3(6)", "SC-13", "SC-28", "SC-28(1)", "SC-7(10)", "SI-7(6)"],
            Aws,
        ),
        mapping(F::Nist800171, &["r2"], &["3.3.8"], Aws),
        mapping(F::NistCsf, &["1.1"], &["PR.DS-1"], Steampipe),
        mapping(F::NistCsf, &["2.0"], &["PR.DS-01"], Steampipe),
        mapping(F::FedRamp, &["low-r4"], &["AU-9"], Prowler),
        mapping(F::FedRamp, &["moderate-r4"], &["AU-9", "SC-28"], Prowler),
        mapping(F::FedRamp, &["20x"], &["KSI-MLA", "KSI-SVC"], Prowler),
        mapping(
            F::Hipaa,
            &[],
            &[
                "164.308(a)(1)(ii)(B)",
                "164.308(a)(1)(ii)(D)",
                "164.308(a)(4)(ii)(A)",
                "164.312(a)(2)(iv)",
                "164.312(c)(1)",
                "164.312(c)(2)",
                "164.312(e)(2)(ii)",
            ],
            Prowler,
        ),
        mapping(F::Iso27001, &["2022"], &["A.8.11", "A.8.15", "A.8.16", "A.8.24"], Prowler),
        mapping(F::Soc2, &[], &["CC6.1", "CC6.2"], Steampipe),
    ],
    failures: &[(
        &[R::NoKmsKey],
        "create a customer managed key in the bucket's Region, allow CloudTrail to use it in the key policy, then set the key's ARN on the trail",
    )],
    doubts: &[],
};
