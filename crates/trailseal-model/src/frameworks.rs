//! Where catalogs of controls file what is judged here: framework, version, id.
//!
//! An id says that a rule set of others files this very check there. It does not say that a pass
//! meets the whole requirement. A control that nobody files has no row.

use std::fmt::Write as _;

use crate::controls::ControlId;
use crate::word_enum::word_enum;

word_enum! {
    /// A catalog of controls.
    pub enum Framework {
        /// CIS AWS Foundations Benchmark.
        CisAwsFoundations = "cis-aws-foundations",
        /// AWS Foundational Security Best Practices, a standard of Security Hub.
        AwsFsbp = "aws-fsbp",
        /// A managed rule of AWS Config.
        AwsConfig = "aws-config",
        /// PCI DSS.
        PciDss = "pci-dss",
        /// NIST SP 800-53.
        Nist80053 = "nist-800-53",
        /// NIST SP 800-171.
        Nist800171 = "nist-800-171",
        /// NIST Cybersecurity Framework.
        NistCsf = "nist-csf",
        /// FedRAMP.
        FedRamp = "fedramp",
        /// HIPAA Security Rule.
        Hipaa = "hipaa",
        /// ISO/IEC 27001.
        Iso27001 = "iso-27001",
        /// SOC 2 trust services criteria.
        Soc2 = "soc-2",
    }
}

impl Framework {
    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::CisAwsFoundations => "CIS AWS Foundations Benchmark",
            Self::AwsFsbp => "AWS Foundational Security Best Practices",
            Self::AwsConfig => "AWS Config rule",
            Self::PciDss => "PCI DSS",
            Self::Nist80053 => "NIST SP 800-53",
            Self::Nist800171 => "NIST SP 800-171",
            Self::NistCsf => "NIST Cybersecurity Framework",
            Self::FedRamp => "FedRAMP",
            Self::Hipaa => "HIPAA Security Rule (45 CFR)",
            Self::Iso27001 => "ISO/IEC 27001",
            Self::Soc2 => "SOC 2",
        }
    }
}

word_enum! {
    /// Whose rule set files a check so.
    pub enum MappingSource {
        /// AWS Security Hub's or AWS Config's documentation.
        Aws = "AWS",
        /// Prowler.
        Prowler = "Prowler",
        /// Steampipe's AWS compliance mod.
        Steampipe = "Steampipe",
    }
}

/// Some ids of one framework, the same in these versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameworkMapping {
    /// The control.
    pub control: ControlId,
    /// The catalog.
    pub framework: Framework,
    /// Its versions; none where it has none.
    pub versions: &'static [&'static str],
    /// The ids there.
    pub ids: &'static [&'static str],
    /// Who says so.
    pub source: MappingSource,
}

const fn mapping(
    control: ControlId,
    framework: Framework,
    versions: &'static [&'static str],
    ids: &'static [&'static str],
    source: MappingSource,
) -> FrameworkMapping {
    FrameworkMapping { control, framework, versions, ids, source }
}

use ControlId::{
    AccountCovered, EventDataStoreKmsEncrypted, KeyRotationEnabled, TrailKmsEncrypted,
};
use Framework as F;
use MappingSource::{Aws, Prowler, Steampipe};

