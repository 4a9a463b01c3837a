//! Delivered objects: logs of the window, digests, older logs.

use jiff::SignedDuration;
use trailseal_model::{
    ControlId, Deviating, Fix, FixActor, FixStep, Operation, Reason, Sample, SampleResult, Window,
    binomial_upper_bound,
};

use super::case::{Case, setting_place};
use super::json::text;
use super::{delivery, new_key, unread};

/// What reads logs and digests.
const READS: &[Operation] = &[Operation::HeadObject, Operation::ListObjectsV2];
/// The longest window, in days.
const LONGEST_WINDOW: i64 = 90;
/// No sample is larger.
const LARGEST_SAMPLE: u32 = 10_000;

/// Logs of the window, or the newest digest.
pub(super) fn of_objects(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::NoKmsKey => new_key::for_trail(case),
        Reason::AwsManagedKey if case.is_key_of_aws() => new_key::for_trail(case),
        Reason::SseS3 if case.finding.control() == ControlId::DigestObjectsSealed => {
            digest_of_s3(case)
        }
        _ if case.has_failed() => writer(case),
        Reason::SampleTooSmall => larger_sample(case),
        Reason::NoObjects => longer_window(case),
        Reason::NoDigest => case.of_operator(),
        _ => of_doubt(case),
    }
}

/// Older logs.
pub(super) fn of_history(case: &Case<'_>) -> Fix {
    match case.reason() {
        _ if case.has_failed() => accept(case),
        Reason::NoObjects => case.of_operator(),
        _ => of_doubt(case),
    }
}

fn of_doubt(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::BucketGone => delivery::bucket_again(case),
        Reason::PopulationDeclared => {
            Fix { place: setting_place("accounts_file"), ..case.of_operator() }
        }
        Reason::UnreadableObjects => readable(case),
        Reason::Unread if case.finding.gaps().is_empty() && case.bucket_name().is_some() => {
            shorter_window(case)
        }
        Reason::Unread => unread::of_logs(case, READS),
        Reason::SharedPrefix => Fix {
            change: format!(
                "give {} a bucket or prefix of its own: other trails deliver to {} under the same prefix",
                case.thing(),
                case.bucket_words()
            ),
            ..case.general()
        },
        _ => case.general(),
    }
}

/// The newest object that is not encrypted as it should be.
fn newest_deviating<'a>(case: &Case<'a>) -> Option<&'a Sample> {
    let trail = case.trail?;
    let newest = |deviating: &'a [Deviating]| {
        deviating.iter().map(|it| &*it.newest).max_by_key(|newest| newest.named_at)
    };
    match case.finding.control() {
        ControlId::DigestObjectsSealed => {
            let digest = trail.digest.newest.as_deref();
            digest.filter(|it| it.result == SampleResult::Deviation)
        }
        ControlId::HistorySealed => newest(&trail.history.deviating),
        _ => newest(&trail.sample.deviating),
    }
}

fn object_words(object: &Sample) -> String {
    let encryption = match (object.algorithm.as_deref(), object.kms_key_id.as_deref()) {
        (Some(algorithm), Some(key)) => format!("{algorithm} with key {key}"),
        (Some(algorithm), None) => algorithm.to_owned(),
        (None, _) => "no encryption that S3 names".to_owned(),
    };
    format!("s3://{}/{} ({encryption})", object.bucket, object.key)
}

/// CloudTrail itself writes digests, with the trail's key where it has one.
fn digest_of_s3(case: &Case<'_>) -> Fix {
    let general = case.general();
    let object = newest_deviating(case).map(|it| format!(" ({})", object_words(it)));
    let change = format!("{}{}", general.change, object.unwrap_or_default());
    Fix { change, place: case.bucket_place(), ..general }
}

/// Something else than the trail's present setting wrote an object.
fn writer(case: &Case<'_>) -> Fix {
    let Some(object) = newest_deviating(case) else {
        return Fix { place: case.bucket_place(), ..case.general() };
    };
    let written = object.last_modified.unwrap_or(object.named_at);
    let risk = (case.reason() == Reason::ForeignKey).then(|| {
        "the account that holds the key of these objects can make them unreadable".to_owned()
    });
    Fix {
        change: format!(
            "find out what wrote {} at {written:.0}, and stop it: look for PutObject and CopyObject events of {} and for UpdateTrail events of {}; if the trail's key was changed just then, scan again when new logs have arrived",
            object_words(object),
            case.bucket_words(),
            case.thing()
        ),
        place: case.bucket_place(),
        risks: risk,
        ..case.general()
    }
}

