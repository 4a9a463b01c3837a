//! Opens accounts, reads their targets and settles each of them.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::channel::{mpsc, oneshot};
use tokio::time::Instant;
use trailseal_evaluator::{BucketSearch, EnabledRegions, OtherAccounts};
use trailseal_fanout::{Access, OpenedAccount, open_account, run};
use trailseal_model::{
    Account, AccountId, Answer, Event, Gap, GapClass, Operation, Outcome, Sighting, StoreListed,
    Target, TrailDescription,
};

use super::ledger::{self, Ledger};
use super::{AuditError, OPENING, Ports, Work, panic_gap};

/// The two listings of a target.
pub(super) struct Listings {
    pub(super) trails: Result<Answer<Vec<TrailDescription>>, Gap>,
    pub(super) stores: Result<Answer<Vec<StoreListed>>, Gap>,
}

impl Listings {
    /// A Region is not called disabled against better knowledge: the account lists it as enabled, or
    /// it answered the other listing.
    fn doubted(mut self, is_listed: bool) -> Self {
        let is_known = is_listed || self.trails.is_ok() || self.stores.is_ok();
        if is_known {
            self.trails = self.trails.map_err(refused_though_enabled);
            self.stores = self.stores.map_err(refused_though_enabled);
        }
        self
    }

    fn panicked(target: Target, message: &str) -> Self {
        let gap = |operation| panic_gap(operation, message).at(target.account, Some(target.region));
        Self {
            trails: Err(gap(Operation::DescribeTrails)),
            stores: Err(gap(Operation::ListEventDataStores)),
        }
    }
}

/// Who waits for all targets.
pub(super) struct Announcements {
    /// Those who look for the logs of all members.
    pub(super) regions: oneshot::Sender<Arc<EnabledRegions>>,
    /// Those who look for the owners of buckets.
    pub(super) to_ask: oneshot::Sender<Arc<BucketSearch>>,
    /// The same, where the names of units are needed as well.
    pub(super) others: oneshot::Sender<Arc<OtherAccounts>>,
    /// When the tree of units has been walked.
    pub(super) tree_walked: oneshot::Receiver<()>,
}

impl<P: Ports> Work<'_, P> {
    pub(super) async fn read_targets(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        to_list: mpsc::UnboundedSender<AccountId>,
        read: Announcements,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        // Two futures, so that opening goes on while no read has room: a read may wait for a
        // permit or a session whose turn an opening has, and nobody would ever wake that up.
        let (planned, targets) = mpsc::unbounded();
        let opening = self.open_accounts(accounts, to_list, planned, ledger);
        futures::join!(opening, self.read_planned(targets, ledger));
        self.read_support(ledger).await;
        // The other ends stop listening only when the whole audit has ended.
        let _ = read.regions.send(Arc::new(ledger.all_enabled_regions()));
        let _ = read.to_ask.send(Arc::new(ledger.bucket_search()));
        self.queued(ledger.queue_rest());
        // A tree that could not be read has been walked too: names of units are only hints.
        let _ = read.tree_walked.await;
        let _ = read.others.send(Arc::new(ledger.other_accounts(&self.settings.scope)));
        Ok(())
    }

    /// Opens accounts, and plans their targets.
    async fn open_accounts(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        to_list: mpsc::UnboundedSender<AccountId>,
        planned: mpsc::UnboundedSender<Target>,
        ledger: &Ledger,
    ) {
        let (partition, scope) = (self.settings.partition, &self.settings.scope);
        let open = |account: Account| async move {
            open_account(self.ports, &account, scope, partition).await
        };
        let mut done = std::pin::pin!(run(accounts, OPENING, open));
        while let Some((account, res)) = done.next().await {
            let opened = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::AssumeRole, &panicked.message).at(account.id, None);
                OpenedAccount::with_table(account.id, Access::Failed(gap), partition)
            });
            if opened.access == Access::Open {
                // The other ends stop listening only when the whole audit does.
                let _ = to_list.unbounded_send(opened.account);
            }
            for target in self.plan(&opened, ledger) {
                let _ = planned.unbounded_send(target);
            }
        }
    }

    /// Reads targets and settles each of them.
    async fn read_planned(&self, targets: mpsc::UnboundedReceiver<Target>, ledger: &Ledger) {
        let read = |target: Target| async move {
            let begun = Instant::now();
            let (trails, stores) =
                futures::join!(self.ports.describe_trails(target), self.ports.list_stores(target));
            (begun, Listings { trails, stores })
        };
        let mut done = std::pin::pin!(run(targets, self.settings.max_in_flight, read));
        while let Some((target, res)) = done.next().await {
            let (begun, listings) = res.unwrap_or_else(|panicked| {
                (Instant::now(), Listings::panicked(target, &panicked.message))
            });
            self.settle(target, begun, listings, ledger);
        }
    }

    fn plan(&self, opened: &OpenedAccount, ledger: &Ledger) -> Vec<Target> {
        let gap = match &opened.access {
            Access::Failed(gap) => Some(self.gap(gap.clone())),
            Access::Open | Access::NotActive | Access::Excluded => None,
        };
        let targets = opened.targets(&self.settings.scope);
        let account = opened.account;
        self.events.emit(&Event::AccountOpened { account, targets: targets.len() });
        self.queued(ledger.plan(opened, &self.settings.scope, gap, targets.len()));
        targets
    }

    fn settle(&self, target: Target, begun: Instant, listings: Listings, ledger: &Ledger) {
        let since = |at: Instant| {
            u32::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap_or(u32::MAX)
        };
        let listings = listings.doubted(ledger.lists_regions(target.account));
        let mut row = ledger::row(target.region, &listings);
        (row.started, row.finished) = (since(begun), since(Instant::now()));
        let Listings { trails, stores } = listings;
        let is_disabled = row.outcome == Outcome::RegionDisabled;
        let sightings = match trails {
            Ok(answer) => sightings(target, answer),
            Err(gap) => {
                row.gap = Some(self.gap(gap));
                Vec::new()
            }
        };
        let stores = match stores {
            Ok(answer) => answer.value,
            // It is the same news a second time.
            Err(_) if is_disabled => Vec::new(),
            Err(gap) => {
                let gap = self.gap(gap);
                row.gap.get_or_insert(gap);
                Vec::new()
            }
        };
        self.events.emit(&Event::TargetSettled { target, outcome: row.outcome });
        self.queued(ledger.settle(target, row, sightings, stores));
    }
}

/// What a refused token means in a Region that is enabled.
fn refused_though_enabled(gap: Gap) -> Gap {
    if gap.class != GapClass::RegionDisabled {
        return gap;
    }
    let said = gap.message.as_deref().unwrap_or_default();
    let message = format!(
        "the Region is enabled and yet refuses the credentials; tokens of the global STS endpoint are not valid in Regions that accounts opt in to, those of a regional one are (AWS said: {said})"
    );
    Gap { class: GapClass::ExpiredCredentials, ..gap }.saying(&message)
}

/// Each trail of an answer, with the answer as its evidence.
pub(super) fn sightings(target: Target, answer: Answer<Vec<TrailDescription>>) -> Vec<Sighting> {
    let Answer { value, evidence } = answer;
    let sighting = |description| Sighting { target, description, evidence: evidence.clone() };
    value.into_iter().map(sighting).collect()
}
