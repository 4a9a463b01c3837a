//! The keys and buckets that trails name: each account is asked about one of each at most, in a session
//! of its own.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;
use trailseal_evaluator::{AccountRegion, key_arn, log_account_rank, log_root};
use trailseal_fanout::guarded;
use trailseal_model::question::{DescribeKey, ListBuckets, ListObjects};
use trailseal_model::{
    AccountId, Answers, Arn, Gap, GapClass, KeyManager, KeyPresence, Operation, Organization,
    Reader, Region, Target, TrailDescription, Want, ask,
};

use super::probe::{AccountRow, Standing, row_of};

/// What is known of the key that a trail names.
#[derive(Debug)]
pub(super) struct KeyRow {
    pub(super) key: Arn,
    /// Where it is asked about.
    pub(super) asked_in: Target,
    /// Whether the customer manages it; `None` where it was not asked.
    pub(super) answer: Option<Result<bool, Box<Gap>>>,
}

/// What is known of a bucket that trails deliver to.
#[derive(Debug)]
pub(super) struct BucketRow {
    pub(super) bucket: String,
    /// The prefix that is listed: the logs of the trail's owner.
    pub(super) prefix: String,
    pub(super) answer: BucketAnswer,
}

/// What listing a bucket in the session of its owner resulted in.
#[derive(Debug)]
pub(super) enum BucketAnswer {
    /// This account owns it and may list it.
    Listed(AccountId),
    /// The bucket does not exist.
    Gone,
    /// This account owns it, as far as is known, and may not list it.
    Refused(Box<Gap>),
    /// None of these accounts owns it, or no call was left for asking one.
    OwnerUnknown(Vec<AccountId>),
}

/// Where the owners of buckets are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owners<'a> {
    pub(super) organization: Option<&'a Organization>,
    /// The owners in the settings.
    pub(super) configured: &'a [(String, AccountId)],
    pub(super) log_archives: &'a [AccountId],
}

/// Every trail that some account shows, by ARN; those of the organization first.
pub(super) fn trails(rows: &[AccountRow]) -> Vec<&TrailDescription> {
    let shown = rows.iter().filter_map(AccountRow::reached);
    let shown = shown.filter_map(|reached| reached.trails.as_ref().ok()).flatten();
    let mut by_arn: BTreeMap<(bool, &Arn), &TrailDescription> = BTreeMap::new();
    for trail in shown {
        by_arn.entry((!trail.is_organization_trail, &trail.arn)).or_insert(trail);
    }
    by_arn.into_values().collect()
}

/// The account that is asked about a key: its own, if a scan can open it; for a key outside the
/// organization the account that uses it. `None` where a scan has no session for it.
pub(super) fn key_reader(
    key: &Arn,
    trail: &TrailDescription,
    rows: &[AccountRow],
) -> Option<AccountId> {
    let account = key.account().unwrap_or(trail.owner);
    let can_open =
        |row: &AccountRow| matches!(row.standing, Standing::Reached(_) | Standing::LeftOut);
    match row_of(rows, account) {
        Some(row) => can_open(row).then_some(account),
        None => row_of(rows, trail.owner).filter(|row| can_open(row)).map(|_| trail.owner),
    }
}

/// What asks about keys and buckets.
pub(super) struct Resources<'a, A> {
    pub(super) answers: &'a A,
    pub(super) caller: AccountId,
    pub(super) at_once: usize,
}

/// A bucket that is still to be listed by one of these accounts.
struct Search {
    bucket: String,
    prefix: String,
    home: Region,
    candidates: Vec<AccountId>,
    asked: Vec<AccountId>,
    is_configured: bool,
}

/// What listing a bucket in one account showed.
enum Found {
    Answer(BucketAnswer),
    NotTheOwner,
}

