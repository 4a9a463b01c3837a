//! The trails that are unsealed, with the accounts that they record.

use std::cmp::Reverse;
use std::collections::HashMap;

use trailseal_model::{AccountId, Arn, Region, Verdict};
use trailseal_record::v1::{AccountLine, TrailLine};

/// How many unsealed trails are kept.
const KEPT: usize = 50;

/// A trail that is unsealed.
#[derive(Debug, Clone)]
pub(crate) struct UnsealedTrail {
    pub(crate) name: String,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// How many accounts it records, or may record.
    pub(crate) accounts: u64,
}

/// Every unsealed trail of a run.
#[derive(Debug, Default)]
pub(crate) struct UnsealedTrails {
    /// Those that record most accounts, the most first.
    pub(crate) kept: Vec<UnsealedTrail>,
    /// How many there are.
    pub(crate) total: u64,
    recorded: HashMap<Arn, u64>,
}

impl UnsealedTrails {
    /// Notes which trails record an account; accounts come before trails.
    pub(crate) fn add_account(&mut self, account: &AccountLine) {
        for trail in &account.recorded_by {
            match self.recorded.get_mut(trail) {
                Some(count) => *count += 1,
                None => {
                    self.recorded.insert(trail.clone(), 1);
                }
            }
        }
    }

    pub(crate) fn add(&mut self, trail: &TrailLine) {
        if trail.verdict != Verdict::Unsealed {
            return;
        }
        self.total += 1;
        self.kept.push(UnsealedTrail {
            name: trail.name.clone(),
            account: trail.account_id,
            region: trail.home_region,
            accounts: self.recorded.get(&trail.trail_arn).copied().unwrap_or_default(),
        });
        // Stable: of the same number of accounts the record's order stays.
        self.kept.sort_by_key(|trail| Reverse(trail.accounts));
        self.kept.truncate(KEPT);
    }
}
