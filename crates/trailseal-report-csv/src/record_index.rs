//! What is kept of the lines that were read, for the rows that refer to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use trailseal_model::{AccountId, Arn, ControlId, Region};
use trailseal_record::v1::{
    AccountLine, BucketLine, CauseLine, FindingLine, FixLine, KeyLine, RunLine, SamplingLine,
    StoreLine, TrailLine,
};

use crate::cell::Row;
use crate::command::BucketReader;
use crate::framework_status::ControlStatuses;
use crate::sample_tally::SampleTallies;

/// The run and what came before the row at hand.
#[derive(Debug)]
pub(crate) struct RecordIndex {
    pub(crate) run: RunLine,
    /// In the record's order; their rows wait for the names of their accounts.
    pub(crate) causes: Vec<CauseLine>,
    /// The place of each among the causes.
    cause_places: HashMap<String, usize>,
    accounts: HashMap<AccountId, Account>,
    buckets: HashMap<String, BucketLine>,
    keys: BTreeMap<Arn, Key>,
    subjects: HashMap<String, Subject>,
    /// In the record's order; their rows wait for the samples.
    pub(crate) sampled_trails: Vec<SampledTrail>,
    pub(crate) tallies: SampleTallies,
    pub(crate) statuses: ControlStatuses,
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
    pub(crate) trails: Vec<Arn>,
    pub(crate) stores: Vec<Arn>,
    /// The statuses of each control of its policy for these trails, as words.
    pub(crate) statuses: BTreeMap<ControlId, BTreeSet<&'static str>>,
    /// Who may decrypt their logs, where that was judged.
    pub(crate) readers: BTreeSet<String>,
}

/// What the rows of findings and samples show of their trail or event data store.
#[derive(Debug)]
pub(crate) struct Subject {
    account: AccountId,
    pub(crate) home_region: Option<Region>,
    pub(crate) is_organization_trail: Option<bool>,
    pub(crate) is_multi_region: Option<bool>,
    /// As it is named.
    pub(crate) key_arn: Option<Arn>,
}

