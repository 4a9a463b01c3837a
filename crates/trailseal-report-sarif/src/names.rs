//! Accounts for people.

use std::collections::HashMap;

use trailseal_model::AccountId;

use crate::text::{NAME, quotable};

/// The names of accounts by id.
#[derive(Debug, Default)]
pub(crate) struct AccountNames(HashMap<AccountId, String>);

impl AccountNames {
    pub(crate) fn add(&mut self, account: AccountId, name: &str) {
        if !name.trim().is_empty() {
            self.0.insert(account, quotable(name, NAME));
        }
    }

    /// The account's name, which may be missing, and its id.
    pub(crate) fn people(&self, account: AccountId) -> String {
        match self.0.get(&account) {
            Some(name) => format!("{name} ({account})"),
            None => account.to_string(),
        }
    }
}
