//! Buckets, keys and event data stores.

use std::collections::{BTreeMap, HashMap};

use trailseal_model::{Arn, KeyReading, ManagedBy};
use trailseal_record::v1::{BucketLine, KeyLine, StoreLine, TrailLine};

use crate::findings::Finding;
use crate::lists::{Names, Who};
use crate::ranked::{Ranked, Shown};
use crate::text::{cut, last_part, when, yes_no};
use crate::words::{self, Mark};

/// How many keys, and how many stores, the page shows.
pub(crate) const MAX_ROWS: usize = 100;
/// How many users of a key it names.
const MAX_USERS: usize = 3;

/// Everything that trails and stores name.
#[derive(Debug)]
pub(crate) struct Inventory {
    buckets: HashMap<String, BucketLine>,
    keys: BTreeMap<Arn, Key>,
    stores: Ranked<Store>,
    store_places: HashMap<String, Mark>,
}

#[derive(Debug)]
struct Key {
    line: KeyLine,
    trails: u64,
    stores: u64,
    names: Vec<String>,
}

/// One key as the table shows it.
#[derive(Debug)]
pub(crate) struct KeyRow {
    pub(crate) arn: String,
    pub(crate) resolved: Option<String>,
    pub(crate) who: Who,
    pub(crate) facts: KeyFacts,
    pub(crate) trails: u64,
    pub(crate) stores: u64,
    pub(crate) names: Vec<String>,
    pub(crate) more_names: u64,
}

/// What is known of a key.
#[derive(Debug, Clone)]
pub(crate) struct KeyFacts {
    pub(crate) presence: &'static str,
    pub(crate) manager: &'static str,
    pub(crate) state: String,
    pub(crate) spec: String,
    pub(crate) rotation: String,
    pub(crate) notes: Vec<String>,
}

/// What is known of a bucket.
#[derive(Debug, Clone)]
pub(crate) struct BucketFacts {
    pub(crate) presence: &'static str,
    pub(crate) region: Option<String>,
    pub(crate) owner: Option<Who>,
    pub(crate) configured_owner: Option<Who>,
}

/// One event data store.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) who: Who,
    pub(crate) region: String,
    pub(crate) state: String,
    pub(crate) key: Option<String>,
    pub(crate) reach: String,
    pub(crate) retention: String,
    pub(crate) mark: Mark,
}

impl Inventory {
    pub(crate) fn new() -> Self {
        Self {
            buckets: HashMap::new(),
            keys: BTreeMap::new(),
            stores: Ranked::new(MAX_ROWS),
            store_places: HashMap::new(),
        }
    }

    pub(crate) fn add_bucket(&mut self, line: &BucketLine) {
        self.buckets.insert(line.bucket.clone(), line.clone());
    }

    /// Keeps a key without its policy, which is long; the record has it.
    pub(crate) fn add_key(&mut self, line: &KeyLine) {
        let line = KeyLine { policy: None, ..line.clone() };
        let key = Key { trails: 0, stores: 0, names: Vec::new(), line };
        self.keys.insert(key.line.key_arn.clone(), key);
    }

    pub(crate) fn add_store(&mut self, line: &StoreLine, names: &Names) {
        if let Some(key) = line.key_arn.as_ref().and_then(|it| self.keys.get_mut(it)) {
            key.stores += 1;
            key.name_user(&line.name);
        }
        self.store_places.insert(line.event_data_store_arn.to_string(), words::NOT_JUDGED);
        let rank = usize::from(line.kms_key_id.is_some());
        self.stores.push(rank, || Store::of(line, names));
    }

    /// Notes who uses the key.
    pub(crate) fn add_trail(&mut self, line: &TrailLine) {
        if let Some(key) = line.key_arn.as_ref().and_then(|it| self.keys.get_mut(it)) {
            key.trails += 1;
            key.name_user(&line.name);
        }
    }

    /// What was found of a store.
    pub(crate) fn add_finding(&mut self, arn: &str, finding: &Finding) {
        if let Some(mark) = self.store_places.get_mut(arn) {
            *mark = finding.mark();
        }
    }

    pub(crate) fn bucket(&self, name: &str, names: &Names) -> Option<BucketFacts> {
        self.buckets.get(name).map(|it| BucketFacts {
            presence: words::bucket_reading(it.presence),
            region: it.region.map(|region| region.to_string()),
            owner: it.owner_account_id.map(|account| names.who(account)),
            configured_owner: it.configured_owner_account_id.map(|account| names.who(account)),
        })
    }

