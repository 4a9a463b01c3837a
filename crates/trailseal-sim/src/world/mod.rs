//! What there is: an organization with its accounts, trails, keys and buckets, and no behaviour.

pub mod account;
pub mod bucket;
pub mod denial;
pub mod key;
pub mod region;
pub mod trail;
mod tree;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use account::{Account, AccountId, Role, Unit};
use bucket::Bucket;
use denial::{Accounts, Denial};
use key::Key;
use region::{Partition, Region};
use trail::{EventDataStore, Trail};
use tree::Tree;

use crate::draw::Draw;
use crate::objects::Layout;
use crate::policy::Policy;

/// The organization itself.
#[derive(Debug, Clone)]
pub struct Organization {
    /// `o-` and so on.
    pub id: Box<str>,
    /// `r-` and so on.
    pub root_id: Box<str>,
    /// The management account, which must be one of the accounts.
    pub management: AccountId,
    /// Its units, each after the one above it.
    pub units: Vec<Unit>,
    /// Accounts with administration delegated to them, with the service principal.
    pub delegated: Vec<(AccountId, Box<str>)>,
    /// Whether `Account` still has the retired field `Status`.
    pub shows_status: bool,
    /// Whether `Account` already has the field `State`.
    pub shows_state: bool,
    /// Whether accounts and units come with their `Paths`.
    pub shows_paths: bool,
    /// After how many accounts ListAccounts puts in an empty page with a token; 0 is never.
    pub empty_page_every: u32,
}

/// A caller with keys that do not expire: how anybody gets into the organization at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `AKIA` and so on.
    pub access_key_id: Box<str>,
    /// The secret to sign with.
    pub secret_access_key: Box<str>,
    /// The account it belongs to.
    pub account: AccountId,
    /// Its name.
    pub name: Box<str>,
    /// Its identity policy; without one it may do everything that no denial forbids.
    pub policy: Option<Arc<Policy>>,
}

/// Everything a world is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// The time that the world was made for: histories end here or go on.
    pub start: Timestamp,
    /// The partition.
    pub partition: Partition,
    /// The organization; `None` is a single account, the first of `accounts`.
    pub organization: Option<Organization>,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Callers.
    pub users: Vec<User>,
    /// Trails.
    pub trails: Vec<Trail>,
    /// Keys, of strangers too.
    pub keys: Vec<Key>,
    /// Buckets, of strangers too.
    pub buckets: Vec<Bucket>,
    /// Event data stores.
    pub stores: Vec<EventDataStore>,
    /// Denials.
    pub denials: Vec<Denial>,
}

/// A world with its indexes.
#[derive(Debug)]
pub struct World {
    parts: Parts,
    /// Positions in `parts.accounts`, which is sorted by id.
    trails_of: HashMap<AccountId, Vec<u32>>,
    organization_trails: Vec<u32>,
    trails_by_bucket: HashMap<Box<str>, Vec<u32>>,
    layouts: HashMap<Box<str>, Layout>,
    keys: HashMap<(AccountId, Region, Box<str>), u32>,
    buckets: HashMap<Box<str>, u32>,
    buckets_of: BTreeMap<AccountId, Vec<u32>>,
    stores_of: HashMap<(AccountId, Region), Vec<u32>>,
    tree: Tree,
}

fn at<T>(list: &[T], index: u32) -> &T {
    &list[index as usize]
}

fn indexed<T>(list: &[T]) -> impl Iterator<Item = (u32, &T)> {
    (0..).zip(list)
}

impl World {
    /// Puts the parts in order.
    #[must_use]
    pub fn new(mut parts: Parts) -> Self {
        parts.accounts.sort_by_key(|it| it.id);
        parts.accounts.shrink_to_fit();
        for denial in &mut parts.denials {
            if let Accounts::These(these) = &mut denial.accounts {
                these.sort_unstable();
            }
        }
        let mut trails_of: HashMap<_, Vec<u32>> = HashMap::new();
        let mut trails_by_bucket: HashMap<_, Vec<u32>> = HashMap::new();
        let mut organization_trails = Vec::new();
        for (index, trail) in indexed(&parts.trails) {
            trails_of.entry(trail.owner).or_default().push(index);
            trails_by_bucket.entry(trail.bucket.clone()).or_default().push(index);
            if trail.is_organization {
                organization_trails.push(index);
            }
        }
        let organization = parts.organization.as_ref().map(|it| &*it.id);
        let layouts = trails_by_bucket.iter().map(|(bucket, indexes)| {
            let trails = indexes.iter().map(|it| (*it, at(&parts.trails, *it)));
            (bucket.clone(), Layout::new(trails, organization))
        });
        let layouts = layouts.collect();
        for bucket in &mut parts.buckets {
            bucket.extra.sort_by(|left, right| left.key.cmp(&right.key));
        }
        let keys = indexed(&parts.keys)
            .map(|(index, it)| ((it.account, it.region, it.id.clone()), index))
            .collect();
        let buckets = indexed(&parts.buckets).map(|it| (it.1.name.clone(), it.0)).collect();
        let mut buckets_of: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (index, bucket) in indexed(&parts.buckets) {
            buckets_of.entry(bucket.owner).or_default().push(index);
        }
        let mut stores_of: HashMap<_, Vec<u32>> = HashMap::new();
        for (index, store) in indexed(&parts.stores) {
            stores_of.entry((store.owner, store.region)).or_default().push(index);
        }
        Self {
            tree: Tree::new(&parts),
            parts,
            trails_of,
            organization_trails,
            trails_by_bucket,
            layouts,
            keys,
            buckets,
            buckets_of,
            stores_of,
        }
    }