/// Every mapping, by control, then in the order of [`Framework::ALL`].
pub const MAPPINGS: &[FrameworkMapping] = &[
    mapping(TrailKmsEncrypted, F::CisAwsFoundations, &["1.2.0"], &["2.7"], Aws),
    mapping(
        TrailKmsEncrypted,
        F::CisAwsFoundations,
        &["1.3.0", "1.4.0", "1.5.0", "2.0.0"],
        &["3.7"],
        Steampipe,
    ),
    mapping(TrailKmsEncrypted, F::CisAwsFoundations, &["3.0.0", "4.0", "5.0.0"], &["3.5"], Prowler),
    mapping(TrailKmsEncrypted, F::CisAwsFoundations, &["6.0", "7.0"], &["4.5"], Prowler),
    mapping(TrailKmsEncrypted, F::AwsFsbp, &[], &["CloudTrail.2"], Aws),
    mapping(TrailKmsEncrypted, F::AwsConfig, &[], &["cloud-trail-encryption-enabled"], Aws),
    mapping(TrailKmsEncrypted, F::PciDss, &["3.2.1"], &["3.4"], Aws),
    mapping(TrailKmsEncrypted, F::PciDss, &["4.0.1"], &["10.3.2"], Aws),
    mapping(
        TrailKmsEncrypted,
        F::Nist80053,
        &["r5"],
        &["AU-9", "CA-9(1)", "CM-3(6)", "SC-13", "SC-28", "SC-28(1)", "SC-7(10)", "SI-7(6)"],
        Aws,
    ),
    mapping(TrailKmsEncrypted, F::Nist800171, &["r2"], &["3.3.8"], Aws),
    mapping(TrailKmsEncrypted, F::NistCsf, &["1.1"], &["PR.DS-1"], Steampipe),
    mapping(TrailKmsEncrypted, F::NistCsf, &["2.0"], &["PR.DS-01"], Steampipe),
    mapping(TrailKmsEncrypted, F::FedRamp, &["low-r4"], &["AU-9"], Prowler),
    mapping(TrailKmsEncrypted, F::FedRamp, &["moderate-r4"], &["AU-9", "SC-28"], Prowler),
    mapping(TrailKmsEncrypted, F::FedRamp, &["20x"], &["KSI-MLA", "KSI-SVC"], Prowler),
    mapping(
        TrailKmsEncrypted,
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
    mapping(
        TrailKmsEncrypted,
        F::Iso27001,
        &["2022"],
        &["A.8.11", "A.8.15", "A.8.16", "A.8.24"],
        Prowler,
    ),
    mapping(TrailKmsEncrypted, F::Soc2, &[], &["CC6.1", "CC6.2"], Steampipe),
    mapping(
        KeyRotationEnabled,
        F::CisAwsFoundations,
        &["1.4.0", "1.5.0", "2.0.0"],
        &["3.8"],
        Prowler,
    ),
    mapping(
        KeyRotationEnabled,
        F::CisAwsFoundations,
        &["3.0.0", "4.0", "5.0.0"],
        &["3.6"],
        Prowler,
    ),
    mapping(KeyRotationEnabled, F::CisAwsFoundations, &["6.0", "7.0"], &["4.6"], Prowler),
    mapping(KeyRotationEnabled, F::AwsFsbp, &[], &["KMS.4"], Prowler),
    mapping(
        AccountCovered,
        F::CisAwsFoundations,
        &["1.4.0", "1.5.0", "2.0.0", "3.0.0", "4.0", "5.0.0"],
        &["3.1"],
        Prowler,
    ),
    mapping(AccountCovered, F::CisAwsFoundations, &["6.0", "7.0"], &["4.1"], Prowler),
    mapping(AccountCovered, F::AwsFsbp, &[], &["CloudTrail.1"], Prowler),
    mapping(
        EventDataStoreKmsEncrypted,
        F::AwsConfig,
        &[],
        &["event-data-store-cmk-encryption-enabled"],
        Aws,
    ),
];

impl ControlId {
    /// Where catalogs file this control; nowhere, for some.
    pub fn mappings(self) -> impl Iterator<Item = &'static FrameworkMapping> {
        MAPPINGS.iter().filter(move |it| it.control == self)
    }

    /// The same as texts for reports: `<framework>@<version>:<id>`, or `<framework>:<id>` where the
    /// framework has no versions.
    #[must_use]
    pub fn framework_ids(self) -> Vec<String> {
        self.mappings().flat_map(FrameworkMapping::texts).collect()
    }
}

impl FrameworkMapping {
    fn texts(&self) -> Vec<String> {
        let versions = if self.versions.is_empty() { &[""] } else { self.versions };
        let text = |version: &str, id: &str| {
            let mut text = self.framework.to_string();
            if !version.is_empty() {
                let _ = write!(text, "@{version}");
            }
            let _ = write!(text, ":{id}");
            text
        };
        versions.iter().flat_map(|version| self.ids.iter().map(|id| text(version, id))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn filings_are_in_order_and_none_stands_there_twice() {
        assert!(MAPPINGS.is_sorted_by_key(|it| (it.control, it.framework)));
        let texts: Vec<(ControlId, String)> = MAPPINGS
            .iter()
            .flat_map(|it| it.texts().into_iter().map(move |text| (it.control, text)))
            .collect();
        assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
        for (_, text) in texts {
            let (framework, id) = text.split_once(':').unwrap();
            assert!(!id.is_empty() && !id.contains([':', ';', '@', ' ']), "{text}");
            assert!(!framework.contains([';', ' ']), "{text}");
        }
    }

    #[test]
    fn an_id_stands_with_its_version() {
        let check = |control: ControlId, expected: &str| {
            let ids = control.framework_ids();
            assert!(ids.iter().any(|it| it == expected), "{expected} is not in {ids:?}");
        };
        for (version, id) in [
            ("1.2.0", "2.7"),
            ("1.3.0", "3.7"),
            ("2.0.0", "3.7"),
            ("3.0.0", "3.5"),
            ("5.0.0", "3.5"),
            ("7.0", "4.5"),
        ] {
            let expected = format!("cis-aws-foundations@{version}:{id}");
            check(ControlId::TrailKmsEncrypted, &expected);
        }
        check(ControlId::TrailKmsEncrypted, "aws-fsbp:CloudTrail.2");
        check(ControlId::TrailKmsEncrypted, "pci-dss@4.0.1:10.3.2");
        check(ControlId::TrailKmsEncrypted, "nist-800-53@r5:SC-28(1)");
        check(ControlId::KeyRotationEnabled, "cis-aws-foundations@3.0.0:3.6");
        check(ControlId::AccountCovered, "aws-fsbp:CloudTrail.1");
    }

    #[test]
    fn what_nobody_files_has_no_id() {
        let filed: Vec<&str> = ControlId::ALL
            .iter()
            .filter(|it| it.mappings().next().is_some())
            .map(|it| it.as_str())
            .collect();
        let expected = [
            "trail-kms-encrypted",
            "key-rotation-enabled",
            "account-covered",
            "event-data-store-kms-encrypted",
        ];
        assert_eq!(filed, expected);
    }
}
