//! Where catalogs of controls file what is judged here: framework, version, id. The rows are in each
//! control's entry.
//!
//! An id says that a published rule set files this very check there. It does not say that a pass
//! meets the whole requirement. A control that no rule set files has no row.

use std::fmt::Write as _;

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
    /// The publisher of the rule set that files a check.
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
    /// The catalog.
    pub framework: Framework,
    /// Its versions; none where it has none.
    pub versions: &'static [&'static str],
    /// The ids there.
    pub ids: &'static [&'static str],
    /// The publisher of that rule set.
    pub source: MappingSource,
}

/// A row of a control's entry.
pub(crate) const fn mapping(
    framework: Framework,
    versions: &'static [&'static str],
    ids: &'static [&'static str],
    source: MappingSource,
) -> FrameworkMapping {
    FrameworkMapping { framework, versions, ids, source }
}

impl FrameworkMapping {
    /// As texts for reports: `<framework>@<version>:<id>`, or `<framework>:<id>` where the framework has
    /// no versions.
    pub(crate) fn texts(&self) -> Vec<String> {
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
