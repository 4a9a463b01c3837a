//! One account while a case fills it.

use super::builder::{Builder, denial};
use super::setup::{self, Setup, Surroundings};
use crate::draw::Draw;
use crate::world::account::{Account, AccountState};
use crate::world::denial::PolicyKind;
use crate::world::key::Key;
use crate::world::region::{Region, RegionSet};
use crate::world::trail::EventDataStore;

/// One account while a case fills it.
#[derive(Debug)]
pub struct FilledAccount<'a> {
    /// What is around.
    pub near: Surroundings,
    /// The account.
    pub account: Account,
    builder: &'a mut Builder,
    trails: Vec<Box<str>>,
    stores: Vec<Box<str>>,
}

impl<'a> FilledAccount<'a> {
    pub(super) fn new(builder: &'a mut Builder, account: Account, near: Surroundings) -> Self {
        Self { near, account, builder, trails: Vec::new(), stores: Vec::new() }
    }

    /// The account, and the ARNs of its trails and stores in the order they were made.
    pub(super) fn leave(self) -> (Account, Vec<Box<str>>, Vec<Box<str>>) {
        (self.account, self.trails, self.stores)
    }

    /// Makes a sealed trail of the home Region, changed so.
    pub fn trail(&mut self, change: impl FnOnce(&mut Setup)) {
        let mut setup = self.builder.setup(self.near.account, self.trails.len());
        change(&mut setup);
        self.trails.push(setup.finish(&mut self.builder.parts));
    }

    /// Makes a sealed trail of every Region, changed so.
    pub fn wide_trail(&mut self, change: impl FnOnce(&mut Setup)) {
        self.trail(|it| {
            it.every_region();
            change(it);
        });
    }

    /// Makes an event data store of every Region in this one, without a key.
    pub fn store(&mut self, region: Region) {
        self.make_store(region, None);
    }

    /// Makes an event data store under a key of the account, changed so.
    pub fn store_with_key(&mut self, region: Region, change: impl FnOnce(&mut Key)) {
        let id = self.store_draw().word("key").uuid();
        let mut key = setup::key(self.near.account, region, &id);
        key.aliases = vec!["alias/lake".into()];
        change(&mut key);
        self.make_store(region, Some(key));
    }

    fn store_draw(&self) -> Draw {
        let draw = self.builder.draw("store").number(self.near.account.number());
        draw.number(self.stores.len() as u64)
    }

    fn make_store(&mut self, region: Region, key: Option<Key>) {
        let store = EventDataStore {
            id: self.store_draw().uuid().into(),
            name: format!("lake-{}", self.stores.len() + 1).into(),
            owner: self.near.account,
            region,
            key: key.as_ref().map(|it| it.arn().into()),
            is_multi_region: true,
            is_organization: false,
            status: "ENABLED".into(),
        };
        self.stores.push(store.arn().into());
        self.builder.parts.stores.push(store);
        self.builder.parts.keys.extend(key);
    }

    /// Takes these actions from the audit role, everywhere and without a word in a policy.
    pub fn lacks(&mut self, actions: &[&str]) {
        self.builder.lack(actions, self.near.account);
    }

    /// Denies these actions in these Regions.
    pub fn denies(
        &mut self,
        kind: PolicyKind,
        is_explicit: bool,
        actions: &[&str],
        regions: RegionSet,
    ) {
        self.builder.deny(denial(kind, is_explicit, actions, regions), self.near.account);
    }

    /// Puts the account into another state.
    pub fn becomes(&mut self, state: AccountState) {
        self.account.state = state;
        if !state.is_usable() {
            self.account.roles = [].into();
        }
    }
}
