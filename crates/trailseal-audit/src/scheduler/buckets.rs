//! The buckets of trails: who owns each, whether it exists, and where.
//!
//! The configured owner, the trail's owner and the log-archive accounts are asked at once. A bucket that
//! none of them owns is looked for in all accounts, when every target is read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use trailseal_evaluator::{
    BucketName, BucketPresenceRead, BucketsOwned, NamedBuckets, OwnerAnswers, log_account_rank,
};
use trailseal_model::hash::fingerprint;
use trailseal_model::{
    Account, AccountId, Answer, Arn, BucketFacts, BucketOwner, BucketPresence, Gap, Observed,
    OwnerSearch, TrailDescription,
};

use super::Scheduler;
use super::owner_sweep::{Candidates, OtherAccounts, Owner, OwnerSweep};
use crate::event::{SearchId, Work};

/// The search for every bucket that a trail names.
#[derive(Debug, Default)]
pub(super) struct BucketSearches {
    searches: BTreeMap<SearchId, Search>,
    /// `None` until every target is read.
    candidates: Option<Arc<Candidates>>,
    needed: Option<Arc<NamedBuckets>>,
    /// `None` until the tree of units is read as well.
    others: Option<OtherAccounts>,
    sweep: OwnerSweep,
    /// The searches that the sweep is for.
    swept: HashMap<BucketName, Vec<SearchId>>,
}

/// The search for one bucket on behalf of the trails of one owner.
#[derive(Debug)]
struct Search {
    trails: Vec<Arn>,
    asked: Vec<(AccountId, BucketsOwned)>,
    step: Step,
}

/// How far a search is.
#[derive(Debug)]
enum Step {
    /// The accounts are asked that can be asked while targets are still being read.
    First,
    /// None of them owns it; the others can be asked when every target is read.
    Waiting,
    /// The accounts are asked whose ids are part of the bucket's name.
    Named,
    /// No account that was asked by itself owns it: does it exist at all?
    Exists,
    /// All accounts are asked.
    Swept,
    /// The owner is known, or that it cannot be: the bucket itself is asked about.
    Headed(Option<Owner>),
    Known(Arc<BucketFacts>),
}

