//! Reads what was left out of the run, where something in it hangs on that: the homes of trails that
//! reach accounts in scope. Nothing else there is judged, and the targets stay `excluded`.

use futures::StreamExt as _;
use trailseal_fanout::run;
use trailseal_model::{Operation, Target};

use super::ledger::Ledger;
use super::targets::sightings;
use super::{OPENING, Ports, Work, panic_gap};

impl<P: Ports> Work<'_, P> {
    /// Reads the home Regions of trails that were seen from elsewhere, whose owners are not read.
    pub(super) async fn read_support(&self, ledger: &Ledger) {
        let homes = futures::stream::iter(ledger.homes_out_of_scope());
        let read = |home: Target| async move {
            let trails = self.ports.describe_trails(home).await;
            // Where they cannot be listed, every Region is asked; one that is disabled says so.
            let regions = self.ports.list_regions(home.account).await.unwrap_or_default();
            (trails, regions)
        };
        let mut done = std::pin::pin!(run(homes, OPENING, read));
        while let Some((home, res)) = done.next().await {
            let (trails, regions) = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::DescribeTrails, &panicked.message);
                (Err(gap.at(home.account, Some(home.region))), Vec::new())
            });
            let found = match trails {
                Ok(answer) => sightings(home, answer),
                Err(gap) => {
                    self.gap(gap);
                    Vec::new()
                }
            };
            ledger.support(home.account, found, &regions);
        }
    }
}
