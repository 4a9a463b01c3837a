//! What is kept of the lines that went by, for the rows that refer to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use trailseal_model::ControlId;
use trailseal_model::record::v1::{
    AccountLine, BucketLine, FindingLine, KeyLine, RunLine, StoreLine, TrailLine,
};

use crate::cell::Row;

/// The run and what came before the row at hand.
#[derive(Debug)]
pub(crate) struct RecordIndex {
    pub(crate) run: RunLine,
    accounts: HashMap<String, Account>,
    buckets: HashMap<String, BucketLine>,
    keys: BTreeMap<String, Key>,
    subjects: HashMap<String, Subject>,
}

/// What other tables show of an account.
#[derive(Debug)]
struct Account {
    name: String,
    ou_path: String,
    ou_names: String,
    role_arn: Option<String>,
}

/// A key, and who uses it: that comes after it in the record.
#[derive(Debug)]
pub(crate) struct Key {
    /// Without its policy, which can be long.
    pub(crate) line: KeyLine,
    pub(crate) policy_sha256: Option<String>,
    pub(crate) trails: Vec<String>,
    pub(crate) stores: Vec<String>,
    /// What became of each control of its policy for these trails.
    pub(crate) statuses: BTreeMap<ControlId, BTreeSet<String>>,
    /// Who may decrypt their logs, where that was judged.
    pub(crate) readers: BTreeSet<String>,
}

/// What a finding's row shows of its trail or event data store.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) home_region: Option<String>,
    pub(crate) is_organization_trail: Option<bool>,
    pub(crate) is_multi_region: Option<bool>,
    /// As it is named.
    pub(crate) key_arn: Option<String>,
}

/// The controls of a key's policy, in the order of the columns.
pub(crate) const OF_POLICY: [ControlId; 4] = [
    ControlId::KeyPolicyAllowsCloudtrail,
    ControlId::KeyPolicyDescribeKey,
    ControlId::KeyPolicyScoped,
    ControlId::KeyReadersLimited,
];

impl RecordIndex {
    pub(crate) fn new(run: RunLine) -> Self {
        Self {
            run,
            accounts: HashMap::new(),
            buckets: HashMap::new(),
            keys: BTreeMap::new(),
            subjects: HashMap::new(),
        }
    }

    pub(crate) fn add_account(&mut self, it: AccountLine) {
        let account = Account {
            name: it.name,
            ou_path: it.ou_path.unwrap_or_default(),
            ou_names: it.ou_names.unwrap_or_default(),
            role_arn: it.role_arn,
        };
        self.accounts.insert(it.account_id, account);
    }

    pub(crate) fn add_bucket(&mut self, it: BucketLine) {
        self.buckets.insert(it.bucket.clone(), it);
    }

    pub(crate) fn add_key(&mut self, mut line: KeyLine) {
        let policy_sha256 = line.policy.take().map(|it| sha256(&it));
        let key = Key {
            policy_sha256,
            trails: Vec::new(),
            stores: Vec::new(),
            statuses: BTreeMap::new(),
            readers: BTreeSet::new(),
            line,
        };
        self.keys.insert(key.line.key_arn.clone(), key);
    }

    pub(crate) fn add_store(&mut self, it: StoreLine) {
        if let Some(key) = it.key_arn.as_ref().and_then(|it| self.keys.get_mut(it)) {
            key.stores.push(it.event_data_store_arn.clone());
        }
        let subject = Subject {
            home_region: None,
            is_organization_trail: None,
            is_multi_region: it.is_multi_region,
            key_arn: it.key_arn,
        };
        self.subjects.insert(it.event_data_store_arn, subject);
    }

    pub(crate) fn add_trail(&mut self, it: TrailLine) {
        if let Some(key) = it.key_arn.as_ref().and_then(|it| self.keys.get_mut(it)) {
            key.trails.push(it.trail_arn.clone());
        }
        let subject = Subject {
            home_region: Some(it.home_region),
            is_organization_trail: Some(it.is_organization_trail),
            is_multi_region: Some(it.is_multi_region),
            key_arn: it.key_arn,
        };
        self.subjects.insert(it.trail_arn, subject);
    }

    /// Keeps what a finding says of the key of its subject.
    pub(crate) fn add_finding(&mut self, it: &FindingLine) {
        let control = it.control_id.parse::<ControlId>().ok();
        let Some(control) = control.filter(|it| OF_POLICY.contains(it)) else { return };
        let key = self.subjects.get(&it.resource_arn).and_then(|it| it.key_arn.as_ref());
        let Some(key) = key.and_then(|it| self.keys.get_mut(it)) else { return };
        key.statuses.entry(control).or_default().insert(it.status.clone());
        if control == ControlId::KeyReadersLimited && !it.observed.is_empty() {
            key.readers.insert(it.observed.clone());
        }
    }

    /// Every key, sorted by the ARN that it is named by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }

    /// Whether the run listed event data stores: not where it skipped their control.
    pub(crate) fn lists_stores(&self) -> bool {
        let control = ControlId::EventDataStoreKmsEncrypted;
        self.run.scope.skipped_controls.iter().all(|skipped| skipped != control.as_str())
    }

    /// A row that begins as every row does.
    pub(crate) fn row(&self) -> Row {
        Row::default().cell(&self.run.run_id)
    }

    /// What every row ends with.
    pub(crate) fn closed(&self, row: Row) -> Row {
        let scope = if self.run.scope.is_limited { "scoped" } else { "whole" };
        row.cell(&self.run.population_source).cell(scope)
    }

    pub(crate) fn account_name(&self, id: &str) -> &str {
        self.accounts.get(id).map_or("", |it| &it.name)
    }

    pub(crate) fn ou_path(&self, id: &str) -> &str {
        self.accounts.get(id).map_or("", |it| &it.ou_path)
    }

    pub(crate) fn ou_names(&self, id: &str) -> &str {
        self.accounts.get(id).map_or("", |it| &it.ou_names)
    }

    pub(crate) fn role_arn(&self, id: &str) -> Option<&str> {
        self.accounts.get(id).and_then(|it| it.role_arn.as_deref())
    }

    pub(crate) fn bucket(&self, name: &str) -> Option<&BucketLine> {
        self.buckets.get(name)
    }

    pub(crate) fn subject(&self, arn: &str) -> Option<&Subject> {
        self.subjects.get(arn)
    }

    /// What an alias or key ARN stands for: the ARN that DescribeKey printed, else itself.
    pub(crate) fn resolved<'a>(&'a self, key_arn: &'a str) -> &'a str {
        let key = self.keys.get(key_arn).and_then(|it| it.line.resolved_arn.as_deref());
        key.unwrap_or(key_arn)
    }
}

fn sha256(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_every_other_tool() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256("abc"), expected);
    }
}