impl<A: Answers> Resources<'_, A> {
    /// Describes one key of each account; the others are listed without an answer.
    pub(super) async fn keys(&self, rows: &mut [AccountRow]) -> Vec<KeyRow> {
        let mut keys: BTreeMap<Arn, Target> = BTreeMap::new();
        let mut asked: BTreeMap<AccountId, Arn> = BTreeMap::new();
        for trail in trails(rows) {
            let Some(key) = key_arn(trail) else { continue };
            let Some(account) = key_reader(&key, trail, rows) else { continue };
            let region = key.region().unwrap_or(trail.home_region);
            if self.room(rows, account, region) > 0 {
                asked.entry(account).or_insert_with(|| key.clone());
            }
            keys.entry(key).or_insert(Target { account, region });
        }
        let asked = asked.into_values().map(|key| {
            let asked_in = keys[&key];
            self.describe(key, asked_in)
        });
        let answers: Vec<_> =
            futures::stream::iter(asked).buffer_unordered(self.at_once).collect().await;
        let mut answers: BTreeMap<Arn, _> = answers.into_iter().collect();
        let keys = keys.into_iter().map(|(key, asked_in)| {
            let answer = answers.remove(&key);
            if answer.is_some() {
                self.spend(rows, asked_in.account, 1);
            }
            KeyRow { key, asked_in, answer }
        });
        keys.collect()
    }

    async fn describe(&self, key: Arn, asked_in: Target) -> (Arn, Result<bool, Box<Gap>>) {
        let question = DescribeKey { key: key.clone(), asked_in };
        let answer = guarded(ask(self.answers, question)).await.unwrap_or_else(|panicked| {
            let gap = Gap::new(GapClass::Panic, Operation::DescribeKey);
            Err(gap.at(asked_in.account, Some(asked_in.region)).saying(&panicked.message))
        });
        let is_customers = |presence: KeyPresence| match presence {
            KeyPresence::Exists(facts) => facts.manager == KeyManager::Customer,
            KeyPresence::InvalidState(_) | KeyPresence::Gone => false,
        };
        (key, answer.map(|answer| is_customers(answer.value)).map_err(Box::new))
    }

    /// Lists each bucket in the session of its likely owner.
    pub(super) async fn buckets(
        &self,
        rows: &mut [AccountRow],
        owners: Owners<'_>,
    ) -> Vec<BucketRow> {
        let mut searches = searches(rows, owners);
        let mut settled = Vec::new();
        let mut busy: BTreeSet<AccountId> = BTreeSet::new();
        while !searches.is_empty() {
            let mut asked = Vec::new();
            let mut round: BTreeSet<AccountId> = BTreeSet::new();
            let mut waiting = Vec::new();
            for mut search in std::mem::take(&mut searches) {
                // A redirect to the bucket's own Region is a second call.
                search.candidates.retain(|account| {
                    !busy.contains(account) && self.room(rows, *account, search.home) > 1
                });
                match search.candidates.first().copied() {
                    None => settled.push(search.without_owner()),
                    Some(account) if round.insert(account) => asked.push((search, account)),
                    Some(_) => waiting.push(search),
                }
            }
            busy.extend(&round);
            let asked = asked.into_iter().map(|(search, account)| {
                let room = self.room(rows, account, search.home);
                self.list(search, account, room)
            });
            let listed: Vec<_> =
                futures::stream::iter(asked).buffer_unordered(self.at_once).collect().await;
            searches = waiting;
            for (mut search, account, spent, found) in listed {
                self.spend(rows, account, spent);
                match found {
                    Found::Answer(answer) => settled.push(search.settled(answer)),
                    Found::NotTheOwner => {
                        search.asked.push(account);
                        searches.push(search);
                    }
                }
            }
        }
        settled.sort_by(|one, other| one.bucket.cmp(&other.bucket));
        settled
    }

    /// Lists a bucket in one account, where at most `room` calls are left.
    async fn list(
        &self,
        search: Search,
        account: AccountId,
        room: u8,
    ) -> (Search, AccountId, u8, Found) {
        let target = Target { account, region: search.home };
        let question = ListObjects {
            reader: Reader { target, expected_owner: Some(account) },
            bucket: search.bucket.clone(),
            prefix: search.prefix.clone(),
            start_after: None,
            want: Want::First,
        };
        let answer = guarded(ask(self.answers, question)).await.unwrap_or_else(|panicked| {
            let gap = Gap::new(GapClass::Panic, Operation::ListObjectsV2);
            Err(gap.at(account, Some(search.home)).saying(&panicked.message))
        });
        let answered_in = match &answer {
            Ok(answer) => answer.evidence.region,
            Err(gap) => gap.region,
        };
        let mut spent = 1 + u8::from(answered_in.is_some_and(|region| region != search.home));
        let found = match answer {
            Ok(_) => Found::Answer(BucketAnswer::Listed(account)),
            Err(gap) if gap.class == GapClass::NotFound => Found::Answer(BucketAnswer::Gone),
            Err(gap) if gap.class != GapClass::Denied || search.is_configured => {
                Found::Answer(BucketAnswer::Refused(Box::new(gap)))
            }
            Err(gap) if spent < room => {
                spent += 1;
                self.ownership(&search.bucket, account, gap).await
            }
            Err(_) => Found::NotTheOwner,
        };
        (search, account, spent, found)
    }

    /// Whether an account owns a bucket that it may not list, when AWS gave no reason.
    async fn ownership(&self, bucket: &str, account: AccountId, refusal: Gap) -> Found {
        match ask(self.answers, ListBuckets { account }).await {
            Ok(answer) if answer.value.iter().any(|name| name == bucket) => {
                Found::Answer(BucketAnswer::Refused(Box::new(refusal)))
            }
            Ok(_) => Found::NotTheOwner,
            Err(gap) => Found::Answer(BucketAnswer::Refused(Box::new(gap))),
        }
    }

    /// Calls that are left for an account. One that the user left out is opened for this question;
    /// one that is not in use is not asked. Where a Region may be disabled, one call finds that out.
    fn room(&self, rows: &[AccountRow], account: AccountId, region: Region) -> u8 {
        let Some(row) = row_of(rows, account) else { return 0 };
        let of_role = u8::from(row.spent == 0 && account != self.caller);
        match &row.standing {
            Standing::NotInUse | Standing::Unreachable(_) => 0,
            Standing::LeftOut => row.room().saturating_sub(of_role + u8::from(region.is_opt_in())),
            Standing::Reached(reached) => {
                let is_enabled = reached.lists_regions && reached.is_enabled(region);
                let doubt = u8::from(region.is_opt_in() && !is_enabled);
                row.room().saturating_sub(doubt)
            }
        }
    }

    fn spend(&self, rows: &mut [AccountRow], account: AccountId, calls: u8) {
        if let Ok(index) = rows.binary_search_by_key(&account, |row| row.account.id) {
            let row = &mut rows[index];
            let is_first = row.spent == 0 && account != self.caller;
            row.spent += calls + u8::from(is_first);
        }
    }
}

