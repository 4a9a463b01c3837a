//! Trails that deliver under one prefix: log names carry no trail name, so their objects cannot be
//! told apart, and each key of such a group is right for all of them.

use std::collections::HashMap;

use trailseal_model::{
    Arn, DescribedFrom, Deviating, DeviationClass, HistorySample, KeyFacts, KeyManager,
    KeyPresence, OrganizationFacts, TrailFacts,
};

use crate::collect::is_same_key;

/// For each trail the others that deliver under the same prefix, by their places among the trails.
pub(super) fn siblings(trails: &[TrailFacts]) -> Vec<Vec<usize>> {
    let place = |trail: &TrailFacts| {
        let it = &trail.description;
        let owner = (!it.is_organization_trail).then_some(it.owner);
        Some((it.bucket.clone()?, it.prefix.clone(), owner))
    };
    let mut by_place: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, trail) in trails.iter().enumerate() {
        if let Some(place) = place(trail) {
            by_place.entry(place).or_default().push(index);
        }
    }
    let mut siblings = vec![Vec::new(); trails.len()];
    for group in by_place.into_values().filter(|it| it.len() > 1) {
        for one in &group {
            let others = group.iter().filter(|it| overlap(&trails[*one], &trails[**it]));
            siblings[*one] = others.copied().collect();
        }
    }
    siblings
}

fn overlap(one: &TrailFacts, other: &TrailFacts) -> bool {
    let (one, other) = (&one.description, &other.description);
    one.arn != other.arn
        && (one.is_multi_region || other.is_multi_region || one.home_region == other.home_region)
}

/// What lies under the key of another trail of the group is no deviation. Objects are examined
/// before all trails are known, so this comes after.
pub fn settle_groups(facts: &mut OrganizationFacts) {
    let keys: Vec<Option<Arn>> = facts.trails.iter().map(|it| key_of(facts, it)).collect();
    let in_doubt: Vec<bool> = facts.trails.iter().map(|it| is_in_doubt(facts, it)).collect();
    for (index, siblings) in siblings(&facts.trails).into_iter().enumerate() {
        let trail = &mut facts.trails[index];
        // Without a key of the customer's, no key of the group is right.
        if trail.description.kms_key_id.is_none() || in_doubt[index] {
            continue;
        }
        let siblings = siblings.iter().filter(|it| !in_doubt[**it]);
        let of_group: Vec<&Arn> = siblings.filter_map(|it| keys[*it].as_ref()).collect();
        let is_of_group = |key: &str| of_group.iter().any(|it| is_same_key(it, key));
        let is_explained = |it: &Deviating| {
            let is_key = matches!(
                it.class,
                DeviationClass::WrongKey | DeviationClass::PreviousKey | DeviationClass::ForeignKey
            );
            is_key && it.kms_key_id.as_deref().is_some_and(is_of_group)
        };
        settle_history(&mut trail.history, is_explained);
        let sample = &mut trail.sample;
        let (others, own): (Vec<Deviating>, _) =
            std::mem::take(&mut sample.deviating).into_iter().partition(is_explained);
        sample.deviating = own;
        for it in others {
            sample.sealed += it.drawn;
            sample.group_keys.extend(it.kms_key_id);
        }
        sample.group_keys.sort();
        sample.group_keys.dedup();
    }
}

/// Halving the time was misled by the group's keys; where nothing else deviates, all is sealed.
fn settle_history(history: &mut HistorySample, is_explained: impl Fn(&Deviating) -> bool) {
    let before = history.deviating.len();
    history.deviating.retain(|it| !is_explained(it));
    if history.deviating.is_empty() && before > 0 {
        history.sealed_since = history.oldest;
    }
}

fn key_described<'a>(facts: &'a OrganizationFacts, trail: &TrailFacts) -> Option<&'a KeyFacts> {
    match &facts.keys.get(trail.key.as_ref()?)?.known()?.value {
        KeyPresence::Exists(key) => Some(key),
        KeyPresence::InvalidState(_) | KeyPresence::Gone => None,
    }
}

/// Whether AWS manages the trail's key, or sightings of the trail contradict each other: what lies
/// under such a key is never called sealed, whichever trail it is of.
fn is_in_doubt(facts: &OrganizationFacts, trail: &TrailFacts) -> bool {
    trail.described_from == DescribedFrom::DisagreeingShadows
        || key_described(facts, trail).is_some_and(|it| it.manager == KeyManager::Aws)
}

/// The key that the trail's objects should lie under, as an ARN.
fn key_of(facts: &OrganizationFacts, trail: &TrailFacts) -> Option<Arn> {
    let named = trail.key.as_ref()?;
    if let Some(key) = key_described(facts, trail) {
        return Some(key.arn.clone());
    }
    Some(named.clone()).filter(|it| it.resource().starts_with("key/"))
}
