//! Sightings become trails: one per ARN, however many targets show it.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{
    AccountId, Arn, DescribedFrom, DifferingSightings, Evidence, RegionSet, Sighting, Sightings,
    Target, TrailDescription,
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
    /// What shadows show, each kind once.
    shadows: Vec<Shadow>,
    of_caller: Option<(Target, Described)>,
    seen_from: BTreeMap<AccountId, RegionSet>,
    is_taken: bool,
}

/// What some shadows of a trail show alike, as the first of them does.
#[derive(Debug)]
struct Shadow {
    first: Target,
    described: Described,
    targets: u64,
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
        entry.add_shadow(target, (description, evidence));
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
        let shadows = orphans.flat_map(|it| &it.shadows).map(|it| &it.described.0);
        shadows.map(|it| Target { account: it.owner, region: it.home_region }).collect()
    }

    /// Whether anything showed this trail.
    #[must_use]
    pub fn has_seen(&self, trail: &Arn) -> bool {
        let owner = trail.account();
        owner.is_some_and(|it| self.trails.contains_key(&(it, trail.clone())))
    }

    /// From where each trail was seen.
    #[must_use]
    pub fn into_sightings(self) -> BTreeMap<Arn, Sightings> {
        self.trails.into_iter().map(|((_, arn), entry)| (arn, entry.into_sightings())).collect()
    }
}

impl Entry {
    fn add_shadow(&mut self, target: Target, described: Described) {
        let is_alike = |it: &&mut Shadow| it.described.0.unlike(&described.0).next().is_none();
        let Some(shadow) = self.shadows.iter_mut().find(is_alike) else {
            self.shadows.push(Shadow { first: target, described, targets: 1 });
            return;
        };
        shadow.targets += 1;
        if target < shadow.first {
            (shadow.first, shadow.described) = (target, described);
        }
    }

    /// What stands in for the description at home.
    fn first_shadow(&self) -> Option<&Described> {
        self.shadows.iter().min_by_key(|it| it.first).map(|it| &it.described)
    }

    fn into_sightings(self) -> Sightings {
        let counts = self.home.as_ref().or_else(|| self.first_shadow()).map(|it| &it.0);
        let mut differing: Vec<DifferingSightings> =
            self.shadows.iter().filter_map(|it| it.differing(counts?)).collect();
        differing.sort_by_key(|it| it.first);
        Sightings { seen_from: self.seen_from.into_iter().collect(), differing }
    }

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
        let do_shadows_agree = self.shadows.len() < 2;
        let of_administrator = self.of_caller.take().filter(|(_, (description, _))| {
            caller_is_administrator && description.is_organization_trail && do_shadows_agree
        });
        if let Some((_, (description, described_by))) = of_administrator {
            let described_from = DescribedFrom::DelegatedAdministrator;
            return Some(FoldedTrail { description, described_from, described_by });
        }
        let (description, described_by) = self.first_shadow()?.clone();
        let described_from = if do_shadows_agree {
            DescribedFrom::AgreeingShadows
        } else {
            DescribedFrom::DisagreeingShadows
        };
        Some(FoldedTrail { description, described_from, described_by })
    }
}