    pub(crate) fn key(&self, arn: &Arn) -> Option<KeyFacts> {
        self.keys.get(arn).map(|it| KeyFacts::of(&it.line))
    }

    /// The tables: of keys those first that are not simply fine.
    pub(crate) fn finish(self, names: &Names) -> (Shown<KeyRow>, Shown<Store>) {
        let mut keys = Ranked::new(MAX_ROWS);
        for key in self.keys.values() {
            keys.push(key.rank(), || key.row(names));
        }
        let mut stores = self.stores.finish();
        for store in &mut stores.rows {
            store.mark = self.store_places.get(&store.arn).copied().unwrap_or(words::NOT_JUDGED);
        }
        (keys.finish(), stores)
    }
}

impl Key {
    fn name_user(&mut self, name: &str) {
        if self.names.len() < MAX_USERS {
            self.names.push(cut(name));
        }
    }

    fn rank(&self) -> usize {
        let is_fine = self.line.manager == Some(ManagedBy::Customer)
            && self.line.state.as_deref() == Some("Enabled");
        match self.line.presence {
            KeyReading::Gone | KeyReading::InvalidState => 0,
            KeyReading::Unread => 1,
            KeyReading::Exists if !is_fine => 2,
            KeyReading::Exists => 3,
        }
    }

    fn row(&self, names: &Names) -> KeyRow {
        let line = &self.line;
        let resolved = line.resolved_arn.as_ref().filter(|arn| **arn != line.key_arn);
        KeyRow {
            arn: cut(line.key_arn.as_str()),
            resolved: resolved.map(|arn| cut(arn.as_str())),
            who: line.account_id.map(|account| names.who(account)).unwrap_or_default(),
            facts: KeyFacts::of(line),
            trails: self.trails,
            stores: self.stores,
            more_names: self.trails + self.stores - self.names.len() as u64,
            names: self.names.clone(),
        }
    }
}

impl KeyFacts {
    fn of(line: &KeyLine) -> Self {
        let text = |it: &Option<String>| it.as_deref().map_or_else(|| "not known".to_owned(), cut);
        let rotation = match (line.rotation_enabled, line.rotation_period_days) {
            (Some(true), Some(days)) => format!("on, every {days} days"),
            (Some(true), None) => "on".to_owned(),
            (Some(false), _) => "off".to_owned(),
            (None, _) => "not known".to_owned(),
        };
        let notes = [
            line.usage.as_ref().filter(|it| *it != "ENCRYPT_DECRYPT").map(|it| cut(it)),
            line.origin
                .as_ref()
                .filter(|it| *it != "AWS_KMS")
                .map(|it| format!("origin {}", cut(it))),
            line.is_multi_region.filter(|it| *it).map(|_| "multi-Region".to_owned()),
            line.replica_of.as_ref().map(|it| format!("replica of {}", cut(it.as_str()))),
            line.deletion_date.as_ref().map(|it| format!("will be deleted {}", when(it))),
            line.valid_to.as_ref().map(|it| format!("its material expires {}", when(it))),
        ];
        Self {
            presence: words::key_reading(line.presence),
            manager: words::manager(line.manager),
            state: text(&line.state),
            spec: text(&line.spec),
            rotation,
            notes: notes.into_iter().flatten().collect(),
        }
    }
}

impl Store {
    fn of(line: &StoreLine, names: &Names) -> Self {
        let days = |it: u32| format!("{it} days");
        let key = line.kms_key_id.as_deref().or(line.key_arn.as_ref().map(Arn::as_str));
        let regions = yes_no(line.is_multi_region);
        let organization = yes_no(line.is_organization_store);
        let arn = line.event_data_store_arn.as_str();
        let name = if line.name.is_empty() { last_part(arn) } else { &line.name };
        Self {
            // Not cut: findings are matched by it.
            arn: arn.to_owned(),
            name: cut(name),
            who: names.who(line.account_id),
            region: line.region.to_string(),
            state: line.status.as_deref().map_or_else(|| "not known".to_owned(), cut),
            key: key.map(cut),
            reach: format!("multi-Region: {regions}; organization: {organization}"),
            retention: line.retention_days.map_or_else(|| "not known".to_owned(), days),
            mark: words::NOT_JUDGED,
        }
    }
}
