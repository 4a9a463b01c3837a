//! `log-objects-sealed`: the delivered objects themselves.

use trailseal_model::{
    ControlId, DeviationClass, Finding, GapId, Population, Proof, Reason, Sample, SampleMethod,
    SampleResult,
};

use super::TrailCase;
use super::sentences::{counted, file_name, log_location, sample_words, unread_words};

/// A deviation fails, wherever it was found. A pass needs a statistical sample without one, and
/// that the upper bound of the deviating share is within the tolerable rate.
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
            unproven(case, Reason::Unread, &unlisted(case))
        }
        _ => match case.unlisted_members() {
            Some(gap) => members_unlisted(case, gap),
            None if case.has_declared_members() => unproven(
                case,
                Reason::PopulationDeclared,
                "its members come from a file that may leave accounts out",
            ),
            None => sampled(case),
        },
    }
}

/// How many deviating objects a finding cites besides the newest: one for each way to deviate. The
/// others are among the samples, each with its call.
const CITED: usize = 9;
const EXPECTED: &str = "every log object of the window encrypted with the trail's key";

/// The listing of the window is incomplete, and why where a call failed.
fn unlisted(case: &TrailCase<'_>) -> String {
    let gaps = &case.trail.sample.gaps;
    let why = if gaps.is_empty() {
        String::new()
    } else {
        format!(" ({})", unread_words(case.facts, gaps))
    };
    format!("the window was not listed completely{why}")
}

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
                    "Trail '{}' has no KMS key; object '{}' was delivered {}.",
                    case.name(),
                    file_name(&newest.key),
                    if newest.kms_key_id.is_some() {
                        "with a key that is not the trail's"
                    } else {
                        "without SSE-KMS"
                    }
                ))
                .comparing(EXPECTED, shown(newest))
        }
        None => shared(case, newest),
    }
}

/// The key that an object should be encrypted with. Where the trail's own key is AWS managed, an object
/// that is encrypted with it deviates all the same.
pub(super) const fn required_key(class: DeviationClass) -> &'static str {
    match class {
        DeviationClass::AwsManagedKey => "a customer managed key of the trail",
        _ => "its key",
    }
}

/// An object's encryption, by how it deviates; the end of a sentence about the object.
pub(super) const fn encryption_words(class: DeviationClass) -> &'static str {
    match class {
        DeviationClass::None => "not encrypted",
        DeviationClass::SseC => "encrypted with a key of its writer's (SSE-C)",
        DeviationClass::SseS3 => "encrypted with S3's own key (SSE-S3)",
        DeviationClass::AwsManagedKey => "encrypted with an AWS managed KMS key",
        DeviationClass::ForeignKey => {
            "encrypted with a KMS key of an account that is not among the organization's listed accounts"
        }
        DeviationClass::PreviousKey => "encrypted with the KMS key that was in use before",
        DeviationClass::WrongKey => "encrypted with another KMS key than the trail's",
    }
}

fn deviating(case: &TrailCase<'_>, newest: &Sample) -> Finding {
    let (Some(evidence), Some(class)) = (&newest.evidence, newest.deviation) else {
        return unproven(case, Reason::UnreadableObjects, &unreadable(case));
    };
    if case.has_siblings {
        return shared(case, newest);
    }
    let sample = &case.trail.sample;
    let others = sample.deviating.iter().filter_map(|it| it.newest.evidence.as_ref());
    let others = others.filter(|other| *other != evidence).take(CITED);
    let proof = others.chain(&sample.listed_by).fold(Proof::of(evidence), Proof::and);
    Finding::fail(ControlId::LogObjectsSealed, case.subject(), reason(class), &proof)
        .saying(format!(
            "{} of {} of '{}' {} not encrypted with {}; newest: '{}', {}.",
            sample.deviations(),
            counted(sample.examined, "sampled log object"),
            case.name(),
            if sample.deviations() == 1 { "is" } else { "are" },
            required_key(class),
            file_name(&newest.key),
            encryption_words(class)
        ))
        .comparing(EXPECTED, shown(newest))
}

/// Encrypted with the trail's key, which AWS manages: the key could not be described when the objects
/// were examined, but could be through another trail.
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
        "The log objects of '{name}' are encrypted with an AWS managed KMS key; newest: '{file}'."
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
        "Another trail delivers under the prefix of '{}', and object '{}' may belong to it.",
        case.name(),
        file_name(&sample.key)
    ))
    .comparing(EXPECTED, shown(sample))
    .showing_all(&sample.evidence)
}

fn nothing(case: &TrailCase<'_>) -> Finding {
    let sample = &case.trail.sample;
    if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) {
        return unproven(case, Reason::BucketGone, "the bucket does not exist");
    }
    if sample.unreadable > 0 {
        return unproven(case, Reason::UnreadableObjects, &unreadable(case));
    }
    if !sample.gaps.is_empty() {
        let why = unread_words(case.facts, &sample.gaps);
        return unproven(case, Reason::Unread, &why).by_gaps_alone();
    }
    let location = || log_location(case, "CloudTrail");
    match sample.population {
        Population::Counted(0) => {
            let why = format!("the window holds no log object in {}", location());
            unproven(case, Reason::NoObjects, &why)
        }
        _ if sample.frame.empty > 0 => {
            let why = format!(
                "none of the {} drawn clusters (account, Region, day) holds a log object in {}",
                sample.frame.drawn,
                location()
            );
            unproven(case, Reason::NoObjects, &why)
        }
        _ if case.trail.description.bucket.is_none() => {
            unproven(case, Reason::Unread, "the trail names no bucket")
        }
        _ => unproven(case, Reason::Unread, &unlisted(case)),
    }
}

