//! Opens accounts, reads their targets and settles each of them.

use futures::StreamExt as _;
use futures::channel::mpsc;
use tokio::time::Instant;
use trailseal_fanout::{Access, OpenedAccount, open_account, run};
use trailseal_model::{
    Account, AccountId, Answer, Event, Gap, GapClass, Operation, Sighting, StoreListed, Target,
    TrailDescription,
};

use super::ledger::{self, Ledger};
use super::{AuditError, OPENING, Ports, Work, panic_gap};

/// The two listings of a target.
pub(super) struct Listings {
    pub(super) trails: Result<Answer<Vec<TrailDescription>>, Gap>,
    pub(super) stores: Result<Answer<Vec<StoreListed>>, Gap>,
}

impl Listings {
    fn panicked(target: Target, message: &str) -> Self {
        let gap = |operation| panic_gap(operation, message).at(target.account, Some(target.region));
        Self {
            trails: Err(gap(Operation::DescribeTrails)),
            stores: Err(gap(Operation::ListEventDataStores)),
        }
    }
}

impl<P: Ports> Work<'_, P> {
    pub(super) async fn read_targets(
        &self,
        accounts: mpsc::UnboundedReceiver<Account>,
        to_list: mpsc::UnboundedSender<AccountId>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        let (partition, scope) = (self.settings.partition, &self.settings.scope);
        let opened = run(accounts, OPENING, |account: Account| async move {
            open_account(self.ports, &account, scope, partition).await
        });
        let targets = opened.flat_map(|(account, res)| {
            let opened = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::AssumeRole, &panicked.message).at(account.id, None);
                OpenedAccount::with_table(account.id, Access::Failed(gap), partition)
            });
            if opened.access == Access::Open {
                // The other end stops listening only when the whole audit does.
                let _ = to_list.unbounded_send(opened.account);
            }
            futures::stream::iter(self.plan(&opened, ledger))
        });
        let read = |target: Target| async move {
            let begun = Instant::now();
            let (trails, stores) =
                futures::join!(self.ports.describe_trails(target), self.ports.list_stores(target));
            (begun, Listings { trails, stores })
        };
        {
            let mut done = std::pin::pin!(run(targets, self.settings.max_in_flight, read));
            while let Some((target, res)) = done.next().await {
                let (begun, listings) = res.unwrap_or_else(|panicked| {
                    (Instant::now(), Listings::panicked(target, &panicked.message))
                });
                self.settle(target, begun, listings, ledger);
            }
        }
        drop(to_list);
        self.read_support(ledger).await;
        self.queued(ledger.queue_rest());
        Ok(())
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
        let mut row = ledger::row(target.region, &listings);
        (row.started, row.finished) = (since(begun), since(Instant::now()));
        let Listings { trails, stores } = listings;
        let is_disabled = trails.as_ref().is_err_and(|it| it.class == GapClass::RegionDisabled);
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

/// Each trail of an answer, with the answer as its evidence.
pub(super) fn sightings(target: Target, answer: Answer<Vec<TrailDescription>>) -> Vec<Sighting> {
    let Answer { value, evidence } = answer;
    let sighting = |description| Sighting { target, description, evidence: evidence.clone() };
    value.into_iter().map(sighting).collect()
}
