//! GetTrailStatus for organization trails in the members: AWS makes such a trail in a member even where
//! it cannot deliver from there, and only the member learns of it.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_evaluator::delivery;
use trailseal_model::{
    AccountId, Answer, Arn, Delivery, Gap, GapClass, MemberDelivery, Observed, Reading, Sighting,
    Target, TrailStatus,
};

use super::Scheduler;

/// How many members AWS must refuse before the others are not asked any more.
const ASKED_FIRST: usize = 5;

/// Which members are asked about which trails.
#[derive(Debug, Default)]
pub(super) struct MemberQuestions {
    /// Where members show organization trails.
    shown: BTreeMap<Arn, BTreeSet<Target>>,
    /// The members that are asked first have been handed out.
    has_begun: bool,
    /// What those that are asked first decide.
    undecided: Vec<(Arn, Members)>,
}

/// Where members show one trail.
#[derive(Debug)]
struct Members {
    /// Those with the lowest account ids.
    first: Vec<Target>,
    /// All others.
    rest: Vec<Target>,
}

impl Scheduler<'_> {
    /// Notes a member's listing that shows an organization trail, where its status is asked for.
    pub(super) fn note_member(&mut self, sighting: &Sighting) {
        let Sighting { target, description, .. } = sighting;
        let is_of_member = description.is_organization_trail && target.account != description.owner;
        let is_at_home = target.region == description.home_region;
        let is_asked = self.settings.member_status.is_asked(is_at_home);
        if is_of_member && is_asked && self.asks(Reading::MemberStatus) {
            let shown = self.member_questions.shown.entry(description.arn.clone()).or_default();
            shown.insert(*target);
        }
    }

    /// Once every listing is in: the members with the lowest account ids are asked first, whichever
    /// listing came first. Where AWS refuses to tell each of them of the trail, it would refuse the
    /// others too, and none of them is asked. A member that could not be read is not asked: its
    /// coverage shows that.
    pub(super) fn ask_first_members(&mut self) {
        let shown = std::mem::take(&mut self.member_questions.shown);
        let undecided: Vec<(Arn, Members)> =
            shown.into_iter().map(|(trail, targets)| (trail, split(targets))).collect();
        for (trail, members) in &undecided {
            for target in &members.first {
                self.lanes.ask_members.push((trail.clone(), *target));
            }
        }
        self.member_questions.undecided = undecided;
        self.member_questions.has_begun = true;
    }

    /// Asks the other members once all of the first have answered.
    pub(super) fn go_on_with_members(&mut self) {
        if !self.member_questions.has_begun || !self.lanes.ask_members.is_idle() {
            return;
        }
        for (trail, members) in std::mem::take(&mut self.member_questions.undecided) {
            let answers = self.member_delivery.get(&trail);
            let refused = answers.map_or(0, |answers| answers.count(Delivery::NotTold));
            let is_refused = refused == members.first.len() as u64;
            for target in members.rest {
                if is_refused {
                    self.coverage.note_member_delivery(target, Delivery::NotTold);
                    self.member_delivery.entry(trail.clone()).or_default().leave_out();
                } else {
                    self.lanes.ask_members.push((trail.clone(), target));
                }
            }
        }
    }

    /// Of good answers only the number is kept.
    pub(super) fn member_answered(
        &mut self,
        trail: Arn,
        target: Target,
        status: Result<Answer<TrailStatus>, Gap>,
    ) {
        self.lanes.ask_members.end_one();
        let (said, status) = match status {
            Ok(answer) => {
                let status = Observed::Known(answer);
                (delivery(&status, &self.settings.collect.thresholds), status)
            }
            Err(gap) => {
                let is_told = gap.class != GapClass::NotTold;
                let said = if is_told { Delivery::Unread } else { Delivery::NotTold };
                (said, Observed::Unread(self.gap(gap)))
            }
        };
        self.coverage.note_member_delivery(target, said);
        let answers: &mut MemberDelivery = self.member_delivery.entry(trail).or_default();
        answers.add(target, said, status);
    }
}

fn split(targets: BTreeSet<Target>) -> Members {
    let mut accounts: Vec<AccountId> = targets.iter().map(|target| target.account).collect();
    accounts.dedup();
    let next = accounts.get(ASKED_FIRST);
    let is_first = |target: &Target| next.is_none_or(|next| target.account < *next);
    let (first, rest) = targets.into_iter().partition(is_first);
    Members { first, rest }
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
            let regions = ["us-east-1", "eu-west-1"];
            let targets = accounts.flat_map(|account| regions.map(|name| target(account, name)));
            targets.collect::<BTreeSet<_>>()
        };
        let members = split(all(1..=7));
        assert!(members.first.iter().eq(&all(1..=5)));
        assert!(members.rest.iter().eq(&all(6..=7)));
        assert_eq!(split(all(3..=7)).rest, []);
        assert_eq!(split(BTreeSet::new()).first, []);
    }
}
