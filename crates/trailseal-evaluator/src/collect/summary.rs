//! What the looked-at objects of one trail show together. Pure.

use std::collections::HashSet;

use trailseal_model::{Deviating, LogSample, Sample, SampleMethod, SampleResult};

/// The sample with everything that was looked at. What was drawn counts as often as it was drawn;
/// an object that deviates is one, however often it was selected.
pub(super) fn of(mut sample: LogSample, samples: &[Sample]) -> LogSample {
    if samples.is_empty() && sample.unreadable == 0 {
        sample.method = SampleMethod::Nothing;
    }
    let mut known = HashSet::new();
    for it in samples {
        if known.insert(&it.key) {
            add_object(&mut sample, it);
        }
        if it.selection.is_statistical() {
            add_drawn(&mut sample, it);
        }
        sample.gaps.extend(it.gap.filter(|gap| !sample.gaps.contains(gap)));
    }
    let deviating = &mut sample.deviating;
    deviating
        .sort_by(|one, other| (one.class, &one.kms_key_id).cmp(&(other.class, &other.kms_key_id)));
    sample
}

fn add_drawn(sample: &mut LogSample, it: &Sample) {
    match it.result {
        SampleResult::Pass | SampleResult::GroupKey => {
            sample.tested += 1;
            sample.sealed += 1;
        }
        SampleResult::Deviation => {
            sample.tested += 1;
            if let Some(known) = alike(sample, it) {
                known.drawn += 1;
            }
        }
        SampleResult::Unreadable => sample.unreadable += 1,
        SampleResult::PreEnablement | SampleResult::PreviousKey | SampleResult::Replaced => {}
    }
}

fn add_object(sample: &mut LogSample, it: &Sample) {
    match it.result {
        SampleResult::Pass | SampleResult::GroupKey => sample.examined += 1,
        SampleResult::Deviation => {
            sample.examined += 1;
            deviate(sample, it);
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

fn alike<'a>(sample: &'a mut LogSample, it: &Sample) -> Option<&'a mut Deviating> {
    let all = sample.deviating.iter_mut();
    all.into_iter()
        .find(|known| Some(known.class) == it.deviation && known.kms_key_id == it.kms_key_id)
}

fn deviate(sample: &mut LogSample, it: &Sample) {
    match alike(sample, it) {
        Some(known) => {
            known.count += 1;
            if known.newest.named_at < it.named_at {
                *known.newest = it.clone();
            }
        }
        None => sample.deviating.push(Deviating {
            class: it.deviation.expect("a deviation has its class"),
            kms_key_id: it.kms_key_id.clone(),
            count: 1,
            drawn: 0,
            newest: Box::new(it.clone()),
        }),
    }
}
