//! Every control there is, in the order of the seal chain. A file for each has all its texts.

mod account_covered;
mod digest_objects_sealed;
mod event_data_store_kms_encrypted;
mod fix_text;
mod history_sealed;
mod key_customer_managed;
mod key_policy_allows_cloudtrail;
mod key_policy_describe_key;
mod key_policy_scoped;
mod key_readers_limited;
mod key_rotation_enabled;
mod key_usable;
mod log_objects_sealed;
mod trail_delivering;
mod trail_kms_encrypted;

pub use fix_text::{FixTexts, fix_text, fix_texts};

use fix_text::KIND_UNKNOWN;

use crate::frameworks::FrameworkMapping;
use crate::word_enum::word_enum;

word_enum! {
    /// How much a failure matters.
    pub enum Severity {
        /// Information.
        Note = "note",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

word_enum! {
    /// What a control judges.
    pub enum SubjectKind {
        /// A trail.
        Trail = "trail",
        /// An account.
        Account = "account",
        /// A CloudTrail Lake event data store.
        EventDataStore = "event_data_store",
    }
}

/// The links of the chain from a trail to encrypted objects: each breaks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealLink {
    /// The trail names a key.
    Trail,
    /// The key is the customer's and works.
    Key,
    /// The key's policy and grants.
    Policy,
    /// Logs arrive.
    Delivery,
    /// The delivered objects are encrypted with the key.
    Objects,
}

word_enum! {
    /// The id of a control: public API, never reused.
    pub enum ControlId {
        /// The trail has a KMS key.
        TrailKmsEncrypted = "trail-kms-encrypted",
        /// The key is the customer's.
        KeyCustomerManaged = "key-customer-managed",
        /// The key works.
        KeyUsable = "key-usable",
        /// The key policy lets CloudTrail encrypt logs.
        KeyPolicyAllowsCloudtrail = "key-policy-allows-cloudtrail",
        /// The key policy lets CloudTrail describe the key.
        KeyPolicyDescribeKey = "key-policy-describe-key",
        /// The key policy lets CloudTrail encrypt logs of this trail only.
        KeyPolicyScoped = "key-policy-scoped",
        /// Only chosen readers can decrypt.
        KeyReadersLimited = "key-readers-limited",
        /// The key rotates.
        KeyRotationEnabled = "key-rotation-enabled",
        /// Logs arrive.
        TrailDelivering = "trail-delivering",
        /// The delivered logs are encrypted with the trail's key.
        LogObjectsSealed = "log-objects-sealed",
        /// The delivered digests are encrypted with the trail's key.
        DigestObjectsSealed = "digest-objects-sealed",
        /// Older logs are encrypted with the trail's key.
        HistorySealed = "history-sealed",
        /// A trail records every account.
        AccountCovered = "account-covered",
        /// Event data stores are encrypted with a customer's key.
        EventDataStoreKmsEncrypted = "event-data-store-kms-encrypted",
    }
}

/// Everything about one control that does not depend on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Its id.
    pub id: ControlId,
    /// Its title: what is true when it passes, without its full stop.
    pub title: &'static str,
    /// When it fails: the end of a sentence that begins with "Fails when", without its full stop.
    pub fails_when: &'static str,
    /// The title of its alerts: what is wrong, without a full stop.
    pub alert_title: &'static str,
    /// What it checks and why that matters, in full sentences.
    pub description: &'static str,
    /// The page on which AWS explains the subject.
    pub documentation: &'static str,
    /// How much a failure matters.
    pub severity: Severity,
    /// Whether the subject's verdict depends on it.
    pub essential: bool,
    /// What it judges.
    pub subject: SubjectKind,
    /// Its link of the seal chain; `None` where it judges no trail.
    pub link: Option<SealLink>,
    /// Whether this version judges it. An essential control that is not judged is emitted as
    /// `not_proven`, `not_built`, so that nothing is called sealed by omission.
    pub is_built: bool,
    /// Where other catalogs file it, in the order of [`Framework::ALL`](crate::frameworks::Framework::ALL).
    pub mappings: &'static [FrameworkMapping],
    /// What to do about each failure.
    pub failures: FixTexts,
    /// What to do where it is not proven, beside the doubts that all controls have.
    pub doubts: FixTexts,
}

