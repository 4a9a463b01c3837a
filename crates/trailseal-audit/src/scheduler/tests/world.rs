//! A small organization that answers each work from a table, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use trailseal_evaluator::{
    BucketsOwned, CollectSettings, CollectedStore, ExaminedObject, ExpectedKey, ObjectClass,
    OwnerAnswers, ReadObjects, TrailRead, key_arn,
};
use trailseal_fanout::{Access, OpenedAccount, Tree};
use trailseal_model::{
    Account, AccountId, AccountState, AccountsListed, Answer, Arn, BucketPresence, Evidence, Gap,
    GapClass, GapLedger, ManagementEvents, MemberStatusScope, NoEvents, Observed, Operation,
    Organization, Partition, Region, RegionStatus, SampledCluster, Scope, StoreFacts, Target,
    Thresholds, TrailDescription, TrailListed, TrailStatus, Window,
};

use crate::event::{Event, Work};
use crate::run::SampleSink;
use crate::scheduler::Scheduler;
use crate::settings::{AuditError, AuditSettings, Audited};

pub(super) fn account(number: u64) -> AccountId {
    AccountId::new(number).expect("twelve digits")
}

pub(super) fn region(name: &str) -> Region {
    Region::new(name).expect("a Region's name")
}

fn now() -> Timestamp {
    "2026-11-20T00:00:00Z".parse().expect("a time")
}

pub(super) fn settings() -> AuditSettings {
    AuditSettings {
        caller: account(1),
        partition: Partition::Aws,
        scope: Scope::default(),
        declared_accounts: Vec::new(),
        account_tags: BTreeSet::new(),
        member_status: MemberStatusScope::Home,
        collect: CollectSettings {
            window: Window { start: now() - jiff::SignedDuration::from_hours(168), end: now() },
            thresholds: Thresholds::DEFAULT,
            seed: 1,
            log_archive_accounts: Vec::new(),
            bucket_owners: Vec::new(),
        },
        trusted_key_accounts: BTreeSet::new(),
        trusted_readers: BTreeSet::new(),
        max_in_flight: 8,
        as_of: now(),
    }
}

/// A trail of this account in us-east-1, which delivers to this bucket.
pub(super) fn trail(owner: u64, name: &str, bucket: Option<&str>) -> TrailDescription {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{}:trail/{name}", account(owner));
    TrailDescription {
        arn: Arn::new(&arn).expect("an ARN"),
        name: name.to_owned(),
        home_region: region("us-east-1"),
        owner: account(owner),
        bucket: bucket.map(str::to_owned),
        prefix: None,
        kms_key_id: Some(format!("arn:aws:kms:us-east-1:{}:key/1", account(owner))),
        is_multi_region: false,
        is_organization_trail: false,
        includes_global_service_events: true,
        log_file_validation: false,
        has_custom_event_selectors: false,
        has_insight_selectors: false,
        sns_topic_arn: None,
        log_group_arn: None,
    }
}

/// The same as the trail of an organization.
pub(super) fn of_organization(trail: TrailDescription) -> TrailDescription {
    TrailDescription { is_organization_trail: true, is_multi_region: true, ..trail }
}

/// What each account holds, and how questions fail.
pub(super) struct World {
    pub(super) accounts: u64,
    pub(super) regions: Vec<Region>,
    pub(super) trails: Vec<TrailDescription>,
    /// Buckets by their owners.
    pub(super) buckets: BTreeMap<String, u64>,
    /// Why a question is refused; its label is given.
    pub(super) refuses: fn(&str) -> Option<GapClass>,
    pub(super) names_trails: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            accounts: 3,
            regions: vec![region("us-east-1"), region("eu-west-1")],
            trails: Vec::new(),
            buckets: BTreeMap::new(),
            refuses: |_| None,
            names_trails: true,
        }
    }
}

