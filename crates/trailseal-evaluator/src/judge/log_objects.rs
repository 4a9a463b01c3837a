//! `log-objects-sealed`: the delivered objects themselves.

use trailseal_model::{
    ControlId, DeviationClass, Finding, GapId, Population, Proof, Reason, Sample, SampleMethod,
    SampleResult,
};

use super::TrailCase;

/// A deviation fails, wherever it was found. A pass needs a statistical sample without one, and
/// that the share which may deviate at most is within the tolerable rate.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if case.trail.description.kms_key_id.is_none() {
        return keyless(case);
    }
    let sample = &case.trail.sample;
    if let Some(newest) = sample.newest_deviation() {
        return deviating(case, newest);
    }
    if let Some(finding) = under_key_of_aws(case) {
        return finding;
    }
    match (sample.method, sample.population) {
        (SampleMethod::Nothing, _) => nothing(case),
        (SampleMethod::Partial, _)
        | (SampleMethod::All | SampleMethod::Random, Population::AtLeast(_)) => {
            unproven(case, Reason::Unread, "the window could not be listed to its end")
        }
        _ => match case.unlisted_members() {
            Some(gap) => members_unlisted(case, gap),
            None if case.has_declared_members() => {
                unproven(case, Reason::PopulationDeclared, "its members are the user's word only")
            }
            None => sampled(case),
        },
    }
}

const EXPECTED: &str = "every log object of the window under the trail's key";

fn keyless(case: &TrailCase<'_>) -> Finding {
    let sample = &case.trail.sample;
    let own = sample.deviating.iter().find(|it| it.class == DeviationClass::SseS3);
    let newest = own.map(|it| &*it.newest).or(sample.newest.as_deref());
    let Some(newest) = newest else { return nothing(case) };
    let is_own = own.is_some() || !case.has_siblings;
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
    let proof = Proof::of(evidence);
    Finding::fail(ControlId::LogObjectsSealed, case.subject(), reason(class), &proof)
        .saying(format!(
            "{} of {} examined log objects of '{}' are not under its key; the newest is '{}'.",
            sample.deviations(),
            sample.examined,
            case.name(),
            file_name(&newest.key)
        ))
        .comparing(EXPECTED, shown(newest))
}

/// Under the trail's key, and that is AWS's: who looked at the objects was not let describe the key,
/// and somebody else was.
fn under_key_of_aws(case: &TrailCase<'_>) -> Option<Finding> {
    let described = case.key_of_aws()?;
    let newest = case.trail.sample.newest.as_deref();
    let newest = newest.filter(|it| it.result == SampleResult::Pass)?;
    if case.has_siblings {
        return Some(shared(case, newest));
    }
    let proof = Proof::of(newest.evidence.as_ref()?).and(described);
    let reason = Reason::AwsManagedKey;
    let finding = Finding::fail(ControlId::LogObjectsSealed, case.subject(), reason, &proof);
    let (name, file) = (case.name(), file_name(&newest.key));
    let message = format!(
        "The log objects of '{name}' lie under a key that AWS manages; the newest is '{file}'."
    );
    Some(finding.saying(message).comparing(EXPECTED, shown(newest)))
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
            unproven(case, Reason::Unread, "the bucket could not be listed").by_gaps_alone()
        }
        Population::Counted(0) => unproven(case, Reason::NoObjects, "no log object in the window"),
        _ if sample.frame.empty > 0 => {
            unproven(case, Reason::NoObjects, "no cell that was drawn holds a log object")
        }
        _ => unproven(case, Reason::Unread, "the window was not listed to its end"),
    }
}

fn sampled(case: &TrailCase<'_>) -> Finding {
    let (sample, thresholds) = (&case.trail.sample, case.facts.thresholds);
    let Some(bound) = sample.upper_bound(thresholds.confidence) else {
        let why = "every listed object was gone when it was read, or is older than the switch";
        return unproven(case, Reason::NoObjects, why);
    };
    let newest = sample.newest.as_ref().and_then(|it| it.evidence.as_ref());
    let proof = newest.filter(|_| sample.sealed > 0).map(Proof::of);
    let proof = proof.filter(|_| bound <= thresholds.tolerable_rate);
    match proof {
        Some(proof) => passing(case, bound, &proof),
        None if sample.unreadable > 0 => {
            unproven(case, Reason::UnreadableObjects, "too many objects could not be read")
        }
        None => {
            let why = format!("the sample is too small, {} may deviate", percent(bound));
            unproven(case, Reason::SampleTooSmall, &why)
        }
    }
}

fn passing(case: &TrailCase<'_>, bound: f64, proof: &Proof) -> Finding {
    let (sample, name) = (&case.trail.sample, case.name());
    let (selected, confidence) = (sample.selected(), percent(case.facts.thresholds.confidence));
    let (reason, message) = match sample.method {
        SampleMethod::Random => (
            Reason::SampleSealed,
            format!(
                "{} of {selected} log objects of '{name}' that were drawn at random from {} lie under its key, none deviates; at {confidence} confidence {} of them deviate at most.",
                sample.sealed,
                sample.eligible,
                percent(bound)
            ),
        ),
        SampleMethod::Cells => (
            Reason::CellSampleSealed,
            format!(
                "{} of {selected} log objects of '{name}', each of a cell (account, Region, day) that was drawn at random, lie under its key, none deviates; at {confidence} confidence the cell-weighted rate of deviations is {} at most.",
                sample.sealed,
                percent(bound)
            ),
        ),
        _ => (
            Reason::AllSealed,
            format!(
                "All {} log objects of '{name}' in the window were examined and lie under its key.",
                sample.sealed
            ),
        ),
    };
    let proof = sample.listed_by.iter().fold(proof.clone(), Proof::and);
    Finding::pass(ControlId::LogObjectsSealed, case.subject(), reason, &proof)
        .saying(message)
        .comparing(EXPECTED, counts(case))
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
    let (selected, tested, sealed) = (sample.selected(), sample.tested, sample.sealed);
    let (unreadable, older) = (sample.unreadable, sample.left_population);
    let bound = sample.upper_bound(case.facts.thresholds.confidence);
    let bound = bound.map(|it| format!(", at most {} may deviate", percent(it)));
    format!(
        "{listed}, {selected} selected, {tested} read, {sealed} sealed, {unreadable} unreadable, {older} older than the switch{}",
        bound.unwrap_or_default()
    )
}

/// With two decimals, rounded up: it is never more than what is said.
fn percent(share: f64) -> String {
    let hundredths = (share * 1e4 - 1e-6).ceil() + 0.0;
    format!("{} %", hundredths / 1e2)
}

/// The last part of an object's key: people know the rest, and `observed` has it.
pub(super) fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

pub(super) fn shown(sample: &Sample) -> String {
    let algorithm = sample.algorithm.as_deref().unwrap_or("no encryption");
    let key = sample.kms_key_id.as_deref().map(|it| format!(" under {it}")).unwrap_or_default();
    format!("{algorithm}{key}: s3://{}/{}", sample.bucket, sample.key)
}

pub(super) const fn reason(class: DeviationClass) -> Reason {
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
