//! Token buckets for the published limits.

use jiff::Timestamp;
use serde::Deserialize;

use crate::service::Quota;

/// Whether and how the published limits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Whether they are kept at all.
    pub enabled: bool,
    /// Which part of the published rate and burst is allowed: 1 is what AWS publishes.
    pub share: f64,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { enabled: false, share: 1.0 }
    }
}

/// The buckets.
#[derive(Debug, Default)]
pub struct Limits {}

impl Limits {
    /// Changes the limits; buckets begin full.
    pub fn set(&self, _settings: LimitSettings) {}

    /// Takes one request from the bucket of this payer; false means that it is empty. The payer is
    /// the hash that tells the buckets of one quota apart.
    #[must_use]
    pub fn take(&self, _quota: Quota, _payer: u64, _now: Timestamp) -> bool {
        true
    }
}