/// What is done, in a few words: `DescribeTrails 2 us-east-1`.
pub(super) fn label(work: &Work) -> String {
    let at = |target: &Target| format!("{} {}", target.account.number(), target.region);
    match work {
        Work::ListAccounts => "ListAccounts".to_owned(),
        Work::DescribeOrganization => "DescribeOrganization".to_owned(),
        Work::WalkTree { .. } => "WalkTree".to_owned(),
        Work::ReadTags { account } => format!("ReadTags {}", account.number()),
        Work::OpenAccount { account } => format!("OpenAccount {}", account.id.number()),
        Work::ListTrails { account } => format!("ListTrails {}", account.number()),
        Work::DescribeTrails { target } => format!("DescribeTrails {}", at(target)),
        Work::ListStores { target } => format!("ListStores {}", at(target)),
        Work::ReadSupport { home } => format!("ReadSupport {}", at(home)),
        Work::AskMember { trail, target } => format!("AskMember {} {}", name(trail), at(target)),
        Work::ReadStore { store, .. } => format!("ReadStore {}", store.listed.name),
        Work::ReadTrail { trail, .. } => format!("ReadTrail {}", trail.trail.description.name),
        Work::ReadGrants { key, .. } => format!("ReadGrants {}", name(&key.trail)),
        Work::ReadRotation { key, .. } => format!("ReadRotation {}", name(&key.trail)),
        Work::FindBucketOwner { bucket, accounts, .. } => {
            let accounts = accounts.iter().map(|account| account.number().to_string());
            format!("FindBucketOwner {bucket} {}", accounts.collect::<Vec<_>>().join(" "))
        }
        Work::HeadBucket { bucket, account, .. } => {
            format!("HeadBucket {bucket} {}", account.number())
        }
        Work::ListBuckets { account, .. } => format!("ListBuckets {}", account.number()),
        Work::ExamineObjects { trail, .. } => {
            format!("ExamineObjects {}", trail.trail.description.name)
        }
        Work::AskOnce { operation } => format!("AskOnce {operation}"),
    }
}

fn name(arn: &Arn) -> String {
    arn.resource().trim_start_matches("trail/").to_owned()
}

fn evidence(operation: Operation) -> Evidence {
    Evidence {
        operation,
        account: Some(account(1)),
        region: Some(region("us-east-1")),
        at: now(),
        request_id: None,
        attempts: 1,
        throttles: 0,
    }
}

fn answered<T>(operation: Operation, value: T) -> Answer<T> {
    Answer { value, evidence: evidence(operation) }
}

fn idle() -> TrailStatus {
    TrailStatus {
        is_logging: true,
        latest_delivery: None,
        latest_delivery_error: None,
        latest_attempt: None,
        latest_success: None,
    }
}

impl World {
    fn refused(&self, work: &Work, operation: Operation) -> Option<Gap> {
        let class = (self.refuses)(&label(work))?;
        let gap = Gap::new(class, operation);
        Some(match work {
            Work::DescribeTrails { target } | Work::ListStores { target } => {
                gap.at(target.account, Some(target.region))
            }
            Work::ListBuckets { account, .. } | Work::ListTrails { account } => {
                gap.at(*account, None)
            }
            _ => gap.on(&label(work)),
        })
    }

    fn res<T>(&self, work: &Work, operation: Operation, value: T) -> Result<T, Gap> {
        self.refused(work, operation).map_or(Ok(value), Err)
    }

    fn owned(&self, work: &Work, owner: AccountId) -> BucketsOwned {
        let names = self.buckets.iter().filter(|bucket| account(*bucket.1) == owner);
        let names: Vec<String> = names.map(|bucket| bucket.0.clone()).collect();
        let res = self.res(work, Operation::ListBuckets, names);
        BucketsOwned::keep(res.map(|names| answered(Operation::ListBuckets, names)), None)
    }

    /// An organization trail shows in every account, any other in its own.
    fn shown(&self, target: Target) -> Vec<TrailDescription> {
        let shows = |trail: &&TrailDescription| {
            (trail.is_organization_trail || trail.owner == target.account)
                && (trail.is_multi_region || trail.home_region == target.region)
        };
        self.trails.iter().filter(shows).cloned().collect()
    }

