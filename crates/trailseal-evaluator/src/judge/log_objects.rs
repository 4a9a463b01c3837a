//! `log-objects-sealed`: the delivered objects themselves.

use trailseal_model::{
    ControlId, DeviationClass, Finding, GapId, Population, Proof, Reason, Sample, SampleMethod,
};

use super::TrailCase;

/// A deviation fails, wherever it was found. A pass needs every object of the window examined, and
/// what could not be read, counted as deviations, within the tolerable rate.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if case.trail.description.kms_key_id.is_none() {
        return keyless(case);
    }
    if let Some(newest) = &case.trail.sample.newest_deviation {
        return deviating(case, newest);
    }
    let sample = &case.trail.sample;
    match (sample.method, sample.population) {
        (SampleMethod::Nothing, _) => nothing(case),
        (SampleMethod::NewestOnly, _) | (SampleMethod::All, Population::AtLeast(_)) => {
            unproven(case, Reason::NewestOnly, "only the newest objects were examined")
        }
        (SampleMethod::All, Population::Counted(_)) => match case.unlisted_members() {
            Some(gap) => members_unlisted(case, gap),
            None if case.has_declared_members() => {
                unproven(case, Reason::PopulationDeclared, "its members are the user's word only")
            }
            None => examined(case),
        },
    }
}

const EXPECTED: &str = "every log object of the window under the trail's key";

fn keyless(case: &TrailCase<'_>) -> Finding {
    let sample = &case.trail.sample;
    let Some(newest) = &sample.newest else { return nothing(case) };
    let is_own = newest.deviation == Some(DeviationClass::SseS3) || !case.has_siblings;
    match newest.evidence.as_ref().filter(|_| is_own) {
        Some(evidence) => {
            let proof = Proof::of(evidence);
            Finding::fail(ControlId::LogObjectsSealed, case.subject(), Reason::NoKmsKey, &proof)
                .saying(format!(
                    "The trail '{}' has no key for its objects to lie under; the object '{}' is there.",
                    case.name(),
                    file_name(&newest.key)
                ))
                .comparing(EXPECTED, shown(newest))
        }
        None => shared(case, newest),
    }
}

fn deviating(case: &TrailCase<'_>, newest: &Sample) -> Finding {
    let (Some(evidence), Some(class)) = (&newest.evidence, newest.deviation) else {
        return unproven(case, Reason::UnreadableObjects, "an object could not be read");
    };
    if case.has_siblings {
        return shared(case, newest);
    }
    let sample = &case.trail.sample;
    let count: u32 = sample.deviations.values().sum();
    let proof = Proof::of(evidence);
    Finding::fail(ControlId::LogObjectsSealed, case.subject(), reason(class), &proof)
        .saying(format!(
            "{count} of {} examined log objects of '{}' are not under its key; the newest is '{}'.",
            sample.tested,
            case.name(),
            file_name(&newest.key)
        ))
        .comparing(EXPECTED, shown(newest))
}

fn shared(case: &TrailCase<'_>, sample: &Sample) -> Finding {
    Finding::not_proven(
        ControlId::LogObjectsSealed,
        case.subject(),
        Reason::SharedPrefix,
        Vec::new(),
    )
    .saying(format!(
        "Another trail delivers under the prefix of '{}', and the object '{}' may be that one's.",
        case.name(),
        file_name(&sample.key)
    ))
    .comparing(EXPECTED, shown(sample))
}

fn nothing(case: &TrailCase<'_>) -> Finding {
    let sample = &case.trail.sample;
    if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) {
        return unproven(case, Reason::BucketGone, "the bucket does not exist");
    }
    if sample.unreadable > 0 {
        return unproven(case, Reason::UnreadableObjects, "no selected object could be read");
    }
    match sample.population {
        _ if !sample.gaps.is_empty() => {
            unproven(case, Reason::Unread, "the bucket could not be listed")
        }
        Population::Counted(0) => unproven(case, Reason::NoObjects, "no log object in the window"),
        _ => unproven(case, Reason::Unread, "the window was not listed to its end"),
    }
}

fn examined(case: &TrailCase<'_>) -> Finding {
    let sample = &case.trail.sample;
    let selected = sample.tested + sample.unreadable;
    // Everything was examined, so the bound is the rate itself, the unreadable counted against us.
    let upper_bound = f64::from(sample.unreadable) / f64::from(selected.max(1));
    let newest = sample.newest.as_ref().and_then(|it| it.evidence.as_ref());
    let proof = newest.filter(|_| sample.sealed > 0).map(Proof::of);
    match proof {
        Some(proof) if upper_bound <= case.facts.thresholds.tolerable_rate => {
            let proof = sample.listed_by.iter().fold(proof, Proof::and);
            let control = ControlId::LogObjectsSealed;
            Finding::pass(control, case.subject(), Reason::AllSealed, &proof)
                .saying(format!(
                    "All {} log objects of '{}' in the window were examined and lie under its key.",
                    sample.sealed,
                    case.name()
                ))
                .comparing(EXPECTED, counts(case))
        }
        _ if selected == 0 => {
            unproven(case, Reason::NoObjects, "every listed object was gone when it was read")
        }
        _ => unproven(case, Reason::UnreadableObjects, "too many objects could not be read"),
    }
}

/// An organization trail delivers for members that nobody could list, too.
fn members_unlisted(case: &TrailCase<'_>, gap: GapId) -> Finding {
    let why = "not every account of the organization was listed";
    unproven_by(case, Reason::Unread, why, vec![gap])
}

fn unproven(case: &TrailCase<'_>, reason: Reason, why: &str) -> Finding {
    unproven_by(case, reason, why, Vec::new())
}

fn unproven_by(case: &TrailCase<'_>, reason: Reason, why: &str, others: Vec<GapId>) -> Finding {
    let gaps = case.trail.sample.gaps.iter().copied().chain(others).collect();
    Finding::not_proven(ControlId::LogObjectsSealed, case.subject(), reason, gaps)
        .saying(format!("The log objects of '{}' are not proven sealed: {why}.", case.name()))
        .comparing(EXPECTED, counts(case))
}

fn counts(case: &TrailCase<'_>) -> String {
    let sample = &case.trail.sample;
    let listed = match sample.population {
        Population::Counted(count) => format!("{count} listed"),
        Population::AtLeast(count) => format!("at least {count} listed"),
    };
    let (tested, sealed, unreadable) = (sample.tested, sample.sealed, sample.unreadable);
    let older = sample.left_population;
    format!(
        "{listed}, {tested} read, {sealed} sealed, {unreadable} unreadable, {older} older than the switch"
    )
}

/// The last part of an object's key: people know the rest, and `observed` has it.
fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

fn shown(sample: &Sample) -> String {
    let algorithm = sample.algorithm.as_deref().unwrap_or("no encryption");
    let key = sample.kms_key_id.as_deref().map(|it| format!(" under {it}")).unwrap_or_default();
    format!("{algorithm}{key}: s3://{}/{}", sample.bucket, sample.key)
}

const fn reason(class: DeviationClass) -> Reason {
    match class {
        DeviationClass::None => Reason::Unencrypted,
        DeviationClass::SseC => Reason::SseC,
        DeviationClass::SseS3 => Reason::SseS3,
        DeviationClass::AwsManagedKey => Reason::AwsManagedKey,
        DeviationClass::ForeignKey => Reason::ForeignKey,
        DeviationClass::PreviousKey => Reason::PreviousKey,
        DeviationClass::WrongKey => Reason::WrongKey,
    }
}
