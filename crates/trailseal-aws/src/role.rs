//! The roles that are assumed in every account but the caller's, and how.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_sts::types::Tag;
use trailseal_model::AccountId;

use crate::settings::Settings;

/// Which roles are assumed, and what is sent along.
pub(crate) struct Role {
    /// In the order they are tried; at least one.
    pub(crate) names: Vec<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: String,
    pub(crate) source_identity: Option<String>,
    pub(crate) tags: Option<Vec<Tag>>,
    /// Accounts that another role than the first one opened, by its index.
    opened_by: Mutex<HashMap<AccountId, usize>>,
}

impl Role {
    /// The role as the run is told.
    pub(crate) fn new(settings: &Settings) -> Self {
        let tag = |(key, value): &(String, String)| Tag::builder().key(key).value(value).build();
        let tags: Vec<Tag> = settings.session_tags.iter().flat_map(tag).collect();
        Self {
            names: std::iter::once(&settings.role_name)
                .chain(&settings.role_fallbacks)
                .cloned()
                .collect(),
            external_id: settings.external_id.clone(),
            session_name: settings.session_name.clone(),
            source_identity: settings.source_identity.clone(),
            tags: (!tags.is_empty()).then_some(tags),
            opened_by: Mutex::default(),
        }
    }

    /// The accounts that another role than the first one opened, with its index.
    pub(crate) fn opened_by(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.opened_by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
