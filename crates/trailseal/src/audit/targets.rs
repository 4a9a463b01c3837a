//! Opens accounts, reads their targets and settles each of them.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::channel::{mpsc, oneshot};
use tokio::time::Instant;
use trailseal_evaluator::{BucketSearch, EnabledRegions, OtherAccounts};
use trailseal_fanout::{
    Access, OpenedAccount, Panicked, Reading, Sign, open_account, run, run_lowest_first,
};
use trailseal_model::{
    Account, AccountId, Answer, Event, Gap, GapClass, Operation, Outcome, Sighting, Target,
    TrailDescription,
};

use super::ledger::{Ledger, Listing, Listings};
use super::{AuditError, OPENING, Ports, Work, panic_gap};

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
    /// Reads what every target holds. The two listings of a target go their own ways: what essential
    /// controls need, the trails, never waits for the event data stores.
    pub(super) async fn read_targets(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        to_list: mpsc::UnboundedSender<AccountId>,
        read: Announcements,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        // Futures of their own, so that opening goes on while no read has room: a read may wait for a
        // permit or a session whose turn an opening has, and nothing would ever wake that up.
        let (planned, targets) = mpsc::unbounded();
        let (planned_too, targets_too) = mpsc::unbounded();
        let opening = self.open_accounts(accounts, to_list, [planned, planned_too], ledger);
        let trails = async {
            futures::join!(opening, self.read_trails(targets, ledger));
            // It is never refused: the sender is kept until then.
            let _ = ledger.no_doubt_left().await;
            self.read_support(ledger).await;
            // The other ends stop listening only when the whole audit has ended.
            let _ = read.regions.send(Arc::new(ledger.all_enabled_regions()));
            let _ = read.to_ask.send(Arc::new(ledger.bucket_search()));
            self.queued(ledger.queue_rest());
            // A tree that could not be read has been walked too: names of units are only hints.
            let _ = read.tree_walked.await;
            let _ = read.others.send(Arc::new(ledger.other_accounts(&self.settings.scope)));
        };
        futures::join!(trails, self.read_stores(targets_too, ledger));
        Ok(())
    }

    /// Opens accounts, and plans their targets.
    async fn open_accounts(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        to_list: mpsc::UnboundedSender<AccountId>,
        planned: [mpsc::UnboundedSender<Target>; 2],
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
                for listing in &planned {
                    let _ = listing.unbounded_send(target);
                }
            }
        }
    }

    /// Lists the trails of targets.
    async fn read_trails(&self, targets: mpsc::UnboundedReceiver<Target>, ledger: &Ledger) {
        let read = |target: Target| async move {
            (Instant::now(), self.ports.describe_trails(target).await)
        };
        let mut done = std::pin::pin!(run(targets, self.settings.max_in_flight, read));
        while let Some((target, res)) = done.next().await {
            let (begun, res) = res.unwrap_or_else(|panicked| {
                (
                    Instant::now(),
                    Err(panic_at(Operation::DescribeTrails, target, &panicked.message)),
                )
            });
            let (listing, answer) = Listing::new(res, self.times(begun));
            let sightings = answer.map(|answer| sightings(target, answer)).unwrap_or_default();
            let (ready, both) = ledger.hear_trails(target, listing, sightings);
            self.queued(ready);
            self.settle(target, both, ledger);
        }
    }

    /// Lists the event data stores of targets, those of the accounts with the lowest ids first.
    async fn read_stores(&self, targets: mpsc::UnboundedReceiver<Target>, ledger: &Ledger) {
        const OPERATION: Operation = Operation::ListEventDataStores;
        let read =
            |target: Target| async move { (Instant::now(), self.ports.list_stores(target).await) };
        let reading = Reading {
            account_of: |target: &Target| target.account,
            sign_of: |(_, res): &(Instant, Result<_, Gap>)| Sign::of(OPERATION, res.as_ref().err()),
            ask_once: || self.ports.ask_once(OPERATION),
        };
        let done = |target: Target, res: Result<_, Panicked>| {
            let (begun, res) = res.unwrap_or_else(|panicked| {
                (Instant::now(), Err(panic_at(OPERATION, target, &panicked.message)))
            });
            let (listing, answer) = Listing::new(res, self.times(begun));
            let listed = answer.map(|answer| answer.value).unwrap_or_default();
            self.settle(target, ledger.hear_stores(target, listing, listed), ledger);
        };
        run_lowest_first(targets, self.settings.max_in_flight, reading, read, done).await;
        ledger.end_stores();
    }

    /// When a listing began and ended, in milliseconds after the run's start.
    fn times(&self, begun: Instant) -> (u32, u32) {
        let since = |at: Instant| {
            u32::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap_or(u32::MAX)
        };
        (since(begun), since(Instant::now()))
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

    /// Settles a target once both listings are in.
    fn settle(&self, target: Target, both: Option<Listings>, ledger: &Ledger) {
        let Some(listings) = both else { return };
        let was_in_doubt = listings.are_needed_together();
        let listings = listings.doubted(refused_though_enabled);
        let mut row = listings.row(target.region);
        let is_disabled = row.outcome == Outcome::RegionDisabled;
        let Listings { trails, stores, .. } = listings;
        row.gap = trails.found.err().map(|gap| self.gap(*gap));
        // That a disabled Region refuses the other listing too is the same news a second time.
        if let Err(gap) = stores.found
            && !is_disabled
        {
            let gap = self.gap(*gap);
            row.gap.get_or_insert(gap);
        }
        self.events.emit(&Event::TargetSettled { target, outcome: row.outcome });
        self.queued(ledger.settle(target, row, was_in_doubt));
    }
}

fn panic_at(operation: Operation, target: Target, message: &str) -> Gap {
    panic_gap(operation, message).at(target.account, Some(target.region))
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
