//! The whole path over any ports: directory, fan-out, fold, collect, judge.

mod ledger;
mod trails;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use futures::channel::{mpsc, oneshot};
use futures::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use tokio::time::Instant;
use trailseal_evaluator::ports::{CollectPorts, TrailListing};
use trailseal_evaluator::{CollectSettings, Collector, Members, TrailWork, judge};
use trailseal_fanout::{
    Access, Directory, OpenedAccount, RegionListing, Sessions, open_account, pages, run,
};
use trailseal_model::{
    Account, AccountId, Answer, Event, EventSink, Finding, Gap, GapClass, GapLedger, Gaps,
    Operation, OrganizationFacts, Partition, Sighting, Target, TrailDescription,
};

use crate::samples::SampleSpool;
use ledger::Ledger;
use trails::Collected;

/// Everything an audit asks of the world.
pub trait Ports: Directory + Sessions + RegionListing + TrailListing + CollectPorts {}

impl<P: Directory + Sessions + RegionListing + TrailListing + CollectPorts> Ports for P {}

/// What an audit is told.
#[derive(Debug, Clone)]
pub struct AuditSettings {
    /// The partition of the caller.
    pub partition: Partition,
    /// What collecting is told.
    pub collect: CollectSettings,
    /// Accounts outside the organization whose keys are trusted.
    pub trusted_key_accounts: BTreeSet<AccountId>,
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
    /// What was not read.
    pub gaps: Gaps,
}

/// Why there is no audit at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Not even the first page of accounts could be read, so there is no population.
    #[error("the accounts of the organization cannot be listed")]
    NoDirectory(Gap),
    /// The samples could not be kept.
    #[error("the samples cannot be kept: {0}")]
    Spool(#[from] io::Error),
}

/// Accounts opened at the same time.
const OPENING: usize = 64;
/// Trails collected at the same time; each keeps a few calls in flight.
const COLLECTING: usize = 32;

/// Audits an organization.
///
/// Three things run side by side: the directory is walked, targets are read as accounts arrive, and
/// trails are collected as soon as their owner's targets are read. Only judging waits for all.
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
    let (trails, ready) = mpsc::unbounded();
    let (ended, members) = oneshot::channel();
    let members = members.map(Result::unwrap_or_default).boxed().shared();
    let ledger = Ledger::new(trails);
    let collector = Collector::new(ports, &gaps, settings.collect.clone(), members);
    let collected = {
        let directory = work.walk_directory(accounts, ended, &ledger);
        let targets = work.read_targets(arriving, &ledger);
        let trails = trails::collect(&work, &collector, ready, samples);
        let ((), (), collected) = futures::try_join!(directory, targets, trails)?;
        collected
    };
    drop(collector);
    Ok(conclude(settings, gaps, ledger, collected))
}

fn conclude(
    settings: &AuditSettings,
    gaps: GapLedger,
    ledger: Ledger,
    collected: Collected,
) -> Audited {
    let ended = ledger.end();
    let mut facts = OrganizationFacts {
        organization: ended.organization,
        accounts: ended.accounts,
        population: ended.population,
        coverage: ended.coverage,
        trails: collected.trails,
        keys: collected.keys,
        key_policies: collected.key_policies,
        buckets: collected.buckets,
        trusted_key_accounts: settings.trusted_key_accounts.clone(),
        thresholds: settings.collect.thresholds,
        as_of: settings.as_of,
    };
    let mut seen_from = ended.seen_from;
    for trail in &mut facts.trails {
        trail.seen_from = seen_from.remove(&trail.description.arn).unwrap_or_default();
    }
    let findings = judge(&facts);
    Audited { facts, findings, gaps: gaps.into_gaps() }
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
    fn gap(&self, gap: Gap) -> trailseal_model::GapId {
        self.events.emit(&Event::GapRecorded { gap: &gap });
        self.gaps.record(gap)
    }

    /// Hands out accounts while pages arrive.
    async fn walk_directory(
        &self,
        accounts: mpsc::UnboundedSender<Account>,
        ended: oneshot::Sender<Arc<Members>>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        let mut pages = std::pin::pin!(pages(self.ports));
        let mut is_first = true;
        let mut failure = None;
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    self.events.emit(&Event::AccountsListed { count: page.accounts.len() });
                    for account in ledger.list(page) {
                        // The other end stops listening only when the whole audit does.
                        let _ = accounts.unbounded_send(account);
                    }
                }
                Err(gap) if is_first => return Err(AuditError::NoDirectory(gap)),
                Err(gap) => failure = Some(self.gap(gap)),
            }
            is_first = false;
        }
        self.events.emit(&Event::DirectoryEnded { is_complete: failure.is_none() });
        let _ = ended.send(ledger.end_directory(failure));
        self.queued(ledger.queue_ready());
        Ok(())
    }

    fn queued(&self, count: usize) {
        for _ in 0..count {
            self.events.emit(&Event::TrailQueued);
        }
    }

    /// Opens accounts, reads their targets and settles each of them.
    async fn read_targets(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        let partition = self.settings.partition;
        let opened = run(accounts, OPENING, |account: Account| async move {
            open_account(self.ports, &account, partition).await
        });
        let targets = opened.flat_map(|(account, res)| {
            let opened = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::AssumeRole, &panicked.message).at(account.id, None);
                OpenedAccount::with_table(account.id, Access::Failed(gap), partition)
            });
            futures::stream::iter(self.plan(&opened, ledger))
        });
        let read = |target: Target| async move {
            let begun = Instant::now();
            (begun, self.ports.describe_trails(target).await)
        };
        let mut done = std::pin::pin!(run(targets, self.settings.max_in_flight, read));
        while let Some((target, res)) = done.next().await {
            let (begun, res) = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::DescribeTrails, &panicked.message);
                (Instant::now(), Err(gap.at(target.account, Some(target.region))))
            });
            self.settle(target, begun, res, ledger);
        }
        self.queued(ledger.queue_rest());
        Ok(())
    }

    fn plan(&self, opened: &OpenedAccount, ledger: &Ledger) -> Vec<Target> {
        let gap = match &opened.access {
            Access::Failed(gap) => Some(self.gap(gap.clone())),
            Access::Open | Access::NotActive => None,
        };
        let targets: Vec<Target> = opened.targets().collect();
        let account = opened.account;
        self.events.emit(&Event::AccountOpened { account, targets: targets.len() });
        self.queued(ledger.plan(opened, gap, targets.len()));
        targets
    }

    fn settle(
        &self,
        target: Target,
        begun: Instant,
        res: Result<Answer<Vec<TrailDescription>>, Gap>,
        ledger: &Ledger,
    ) {
        let since = |at: Instant| {
            u32::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap_or(u32::MAX)
        };
        let mut row = ledger::row(target.region, &res);
        (row.started, row.finished) = (since(begun), since(Instant::now()));
        let sightings = match res {
            Ok(answer) => {
                let evidence = answer.evidence;
                let sighting =
                    |description| Sighting { target, description, evidence: evidence.clone() };
                answer.value.into_iter().map(sighting).collect()
            }
            Err(gap) => {
                row.gap = Some(self.gap(gap));
                Vec::new()
            }
        };
        self.events.emit(&Event::TargetSettled { target, outcome: row.outcome });
        self.queued(ledger.settle(target, row, sightings));
    }
}

fn panic_gap(operation: Operation, message: &str) -> Gap {
    Gap::new(GapClass::Panic, operation).saying(message)
}

/// A trail's turn to be collected.
type Ready = mpsc::UnboundedReceiver<TrailWork>;