/// What the row of a trail's sampling shows.
#[derive(Debug)]
pub(crate) struct SampledTrail {
    pub(crate) trail_arn: Arn,
    pub(crate) bucket: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) prefix_lists: Option<u32>,
    pub(crate) sampling: SamplingLine,
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
            causes: Vec::new(),
            cause_places: HashMap::new(),
            accounts: HashMap::new(),
            buckets: HashMap::new(),
            keys: BTreeMap::new(),
            subjects: HashMap::new(),
            sampled_trails: Vec::new(),
            tallies: SampleTallies::default(),
            statuses: ControlStatuses::default(),
        }
    }

    pub(crate) fn add_cause(&mut self, cause: &CauseLine) {
        self.cause_places.insert(cause.cause_id.clone(), self.causes.len());
        self.causes.push(cause.clone());
    }

    pub(crate) fn add_account(&mut self, account: &AccountLine) {
        let AccountLine { account_id, name, ou_path, ou_names, role_arn, .. } = account;
        let account = Account {
            name: name.clone(),
            ou_path: ou_path.clone().unwrap_or_default(),
            ou_names: ou_names.clone().unwrap_or_default(),
            role_arn: role_arn.clone(),
        };
        self.accounts.insert(*account_id, account);
    }

    pub(crate) fn add_bucket(&mut self, bucket: &BucketLine) {
        self.buckets.insert(bucket.bucket.clone(), bucket.clone());
    }

    pub(crate) fn add_key(&mut self, line: &KeyLine) {
        let mut line = line.clone();
        let policy_sha256 = line.policy.take().map(|policy| sha256(&policy));
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

    pub(crate) fn add_store(&mut self, store: &StoreLine) {
        if let Some(key) = store.key_arn.as_ref().and_then(|arn| self.keys.get_mut(arn)) {
            key.stores.push(store.event_data_store_arn.clone());
        }
        let subject = Subject {
            account: store.account_id,
            home_region: None,
            is_organization_trail: None,
            is_multi_region: store.is_multi_region,
            key_arn: store.key_arn.clone(),
        };
        self.subjects.insert(store.event_data_store_arn.to_string(), subject);
    }

    pub(crate) fn add_trail(&mut self, trail: &TrailLine) {
        if let Some(key) = trail.key_arn.as_ref().and_then(|arn| self.keys.get_mut(arn)) {
            key.trails.push(trail.trail_arn.clone());
        }
        let subject = Subject {
            account: trail.account_id,
            home_region: Some(trail.home_region),
            is_organization_trail: Some(trail.is_organization_trail),
            is_multi_region: Some(trail.is_multi_region),
            key_arn: trail.key_arn.clone(),
        };
        self.subjects.insert(trail.trail_arn.to_string(), subject);
        self.sampled_trails.push(SampledTrail {
            trail_arn: trail.trail_arn.clone(),
            bucket: trail.bucket.clone(),
            prefix: trail.prefix.clone(),
            prefix_lists: trail.account_prefixes.as_ref().map(|prefixes| prefixes.lists),
            sampling: trail.sampling.clone(),
        });
    }

    /// Keeps what a finding says of its control, and of the key of its subject.
    pub(crate) fn add_finding(&mut self, finding: &FindingLine) {
        let control = finding.control_id;
        self.statuses.add(control, finding.status);
        if !OF_POLICY.contains(&control) {
            return;
        }
        let subject = self.subjects.get(&finding.resource_arn);
        let key = subject.and_then(|subject| subject.key_arn.as_ref());
        let Some(key) = key.and_then(|arn| self.keys.get_mut(arn)) else { return };
        key.statuses.entry(control).or_default().insert(finding.status.as_str());
        if control == ControlId::KeyReadersLimited && !finding.observed.is_empty() {
            key.readers.insert(finding.observed.clone());
        }
    }

    /// Every key, sorted by the ARN that it is named by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }

    /// Whether the run listed event data stores: not where it skipped their control.
    pub(crate) fn lists_stores(&self) -> bool {
        let control = ControlId::EventDataStoreKmsEncrypted.as_str();
        self.run.scope.skipped_controls.iter().all(|skipped| skipped.as_str() != control)
    }

    /// A row that begins as every row does.
    pub(crate) fn row(&self) -> Row {
        Row::default().cell(&self.run.run_id)
    }

    /// What every row ends with.
    pub(crate) fn closed(&self, row: Row) -> Row {
        let scope = if self.run.scope.is_limited { "scoped" } else { "whole" };
        row.cell(self.run.population_source).cell(scope)
    }

    fn account(&self, id: impl Into<Option<AccountId>>) -> Option<&Account> {
        self.accounts.get(&id.into()?)
    }

    pub(crate) fn account_name(&self, id: impl Into<Option<AccountId>>) -> &str {
        self.account(id).map_or("", |account| &account.name)
    }

    pub(crate) fn ou_path(&self, id: impl Into<Option<AccountId>>) -> &str {
        self.account(id).map_or("", |account| &account.ou_path)
    }

    pub(crate) fn ou_names(&self, id: impl Into<Option<AccountId>>) -> &str {
        self.account(id).map_or("", |account| &account.ou_names)
    }

    pub(crate) fn role_arn(&self, id: AccountId) -> Option<&str> {
        self.account(id).and_then(|account| account.role_arn.as_deref())
    }

    pub(crate) fn bucket(&self, name: &str) -> Option<&BucketLine> {
        self.buckets.get(name)
    }

    /// How the objects of a trail in this bucket were read: in the bucket owner's account, or in the
    /// trail's where that owner is not known.
    pub(crate) fn reader(&self, bucket: &str, trail: &Arn) -> BucketReader<'_> {
        let (bucket, trail) = (self.bucket(bucket), self.subject(trail.as_str()));
        let owner = bucket.and_then(|bucket| bucket.owner_account_id);
        let region = bucket.and_then(|bucket| bucket.region);
        let account = owner.or(trail.map(|trail| trail.account));
        BucketReader {
            owner,
            region: region.or(trail.and_then(|trail| trail.home_region)),
            role_arn: account.and_then(|account| self.role_arn(account)),
        }
    }

    pub(crate) fn subject(&self, arn: &str) -> Option<&Subject> {
        self.subjects.get(arn)
    }

    /// The fix of a cause.
    pub(crate) fn fix(&self, cause_id: Option<&String>) -> Option<&FixLine> {
        let place = self.cause_places.get(cause_id?)?;
        self.causes.get(*place).map(|cause| &cause.fix)
    }

    /// What the fix of the gravest of these causes changes; empty without a cause.
    pub(crate) fn change(&self, cause_ids: &[String]) -> &str {
        self.fix(cause_ids.first()).map_or("", |fix| &fix.change)
    }

    /// The key behind an alias or key ARN: the ARN that DescribeKey printed, else itself.
    pub(crate) fn resolved<'a>(&'a self, key_arn: &'a Arn) -> &'a Arn {
        let key = self.keys.get(key_arn).and_then(|key| key.line.resolved_arn.as_ref());
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
