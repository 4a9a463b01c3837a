//! Sightings become trails: one per ARN, however many targets show it.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{
    AccountId, Arn, DescribedFrom, Evidence, RegionSet, Sighting, Target, TrailDescription,
};

/// A trail whose facts can be collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedTrail {
    /// The description that counts.
    pub description: TrailDescription,
    /// Whose it is.
    pub described_from: DescribedFrom,
    /// The call that showed it.
    pub described_by: Evidence,
}

/// Every trail seen so far. What it holds does not depend on the order of sightings.
#[derive(Debug, Default)]
pub struct Fold {
    trails: BTreeMap<(AccountId, Arn), Entry>,
    /// Whose sightings may stand for those of an organization trail's owner.
    caller: Option<AccountId>,
}

#[derive(Debug, Default)]
struct Entry {
    home: Option<Described>,
    shadow: Option<(Target, Described)>,
    shadows_disagree: bool,
    of_caller: Option<(Target, Described)>,
    seen_from: BTreeMap<AccountId, RegionSet>,
    is_taken: bool,
}

type Described = (TrailDescription, Evidence);

impl Fold {
    /// A fold that keeps what the account that runs the audit sees of other accounts' trails.
    #[must_use]
    pub fn of_caller(caller: AccountId) -> Self {
        Self { trails: BTreeMap::new(), caller: Some(caller) }
    }

    /// Adds one sighting.
    pub fn add(&mut self, sighting: Sighting) {
        let key = (sighting.description.owner, sighting.description.arn.clone());
        let entry = self.trails.entry(key).or_default();
        entry.seen_from.entry(sighting.target.account).or_default().insert(sighting.target.region);
        let is_at_home = sighting.is_at_home();
        let Sighting { target, description, evidence } = sighting;
        if is_at_home {
            entry.home.get_or_insert((description, evidence));
            return;
        }
        if self.caller == Some(target.account)
            && entry.of_caller.as_ref().is_none_or(|(kept, _)| target < *kept)
        {
            entry.of_caller = Some((target, (description.clone(), evidence.clone())));
        }
        match &mut entry.shadow {
            None => entry.shadow = Some((target, (description, evidence))),
            Some((kept, described)) => {
                entry.shadows_disagree |= described.0 != description;
                if target < *kept {
                    (*kept, *described) = (target, (description, evidence));
                }
            }
        }
    }

    /// Takes the trails of one owner that were seen at home and that `is_wanted`; each is taken
    /// once. Call it when the owner's targets have all been read.
    pub fn take_of_owner(
        &mut self,
        owner: AccountId,
        is_wanted: impl Fn(&TrailDescription) -> bool,
    ) -> Vec<FoldedTrail> {
        let Some(next) = owner.number().checked_add(1).and_then(AccountId::new) else {
            return self.take(|it| it.owner == owner && is_wanted(it));
        };
        let lowest = Arn::lowest();
        let range = (owner, lowest.clone())..(next, lowest);
        self.trails.range_mut(range).filter_map(|(_, entry)| entry.take_home(&is_wanted)).collect()
    }

    /// Takes every trail that was seen at home and that `is_wanted`.
    pub fn take(&mut self, is_wanted: impl Fn(&TrailDescription) -> bool) -> Vec<FoldedTrail> {
        self.trails.values_mut().filter_map(|entry| entry.take_home(&is_wanted)).collect()
    }

    /// Takes all that is left, orphans included: trails whose owner's home Region was not read. An
    /// organization trail is then taken as the caller sees it, where the caller is a delegated
    /// administrator: of which service is not known, so nobody may contradict it.
    pub fn take_rest(&mut self, caller_is_administrator: bool) -> Vec<FoldedTrail> {
        let mut rest = self.take(|_| true);
        let orphans = self.trails.values_mut();
        rest.extend(orphans.filter_map(|it| it.take_orphan(caller_is_administrator)));
        rest
    }

    /// The owners and home Regions of trails that were not seen at home, sorted.
    #[must_use]
    pub fn homes_of_orphans(&self) -> BTreeSet<Target> {
        let orphans = self.trails.values().filter(|it| it.home.is_none());
        let shadows = orphans.filter_map(|it| it.shadow.as_ref());
        shadows.map(|(_, (it, _))| Target { account: it.owner, region: it.home_region }).collect()
    }

    /// Whether anything showed this trail.
    #[must_use]
    pub fn has_seen(&self, trail: &Arn) -> bool {
        let owner = trail.account();
        owner.is_some_and(|it| self.trails.contains_key(&(it, trail.clone())))
    }

    /// From where each trail was seen.
    #[must_use]
    pub fn into_seen_from(self) -> BTreeMap<Arn, Vec<(AccountId, RegionSet)>> {
        self.trails
            .into_iter()
            .map(|((_, arn), entry)| (arn, entry.seen_from.into_iter().collect()))
            .collect()
    }
}

