//! `--config`: the same settings as the flags, in a TOML file. A flag goes before the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailseal_model::AccountId;

use crate::error::UserError;

/// What the file may hold. An unknown key is an error, so that a typing error is not silence.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) role_name: Option<String>,
    /// Roles that are tried in turn where `role_name` is missing.
    #[serde(default)]
    pub(crate) role_fallbacks: Vec<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) source_identity: Option<String>,
    #[serde(default)]
    pub(crate) session_tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) log_archive_accounts: Vec<String>,
    /// Accounts outside the organization whose keys are trusted.
    #[serde(default)]
    pub(crate) trusted_key_accounts: Vec<String>,
    /// Accounts outside the organization that may decrypt logs.
    #[serde(default)]
    pub(crate) trusted_readers: Vec<String>,
    /// Bucket name to the account that must own it.
    #[serde(default)]
    pub(crate) bucket_owners: BTreeMap<String, String>,
    pub(crate) window: Option<String>,
    pub(crate) sample_size: Option<u32>,
    pub(crate) tolerable_rate: Option<f64>,
    pub(crate) seed: Option<u64>,
    /// `off`, `home` or `all`.
    pub(crate) member_status: Option<String>,
    pub(crate) rate_share: Option<f64>,
    pub(crate) max_in_flight: Option<usize>,
    pub(crate) fail_on: Option<String>,
    /// Only these accounts.
    #[serde(default)]
    pub(crate) accounts: Vec<String>,
    /// None of these accounts.
    #[serde(default)]
    pub(crate) exclude_accounts: Vec<String>,
    /// Only accounts below these roots or units.
    #[serde(default)]
    pub(crate) organizational_units: Vec<String>,
    /// Only these Regions.
    #[serde(default)]
    pub(crate) regions: Vec<String>,
    /// The accounts to take where Organizations does not list them.
    pub(crate) accounts_file: Option<PathBuf>,
    /// The file of what somebody answers for.
    pub(crate) exceptions: Option<PathBuf>,
    /// Tags of accounts to show.
    #[serde(default)]
    pub(crate) account_tags: Vec<String>,
}

impl Config {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self, UserError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|it| {
            UserError::usage(
                format!("the configuration `{shown}` cannot be read: {it}"),
                "check the path given with --config",
            )
        })?;
        toml::from_str(&text).map_err(|it: toml::de::Error| {
            let line = it.span().map_or(1, |it| text[..it.start].matches('\n').count() + 1);
            UserError::usage(
                format!("the configuration `{shown}`, line {line}: {}", it.message()),
                "correct the file; the keys are listed in the README",
            )
        })
    }
}

/// An account id from a flag or the file.
pub(crate) fn account(text: &str, from: &str) -> Result<AccountId, UserError> {
    text.parse().map_err(|it: trailseal_model::InvalidAccountId| {
        UserError::usage(format!("{from}: {it}"), "write all twelve digits, zeros included")
    })
}
