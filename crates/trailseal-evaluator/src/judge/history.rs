//! `history-sealed`: logs of any age.

use trailseal_model::{ControlId, Deviating, Finding, Proof, Reason};

use super::TrailCase;
use super::log_objects::{file_name, reason, shown};

const CONTROL: ControlId = ControlId::HistorySealed;
const EXPECTED: &str = "every log in the bucket, however old, under the trail's key";

/// One deviating object of any age fails; a pass says since when all that were looked at are sealed.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL) {
        return finding;
    }
    let (history, sample) = (&case.trail.history, &case.trail.sample);
    let newest = history.deviating.iter().max_by_key(|it| it.newest.named_at);
    if let Some(newest) = newest {
        return deviating(case, newest);
    }
    if case.bucket.is_some_and(trailseal_model::BucketFacts::is_gone) {
        return unproven(case, Reason::BucketGone, "the bucket does not exist");
    }
    if history.unreadable > 0 {
        return unproven(case, Reason::UnreadableObjects, "an object could not be read");
    }
    if !history.gaps.is_empty() || !sample.gaps.is_empty() {
        return unproven(case, Reason::Unread, "not everything could be listed");
    }
    match (&history.oldest_read_by, history.sealed_since) {
        (Some(evidence), Some(since)) => {
            let proof = history.listed_by.iter().fold(Proof::of(evidence), Proof::and);
            Finding::pass(CONTROL, case.subject(), Reason::HistorySealed, &proof)
                .saying(format!(
                    "As of this run, every log of '{}' that was looked at is sealed under its key, from the oldest one on ({since:.0}).",
                    case.name()
                ))
                .comparing(EXPECTED, format!("{} older objects read, all sealed", history.examined))
        }
        (None, _) if history.listed_by.is_none() => {
            unproven(case, Reason::Unread, "the bucket was not listed")
        }
        _ => unproven(case, Reason::NoObjects, "no log object was found"),
    }
}

fn deviating(case: &TrailCase<'_>, newest: &Deviating) -> Finding {
    let (name, sample) = (case.name(), &newest.newest);
    let since = case.trail.history.sealed_since;
    let since = since.map_or_else(
        || "since when all are sealed is not known".to_owned(),
        |it| format!("all that were looked at are sealed since {it:.0}, as of this run"),
    );
    let Some(evidence) = sample.evidence.as_ref().filter(|_| !case.has_siblings) else {
        let why = "an object lies under another encryption, and may be another trail's";
        return unproven(case, Reason::SharedPrefix, why);
    };
    Finding::fail(CONTROL, case.subject(), reason(newest.class), &Proof::of(evidence))
        .saying(format!(
            "Logs of '{name}' lie under another encryption, such as '{}'; {since}.",
            file_name(&sample.key)
        ))
        .comparing(EXPECTED, shown(sample))
}

fn unproven(case: &TrailCase<'_>, reason: Reason, why: &str) -> Finding {
    let gaps = case.trail.history.gaps.iter().chain(&case.trail.sample.gaps);
    let mut gaps: Vec<_> = gaps.copied().collect();
    gaps.dedup();
    Finding::not_proven(CONTROL, case.subject(), reason, gaps)
        .saying(format!("The older logs of '{}' are not proven sealed: {why}.", case.name()))
        .comparing(EXPECTED, why)
}
