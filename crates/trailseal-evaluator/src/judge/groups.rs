//! Trails that deliver under one prefix: log names carry no trail name, so their objects cannot be
//! told apart, and each key of such a group is right for all of them.

use std::collections::{BTreeMap, HashMap};

use trailseal_model::{
    Answer, Arn, DescribedFrom, KeyFacts, KeyManager, KeyPresence, Observed, TrailAnswers,
    TrailDescription,
};

use crate::encryption::is_same_key;

/// For each trail the others that deliver under the same prefix, by their places among the trails.
pub(super) fn siblings(trails: &[&TrailDescription]) -> Vec<Vec<usize>> {
    let place = |trail: &TrailDescription| {
        let owner = (!trail.is_organization_trail).then_some(trail.owner);
        Some((trail.bucket.clone()?, trail.prefix.clone(), owner))
    };
    let mut by_place: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, trail) in trails.iter().enumerate() {
        if let Some(place) = place(trail) {
            by_place.entry(place).or_default().push(index);
        }
    }
    let mut siblings = vec![Vec::new(); trails.len()];
    for group in by_place.into_values().filter(|group| group.len() > 1) {
        for one in &group {
            let others = group.iter().filter(|other| overlap(trails[*one], trails[**other]));
            siblings[*one] = others.copied().collect();
        }
    }
    siblings
}

fn overlap(one: &TrailDescription, other: &TrailDescription) -> bool {
    one.arn != other.arn
        && (one.is_multi_region || other.is_multi_region || one.home_region == other.home_region)
}

/// What one trail's key and those of the trails beside it mean for its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Keys of the others that its logs may be encrypted with, too; none where no key of a customer's
    /// is right.
    keys: Vec<Arn>,
    /// Whether AWS manages its own key.
    pub(super) is_of_aws: bool,
}

impl Group {
    /// Whether this is the key of another trail of the group.
    pub(super) fn holds(&self, key_id: &str) -> bool {
        self.keys.iter().any(|key| is_same_key(key, key_id))
    }
}

type Keys = BTreeMap<Arn, Observed<Answer<KeyPresence>>>;

/// The group of each trail.
pub(super) fn groups(trails: &[&TrailAnswers], keys: &Keys) -> Vec<Group> {
    let descriptions: Vec<&TrailDescription> =
        trails.iter().map(|trail| &trail.description).collect();
    let in_doubt: Vec<bool> = trails.iter().map(|trail| is_in_doubt(keys, trail)).collect();
    let of_trail = |(index, siblings): (usize, Vec<usize>)| {
        let trail = trails[index];
        let is_of_aws = is_of_aws(keys, trail);
        // Without a key of the customer's, no key of the group is right.
        if trail.description.kms_key_id.is_none() || in_doubt[index] {
            return Group { keys: Vec::new(), is_of_aws };
        }
        let siblings = siblings.iter().filter(|sibling| !in_doubt[**sibling]);
        let of_siblings = siblings.filter_map(|sibling| key_of(keys, trails[*sibling]));
        Group { keys: of_siblings.collect(), is_of_aws }
    };
    siblings(&descriptions).into_iter().enumerate().map(of_trail).collect()
}

fn key_described<'a>(keys: &'a Keys, trail: &TrailAnswers) -> Option<&'a KeyFacts> {
    match &keys.get(trail.key.as_ref()?)?.known()?.value {
        KeyPresence::Exists(key) => Some(key),
        KeyPresence::InvalidState(_) | KeyPresence::Gone => None,
    }
}

fn is_of_aws(keys: &Keys, trail: &TrailAnswers) -> bool {
    key_described(keys, trail).is_some_and(|key| key.manager == KeyManager::Aws)
}

/// Whether AWS manages the trail's key, or sightings of the trail contradict each other: what is
/// encrypted with such a key is never called sealed, whichever trail it is of.
fn is_in_doubt(keys: &Keys, trail: &TrailAnswers) -> bool {
    trail.described_from == DescribedFrom::DisagreeingShadows || is_of_aws(keys, trail)
}

/// The key that the trail's objects should be encrypted with, as an ARN.
fn key_of(keys: &Keys, trail: &TrailAnswers) -> Option<Arn> {
    let named = trail.key.as_ref()?;
    if let Some(key) = key_described(keys, trail) {
        return Some(key.arn.clone());
    }
    Some(named.clone()).filter(|named| named.resource().starts_with("key/"))
}
