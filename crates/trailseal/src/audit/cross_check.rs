//! ListTrails against what the Regions showed: a trail that is listed and was never seen is a gap. A
//! trail that is not listed means nothing, for AWS does not say that the list is whole.

use futures::StreamExt as _;
use futures::channel::mpsc;
use trailseal_fanout::run;
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
        let mut done = std::pin::pin!(run(accounts, OPENING, |it| self.ports.list_trails(it)));
        while let Some((account, res)) = done.next().await {
            let res = res.unwrap_or_else(|panicked| {
                Err(panic_gap(Operation::ListTrails, &panicked.message).at(account, None))
            });
            match res {
                Ok(listed) => ledger.name_trails(account, listed),
                Err(gap) => {
                    self.gap(gap);
                }
            }
        }
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
