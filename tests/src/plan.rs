//! What the made-up organization holds.

use jiff::Timestamp;
use trailseal_model::{AccountId, AccountState, Partition, Region};

/// The time of every run over a made-up organization.
pub const NOW: &str = "2026-11-20T12:00:00Z";

/// [`NOW`] as a time.
///
/// # Panics
/// Never: the text is a time.
#[must_use]
pub fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

/// The size and kind of an organization.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Accounts; the first one is the management account and the caller.
    pub accounts: u64,
    /// Regions of each account.
    pub regions: usize,
    /// Every so many accounts has a multi-Region trail of its own.
    pub own_trail_every: u64,
    /// Whether the management account has an organization trail.
    pub has_organization_trail: bool,
    /// Log objects in a trail's home Region on each day.
    pub objects_a_day: u32,
    /// Accounts that are suspended.
    pub suspended: Vec<u64>,
}

impl Plan {
    /// Five accounts x three Regions, one suspended: everything is right in it.
    #[must_use]
    pub fn small() -> Self {
        Self {
            accounts: 5,
            regions: 3,
            own_trail_every: 2,
            has_organization_trail: true,
            objects_a_day: 2,
            suspended: vec![4],
        }
    }

    /// The Regions of every account, sorted.
    #[must_use]
    pub fn regions(&self) -> Vec<Region> {
        let mut regions = Partition::Aws.regions();
        // The home Region first, so that a small organization has it.
        regions.sort_by_key(|it| (it.name() != HOME, it.is_opt_in(), it.name()));
        regions.truncate(self.regions);
        regions.sort();
        regions
    }

    /// The number-th account's id; some have leading zeros.
    ///
    /// # Panics
    /// Above twelve digits, which no plan reaches.
    #[must_use]
    pub fn account(number: u64) -> AccountId {
        AccountId::new(11_111_111 + number * 10_000_019).expect("at most twelve digits")
    }

    /// The account's state.
    #[must_use]
    pub fn state(&self, number: u64) -> AccountState {
        if self.suspended.contains(&number) {
            AccountState::Suspended
        } else {
            AccountState::Active
        }
    }

    /// Whether the number-th account has a trail of its own; the management account has none beside
    /// the organization's.
    #[must_use]
    pub fn has_own_trail(&self, number: u64) -> bool {
        (number > 0 || !self.has_organization_trail)
            && number.is_multiple_of(self.own_trail_every)
            && !self.suspended.contains(&number)
    }
}

/// The home Region of every trail.
pub const HOME: &str = "eu-west-1";
/// The organization's id.
pub const ORGANIZATION: &str = "o-madeup0001";