impl Shadow {
    /// What they show otherwise than this description.
    fn differing(&self, counts: &TrailDescription) -> Option<DifferingSightings> {
        let (description, evidence) = &self.described;
        let fields = description.unlike(counts).map(|(name, it)| (name, it.map(str::to_owned)));
        let fields: Vec<_> = fields.collect();
        (!fields.is_empty()).then(|| DifferingSightings {
            first: self.first,
            targets: self.targets,
            fields,
            shown_by: evidence.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trailseal_model::{Partition, Region};

    use super::*;
    use crate::test_support::{account, evidence, region, trail};

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
        let seen = fold.into_sightings().into_values().collect::<Vec<_>>();
        assert_eq!(seen.len(), 1);
        let sightings: usize = seen[0].seen_from.iter().map(|(_, it)| it.len()).sum();
        assert_eq!((sightings, seen[0].differing.len()), (13, 0));
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
    fn what_differs_from_the_description_that_counts_is_told_with_the_first_that_shows_it() {
        let regions = Partition::Aws.regions();
        let organization = TrailDescription { is_organization_trail: true, ..trail("main") };
        let keyless = TrailDescription { kms_key_id: None, ..organization.clone() };
        let elsewhere = TrailDescription { bucket: Some("other".to_owned()), ..keyless.clone() };
        let differing = |is_home_read: bool| {
            let mut fold = Fold::default();
            fold.add(sighting(&elsewhere, account(4), regions[0]));
            fold.add(sighting(&keyless, account(3), regions[1]));
            fold.add(sighting(&keyless, account(3), regions[0]));
            fold.add(sighting(&organization, account(2), regions[0]));
            if is_home_read {
                fold.add(sighting(&organization, account(1), organization.home_region));
            }
            let [sightings] = &fold.into_sightings().into_values().collect::<Vec<_>>()[..] else {
                panic!("there is one trail")
            };
            sightings.differing.clone()
        };
        for found in [differing(true), differing(false)] {
            let told: Vec<_> =
                found.iter().map(|it| (it.first, it.targets, &it.fields[..])).collect();
            let at = |number| Target { account: account(number), region: regions[0] };
            let (no_key, other) = (("KmsKeyId", None), ("S3BucketName", Some("other".to_owned())));
            let of_both = [other, no_key.clone()];
            assert_eq!(told, [(at(3), 2, &[no_key][..]), (at(4), 1, &of_both[..])]);
        }
    }

    #[test]
    fn what_nothing_judged_hangs_on_is_no_disagreement() {
        let regions = Partition::Aws.regions();
        let topic = Some("arn:aws:sns:us-east-1:000000000001:topic".to_owned());
        let notified = TrailDescription { sns_topic_arn: topic, ..trail("main") };
        let mut fold = Fold::default();
        fold.add(sighting(&notified, account(3), regions[0]));
        fold.add(sighting(&trail("main"), account(2), regions[1]));
        let rest = fold.take_rest(false);
        assert_eq!(rest[0].described_from, DescribedFrom::AgreeingShadows);
        assert_eq!(rest[0].description, trail("main"));
    }

    proptest! {
        #[test]
        fn the_order_of_sightings_does_not_matter(
            (sightings, shuffled) in some_sightings().prop_flat_map(|it| {
                (Just(it.clone()), Just(it).prop_shuffle())
            }),
            caller_is_administrator in any::<bool>(),
        ) {
            let fold_of = |sightings: Vec<Sighting>| {
                let mut fold = Fold::of_caller(account(2));
                for it in sightings {
                    fold.add(it);
                }
                (fold.take_rest(caller_is_administrator), fold.into_sightings())
            };
            prop_assert_eq!(fold_of(sightings), fold_of(shuffled));
        }

        #[test]
        fn shadows_stand_in_only_where_they_agree(sightings in some_sightings()) {
            let mut fold = Fold::of_caller(account(2));
            for it in sightings {
                fold.add(it);
            }
            let taken = fold.take_rest(true);
            let seen = fold.into_sightings();
            for trail in &taken {
                let differing = &seen[&trail.description.arn].differing;
                let is_contradicted = trail.described_from == DescribedFrom::DisagreeingShadows;
                let is_home = trail.described_from == DescribedFrom::Home;
                prop_assert!(is_home || differing.is_empty() != is_contradicted);
            }
        }
    }

    /// Sightings of two trails from everywhere, each target once, and some contradict others.
    fn some_sightings() -> impl Strategy<Value = Vec<Sighting>> {
        let regions = Partition::Aws.regions();
        let one = (0..2usize, 1..4u64, 0..3usize, any::<bool>(), any::<bool>());
        prop::collection::vec(one, 0..12).prop_map(move |drawn| {
            let mut targets = BTreeSet::new();
            let sighting_of = |(name, seen_in, place, is_keyless, has_topic)| {
                let region = if place == 0 { region("us-east-1") } else { regions[place] };
                let mut shown = trail(["main", "other"][name]);
                shown.is_organization_trail = true;
                if is_keyless {
                    shown.kms_key_id = None;
                }
                if has_topic {
                    shown.sns_topic_arn = Some("topic".to_owned());
                }
                (name, sighting(&shown, account(seen_in), region))
            };
            let all = drawn.into_iter().map(sighting_of);
            let new = all.filter(|(name, it)| targets.insert((*name, it.target)));
            new.map(|it| it.1).collect()
        })
    }
}
