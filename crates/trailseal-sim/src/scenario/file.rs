//! The text of a scenario.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::state::{LimitSettings, RandomFaultSettings, SessionSettings};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Decides everything that is drawn.
    pub(super) seed: u64,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub(super) partition: Option<Spanned<String>>,
    /// How many Regions accounts have enabled, at least those that cannot be disabled.
    pub(super) regions: Option<Spanned<usize>>,
    /// Regions beside those that cannot be disabled, by name, that accounts have enabled.
    #[serde(default)]
    pub(super) opt_in: Vec<Spanned<String>>,
    /// Whose user the audit is.
    #[serde(default)]
    pub(super) caller: Caller,
    /// The role in every account.
    pub(super) role_name: Option<String>,
    /// What the role asks for.
    pub(super) external_id: Option<String>,
    /// What the caller and the role may do.
    #[serde(default)]
    pub(super) access: AccessFile,
    #[serde(default)]
    pub(super) organization: OrganizationFile,
    #[serde(default)]
    pub(super) unit: Vec<UnitFile>,
    #[serde(default)]
    pub(super) account: Vec<AccountFile>,
    #[serde(default)]
    pub(super) population: Vec<PopulationFile>,
    /// An account for every ready-made case.
    pub(super) every_case: Option<EveryCaseFile>,
    #[serde(default)]
    pub(super) organization_trail: Vec<OrganizationTrailFile>,
    #[serde(default)]
    pub(super) denial: Vec<DenialFile>,
    #[serde(default)]
    pub(super) random_faults: RandomFaultSettings,
    #[serde(default)]
    pub(super) limits: LimitSettings,
    #[serde(default)]
    pub(super) sessions: SessionSettings,
}

/// Whose user the audit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Caller {
    /// The management account's.
    #[default]
    Management,
    /// The audit account's, as the delegated administrator.
    Delegated,
    /// The audit account's, that nothing is delegated to.
    Member,
    /// The only account's: there is no organization.
    Standalone,
}

/// The policies of the caller and of the role, each a JSON document. Without one everything is
/// allowed that no denial forbids.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessFile {
    /// The identity policy of the caller.
    pub(super) caller_policy: Option<Spanned<String>>,
    /// The identity policy of the role in every account.
    pub(super) role_policy: Option<Spanned<String>>,
    /// The trust policy of the role in every account, instead of `external_id`.
    pub(super) trust_policy: Option<Spanned<String>>,
    /// Other policies of the role in single accounts.
    #[serde(default)]
    pub(super) account: Vec<Spanned<AccountAccessFile>>,
}

/// Other policies of the role in one account, which has this duty, id or name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountAccessFile {
    pub(super) duty: Option<Duty>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// The identity policy.
    pub(super) role_policy: Option<Spanned<String>>,
    /// The trust policy.
    pub(super) trust_policy: Option<Spanned<String>>,
}

/// How Organizations answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OrganizationFile {
    /// Whether accounts have the retired field `Status`.
    pub(super) status: bool,
    /// Whether accounts have the field `State`.
    pub(super) state: bool,
    /// Whether accounts and units come with their `Paths`.
    pub(super) paths: bool,
    /// After how many accounts an empty page comes; 0 is never.
    pub(super) empty_page_every: u32,
}

impl Default for OrganizationFile {
    /// As in November 2026: `Status` is gone.
    fn default() -> Self {
        Self { status: false, state: true, paths: true, empty_page_every: 0 }
    }
}

/// An organizational unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitFile {
    /// Its name.
    pub(super) name: String,
    /// The name of the unit above, which must come before.
    pub(super) parent: Option<Spanned<String>>,
}

/// The accounts that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Duty {
    /// The organization's management account.
    Management,
    /// Keeps logs.
    LogArchive,
    /// Looks after security.
    Audit,
}

/// One account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountFile {
    /// Its name: two accounts may have the same.
    pub(super) name: String,
    /// What it is for the others.
    pub(super) duty: Option<Spanned<Duty>>,
    /// What is in it.
    pub(super) case: Option<Spanned<String>>,
    /// The name of its unit; without one it is in the root.
    pub(super) unit: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// Whether it stood alone before.
    #[serde(default)]
    pub(super) invited: bool,
    /// The Regions that are enabled here, instead of those of all accounts.
    pub(super) opt_in: Option<Vec<Spanned<String>>>,
    /// Regions that are being enabled here.
    #[serde(default)]
    pub(super) enabling: Vec<Spanned<String>>,
}

/// Many accounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PopulationFile {
    /// How many.
    pub(super) accounts: u32,
    /// What their names begin with.
    pub(super) name: String,
    /// The name of their unit.
    pub(super) unit: Option<Spanned<String>>,
    /// How many of each case, in turn.
    pub(super) cases: BTreeMap<Spanned<String>, u32>,
}

/// An account for every case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EveryCaseFile {
    /// The name of their unit.
    pub(super) unit: Option<Spanned<String>>,
}

/// A trail of the organization.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationTrailFile {
    /// Which one.
    pub(super) case: Spanned<String>,
    /// Its name.
    pub(super) name: Option<String>,
    /// Its home Region, the key's and the bucket's too.
    pub(super) home: Option<Spanned<String>>,
    /// Whether it is laid out as AWS Control Tower does it.
    #[serde(default)]
    pub(super) control_tower: bool,
}

/// Something that a service control policy denies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DenialFile {
    /// The policy's id, `p-` and so on.
    pub(super) policy: Option<String>,
    /// The unit it is attached to, units below it too; without one it is the root.
    pub(super) unit: Option<Spanned<String>>,
    /// Regions where it denies.
    pub(super) regions: Option<Spanned<Vec<Spanned<String>>>>,
    /// Regions where it does not; the others it does.
    pub(super) except_regions: Option<Spanned<Vec<Spanned<String>>>>,
    /// What it denies.
    pub(super) actions: Vec<String>,
}
