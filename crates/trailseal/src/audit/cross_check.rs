//! ListTrails against what the Regions showed: a trail that is listed and was never seen is a gap. A
//! trail that is not listed means nothing, for AWS does not say that the list is whole.

use futures::channel::mpsc;
use trailseal_fanout::{Panicked, Reading, Sign, run_lowest_first};
use trailseal_model::{AccountId, Gap, GapClass, Operation, Target};

use super::ledger::Ledger;
use super::{AuditError, OPENING, Ports, Work, panic_gap};

impl<P: Ports> Work<'_, P> {
    /// Asks every opened account for the names of its trails.
    pub(super) async fn list_trails(
        &self,
        accounts: mpsc::UnboundedReceiver<AccountId>,
        ledger: &Ledger,
    ) -> Result<(), AuditError> {
        const OPERATION: Operation = Operation::ListTrails;
        let reading = Reading {
            account_of: |account: &AccountId| *account,
            sign_of: |res: &Result<_, Gap>| Sign::of(OPERATION, res.as_ref().err()),
            ask_once: || self.ports.ask_once(OPERATION),
        };
        let done = |account, res: Result<_, Panicked>| {
            let res = res.unwrap_or_else(|panicked| {
                Err(panic_gap(OPERATION, &panicked.message).at(account, None))
            });
            match res {
                Ok(listed) => ledger.name_trails(account, listed),
                Err(gap) => {
                    self.gap(gap);
                }
            }
        };
        let list = |account| self.ports.list_trails(account);
        run_lowest_first(accounts, OPENING, reading, list, done).await;
        Ok(())
    }

    /// Once all targets are read: what is listed and was not seen makes its home Region partial.
    pub(super) fn miss_unseen_trails(&self, ledger: &Ledger) {
        for (account, listed) in ledger.unseen_trails() {
            let home = Target { account, region: listed.home_region };
            let gap = Gap::new(GapClass::NotShown, Operation::ListTrails)
                .at(account, Some(home.region))
                .on(listed.arn.as_str())
                .saying("ListTrails names this trail, and no Region that was read shows it");
            let gap = self.gap(gap);
            ledger.miss_trail(home, gap);
        }
    }
}
