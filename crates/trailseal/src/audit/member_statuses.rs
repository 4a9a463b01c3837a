//! GetTrailStatus for organization trails in the members: AWS makes such a trail in a member even where
//! it cannot deliver from there, and only the member is told.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::channel::mpsc;
use trailseal_evaluator::delivery;
use trailseal_fanout::run;
use trailseal_model::{Arn, MemberStatuses, Observed, Operation, Target};

use super::ledger::Ledger;
use super::{AuditError, Ports, Work, panic_gap};

impl<P: Ports> Work<'_, P> {
    /// Asks for each trail where a member's listing shows it. A member that could not be read is not
    /// asked: its coverage says so.
    pub(super) async fn ask_members(
        &self,
        shown: mpsc::UnboundedReceiver<(Arn, Target)>,
        ledger: &Ledger,
    ) -> Result<BTreeMap<Arn, MemberStatuses>, AuditError> {
        let ask = |(trail, target): (Arn, Target)| async move {
            self.ports.trail_status(&trail, target).await
        };
        let mut all: BTreeMap<Arn, MemberStatuses> = BTreeMap::new();
        let mut done = std::pin::pin!(run(shown, self.settings.max_in_flight, ask));
        while let Some(((trail, target), res)) = done.next().await {
            let res = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::GetTrailStatus, &panicked.message);
                Err(gap.at(target.account, Some(target.region)).on(trail.as_str()))
            });
            let status = match res {
                Ok(answer) => Observed::Known(answer),
                Err(gap) => Observed::Unread(self.gap(gap)),
            };
            let thresholds = &self.settings.collect.thresholds;
            let said = delivery(&status, thresholds, self.settings.as_of);
            ledger.note_member_delivery(target, said);
            all.entry(trail).or_default().add(target, said, status);
        }
        Ok(all)
    }
}
