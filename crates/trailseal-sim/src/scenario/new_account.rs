//! An account to be made: what is in it, and what an audit must find there.

use std::sync::Arc;

use super::Expected;
use super::builder::Builder;
use super::cases::{self, Case};
use super::filled_account::FilledAccount;
use super::truth::{Control, Status};
use crate::world::account::{Account, AccountId, AccountState, Joined, RegionStates};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// Its number.
    pub id: AccountId,
    /// Its name; the case may have another.
    pub name: &'a str,
    /// Its unit.
    pub unit: Option<u32>,
    /// How it came.
    pub joined: Joined,
    /// Its tags.
    pub tags: Box<[(Box<str>, Box<str>)]>,
    /// Its Regions, if they are not those of all accounts.
    pub regions: Option<RegionStates>,
    /// What is in it.
    pub case: &'static Case,
}

impl NewAccount<'static> {
    /// An account with nothing in it.
    #[must_use]
    pub fn empty(id: AccountId, name: &'static str) -> Self {
        let tags = Box::new([]);
        let (joined, case) = (Joined::Created, cases::NO_TRAIL);
        Self { id, name, unit: None, joined, tags, regions: None, case }
    }
}

impl Builder {
    /// Makes an account, and writes down what an audit must find in it.
    pub fn account(&mut self, new: NewAccount<'_>) {
        let account = Account {
            id: new.id,
            name: new.name.into(),
            state: AccountState::Active,
            joined: new.joined,
            unit: new.unit,
            tags: new.tags,
            regions: new.regions.unwrap_or(self.regions),
            roles: self.roles.clone(),
        };
        let near = self.surroundings(new.id);
        let mut place = FilledAccount::new(self, account, near);
        (new.case.build)(&mut place);
        let (account, trails, stores) = place.leave();
        self.expect(new.case, &account, &trails, &stores);
        self.parts.accounts.push(account);
    }

    /// `account-covered`, and the case that says so.
    fn covered(&self, account: &Account, case: &Case) -> (Status, Arc<str>) {
        match &self.covered {
            _ if case.covered == Status::NotApplicable => (case.covered, case.id.into()),
            // Nobody can ask such an account whether it has the trail's home Region.
            Some(it) if it.home.is_opt_in() && account.roles.is_empty() => {
                (Status::NotProven, it.case.clone())
            }
            Some(it) if it.status == Status::NotProven && case.covered == Status::Pass => {
                (case.covered, case.id.into())
            }
            Some(it) if account.regions.is_enabled(it.home) => (it.status, it.case.clone()),
            _ => (case.covered, case.id.into()),
        }
    }

    /// Writes down the case's truth. Trails and stores after the last row of the case can be seen
    /// by nobody.
    fn expect(&mut self, case: &Case, account: &Account, trails: &[Box<str>], stores: &[Box<str>]) {
        let id: Arc<str> = case.id.into();
        for (arn, row) in trails.iter().zip(case.trails) {
            self.expect_trail(arn, *row, &id);
        }
        for (arn, status) in stores.iter().zip(case.stores) {
            let (control, case) = (Control::EventDataStoreKmsEncrypted, id.clone());
            self.expected.push(Expected::new(arn.as_ref().into(), control, *status, case));
        }
        let (status, trail) = self.covered(account, case);
        let subject = account.id.to_string().into();
        self.expected.push(Expected::new(subject, Control::AccountCovered, status, trail));
    }
}