    fn statuses(&self) -> Vec<RegionStatus> {
        let status = |region: &Region| RegionStatus { region: *region, is_enabled: true };
        self.regions.iter().map(status).collect()
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of work")]
    pub(super) fn answer(&self, work: &Work) -> Event {
        match work {
            Work::ListAccounts => {
                let listed = AccountsListed {
                    accounts: (1..=self.accounts).map(member).collect(),
                    organization: Some(Organization {
                        id: "o-1".to_owned(),
                        management_account: account(1),
                    }),
                    ended_by: None,
                };
                Event::AccountsListed(self.res(work, Operation::ListAccounts, listed))
            }
            Work::DescribeOrganization => Event::OrganizationDescribed(Err(Gap::new(
                GapClass::Denied,
                Operation::DescribeOrganization,
            ))),
            Work::WalkTree { .. } => Event::TreeWalked(Tree::default()),
            Work::ReadTags { account } => {
                Event::TagsRead { account: *account, tags: Ok(BTreeMap::new()) }
            }
            Work::OpenAccount { account } => {
                let access =
                    self.refused(work, Operation::AssumeRole).map_or(Access::Open, Access::Failed);
                Event::AccountOpened(OpenedAccount {
                    account: account.id,
                    access,
                    regions: self.statuses(),
                    lists_regions: true,
                })
            }
            Work::ListTrails { account } => {
                let own = self.trails.iter().filter(|trail| trail.owner == *account);
                let listed = own.filter(|_| self.names_trails).map(|trail| TrailListed {
                    arn: trail.arn.clone(),
                    home_region: trail.home_region,
                });
                let trails = self.res(work, Operation::ListTrails, listed.collect());
                Event::TrailsListed { account: *account, trails }
            }
            Work::DescribeTrails { target } => {
                let mut shown = answered(Operation::DescribeTrails, self.shown(*target));
                shown.evidence.request_id = Some(label(work).into());
                let mut trails = self.res(work, Operation::DescribeTrails, shown);
                if let Err(gap) = &mut trails {
                    gap.request_id = Some(format!("refused {}", label(work)).into());
                }
                Event::TrailsDescribed { target: *target, trails, times: (0, 1) }
            }
            Work::ListStores { target } => {
                let none = answered(Operation::ListEventDataStores, Vec::new());
                let stores = self.res(work, Operation::ListEventDataStores, none);
                Event::StoresListed { target: *target, stores, times: (0, 1) }
            }
            Work::ReadSupport { home } => {
                let shown = answered(Operation::DescribeTrails, self.shown(*home));
                let trails = self.res(work, Operation::DescribeTrails, shown);
                Event::SupportRead { home: *home, trails, regions: self.statuses() }
            }
            Work::AskMember { trail, target } => {
                let status = answered(Operation::GetTrailStatus, idle());
                let status = self.res(work, Operation::GetTrailStatus, status);
                Event::MemberAnswered { trail: trail.clone(), target: *target, status }
            }
            Work::AskOnce { .. } => unreachable!("it is no question"),
            _ => self.collected(work),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of work")]
    fn collected(&self, work: &Work) -> Event {
        let gaps = GapLedger::default();
        match work {
            Work::ReadStore { store, .. } => {
                let gap = gaps.record(Gap::new(GapClass::Denied, Operation::GetEventDataStore));
                let facts = StoreFacts {
                    arn: store.listed.arn.clone(),
                    name: store.listed.name.clone(),
                    account: store.target.account,
                    region: store.target.region,
                    description: Observed::Unread(gap),
                    key: None,
                };
                let read = Box::new(CollectedStore { facts, key: None });
                Event::StoreRead { target: store.target, store: read }
            }
            Work::ReadTrail { trail, .. } => {
                let description = &trail.trail.description;
                let answer = answered(Operation::GetTrailStatus, idle());
                let selectors = answered(
                    Operation::GetEventSelectors,
                    ManagementEvents::NotUnderstood("none".to_owned()),
                );
                let read = TrailRead {
                    status: vec![(description.home_region, Observed::Known(answer))],
                    management_events: Some(Observed::Known(selectors)),
                    key_named: key_arn(description),
                    key: None,
                    key_policy: None,
                    expected_key: ExpectedKey {
                        arn: key_arn(description),
                        ..ExpectedKey::default()
                    },
                };
                Event::TrailRead { trail: Arc::clone(trail), read: Box::new(read) }
            }
            Work::FindBucketOwner { bucket, trail_owner, accounts, .. } => {
                let mut answers = OwnerAnswers::default();
                for account in accounts {
                    let owned = self.owned(work, *account);
                    if let Some(evidence) = owned.lists(bucket) {
                        answers.owner = Some((*account, evidence.clone()));
                        break;
                    }
                    answers.others.push((*account, owned));
                }
                let (bucket, trail_owner) = (Arc::clone(bucket), *trail_owner);
                Event::OwnersAnswered { bucket, trail_owner, answers }
            }
            Work::HeadBucket { bucket, trail_owner, .. } => {
                let presence = if self.buckets.contains_key(&**bucket) {
                    BucketPresence::Exists(None)
                } else {
                    BucketPresence::Gone
                };
                let answer = answered(Operation::HeadBucket, presence);
                let presence = self.res(work, Operation::HeadBucket, answer).map_err(Arc::new);
                let (bucket, trail_owner) = (Arc::clone(bucket), *trail_owner);
                Event::BucketHeaded { bucket, trail_owner, presence }
            }
            Work::ListBuckets { account, .. } => {
                Event::BucketsListed { account: *account, owned: self.owned(work, *account) }
            }
            Work::ExamineObjects { trail, read, .. } => {
                let (expected, window) = (read.expected_key.clone(), settings().collect.window);
                let objects = Box::new(ReadObjects::nothing(expected, window, Vec::new()));
                let (trail, read) = (Arc::clone(trail), Arc::clone(read));
                Event::ObjectsExamined { trail, read, objects }
            }
            Work::ReadGrants { key, .. } => Event::GrantsRead { key: key.clone(), grants: None },
            Work::ReadRotation { key, .. } => {
                Event::RotationRead { key: key.clone(), rotation: None }
            }
            _ => unreachable!("{}", label(work)),
        }
    }
}

fn member(number: u64) -> Account {
    Account {
        id: account(number),
        name: format!("account {number}"),
        state: AccountState::Active,
        ou_path: Some("o-1/r-1/".to_owned()),
    }
}

/// A whole run: everything that was done, in that order, and what it resulted in. `pick` chooses
/// which of the works under way ends next, by their number.
pub(super) fn run(
    world: &World,
    settings: &AuditSettings,
    mut pick: impl FnMut(usize) -> usize,
) -> Result<(Vec<String>, Audited), AuditError> {
    let gaps = GapLedger::default();
    let (mut scheduler, mut under_way) = Scheduler::begin(settings, &gaps, &NoEvents);
    let mut done: Vec<String> = under_way.iter().map(label).collect();
    while !under_way.is_empty() {
        let next = under_way.remove(pick(under_way.len()));
        let begun = scheduler.on(world.answer(&next))?;
        done.extend(begun.iter().map(label));
        under_way.extend(begun.into_iter().filter(|work| !matches!(work, Work::AskOnce { .. })));
    }
    let audited = scheduler.end().judged(gaps, &mut NoObjects)?;
    Ok((done, audited))
}

/// A sink for runs in which no object is examined.
struct NoObjects;

impl SampleSink for NoObjects {
    fn keep(
        &mut self,
        _: &Arn,
        _: &str,
        _: &[SampledCluster],
        _: &[ExaminedObject],
    ) -> io::Result<()> {
        Ok(())
    }

    fn objects(&mut self, _: &Arn) -> io::Result<Vec<ExaminedObject>> {
        Ok(Vec::new())
    }

    fn judge(&mut self, _: &Arn, _: Vec<ObjectClass>) {}
}
