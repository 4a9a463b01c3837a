//! The whole path over any ports: directory, fan-out, fold, collect, judge.

mod cross_check;
mod directory;
mod key_details;
mod ledger;
mod member_statuses;
mod stores;
mod support;
mod targets;
mod trails;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::channel::{mpsc, oneshot};
use jiff::Timestamp;
use tokio::time::Instant;
use trailseal_evaluator::ports::{CollectPorts, StoreListing, TrailListing, TrailNames};
use trailseal_evaluator::{
    BucketSearch, CollectSettings, Collector, EnabledRegions, Members, OtherAccounts,
    account_sealing, covered_by, judge,
};
use trailseal_fanout::{Directory, OrganizationTree, RegionListing, Retries, Sessions};
use trailseal_model::{
    Account, AccountId, AccountSealing, Arn, CoveredBy, Event, EventSink, Finding, Gap, GapClass,
    GapId, GapLedger, Gaps, MemberDelivery, MemberStatusScope, Operation, OrganizationFacts,
    Partition, Scope,
};

use crate::samples::SampleSpool;
use ledger::Ledger;
use stores::CollectedStores;
use targets::Announcements;
use trails::Collected;

/// Everything an audit asks of the world.
pub trait Ports:
    Directory
    + OrganizationTree
    + Sessions
    + RegionListing
    + TrailListing
    + TrailNames
    + StoreListing
    + CollectPorts
    + Retries
{
}

impl<P> Ports for P where
    P: Directory
        + OrganizationTree
        + Sessions
        + RegionListing
        + TrailListing
        + TrailNames
        + StoreListing
        + CollectPorts
        + Retries
{
}

/// What an audit is told.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// The account that runs the audit.
    pub caller: AccountId,
    /// The partition of the caller.
    pub partition: Partition,
    /// What the user limited the run to.
    pub scope: Scope,
    /// The accounts to take where Organizations gives none, by the user's word.
    pub declared_accounts: Vec<Account>,
    /// The tags of accounts that are asked for, by key; none is asked for without one.
    pub account_tags: BTreeSet<String>,
    /// In which members the status of organization trails is asked for.
    pub member_status: MemberStatusScope,
    /// What collecting is told.
    pub collect: CollectSettings,
    /// Accounts outside the organization whose keys are trusted.
    pub trusted_key_accounts: BTreeSet<AccountId>,
    /// Accounts outside the organization that may decrypt logs.
    pub trusted_readers: BTreeSet<AccountId>,
    /// Targets read at the same time.
    pub max_in_flight: usize,
    /// "Now" for everything that is judged.
    pub as_of: Timestamp,
}

/// What an audit came to; the samples are in the spool.
#[derive(Debug)]
pub struct Audited {
    /// What was read.
    pub facts: OrganizationFacts,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// What that comes to for each account.
    pub accounts: Vec<AccountSealing>,
    /// Which trails cover each target.
    pub covered_by: CoveredBy,
    /// What was not read.
    pub gaps: Gaps,
}

/// Why there is no audit at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Not even the first page of accounts could be read, so there is no population.
    #[error("the accounts of the organization cannot be listed")]
    NoDirectory(Gap),
    /// The scope names accounts that the whole organization does not have.
    #[error("accounts that the organization does not have: {0:?}")]
    UnknownAccounts(Vec<AccountId>),
    /// The settings name log-archive accounts that the organization does not have.
    #[error("log-archive accounts that the organization does not have: {0:?}")]
    UnknownLogArchives(Vec<AccountId>),
    /// The scope names roots or units under which no account stands.
    #[error("units that the organization does not have: {0:?}")]
    UnknownUnits(Vec<String>),
    /// Nothing is left to audit.
    #[error("no account is left to audit")]
    EmptyScope,
    /// The samples could not be kept.
    #[error("the samples cannot be kept: {0}")]
    Spool(#[from] io::Error),
}

/// Accounts opened at the same time.
const OPENING: usize = 64;
/// Trails collected at the same time. Each keeps a few calls in flight and mostly waits for one, so
/// it takes many of them to use the places that requests have.
const COLLECTING: usize = 96;

