//! `history-sealed`: logs of any age.

use trailseal_model::{ControlId, Deviating, Finding, GapId, Proof, Reason};

use super::TrailCase;
use super::log_objects::{encryption_words, reason, required_key, shown};
use super::sentences::file_name;
use super::sentences::{causes_words, counted, log_location, unread_words};

const CONTROL: ControlId = ControlId::HistorySealed;
const EXPECTED: &str = "every log in the bucket, of any age, encrypted with the trail's key";

/// One deviating object of any age fails; a pass names the date of the oldest examined log.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL) {
        return finding;
    }
    let history = &case.trail.history;
    let newest = history.deviating.iter().max_by_key(|group| group.newest.named_at);
    if let Some(newest) = newest {
        return deviating(case, newest);
    }
    if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) {
        return unproven(case, Reason::BucketGone, "the bucket does not exist");
    }
    if history.unreadable > 0 {
        let causes = causes_words(case.facts, &history.unreadable_objects);
        let why = if causes.is_empty() { unread_words(case.facts, &history.gaps) } else { causes };
        let logs = counted(history.unreadable, "log object");
        let why = format!("the encryption of {logs} is not known ({why})");
        return unproven(case, Reason::UnreadableObjects, &why);
    }
    let gaps = gaps(case);
    if !gaps.is_empty() {
        return unproven(case, Reason::Unread, &unread_words(case.facts, &gaps));
    }
    match (&history.oldest_read_by, history.sealed_since) {
        (Some(evidence), Some(since)) => {
            let proof = history.listed_by.iter().fold(Proof::of(evidence), Proof::and);
            Finding::pass(CONTROL, case.subject(), Reason::HistorySealed, &proof)
                .saying(format!(
                    "Every examined log of '{}' is encrypted with its key, from the oldest ({since:.0}) on, as of this run.",
                    case.name()
                ))
                .comparing(EXPECTED, format!(
                    "{} read, all encrypted with the trail's key",
                    counted(history.examined, "older object")
                ))
        }
        (None, _) if case.trail.description.bucket.is_none() => {
            unproven(case, Reason::Unread, "the trail names no bucket")
        }
        (None, _) if history.listed_by.is_none() => {
            unproven(case, Reason::Unread, "no older log was listed")
        }
        _ if history.oldest.is_some() => {
            unproven(case, Reason::NoObjects, "the oldest log object was gone when it was read")
        }
        _ => {
            let location = log_location(case, "CloudTrail");
            unproven(case, Reason::NoObjects, &format!("no log object was found in {location}"))
        }
    }
}

fn deviating(case: &TrailCase<'_>, newest: &Deviating) -> Finding {
    let (name, sample) = (case.name(), &newest.newest);
    let since = case.trail.history.sealed_since;
    let since = since.map_or_else(
        || "since when every log is encrypted with its key is not known".to_owned(),
        |date| {
            format!("every examined log since {date:.0} is encrypted with its key, as of this run")
        },
    );
    let Some(evidence) = sample.evidence.as_ref().filter(|_| !case.has_siblings) else {
        let file = file_name(&sample.key);
        let why = format!("'{file}' has another encryption and may belong to another trail");
        let why = why.as_str();
        return unproven(case, Reason::SharedPrefix, why).showing_all(&sample.evidence);
    };
    let proof = case.trail.history.listed_by.iter().fold(Proof::of(evidence), Proof::and);
    Finding::fail(CONTROL, case.subject(), reason(newest.class), &proof)
        .saying(format!(
            "Some logs of '{name}' are not encrypted with {}, such as '{}', which is {}; {since}.",
            required_key(newest.class),
            file_name(&sample.key),
            encryption_words(newest.class)
        ))
        .comparing(EXPECTED, shown(sample))
}

fn unproven(case: &TrailCase<'_>, reason: Reason, why: &str) -> Finding {
    Finding::not_proven(CONTROL, case.subject(), reason, gaps(case))
        .saying(format!(
            "The encryption of the older logs of '{}' is not proven: {why}.",
            case.name()
        ))
        .comparing(EXPECTED, why)
        .showing_all(&case.trail.history.oldest_read_by)
        .showing_all(&case.trail.history.listed_by)
}

/// What could not be listed or read, of older logs and of the window.
fn gaps(case: &TrailCase<'_>) -> Vec<GapId> {
    let gaps = case.trail.history.gaps.iter().chain(&case.trail.sample.gaps);
    let mut gaps: Vec<GapId> = gaps.copied().collect();
    gaps.dedup();
    gaps
}