impl ControlId {
    /// The control's entry.
    #[must_use]
    pub fn entry(self) -> &'static Control {
        &CONTROLS[self as usize]
    }
}

/// Every control, in the order of [`ControlId::ALL`].
pub const CONTROLS: &[Control] = &[
    trail_kms_encrypted::ENTRY,
    key_customer_managed::ENTRY,
    key_usable::ENTRY,
    key_policy_allows_cloudtrail::ENTRY,
    key_policy_describe_key::ENTRY,
    key_policy_scoped::ENTRY,
    key_readers_limited::ENTRY,
    key_rotation_enabled::ENTRY,
    trail_delivering::ENTRY,
    log_objects_sealed::ENTRY,
    digest_objects_sealed::ENTRY,
    history_sealed::ENTRY,
    account_covered::ENTRY,
    event_data_store_kms_encrypted::ENTRY,
];

/// Every mapping with its control, by control, then in the order of [`Framework::ALL`](crate::frameworks::Framework::ALL).
pub fn mappings() -> impl Iterator<Item = (ControlId, &'static FrameworkMapping)> {
    CONTROLS.iter().flat_map(|control| control.mappings.iter().map(|mapping| (control.id, mapping)))
}

impl ControlId {
    /// Where catalogs file this control; nowhere, for some.
    pub fn mappings(self) -> impl Iterator<Item = &'static FrameworkMapping> {
        self.entry().mappings.iter()
    }

    /// The same as texts for reports: `<framework>@<version>:<id>`, or `<framework>:<id>` where the
    /// framework has no versions.
    #[must_use]
    pub fn framework_ids(self) -> Vec<String> {
        self.mappings().flat_map(FrameworkMapping::texts).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_ids() {
        assert_eq!(CONTROLS.len(), ControlId::ALL.len());
        for (control, id) in CONTROLS.iter().zip(ControlId::ALL) {
            assert_eq!(control.id, *id);
            assert_eq!(id.entry().id, *id);
        }
    }

    #[test]
    fn a_control_of_trails_is_a_link_of_the_chain() {
        for control in CONTROLS {
            let id = control.id;
            assert_eq!(control.link.is_some(), control.subject == SubjectKind::Trail, "{id}");
        }
    }

    #[test]
    fn seven_controls_are_essential() {
        let essential: Vec<&str> =
            CONTROLS.iter().filter(|row| row.essential).map(|row| row.id.as_str()).collect();
        assert_eq!(
            essential,
            [
                "trail-kms-encrypted",
                "key-customer-managed",
                "key-usable",
                "key-policy-allows-cloudtrail",
                "trail-delivering",
                "log-objects-sealed",
                "account-covered",
            ]
        );
    }

    #[test]
    fn every_control_explains_itself() {
        let mut known = BTreeSet::new();
        for control in CONTROLS {
            let Control { id, title, fails_when, alert_title, description, .. } = control;
            for line in [title, fails_when, alert_title] {
                assert!(!line.is_empty() && !line.ends_with('.'), "{id}: {line}");
            }
            assert!(description.ends_with('.') && description.len() < 1000, "{id}: {description}");
            assert!(known.insert(alert_title) && known.insert(description), "{id}");
        }
    }

    #[test]
    fn what_no_catalog_files_has_no_id() {
        let filed = CONTROLS.iter().filter(|control| !control.mappings.is_empty());
        let filed: Vec<&str> = filed.map(|control| control.id.as_str()).collect();
        let expected = [
            "trail-kms-encrypted",
            "key-rotation-enabled",
            "account-covered",
            "event-data-store-kms-encrypted",
        ];
        assert_eq!(filed, expected);
    }

    #[test]
    fn mappings_are_in_order_and_each_is_there_once() {
        assert!(mappings().is_sorted_by_key(|(control, mapping)| (control, mapping.framework)));
        let texts: Vec<(ControlId, String)> = mappings()
            .flat_map(|(control, mapping)| {
                mapping.texts().into_iter().map(move |text| (control, text))
            })
            .collect();
        assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
        for (_, text) in texts {
            let (framework, id) = text.split_once(':').unwrap();
            assert!(!id.is_empty() && !id.contains([':', ';', '@', ' ']), "{text}");
            assert!(!framework.contains([';', ' ']), "{text}");
        }
    }

    #[test]
    fn an_id_has_its_version() {
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
}
