//! GetTrailStatus for organization trails in the members: AWS makes such a trail in a member even where
//! it cannot deliver from there, and only the member is told.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;
use futures::channel::mpsc;
use futures::stream;
use trailseal_evaluator::delivery;
use trailseal_fanout::run;
use trailseal_model::{
    AccountId, Answer, Arn, Delivery, Gap, GapClass, MemberDelivery, Observed, Operation, Target,
    TrailStatus,
};

use super::ledger::Ledger;
use super::{AuditError, Ports, Work, panic_gap};

/// How many members AWS must refuse before the others are not asked any more.
const ASKED_FIRST: usize = 5;

impl<P: Ports> Work<'_, P> {
    /// Asks for each trail where a member's listing shows it. A member that could not be read is not
    /// asked: its coverage says so.
    ///
    /// The members with the lowest account ids are asked first, whichever listing came first. Where
    /// AWS refuses to tell each of them of the trail, it would refuse the others too, and none of them
    /// is asked. So this waits until every listing is in; nothing waits for it but judging.
    pub(super) async fn ask_members(
        &self,
        shown: mpsc::UnboundedReceiver<(Arn, Target)>,
        ledger: &Ledger,
    ) -> Result<BTreeMap<Arn, MemberDelivery>, AuditError> {
        let mut all = BTreeMap::new();
        let by_trail: Vec<(Arn, Places)> = by_trail(shown).await;
        let first = by_trail.iter().flat_map(|(trail, places)| of_trail(trail, &places.first));
        self.ask(first, ledger, &mut all).await;
        let (mut asked, mut left_out) = (Vec::new(), Vec::new());
        for (trail, places) in &by_trail {
            let statuses: Option<&MemberDelivery> = all.get(trail);
            let refused = statuses.map_or(0, |it| it.count(Delivery::NotTold));
            let is_refused = refused == places.first.len() as u64;
            let queue = if is_refused { &mut left_out } else { &mut asked };
            queue.extend(of_trail(trail, &places.rest));
        }
        self.ask(asked, ledger, &mut all).await;
        for (trail, target) in left_out {
            ledger.note_member_delivery(target, Delivery::NotTold);
            all.entry(trail).or_default().leave_out();
        }
        Ok(all)
    }

    /// Asks these members, many at a time.
    async fn ask(
        &self,
        members: impl IntoIterator<Item = (Arn, Target)>,
        ledger: &Ledger,
        all: &mut BTreeMap<Arn, MemberDelivery>,
    ) {
        let ask = |(trail, target): (Arn, Target)| async move {
            self.ports.trail_status(&trail, target).await
        };
        let members = stream::iter(members);
        let mut done = std::pin::pin!(run(members, self.settings.max_in_flight, ask));
        while let Some(((trail, target), res)) = done.next().await {
            let res = res.unwrap_or_else(|panicked| {
                let gap = panic_gap(Operation::GetTrailStatus, &panicked.message);
                Err(gap.at(target.account, Some(target.region)).on(trail.as_str()))
            });
            let (said, status) = self.said(res);
            ledger.note_member_delivery(target, said);
            all.entry(trail).or_default().add(target, said, status);
        }
    }

    /// What a member's answer says of delivery, with the answer or its gap.
    fn said(
        &self,
        res: Result<Answer<TrailStatus>, Gap>,
    ) -> (Delivery, Observed<Answer<TrailStatus>>) {
        match res {
            Ok(answer) => {
                let status = Observed::Known(answer);
                (delivery(&status, &self.settings.collect.thresholds), status)
            }
            Err(gap) => {
                let is_told = gap.class != GapClass::NotTold;
                let said = if is_told { Delivery::Unread } else { Delivery::NotTold };
                (said, Observed::Unread(self.gap(gap)))
            }
        }
    }
}

/// Where members show one trail.
struct Places {
    /// Those of the members with the lowest account ids.
    first: Vec<Target>,
    /// All others.
    rest: Vec<Target>,
}

/// Everything that comes, by trail.
async fn by_trail(mut shown: mpsc::UnboundedReceiver<(Arn, Target)>) -> Vec<(Arn, Places)> {
    let mut all: BTreeMap<Arn, BTreeSet<Target>> = BTreeMap::new();
    while let Some((trail, target)) = shown.next().await {
        all.entry(trail).or_default().insert(target);
    }
    all.into_iter().map(|(trail, targets)| (trail, split(targets))).collect()
}

fn split(targets: BTreeSet<Target>) -> Places {
    let mut accounts: Vec<AccountId> = targets.iter().map(|it| it.account).collect();
    accounts.dedup();
    let next = accounts.get(ASKED_FIRST);
    let is_first = |it: &Target| next.is_none_or(|next| it.account < *next);
    let (first, rest) = targets.into_iter().partition(is_first);
    Places { first, rest }
}

fn of_trail<'a>(trail: &'a Arn, places: &'a [Target]) -> impl Iterator<Item = (Arn, Target)> + 'a {
    places.iter().map(|it| (trail.clone(), *it))
}

#[cfg(test)]
mod tests {
    use trailseal_model::Region;

    use super::*;

    #[test]
    fn every_region_of_the_five_lowest_accounts_comes_first() {
        let target = |account, region: &str| Target {
            account: AccountId::new(account).unwrap(),
            region: Region::new(region).unwrap(),
        };
        let all = |accounts: std::ops::RangeInclusive<u64>| {
            accounts.flat_map(move |it| ["us-east-1", "eu-west-1"].map(|name| target(it, name)))
        };
        let places = split(all(1..=7).collect());
        assert_eq!(
            places.first,
            all(1..=5).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert_eq!(
            places.rest,
            all(6..=7).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert_eq!(split(all(3..=7).collect()).rest, []);
        assert_eq!(split(BTreeSet::new()).first, []);
    }
}