impl Search {
    fn settled(self, answer: BucketAnswer) -> BucketRow {
        BucketRow { bucket: self.bucket, prefix: self.prefix, answer }
    }

    fn without_owner(mut self) -> BucketRow {
        let asked = std::mem::take(&mut self.asked);
        self.settled(BucketAnswer::OwnerUnknown(asked))
    }
}

/// Each bucket once, with the accounts that may own it, the likeliest first.
fn searches(rows: &[AccountRow], owners: Owners<'_>) -> Vec<Search> {
    let mut searches: Vec<Search> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let log_keepers = log_keepers(rows);
    for trail in trails(rows) {
        let Some(bucket) = &trail.bucket else { continue };
        if !known.insert(bucket) {
            continue;
        }
        let organization = owners.organization.filter(|_| trail.is_organization_trail);
        let root = log_root(trail.prefix.as_deref(), organization.map(|it| it.id.as_str()));
        let home = trail.home_region;
        let prefix = AccountRegion { account: trail.owner, region: home }.prefix(&root);
        let configured = owners.configured.iter().find(|entry| entry.0 == *bucket);
        let candidates = match configured {
            Some(configured) => vec![configured.1],
            None => candidates(bucket, trail, owners.log_archives, &log_keepers),
        };
        searches.push(Search {
            bucket: bucket.clone(),
            prefix,
            home,
            candidates,
            asked: Vec::new(),
            is_configured: configured.is_some(),
        });
    }
    searches
}

/// The accounts whose names say best that they keep logs.
fn log_keepers(rows: &[AccountRow]) -> Vec<AccountId> {
    let mut by_name: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((log_account_rank(&row.account.name)?, row.account.id)))
        .collect();
    by_name.sort_unstable();
    by_name.into_iter().map(|(_, account)| account).take(2).collect()
}

/// The accounts that may own a bucket: those that its name holds the id of, for an organization trail
/// the log archives, the trail's owner, and those whose names say that they keep logs.
fn candidates(
    bucket: &str,
    trail: &TrailDescription,
    archives: &[AccountId],
    log_keepers: &[AccountId],
) -> Vec<AccountId> {
    let named = (0..bucket.len()).filter_map(|begin| bucket.get(begin..begin + 12)?.parse().ok());
    let owner = [trail.owner];
    let first: [&[AccountId]; 2] =
        if trail.is_organization_trail { [archives, &owner] } else { [&owner, archives] };
    let others = first.into_iter().flatten().chain(log_keepers).copied();
    let mut unique = Vec::new();
    for account in named.chain(others) {
        if !unique.contains(&account) {
            unique.push(account);
        }
    }
    unique
}
