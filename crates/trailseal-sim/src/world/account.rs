//! Accounts, organizational units and the roles that can be assumed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::region::{Region, RegionSet};
use crate::policy::{Policy, TrustPolicy};

/// An account's number, shown as its 12 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl AccountId {
    /// The account with this number, of at most 12 digits.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number < 1_000_000_000_000).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for AccountId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_id = text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
        let number = is_id.then(|| text.parse().ok()).flatten();
        number.map(Self).ok_or_else(|| format!("`{text}` is not an account id of 12 digits"))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// `Account.State` of the Organizations API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Created, and not usable yet.
    PendingActivation,
    /// In use.
    Active,
    /// Blocked by AWS.
    Suspended,
    /// Closing; still works.
    PendingClosure,
    /// Closed; still listed for 90 days.
    Closed,
}

impl AccountState {
    /// The word of `State`.
    #[must_use]
    pub const fn state(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        }
    }

    /// The word of the older `Status`, which knew three states; a closed account showed as
    /// suspended, and one that waits to be activated had none.
    #[must_use]
    pub const fn status(self) -> Option<&'static str> {
        match self {
            Self::PendingActivation => None,
            Self::Active => Some("ACTIVE"),
            Self::Suspended | Self::Closed => Some("SUSPENDED"),
            Self::PendingClosure => Some("PENDING_CLOSURE"),
        }
    }

    /// Whether sessions can be opened in the account.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Active | Self::PendingClosure)
    }
}

/// How an account came into the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// It was made in it.
    Created,
    /// It stood alone before.
    Invited,
}

/// The opt-in state of the Regions of an account. Regions that nobody can disable are always
/// enabled; of the others, those in no set are disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegionStates {
    /// Enabled on request.
    pub enabled: RegionSet,
    /// Being enabled: not usable yet.
    pub enabling: RegionSet,
    /// Being disabled: no longer usable.
    pub disabling: RegionSet,
}

impl RegionStates {
    /// Whether calls to the Region work.
    #[must_use]
    pub fn is_enabled(self, region: Region) -> bool {
        !region.is_opt_in() || self.enabled.contains(region)
    }

    /// The word of ListRegions' `RegionOptStatus`.
    #[must_use]
    pub fn word(self, region: Region) -> &'static str {
        if !region.is_opt_in() {
            "ENABLED_BY_DEFAULT"
        } else if self.enabled.contains(region) {
            "ENABLED"
        } else if self.enabling.contains(region) {
            "ENABLING"
        } else if self.disabling.contains(region) {
            "DISABLING"
        } else {
            "DISABLED"
        }
    }
}

/// A role that may be assumed from other accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: Box<str>,
    /// The accounts that may assume it, where it has no trust policy.
    pub trusts: Vec<AccountId>,
    /// The external id that it asks for, where it has no trust policy.
    pub external_id: Option<Box<str>>,
    /// Its trust policy.
    pub trust: Option<Arc<TrustPolicy>>,
    /// Its identity policy; without one it may do everything that no denial forbids.
    pub policy: Option<Arc<Policy>>,
    /// The longest session, in seconds: 3600 unless raised.
    pub max_session_seconds: u32,
}

impl Role {
    /// Its name without the path, which names it in its account: no other role there may have it.
    #[must_use]
    pub fn plain_name(&self) -> &str {
        self.name.rsplit_once('/').map_or(&*self.name, |(_, name)| name)
    }
}

/// One account of the organization.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The name its owner gave it; any text.
    pub name: Box<str>,
    /// Its state.
    pub state: AccountState,
    /// How it came.
    pub joined: Joined,
    /// Where it stands: an index into [`super::Organization::units`]; `None` is the root.
    pub unit: Option<u32>,
    /// Its tags.
    pub tags: Box<[(Box<str>, Box<str>)]>,
    /// Its Regions.
    pub regions: RegionStates,
    /// Its roles; most accounts share one list.
    pub roles: Arc<[Role]>,
}

/// An organizational unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// `ou-` and so on.
    pub id: Box<str>,
    /// Its name; any text.
    pub name: Box<str>,
    /// The unit above, an index into the same list, always smaller; `None` is the root.
    pub parent: Option<u32>,
}