impl Scheduler<'_> {
    /// Notes where a trail delivers.
    pub(super) fn note_bucket(&mut self, description: &TrailDescription) {
        let Some(bucket) = &description.bucket else { return };
        match self.delivering.get_mut(bucket) {
            Some(owners) => {
                owners.insert(description.owner);
            }
            None => {
                self.delivering.insert(bucket.clone(), BTreeSet::from([description.owner]));
            }
        }
    }

    /// Searches the bucket of a trail.
    pub(super) fn search_bucket(&mut self, bucket: Arc<str>, trail_owner: AccountId, trail: Arn) {
        let id = (Arc::clone(&bucket), trail_owner);
        if let Some(search) = self.buckets.searches.get_mut(&id) {
            search.trails.push(trail);
            return;
        }
        let accounts = self.asked_first(&bucket, trail_owner);
        let search = Search { trails: vec![trail], asked: Vec::new(), step: Step::First };
        self.buckets.searches.insert(id, search);
        self.find_owner(bucket, trail_owner, accounts);
    }

    /// The facts of a bucket that was found before its trail was read.
    pub(super) fn facts_of_bucket(&self, id: &SearchId) -> Option<Arc<BucketFacts>> {
        match &self.buckets.searches.get(id)?.step {
            Step::Known(facts) => Some(Arc::clone(facts)),
            _ => None,
        }
    }

    fn find_owner(&mut self, bucket: Arc<str>, trail_owner: AccountId, accounts: Vec<AccountId>) {
        let needed = self.buckets.needed.clone();
        self.lanes.find_owners.push(Work::FindBucketOwner {
            bucket,
            trail_owner,
            accounts,
            needed,
        });
    }

    fn configured_owner(&self, bucket: &str) -> Option<AccountId> {
        let configured = &self.settings.collect.bucket_owners;
        configured.iter().find(|entry| entry.0 == bucket).map(|entry| entry.1)
    }

    fn asked_first(&self, bucket: &str, trail_owner: AccountId) -> Vec<AccountId> {
        let mut accounts: Vec<AccountId> = self.configured_owner(bucket).into_iter().collect();
        for account in [trail_owner].iter().chain(&self.settings.collect.log_archive_accounts) {
            if !accounts.contains(account) {
                accounts.push(*account);
            }
        }
        accounts
    }

    pub(super) fn owners_answered(&mut self, id: SearchId, answers: OwnerAnswers) {
        self.lanes.find_owners.end_one();
        let Some(search) = self.buckets.searches.get_mut(&id) else { return };
        for (account, owned) in answers.others {
            if search.asked.iter().all(|asked| asked.0 != account) {
                search.asked.push((account, owned));
            }
        }
        match (answers.owner, &search.step) {
            (Some(owner), _) => self.head(id, Some(owner)),
            (None, Step::First) => {
                search.step = Step::Waiting;
                self.look_further(id);
            }
            (None, _) => self.look_everywhere(id),
        }
    }

    /// Every target is read: the searches that waited for that can go on.
    pub(super) fn open_bucket_searches(&mut self) {
        self.buckets.candidates = Some(Arc::new(self.candidates()));
        self.buckets.needed = Some(Arc::new(self.delivering.clone()));
        let is_waiting =
            |search: &&SearchId| matches!(self.buckets.searches[*search].step, Step::Waiting);
        let waiting: Vec<SearchId> =
            self.buckets.searches.keys().filter(is_waiting).cloned().collect();
        for id in waiting {
            self.look_further(id);
        }
    }

    /// Asks the accounts whose ids are part of the bucket's name.
    fn look_further(&mut self, id: SearchId) {
        let Some(candidates) = self.buckets.candidates.clone() else { return };
        let mut named = ids_in(&id.0);
        named.retain(|account| candidates.in_use.contains(account));
        if named.is_empty() {
            return self.look_everywhere(id);
        }
        self.step(&id, Step::Named);
        self.find_owner(id.0, id.1, named);
    }

    /// Asks all other accounts, unless the bucket is gone: then it has no owner.
    fn look_everywhere(&mut self, id: SearchId) {
        let candidates = self.buckets.candidates.clone().unwrap_or_default();
        if candidates.is_empty() {
            return self.head(id, None);
        }
        self.step(&id, Step::Exists);
        // Of the accounts whose trails deliver there, the one with the lowest id.
        let delivering = self.delivering.get(&*id.0).and_then(|owners| owners.first());
        let account = delivering.copied().unwrap_or(id.1);
        let (bucket, trail_owner) = id;
        self.lanes.at_once.push(Work::HeadBucket { bucket, trail_owner, account });
    }

    fn step(&mut self, id: &SearchId, step: Step) {
        if let Some(search) = self.buckets.searches.get_mut(id) {
            search.step = step;
        }
    }

    /// Asks about the bucket itself, in its owner's session where the owner is known.
    fn head(&mut self, id: SearchId, owner: Option<Owner>) {
        let account = owner.as_ref().map_or(id.1, |owner| owner.0);
        self.step(&id, Step::Headed(owner));
        let (bucket, trail_owner) = id;
        self.lanes.at_once.push(Work::HeadBucket { bucket, trail_owner, account });
    }

    pub(super) fn bucket_headed(&mut self, id: &SearchId, presence: BucketPresenceRead) {
        let Some(search) = self.buckets.searches.get_mut(id) else { return };
        match std::mem::replace(&mut search.step, Step::Swept) {
            Step::Exists => match presence {
                Ok(answer) if answer.value == BucketPresence::Gone => {
                    let gone = Observed::Known(answer);
                    self.bucket_found(id, gone, BucketOwner::NotFound, OwnerSearch::default());
                }
                _ => {
                    let name = fingerprint(&id.0);
                    self.buckets.sweep.want(name);
                    self.buckets.swept.entry(name).or_default().push(id.clone());
                }
            },
            Step::Headed(Some((account, evidence))) => {
                let presence = self.kept(presence);
                let owner = BucketOwner::Account(account, evidence);
                self.bucket_found(id, presence, owner, OwnerSearch::default());
            }
            Step::Headed(None) => {
                let presence = self.kept(presence);
                let (owner, search) = self.unknown_owner(id);
                self.bucket_found(id, presence, owner, search);
            }
            step => search.step = step,
        }
    }

    fn kept(&self, presence: BucketPresenceRead) -> Observed<Answer<BucketPresence>> {
        match presence {
            Ok(answer) => Observed::Known(answer),
            Err(gap) => Observed::Unread(self.gaps.record(Arc::unwrap_or_clone(gap))),
        }
    }

    /// What becomes of a search without an owner: its first refusals are gaps now.
    fn unknown_owner(&self, id: &SearchId) -> (BucketOwner, OwnerSearch) {
        let candidates = self.buckets.candidates.clone().unwrap_or_default();
        let search = self.buckets.searches.get(id);
        let asked = search.map_or(&[][..], |search| &search.asked);
        let (refusals, counts) = self.buckets.sweep.conclude(asked, &candidates);
        let gaps: Vec<_> =
            refusals.into_iter().map(|gap| self.gaps.record(Gap::clone(&gap))).collect();
        let gap = gaps.first().or_else(|| candidates.unopened.values().next());
        (gap.map_or(BucketOwner::NotFound, |gap| BucketOwner::Unread(*gap)), counts)
    }

    fn bucket_found(
        &mut self,
        id: &SearchId,
        presence: Observed<Answer<BucketPresence>>,
        owner: BucketOwner,
        search: OwnerSearch,
    ) {
        let configured_owner = self.configured_owner(&id.0);
        let name = id.0.as_ref().to_owned();
        let facts = Arc::new(BucketFacts { name, presence, owner, configured_owner, search });
        let Some(search) = self.buckets.searches.get_mut(id) else { return };
        search.step = Step::Known(Arc::clone(&facts));
        for trail in std::mem::take(&mut search.trails) {
            self.bucket_known(&trail, Arc::clone(&facts));
        }
    }

    pub(super) fn buckets_listed(&mut self, account: AccountId, owned: &BucketsOwned) {
        self.buckets.sweep.answered(account, owned);
    }

    /// Lets the sweep ask on, and the searches go on whose buckets it has settled.
    pub(super) fn go_on_with_buckets(&mut self) {
        let (Some(candidates), Some(needed)) =
            (self.buckets.candidates.clone(), self.buckets.needed.clone())
        else {
            return;
        };
        if self.buckets.others.is_none() && self.is_tree_walked {
            self.buckets.others = Some(self.other_accounts());
        }
        let BucketSearches { sweep, others, .. } = &mut self.buckets;
        for account in sweep.begin(&candidates, others.as_ref()) {
            let needed = Arc::clone(&needed);
            self.lanes.at_once.push(Work::ListBuckets { account, needed });
        }
        for (bucket, owner) in sweep.take_settled() {
            for id in self.buckets.swept.remove(&bucket).unwrap_or_default() {
                self.head(id, owner.clone());
            }
        }
    }

    /// Which accounts can be asked for a bucket. What the user left out is asked too: it is not judged,
    /// and a trail that is may deliver there.
    fn candidates(&self) -> Candidates {
        let management = self.organization.as_ref().map(|it| it.management_account);
        let first = management.into_iter().chain([self.settings.caller]);
        let first = first.filter(|account| self.can_be_in_use(*account));
        let named = ranked(self.in_use(), |account| log_account_rank(&account.name));
        Candidates {
            in_use: self.in_use().map(|account| account.id).collect(),
            likely: first.chain(named).collect(),
            unopened: self.unopened.clone(),
        }
    }

    /// Who is asked last: accounts in units that sound like those of accounts that keep logs, then all
    /// others. A limited run asks of the others only those that own its trails, which are asked anyway.
    fn other_accounts(&self) -> OtherAccounts {
        let mut accounts = ranked(self.in_use(), |account| self.unit_rank(account));
        let in_use: BTreeSet<AccountId> = self.in_use().map(|account| account.id).collect();
        if self.settings.scope.leaves_out_targets() {
            let owners = self.delivering.values().flatten().copied();
            accounts.extend(owners.collect::<BTreeSet<_>>());
            return OtherAccounts { accounts, left_out: in_use };
        }
        accounts.extend(in_use);
        OtherAccounts { accounts, left_out: BTreeSet::new() }
    }

    /// Accounts in use that were opened, or that the user left out, by id.
    fn in_use(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(|account| self.can_be_in_use(account.id))
    }

    fn can_be_in_use(&self, account: AccountId) -> bool {
        let is_in_use = self.accounts.get(&account).is_none_or(|it| it.state.is_audited());
        is_in_use && !self.unopened.contains_key(&account)
    }

    /// The best rank of the units that the account is in.
    fn unit_rank(&self, account: &Account) -> Option<u8> {
        let units = account.ou_path.as_deref().unwrap_or_default().split('/');
        units.filter_map(|unit| log_account_rank(self.unit_names.get(unit)?)).min()
    }
}

/// Accounts that have a rank, the best first, and by id where it is the same.
fn ranked<'a>(
    accounts: impl Iterator<Item = &'a Account>,
    rank: impl Fn(&Account) -> Option<u8>,
) -> Vec<AccountId> {
    let mut ranked: Vec<(u8, AccountId)> =
        accounts.filter_map(|account| Some((rank(account)?, account.id))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|ranked| ranked.1).collect()
}

/// The account ids that are part of a bucket's name, from left to right.
fn ids_in(bucket: &str) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for begin in 0..bucket.len() {
        let id = bucket.get(begin..begin + 12).and_then(|digits| digits.parse().ok());
        ids.extend(id.filter(|id| !ids.contains(id)));
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_are_in_a_name() {
        let check = |name: &str, expected: &[u64]| {
            let ids: Vec<u64> = ids_in(name).into_iter().map(AccountId::number).collect();
            assert_eq!(ids, expected, "{name}");
        };
        check("logs-000000000004", &[4]);
        check("000000000004-000000000005-000000000004", &[4, 5]);
        check("x0000000000041", &[4, 41]);
        check("logs-00000000000", &[]);
        check("lögs-000000000004", &[4]);
    }
}