/// Audits an organization.
///
/// Several things run side by side: the directory is walked, targets are read as accounts arrive,
/// members are asked about organization trails, and trails and event data stores are collected as
/// soon as they are ready. Only judging waits for
/// all.
///
/// # Errors
/// When there is no population, or the samples cannot be kept. Everything else becomes a gap.
pub async fn audit<P: Ports>(
    ports: &P,
    settings: &AuditSettings,
    events: &dyn EventSink,
    samples: &mut SampleSpool,
) -> Result<Audited, AuditError> {
    let gaps = GapLedger::default();
    let work = Work { ports, settings, events, gaps: &gaps, start: Instant::now() };
    let (accounts, arriving) = mpsc::unbounded();
    let (opened, to_list) = mpsc::unbounded();
    let (listed, to_tag) = mpsc::unbounded();
    let (trails, ready) = mpsc::unbounded();
    let (stores, stores_ready) = mpsc::unbounded();
    let (shown, shown_by) = mpsc::unbounded();
    let (ended, members) = oneshot::channel::<Arc<Members>>();
    let members = members.map(Result::unwrap_or_default).boxed().shared();
    let (read_regions, regions) = oneshot::channel::<Arc<EnabledRegions>>();
    let regions = regions.map(Result::unwrap_or_default).boxed().shared();
    let (to_ask, asked) = oneshot::channel::<Arc<BucketSearch>>();
    let asked = asked.map(Result::unwrap_or_default).boxed().shared();
    let (others, asked_last) = oneshot::channel::<Arc<OtherAccounts>>();
    let asked_last = asked_last.map(Result::unwrap_or_default).boxed().shared();
    let (walked, tree_walked) = oneshot::channel();
    let read = Announcements { regions: read_regions, to_ask, others, tree_walked };
    let ledger = Ledger::new(settings, trails, stores, shown);
    let collector = Collector::new(ports, &gaps, settings.collect.clone(), members, regions)
        .asking(asked, asked_last);
    let (collected, stores, members) = {
        let directory = work.walk_directory(accounts, listed, ended, walked, &ledger);
        let tags = work.read_tags(to_tag, &ledger);
        let targets = work.read_targets(arriving, opened, read, &ledger);
        let names = work.list_trails(to_list, &ledger);
        let told = work.ask_members(shown_by, &ledger);
        let trails = trails::collect(&work, &collector, ready, samples);
        let stores = stores::collect(&work, &collector, stores_ready);
        let ((), (), (), (), told, collected, stores) =
            futures::try_join!(directory, tags, targets, names, told, trails, stores)?;
        (collected, stores, told)
    };
    drop(collector);
    work.miss_unseen_trails(&ledger);
    conclude(settings, gaps, ledger, Read { collected, stores, members }, samples)
}

/// What was read of trails and event data stores.
struct Read {
    collected: Collected,
    stores: CollectedStores,
    members: BTreeMap<Arn, MemberDelivery>,
}

fn conclude(
    settings: &AuditSettings,
    gaps: GapLedger,
    ledger: Ledger,
    read: Read,
    samples: &mut SampleSpool,
) -> Result<Audited, AuditError> {
    let Read { collected, stores, members } = read;
    let ended = ledger.end();
    let (mut keys, mut coverage) = (collected.keys, ended.coverage);
    for (named, key) in stores.keys {
        trails::keep_better(&mut keys, named, key);
    }
    let parts = trails::Parts {
        keys: &keys,
        accounts: &ended.accounts,
        thresholds: settings.collect.thresholds,
        sightings: ended.sightings,
        members,
    };
    let trails = trails::assemble(collected.trails, parts, &mut coverage, samples)?;
    let facts = OrganizationFacts {
        organization: ended.organization,
        accounts: ended.accounts,
        unit_names: ended.unit_names,
        account_tags: ended.account_tags,
        population_source: ended.source,
        population: ended.population,
        scope: settings.scope.clone(),
        coverage,
        trails,
        keys,
        key_policies: collected.key_policies,
        key_grants: collected.key_grants,
        key_rotations: collected.key_rotations,
        stores: stores.stores,
        buckets: collected.buckets,
        trusted_key_accounts: settings.trusted_key_accounts.clone(),
        trusted_readers: settings.trusted_readers.clone(),
        gap_kinds: gaps.kinds(),
        thresholds: settings.collect.thresholds,
        as_of: settings.as_of,
    };
    let findings = judge(&facts);
    let accounts = account_sealing(&facts, &findings);
    let covered_by = covered_by(&facts);
    Ok(Audited { facts, findings, accounts, covered_by, gaps: gaps.into_gaps() })
}

/// What every part of the work needs.
struct Work<'a, P> {
    ports: &'a P,
    settings: &'a AuditSettings,
    events: &'a dyn EventSink,
    gaps: &'a GapLedger,
    start: Instant,
}

impl<P: Ports> Work<'_, P> {
    fn gap(&self, gap: Gap) -> GapId {
        self.events.emit(&Event::GapRecorded { gap: &gap });
        self.gaps.record(gap)
    }

    fn queued(&self, count: usize) {
        for _ in 0..count {
            self.events.emit(&Event::TrailQueued);
        }
    }
}

fn panic_gap(operation: Operation, message: &str) -> Gap {
    Gap::new(GapClass::Panic, operation).saying(message)
}