/// Where the encryption of objects is not known: a refusal, or a header that does not tell the key.
fn readable(case: &Case<'_>) -> Fix {
    if !case.finding.gaps().is_empty() {
        return unread::of_logs(case, &[Operation::HeadObject]);
    }
    let Some(trail) = case.trail else { return case.general() };
    let all = trail.sample.unreadable_objects.iter().chain(&trail.history.unreadable_objects);
    let digest = trail.digest.newest.as_deref();
    let digest = digest.filter(|it| it.result == SampleResult::Unreadable);
    let object = all.map(|it| &*it.newest).chain(digest).next();
    let Some(object) = object else { return unread::of_logs(case, &[Operation::HeadObject]) };
    let problem = object.header_problem.as_ref().map(|problem| format!(", where {problem}"));
    Fix {
        change: format!(
            "copy objects such as {} in place with the key of {}{}, because S3 does not tell with which key they are encrypted",
            object_words(object),
            case.thing(),
            problem.unwrap_or_default()
        ),
        place: case.bucket_place(),
        risks: Some("a copy has a new version and a new time of modification, and readers need kms:Decrypt on its key".to_owned()),
        ..case.general()
    }
}

fn flags(text: String) -> Vec<FixStep> {
    vec![FixStep::Setting { file: "command line".to_owned(), text }]
}

fn days(window: Window) -> i64 {
    let day = SignedDuration::from_hours(24).as_secs();
    let length = window.end.as_second() - window.start.as_second();
    (length + day - 1).div_euclid(day).max(1)
}

/// The smallest sample without a deviation whose bound is tolerable. What could not be read counts as
/// a deviation, so a sample that had such objects needs more.
fn needed_sample(case: &Case<'_>) -> Option<u32> {
    let thresholds = case.facts.thresholds;
    let unreadable = case.trail.map_or(0, |trail| trail.sample.unreadable);
    let is_enough = |size: u32| {
        binomial_upper_bound(size, unreadable, thresholds.confidence) <= thresholds.tolerable_rate
    };
    let (mut low, mut high) = (0, LARGEST_SAMPLE);
    if !is_enough(high) {
        return None;
    }
    while high - low > 1 {
        let middle = low.midpoint(high);
        if is_enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

fn larger_sample(case: &Case<'_>) -> Fix {
    let drawn = case.facts.thresholds.sample_size;
    match needed_sample(case) {
        Some(needed) if needed > drawn => Fix {
            change: format!(
                "draw {needed} log objects of {} instead of {drawn}, so that the bound is within the tolerable rate of {}",
                case.thing(),
                case.facts.thresholds.tolerable_rate
            ),
            place: setting_place("sample_size"),
            steps: flags(format!("--sample-size {needed}")),
            risks: Some("the scan makes more requests to S3".to_owned()),
            ..case.of_operator()
        },
        // The sample was large enough: the calls for finding objects did not suffice.
        _ => shorter_window(case),
    }
}

fn shorter_window(case: &Case<'_>) -> Fix {
    let Some(trail) = case.trail else { return case.general() };
    let present = days(trail.sample.window);
    let Some(shorter) = Some((present / 7).max(1)).filter(|it| *it < present) else {
        return case.of_operator();
    };
    Fix {
        change: format!(
            "scan a shorter time, {shorter}d instead of {present}d, so that the logs of {} can be listed to the end",
            case.thing()
        ),
        place: setting_place("window"),
        steps: flags(format!("--window {shorter}d")),
        risks: Some("the finding then tells of this shorter time only".to_owned()),
        ..case.of_operator()
    }
}

fn longer_window(case: &Case<'_>) -> Fix {
    let Some(trail) = case.trail else { return case.general() };
    let present = days(trail.sample.window);
    let longer = (present * 4).min(LONGEST_WINDOW);
    let wait = format!("wait until {} has delivered logs to {}", case.thing(), case.bucket_words());
    if longer <= present {
        return Fix { change: format!("{wait}, and scan again"), ..case.of_operator() };
    }
    Fix {
        change: format!("{wait}, or scan a longer time, {longer}d instead of {present}d"),
        place: setting_place("window"),
        steps: flags(format!("--window {longer}d")),
        ..case.of_operator()
    }
}

/// People decide about older logs: copying changes evidence, and accepting is a decision to write down.
fn accept(case: &Case<'_>) -> Fix {
    let subject = text(&case.finding.subject().key());
    let entry = format!(
        "[[findings]]\ncontrol = \"{}\"\nsubject = {subject}\nstatus = \"{}\"\nowner = \"\"\napprover = \"\"\nreason = \"\"\nticket = \"\"\nexpiry = \"\"",
        case.finding.control(),
        case.finding.status()
    );
    let object = newest_deviating(case).map(|it| format!(", such as {}", object_words(it)));
    Fix {
        change: format!(
            "decide whether older logs of {}{} are to be copied in place with the trail's key, or accepted as they are by the entry below, filled in",
            case.thing(),
            object.unwrap_or_default()
        ),
        actor: FixActor::TrailsealOperator,
        place: case.bucket_place(),
        steps: vec![FixStep::Setting { file: "exceptions.toml".to_owned(), text: entry }],
        first: Some("find out how long these logs have to be kept, and who reads them".to_owned()),
        risks: Some("a copy has a new version and a new time of modification, and who reads logs without kms:Decrypt loses access to the copies".to_owned()),
        ..case.general()
    }
}
