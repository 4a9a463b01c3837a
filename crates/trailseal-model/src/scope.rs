//! Which accounts and Regions a run judges by which controls, and where its list of accounts comes
//! from.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountId};
use crate::controls::ControlId;
use crate::region::Region;
use crate::word_enum::word_enum;

word_enum! {
    /// Where the list of accounts comes from.
    pub enum PopulationSource {
        /// ListAccounts of the organization.
        Organizations = "organizations",
        /// The caller's account belongs to no organization, and is all there is.
        StandaloneAccount = "standalone_account",
        /// The user named the accounts in a file, because Organizations did not answer.
        AccountsFile = "accounts_file",
    }
}

impl PopulationSource {
    /// Whether only the user's word stands for it that no account is missing.
    #[must_use]
    pub const fn is_self_declared(self) -> bool {
        matches!(self, Self::AccountsFile)
    }
}

/// What the user limited the run to. Empty sets limit nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only these accounts, together with those of [`Scope::organizational_units`].
    pub accounts: BTreeSet<AccountId>,
    /// Only accounts below one of these roots or units (`r-…`, `ou-…`).
    pub organizational_units: BTreeSet<String>,
    /// None of these accounts; it goes before the other two.
    pub excluded_accounts: BTreeSet<AccountId>,
    /// Only these Regions.
    pub regions: BTreeSet<Region>,
    /// None of these controls. What only they need is not read (see
    /// [`Reading::is_asked`](crate::Reading::is_asked)).
    pub skipped_controls: BTreeSet<ControlId>,
}

impl Scope {
    /// Whether the user left anything out.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        *self != Self::default()
    }

    /// Whether the user left out accounts or Regions.
    #[must_use]
    pub fn leaves_out_targets(&self) -> bool {
        let Self { accounts, organizational_units, excluded_accounts, regions, .. } = self;
        !accounts.is_empty()
            || !organizational_units.is_empty()
            || !excluded_accounts.is_empty()
            || !regions.is_empty()
    }

    /// Whether an account's place in the organization decides.
    #[must_use]
    pub fn needs_units(&self) -> bool {
        !self.organizational_units.is_empty()
    }

    /// Whether an account is judged. One whose place is not known is judged where only its place
    /// could leave it out: too much is better than a silent gap.
    #[must_use]
    pub fn includes(&self, account: &Account) -> bool {
        if self.excluded_accounts.contains(&account.id) {
            return false;
        }
        if self.accounts.contains(&account.id) {
            return true;
        }
        match &account.ou_path {
            _ if !self.needs_units() => self.accounts.is_empty(),
            Some(path) => path.split('/').any(|it| self.organizational_units.contains(it)),
            None => true,
        }
    }

    /// Whether a Region is judged.
    #[must_use]
    pub fn includes_region(&self, region: Region) -> bool {
        self.regions.is_empty() || self.regions.contains(&region)
    }

    /// The accounts that the user named and that are not among these.
    #[must_use]
    pub fn unknown_accounts(&self, known: &BTreeSet<AccountId>) -> Vec<AccountId> {
        let named = self.accounts.union(&self.excluded_accounts);
        named.filter(|it| !known.contains(it)).copied().collect()
    }
}

/// What the user limited the run to, as the record and the summary print it; where every list is
/// empty, nothing was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeLine {
    /// Whether anything was left out.
    pub is_limited: bool,
    /// Only these accounts, together with those of `organizational_units`.
    pub accounts: Vec<AccountId>,
    /// Only accounts below one of these.
    pub organizational_units: Vec<String>,
    /// None of these accounts.
    pub excluded_accounts: Vec<AccountId>,
    /// Only these Regions.
    pub regions: Vec<Region>,
    /// None of these controls: each of their findings is `not_applicable`, `skipped`.
    #[serde(default)]
    pub skipped_controls: Vec<ControlId>,
}

impl From<&Scope> for ScopeLine {
    fn from(scope: &Scope) -> Self {
        Self {
            is_limited: scope.is_limited(),
            accounts: scope.accounts.iter().copied().collect(),
            organizational_units: scope.organizational_units.iter().cloned().collect(),
            excluded_accounts: scope.excluded_accounts.iter().copied().collect(),
            regions: scope.regions.iter().copied().collect(),
            skipped_controls: scope.skipped_controls.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountState;

    fn check(scope: &Scope, number: u64, ou_path: Option<&str>, expected: bool) {
        let account = Account {
            id: AccountId::new(number).unwrap(),
            name: String::new(),
            state: AccountState::Active,
            ou_path: ou_path.map(str::to_owned),
        };
        assert_eq!(scope.includes(&account), expected, "{number} at {ou_path:?} in {scope:?}");
    }

    fn ids(numbers: &[u64]) -> BTreeSet<AccountId> {
        numbers.iter().map(|it| AccountId::new(*it).unwrap()).collect()
    }

    #[test]
    fn no_limit_includes_everything() {
        let scope = Scope::default();
        assert!(!scope.is_limited());
        check(&scope, 1, None, true);
        check(&scope, 1, Some("o-a/r-b/"), true);
    }

    #[test]
    fn accounts_and_units_add_up_and_exclusion_goes_first() {
        let scope = Scope {
            accounts: ids(&[1, 3]),
            organizational_units: ["ou-x".to_owned()].into(),
            excluded_accounts: ids(&[3, 4]),
            ..Scope::default()
        };
        assert!(scope.is_limited() && scope.leaves_out_targets());
        check(&scope, 1, Some("o-a/r-b/"), true);
        check(&scope, 2, Some("o-a/r-b/ou-x/ou-y/"), true);
        check(&scope, 2, Some("o-a/r-b/ou-xx/"), false);
        check(&scope, 3, Some("o-a/r-b/ou-x/"), false);
        check(&scope, 4, Some("o-a/r-b/ou-x/"), false);
        let known = ids(&[1, 2, 3]);
        assert_eq!(scope.unknown_accounts(&known), [AccountId::new(4).unwrap()]);
    }

    #[test]
    fn a_skipped_control_limits_a_run_and_leaves_no_account_out() {
        let skipped_controls = [ControlId::KeyRotationEnabled].into();
        let scope = Scope { skipped_controls, ..Scope::default() };
        assert!(scope.is_limited() && !scope.leaves_out_targets());
        check(&scope, 1, None, true);
    }

    #[test]
    fn an_account_without_a_place_is_not_left_out_by_its_place() {
        let scope = Scope { organizational_units: ["ou-x".to_owned()].into(), ..Scope::default() };
        check(&scope, 1, None, true);
        check(&scope, 1, Some("o-a/r-b/"), false);
        let only = Scope { accounts: ids(&[1]), ..Scope::default() };
        check(&only, 2, None, false);
    }
}