    /// A draw from the world's seed for this purpose.
    #[must_use]
    pub fn draw(&self, purpose: &str) -> Draw {
        Draw::new(self.parts.seed).word(purpose)
    }

    /// Decides everything that is drawn.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.parts.seed
    }

    /// The time that the world was made for.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.parts.start
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.parts.partition
    }

    /// The organization, if there is one.
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.parts.organization.as_ref()
    }

    /// Whether this is the management account.
    #[must_use]
    pub fn is_management(&self, account: AccountId) -> bool {
        self.organization().is_some_and(|it| it.management == account)
    }

    /// Every account by id.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        &self.parts.accounts
    }

    /// The account with this id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        let found = self.parts.accounts.binary_search_by_key(&id, |it| it.id);
        found.ok().map(|it| &self.parts.accounts[it])
    }

    /// The role of an account.
    #[must_use]
    pub fn role(&self, account: AccountId, name: &str) -> Option<&Role> {
        self.account(account)?.roles.iter().find(|it| &*it.name == name)
    }

    /// Callers.
    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.parts.users
    }

    /// The trails that an account owns.
    pub fn trails_of(&self, owner: AccountId) -> impl Iterator<Item = &Trail> {
        let indexes = self.trails_of.get(&owner).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|it| at(&self.parts.trails, *it))
    }

    /// The organization's trails.
    pub fn organization_trails(&self) -> impl Iterator<Item = &Trail> {
        self.organization_trails.iter().map(|it| at(&self.parts.trails, *it))
    }

    /// The trails that deliver to a bucket.
    pub fn trails_into(&self, bucket: &str) -> impl Iterator<Item = &Trail> {
        let indexes = self.trails_by_bucket.get(bucket).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|it| at(&self.parts.trails, *it))
    }

    /// Where trails put their files in a bucket.
    #[must_use]
    pub fn layout(&self, bucket: &str) -> Option<&Layout> {
        self.layouts.get(bucket)
    }

    /// Every trail.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        &self.parts.trails
    }

    /// Every key.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.parts.keys
    }

    /// The key with this id there.
    #[must_use]
    pub fn key(&self, account: AccountId, region: Region, id: &str) -> Option<&Key> {
        let index = self.keys.get(&(account, region, id.into()))?;
        Some(at(&self.parts.keys, *index))
    }

    /// The bucket with this name.
    #[must_use]
    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.get(name).map(|it| at(&self.parts.buckets, *it))
    }

    /// The buckets that an account owns, by name.
    #[must_use]
    pub fn buckets_of(&self, owner: AccountId) -> Vec<&Bucket> {
        let indexes = self.buckets_of.get(&owner).map(Vec::as_slice).unwrap_or_default();
        let mut buckets: Vec<_> = indexes.iter().map(|it| at(&self.parts.buckets, *it)).collect();
        buckets.sort_by(|left, right| left.name.cmp(&right.name));
        buckets
    }

    /// The event data stores of an account and Region.
    pub fn stores_of(
        &self,
        owner: AccountId,
        region: Region,
    ) -> impl Iterator<Item = &EventDataStore> {
        let indexes = self.stores_of.get(&(owner, region)).map(Vec::as_slice).unwrap_or_default();
        indexes.iter().map(|it| at(&self.parts.stores, *it))
    }

    /// Every event data store.
    #[must_use]
    pub fn stores(&self) -> &[EventDataStore] {
        &self.parts.stores
    }

    /// Denials.
    #[must_use]
    pub fn denials(&self) -> &[Denial] {
        &self.parts.denials
    }
}
