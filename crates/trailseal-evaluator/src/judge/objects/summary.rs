//! What the examined objects of the window show together. Pure.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use trailseal_model::{
    Deviating, LogSample, Sample, SampleMethod, SampleResult, Unreadable, UnreadableCause,
};

use crate::examined_object::WindowListing;

/// The sample with everything that was examined. What was drawn counts as often as it was drawn;
/// an object that deviates is one, however often it was selected.
pub(super) fn of(listing: WindowListing, samples: &[&Sample]) -> LogSample {
    let mut sample = unexamined(listing);
    if samples.is_empty() && sample.unreadable == 0 {
        sample.method = SampleMethod::Nothing;
    }
    let mut known = HashSet::new();
    for it in samples.iter().copied() {
        if known.insert(&it.key) {
            add_object(&mut sample, it);
        }
        if it.selection.is_statistical() {
            add_drawn(&mut sample, it);
        }
        sample.gaps.extend(it.gap.filter(|gap| !sample.gaps.contains(gap)));
    }
    sort(&mut sample.deviating);
    sample.unreadable_objects = unreadable(samples.iter().copied());
    sample
}

/// The sample before any object is counted. A draw whose cluster could not be listed counts as an
/// object that could not be read.
fn unexamined(listing: WindowListing) -> LogSample {
    LogSample {
        population: listing.population,
        eligible: listing.eligible,
        method: listing.method,
        frame: listing.frame,
        lists: listing.lists,
        census_lists: listing.census_lists,
        unreadable: listing.unlisted_draws,
        key_changed_at: listing.key_changed_at,
        listed_by: listing.listed_by,
        gaps: listing.gaps,
        ..LogSample::nothing(listing.window)
    }
}

/// Objects whose encryption is not known, grouped by cause; each object once.
pub(super) fn unreadable<'a>(samples: impl Iterator<Item = &'a Sample>) -> Vec<Unreadable> {
    let mut known = HashSet::new();
    let mut by_cause: BTreeMap<UnreadableCause, (u32, &Sample)> = BTreeMap::new();
    let caused = samples.filter_map(|it| it.unreadable_cause().map(|cause| (cause, it)));
    for (cause, sample) in caused.filter(|it| known.insert(&it.1.key)) {
        let (count, newest) = by_cause.entry(cause).or_insert((0, sample));
        *count += 1;
        if newness(sample) > newness(newest) {
            *newest = sample;
        }
    }
    let of = |(cause, (count, newest)): (UnreadableCause, (u32, &Sample))| Unreadable {
        cause,
        count,
        newest: Box::new(newest.clone()),
    };
    by_cause.into_iter().map(of).collect()
}

/// Objects that deviate, those among them that a change of key sets aside, grouped by class and key.
pub(super) fn deviating<'a>(samples: impl Iterator<Item = &'a Sample>) -> Vec<Deviating> {
    let (mut known, mut all) = (HashSet::new(), Vec::new());
    for it in samples.filter(|it| it.deviation.is_some()) {
        if known.insert(&it.key) {
            deviate(&mut all, it);
        }
    }
    sort(&mut all);
    all
}

/// Of equally new objects the one with the first key is taken.
fn newness(sample: &Sample) -> (Timestamp, Reverse<&str>) {
    (sample.named_at, Reverse(&sample.key))
}

fn sort(deviating: &mut [Deviating]) {
    deviating
        .sort_by(|one, other| (one.class, &one.kms_key_id).cmp(&(other.class, &other.kms_key_id)));
}

fn add_drawn(sample: &mut LogSample, it: &Sample) {
    match it.result {
        SampleResult::Pass | SampleResult::SharedPrefixKey => {
            sample.tested += 1;
            sample.sealed += 1;
        }
        SampleResult::Deviation => {
            sample.tested += 1;
            if let Some(known) = alike(&mut sample.deviating, it) {
                known.drawn += 1;
            }
        }
        SampleResult::Unreadable => sample.unreadable += 1,
        SampleResult::PreEnablement | SampleResult::PreviousKey | SampleResult::Replaced => {}
    }
}

fn add_object(sample: &mut LogSample, it: &Sample) {
    match it.result {
        SampleResult::Pass | SampleResult::SharedPrefixKey => sample.examined += 1,
        SampleResult::Deviation => {
            sample.examined += 1;
            deviate(&mut sample.deviating, it);
        }
        SampleResult::PreEnablement | SampleResult::PreviousKey => sample.left_population += 1,
        SampleResult::Replaced => sample.replaced += 1,
        SampleResult::Unreadable => {}
    }
    let is_read = !matches!(it.result, SampleResult::Unreadable | SampleResult::Replaced);
    let is_newer = sample.newest.as_ref().is_none_or(|newest| newest.named_at < it.named_at);
    if is_read && is_newer && it.evidence.is_some() {
        sample.newest = Some(Box::new(it.clone()));
    }
}

fn alike<'a>(all: &'a mut [Deviating], it: &Sample) -> Option<&'a mut Deviating> {
    all.iter_mut()
        .find(|known| Some(known.class) == it.deviation && known.kms_key_id == it.kms_key_id)
}

fn deviate(all: &mut Vec<Deviating>, it: &Sample) {
    if let Some(known) = alike(all, it) {
        known.count += 1;
        if known.newest.named_at < it.named_at {
            *known.newest = it.clone();
        }
        return;
    }
    all.push(Deviating {
        class: it.deviation.expect("a deviation has its class"),
        kms_key_id: it.kms_key_id.clone(),
        count: 1,
        drawn: 0,
        newest: Box::new(it.clone()),
    });
}