/// How many objects could not be read, and why.
fn unreadable(case: &TrailCase<'_>) -> String {
    let sample = &case.trail.sample;
    let why = sample_words(case.facts, sample);
    // A gap without an object counts as one.
    let objects = counted(sample.unreadable.max(1), "selected object");
    format!("the encryption of {objects} is not known ({why})")
}

fn sampled(case: &TrailCase<'_>) -> Finding {
    let (sample, thresholds) = (&case.trail.sample, case.facts.thresholds);
    let Some(bound) = sample.upper_bound(thresholds.confidence) else {
        return unproven(case, Reason::NoObjects, &nothing_left(case));
    };
    let newest = sample.newest.as_ref().and_then(|it| it.evidence.as_ref());
    let proof = newest.filter(|_| sample.sealed > 0).map(Proof::of);
    let proof = proof.filter(|_| bound <= thresholds.tolerable_rate);
    match proof {
        Some(proof) => passing(case, bound, &proof),
        None if sample.unreadable > 0 => {
            unproven(case, Reason::UnreadableObjects, &unreadable(case))
        }
        None => {
            let bound = percent(bound);
            let why = format!("the sample is too small: the upper bound of deviations is {bound}");
            unproven(case, Reason::SampleTooSmall, &why)
        }
    }
}

/// Why nothing of what was listed counts.
fn nothing_left(case: &TrailCase<'_>) -> String {
    let (sample, location) = (&case.trail.sample, log_location(case, "CloudTrail"));
    match (sample.replaced, sample.left_population) {
        (0, 0) => format!("the window holds no log object in {location}"),
        (gone, 0) => {
            let logs = counted(gone, "listed log object");
            format!(
                "{logs} in {location} {} gone when read",
                if gone == 1 { "was" } else { "were" }
            )
        }
        (0, older) => format!(
            "{} in {location}, all older than the last change of encryption or key",
            counted(older, "log object")
        ),
        (gone, older) => format!(
            "of the log objects in {location}, {gone} gone when read and {older} older than the last change of encryption or key"
        ),
    }
}

fn passing(case: &TrailCase<'_>, bound: f64, proof: &Proof) -> Finding {
    let (sample, name) = (&case.trail.sample, case.name());
    let (selected, confidence) = (sample.selected(), percent(case.facts.thresholds.confidence));
    let (reason, message) = match sample.method {
        SampleMethod::Random => (
            Reason::SampleSealed,
            format!(
                "{} of {selected} log objects of '{name}', drawn at random from {}, are encrypted with its key and none deviates; at {confidence} confidence, at most {} of all deviate.",
                sample.sealed,
                sample.eligible,
                percent(bound)
            ),
        ),
        SampleMethod::Clusters => (
            Reason::ClusterSampleSealed,
            format!(
                "{} of {selected} log objects of '{name}', each from a randomly drawn cluster (account, Region, day), are encrypted with its key and none deviates; at {confidence} confidence, the cluster-weighted rate of deviations is at most {}.",
                sample.sealed,
                percent(bound)
            ),
        ),
        _ => (Reason::AllSealed, all_examined(case)),
    };
    let proof = sample.listed_by.iter().fold(proof.clone(), Proof::and);
    Finding::pass(ControlId::LogObjectsSealed, case.subject(), reason, &proof)
        .saying(message)
        .comparing(EXPECTED, counts(case))
}

/// The sentence where every object of the window was selected, with those that could not be judged.
fn all_examined(case: &TrailCase<'_>) -> String {
    let (sample, name) = (&case.trail.sample, case.name());
    let rest = [
        (sample.unreadable, "could not be read"),
        (sample.left_population, "older than the last change of encryption or key"),
        (sample.replaced, "gone when read"),
    ];
    let rest: Vec<String> =
        rest.iter().filter(|row| row.0 > 0).map(|row| format!("{} {}", row.0, row.1)).collect();
    let is_one = sample.sealed == 1;
    let (verb, all) =
        if is_one { ("was examined and is", "The only") } else { ("were examined and are", "All") };
    if rest.is_empty() {
        let logs =
            if is_one { "log object".to_owned() } else { counted(sample.sealed, "log object") };
        return format!("{all} {logs} of '{name}' in the window {verb} encrypted with its key.");
    }
    format!(
        "{} of '{name}' in the window {verb} encrypted with its key; of the others, {}.",
        counted(sample.sealed, "log object"),
        rest.join(", ")
    )
}

/// An organization trail also delivers for members that could not be listed.
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
        .saying(format!(
            "The encryption of the log objects of '{}' is not proven: {why}.",
            case.name()
        ))
        .comparing(EXPECTED, counts(case))
        .showing_all(case.trail.sample.newest.iter().filter_map(|it| it.evidence.as_ref()))
        .showing_all(&case.trail.sample.listed_by)
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
    let bound = bound.map(|it| format!(", at most {} deviate", percent(it)));
    format!(
        "{listed}, {selected} selected, {tested} read, {sealed} sealed, {unreadable} unreadable, {older} older than the key change{}",
        bound.unwrap_or_default()
    )
}

/// With two decimals, rounded up, so that a bound is never understated.
fn percent(share: f64) -> String {
    let hundredths = (share * 1e4 - 1e-6).ceil() + 0.0;
    format!("{} %", hundredths / 1e2)
}

pub(super) fn shown(sample: &Sample) -> String {
    let algorithm = sample.algorithm.as_deref().unwrap_or("no encryption");
    let key = sample.kms_key_id.as_deref().map(|id| format!(" with {id}")).unwrap_or_default();
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