impl Entry {
    fn take_home(&mut self, is_wanted: impl Fn(&TrailDescription) -> bool) -> Option<FoldedTrail> {
        let (description, described_by) = self.home.as_ref()?;
        if self.is_taken || !is_wanted(description) {
            return None;
        }
        self.is_taken = true;
        let (description, described_by) = (description.clone(), described_by.clone());
        Some(FoldedTrail { description, described_from: DescribedFrom::Home, described_by })
    }

    fn take_orphan(&mut self, caller_is_administrator: bool) -> Option<FoldedTrail> {
        if self.is_taken {
            return None;
        }
        self.is_taken = true;
        let of_administrator = self.of_caller.take().filter(|(_, (description, _))| {
            caller_is_administrator && description.is_organization_trail && !self.shadows_disagree
        });
        if let Some((_, (description, described_by))) = of_administrator {
            let described_from = DescribedFrom::DelegatedAdministrator;
            return Some(FoldedTrail { description, described_from, described_by });
        }
        let (_, (description, described_by)) = self.shadow.clone()?;
        let described_from = if self.shadows_disagree {
            DescribedFrom::DisagreeingShadows
        } else {
            DescribedFrom::AgreeingShadows
        };
        Some(FoldedTrail { description, described_from, described_by })
    }
}

#[cfg(test)]
mod tests {
    use trailseal_model::{Partition, Region};

    use super::*;
    use crate::test_support::{account, evidence, trail};

    fn sighting(of: &TrailDescription, account: AccountId, region: Region) -> Sighting {
        let target = Target { account, region };
        Sighting { target, description: of.clone(), evidence: evidence() }
    }

    #[test]
    fn three_accounts_times_four_regions_of_one_trail_are_one_trail() {
        let description = TrailDescription { is_organization_trail: true, ..trail("main") };
        let mut fold = Fold::default();
        for number in [1, 2, 3] {
            for region in Partition::Aws.regions().into_iter().take(4) {
                fold.add(sighting(&description, account(number), region));
            }
        }
        fold.add(sighting(&description, account(1), description.home_region));
        let taken = fold.take_of_owner(account(1), |_| true);
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].described_from, DescribedFrom::Home);
        assert!(fold.take_rest(false).is_empty());
        let seen = fold.into_seen_from();
        assert_eq!(seen.len(), 1);
        let sightings: usize = seen.values().flatten().map(|(_, it)| it.len()).sum();
        assert_eq!(sightings, 13);
    }

    #[test]
    fn a_trail_without_its_owner_comes_from_its_shadows() {
        let check = |last: TrailDescription, expected| {
            let mut fold = Fold::default();
            let regions = Partition::Aws.regions();
            fold.add(sighting(&trail("main"), account(2), regions[1]));
            fold.add(sighting(&trail("main"), account(2), regions[0]));
            fold.add(sighting(&last, account(3), regions[1]));
            assert!(fold.take_of_owner(account(1), |_| true).is_empty());
            let rest = fold.take_rest(false);
            assert_eq!(rest.len(), 1);
            assert_eq!(rest[0].described_from, expected);
        };
        check(trail("main"), DescribedFrom::AgreeingShadows);
        let keyless = TrailDescription { kms_key_id: None, ..trail("main") };
        check(keyless, DescribedFrom::DisagreeingShadows);
    }

    #[test]
    fn an_organization_trail_without_its_owner_comes_from_the_delegated_administrator() {
        let regions = Partition::Aws.regions();
        let organization = TrailDescription { is_organization_trail: true, ..trail("main") };
        let keyless = TrailDescription { kms_key_id: None, ..organization.clone() };
        let rest = |member: &TrailDescription, administrator: bool| {
            let mut fold = Fold::of_caller(account(3));
            fold.add(sighting(member, account(2), regions[0]));
            fold.add(sighting(&organization, account(3), regions[1]));
            fold.add(sighting(&organization, account(3), regions[0]));
            let home = Target { account: account(1), region: organization.home_region };
            assert_eq!(fold.homes_of_orphans(), [home].into());
            assert!(fold.has_seen(&organization.arn));
            fold.take_rest(administrator).remove(0)
        };
        let by_administrator = rest(&organization, true);
        assert_eq!(by_administrator.described_from, DescribedFrom::DelegatedAdministrator);
        assert_eq!(by_administrator.described_by.account, evidence().account);
        let by_member = rest(&organization, false).described_from;
        assert_eq!(by_member, DescribedFrom::AgreeingShadows);
        let contradicted = rest(&keyless, true).described_from;
        assert_eq!(contradicted, DescribedFrom::DisagreeingShadows);
    }

    #[test]
    fn the_order_of_sightings_does_not_matter() {
        let regions = Partition::Aws.regions();
        let mut sightings: Vec<Sighting> =
            regions.iter().map(|it| sighting(&trail("main"), account(2), *it)).collect();
        let fold_of = |sightings: &[Sighting]| {
            let mut fold = Fold::default();
            sightings.iter().cloned().for_each(|it| fold.add(it));
            (fold.take_rest(false), fold.into_seen_from())
        };
        let forwards = fold_of(&sightings);
        sightings.reverse();
        assert_eq!(forwards, fold_of(&sightings));
    }
}
