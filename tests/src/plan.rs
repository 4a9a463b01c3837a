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
    /// The account that runs the audit: the management account, or a delegated administrator.
    pub caller: u64,
    /// What ListAccounts says.
    pub directory: Listing,
    /// Whether accounts come with their paths.
    pub has_paths: bool,
    /// Every so many accounts has an event data store; 0 for none.
    pub store_every: u64,
    /// Accounts without the audit role.
    pub without_role: Vec<u64>,
    /// Whether no target answers before every account is open, as when reads wait for what openings
    /// hold.
    pub reads_wait_for_openings: bool,
    /// The number of HeadObject calls before which no operation answers that no essential control
    /// needs, as when its service hangs.
    pub others_wait_for_heads: Option<u32>,
    /// An account whose list names a trail that no Region shows.
    pub hides_trail: Option<u64>,
    /// The account that owns the buckets of all trails; one that the organization does not have is a
    /// stranger. Without it each account owns that of its own trail.
    pub archive: Option<u64>,
}

/// What ListAccounts says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// All accounts, page by page.
    Open,
    /// That it is denied.
    Closed,
    /// That the caller belongs to no organization.
    Standalone,
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
            caller: 0,
            directory: Listing::Open,
            has_paths: true,
            store_every: 3,
            without_role: Vec::new(),
            reads_wait_for_openings: false,
            others_wait_for_heads: None,
            hides_trail: None,
            archive: None,
        }
    }

    /// The unit that the number-th account stands under; some stand under the root itself.
    #[must_use]
    pub fn path(number: u64) -> String {
        match number % 7 {
            0 => format!("{ORGANIZATION}/{ROOT}/"),
            // One unit lies below another.
            6 => format!("{ORGANIZATION}/{ROOT}/ou-made-5/ou-made-6/"),
            other => format!("{ORGANIZATION}/{ROOT}/ou-made-{other}/"),
        }
    }

    /// Whether the number-th account has an event data store.
    #[must_use]
    pub fn has_store(&self, number: u64) -> bool {
        self.store_every > 0 && number.is_multiple_of(self.store_every)
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
/// The organization's root.
pub const ROOT: &str = "r-made";
/// The organization's id.
pub const ORGANIZATION: &str = "o-madeup0001";
