//! `trail-delivering`: logs arrive.
//!
//! Source: CloudTrail API reference, GetTrailStatus: it reports one Region at a time, so the worst
//! Region counts.

use std::fmt::Write as _;

use trailseal_model::{
    Answer, BucketOwner, ControlId, Delivery, Evidence, Finding, GapId, Observed, Proof, Reason,
    Target, TrailStatus,
};

use super::TrailCase;
use super::sentences::{counted, unread_words};
use crate::age::is_in_future;
use crate::delivery::delivery;

/// One fact about the delivery, the worst first.
enum Leg {
    Fails(Reason, String, Vec<Evidence>),
    NotProven(Reason, String, Vec<GapId>),
    Holds(Evidence),
}

/// The worst of the bucket, every Region's status and the members' statuses.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::TrailDelivering;
    let mut legs = vec![bucket_leg(case)];
    legs.extend(case.trail.status.iter().map(|(region, it)| leg(case, region.name(), it)));
    legs.extend(member_legs(case));
    let expected =
        "logging and delivered within the last 24 hours, to a bucket whose owner is known";
    let name = case.name();
    if let Some((reason, observed, proof)) = legs.iter().find_map(Leg::as_failure) {
        let what = match reason {
            Reason::BucketOwnerMismatch => "goes to a bucket of another account",
            Reason::NotLogging => "is stopped",
            _ => "fails",
        };
        return Finding::fail(control, case.subject(), reason, &proof)
            .saying(format!("Delivery of '{name}' {what}: {observed}."))
            .comparing(expected, observed);
    }
    let unproven = legs.iter().find_map(|it| match it {
        Leg::NotProven(reason, observed, _) => Some((*reason, observed)),
        Leg::Fails(..) | Leg::Holds(_) => None,
    });
    if let Some((reason, observed)) = unproven {
        let gaps = legs.iter().flat_map(Leg::gaps).collect();
        let finding = Finding::not_proven(control, case.subject(), reason, gaps)
            .saying(format!("Delivery of '{name}' is not proven: {observed}."))
            .comparing(expected, observed);
        let finding = finding.showing_all(case.statuses_read());
        let is_by_gaps_alone = legs.iter().all(Leg::is_unread_or_holds);
        return if is_by_gaps_alone { finding.by_gaps_alone() } else { finding };
    }
    let proof = legs.iter().filter_map(Leg::evidence).fold(None, |proof: Option<Proof>, it| {
        Some(proof.map_or_else(|| Proof::of(it), |proof| proof.and(it)))
    });
    let regions = case.trail.status.len();
    match proof.filter(|_| regions > 0) {
        Some(proof) => Finding::pass(control, case.subject(), Reason::Delivering, &proof)
            .saying(format!("CloudTrail delivers logs of '{name}'."))
            .comparing(expected, delivered(case)),
        None => Finding::not_proven(control, case.subject(), Reason::Unread, Vec::new())
            .saying(format!("GetTrailStatus was called in no Region for '{name}'.")),
    }
}

impl<'a> TrailCase<'a> {
    /// GetTrailStatus in each Region where it answered, and in the first member of each kind of trouble.
    fn statuses_read(&self) -> impl Iterator<Item = &'a Evidence> {
        let members = &self.trail.members;
        let of_members = [Delivery::Contradicted, Delivery::Unread].into_iter();
        let of_members = of_members.filter_map(|kind| members.places(kind).next()).map(|it| it.1);
        let read = self.trail.status.iter().map(|it| &it.1).chain(of_members);
        read.filter_map(Observed::known).map(|answer| &answer.evidence)
    }
}

fn bucket_leg(case: &TrailCase<'_>) -> Leg {
    let Some(bucket) = case.bucket else {
        let observed = match &case.trail.description.bucket {
            Some(name) => format!("the bucket '{name}' was not examined"),
            None => "the trail names no bucket".to_owned(),
        };
        return Leg::NotProven(Reason::BucketOwnerUnknown, observed, Vec::new());
    };
    let name = &bucket.name;
    if bucket.is_gone() {
        let evidence = bucket.presence.known().map(|it| it.evidence.clone());
        let observed = format!("the bucket '{name}' does not exist");
        return Leg::Fails(Reason::BucketGone, observed, evidence.into_iter().collect());
    }
    let search = match bucket.search.to_string() {
        none if none.is_empty() => none,
        counts => format!(" ({counts})"),
    };
    match &bucket.owner {
        BucketOwner::Account(owner, evidence) => match bucket.configured_owner {
            Some(configured) if configured != *owner => {
                let observed =
                    format!("account {owner} owns the bucket '{name}', not {configured}");
                Leg::Fails(Reason::BucketOwnerMismatch, observed, vec![evidence.clone()])
            }
            _ => Leg::Holds(evidence.clone()),
        },
        BucketOwner::NotFound => {
            let observed =
                format!("none of the accounts that were asked owns the bucket '{name}'{search}");
            Leg::NotProven(Reason::BucketOwnerUnknown, observed, Vec::new())
        }
        BucketOwner::Unread(gap) => {
            let observed = format!(
                "the owner of the bucket '{name}' was not found{search}: {}",
                unread_words(case.facts, &[*gap])
            );
            Leg::NotProven(Reason::BucketOwnerUnknown, observed, vec![*gap])
        }
    }
}

/// What the status shows for the Region, and member, in which it was read.
fn leg(case: &TrailCase<'_>, place: &str, status: &Observed<Answer<TrailStatus>>) -> Leg {
    let said = delivery(status, &case.facts.thresholds);
    let Observed::Known(Answer { value, evidence }) = status else {
        let gaps: Vec<GapId> = status.gap().into_iter().collect();
        let why = unread_words(case.facts, &gaps);
        return Leg::NotProven(Reason::Unread, format!("status unread in {place}: {why}"), gaps);
    };
    let fails = |reason, observed| Leg::Fails(reason, observed, vec![evidence.clone()]);
    let unproven = |reason, observed| Leg::NotProven(reason, observed, Vec::new());
    match said {
        Delivery::NotLogging => fails(Reason::NotLogging, format!("not logging in {place}")),
        Delivery::Error => fails(Reason::DeliveryError, error_words(place, value)),
        Delivery::Contradicted => {
            unproven(Reason::DeliveryErrorContradicted, contradiction_words(place, value))
        }
        Delivery::Never => unproven(
            Reason::NeverDelivered,
            format!("logging in {place}, but AWS reports no delivery there"),
        ),
        Delivery::Stale => {
            let at = value.latest_delivery.unwrap_or_default();
            let when = if is_in_future(at, evidence.at) {
                format!("is dated {at:.3}, which is after AWS's answer ({:.3})", evidence.at)
            } else {
                format!("was at {at:.3}")
            };
            unproven(Reason::DeliveryStale, format!("the last delivery in {place} {when}"))
        }
        Delivery::Delivering => Leg::Holds(evidence.clone()),
        Delivery::Unread | Delivery::NotTold => {
            unproven(Reason::Unread, format!("status unread in {place}"))
        }
    }
}

/// The error in S3's own words, and why no delivery contradicts it.
fn error_words(place: &str, status: &TrailStatus) -> String {
    let error = status.latest_delivery_error.as_deref().unwrap_or_default();
    let last = status.last_success();
    let since = match (status.latest_attempt.filter(|_| status.has_failed_since()), last) {
        (Some(attempt), Some(last)) => {
            format!("the attempt at {attempt:.3} failed, after the last delivery at {last:.3}")
        }
        (Some(attempt), None) => {
            format!("the attempt at {attempt:.3} failed, and none before it succeeded")
        }
        (None, Some(last)) => format!("the last delivery was at {last:.3}"),
        (None, None) => "nothing was ever delivered".to_owned(),
    };
    format!("delivery error '{error}' in {place}; {since}")
}

fn contradiction_words(place: &str, status: &TrailStatus) -> String {
    let error = status.latest_delivery_error.as_deref().unwrap_or_default();
    let at = status.latest_delivery.unwrap_or_default();
    format!(
        "AWS reports the error '{error}' in {place} together with a delivery at {at:.3} and no later attempt"
    )
}

/// What contradicts delivery for members, the worst first; of each kind the first member is named.
/// A member with no delivery and no failure may just be quiet: that is only shown. So is a member that
/// AWS refuses: a refusal says nothing about delivery, and the owner's status decides.
fn member_legs<'a>(case: &'a TrailCase<'_>) -> impl Iterator<Item = Leg> + 'a {
    let members = &case.trail.members;
    let worst = [Delivery::NotLogging, Delivery::Error, Delivery::Contradicted, Delivery::Unread];
    worst.into_iter().filter_map(move |kind| {
        let (Target { account, region }, first) = members.places(kind).next()?;
        let more = match members.count(kind) {
            0 | 1 => String::new(),
            2 => ", and in 1 more place".to_owned(),
            count => format!(", and in {} more places", count - 1),
        };
        let place = format!("{region} for the member {account}{more}");
        let mut leg = leg(case, &place, first);
        if let Leg::NotProven(_, _, gaps) = &mut leg {
            gaps.clear();
            gaps.extend(members.places(kind).filter_map(|it| it.1.gap()));
        }
        Some(leg)
    })
}

/// What shows the delivery, of members too where they were asked.
fn delivered(case: &TrailCase<'_>) -> String {
    let regions = case.trail.status.len();
    let members = &case.trail.members;
    let count = |kind| members.count(kind);
    let mut text = format!("delivered within 24 hours in {}", counted(regions, "Region"));
    let (quiet, refused) =
        (count(Delivery::Stale) + count(Delivery::Never), count(Delivery::NotTold));
    if members.asked() > refused {
        let _ = write!(
            text,
            "; {quiet} of {} show no delivery within 24 hours",
            counted(members.asked() - refused, "member status")
        );
    }
    if refused > 0 {
        let _ = write!(
            text,
            "; AWS refused the status to {}, so the owner's status decides",
            counted(refused, "member")
        );
    }
    if members.not_asked() > 0 {
        let _ = write!(text, "; {} more were not asked for that reason", members.not_asked());
    }
    text
}

impl Leg {
    fn as_failure(&self) -> Option<(Reason, String, Proof)> {
        let Self::Fails(reason, observed, evidence) = self else { return None };
        let (first, others) = evidence.split_first()?;
        let proof = others.iter().fold(Proof::of(first), Proof::and);
        Some((*reason, observed.clone(), proof))
    }

    fn gaps(&self) -> Vec<GapId> {
        match self {
            Self::NotProven(_, _, gaps) => gaps.clone(),
            Self::Fails(..) | Self::Holds(_) => Vec::new(),
        }
    }

    /// Whether it holds, or depends on an unread status alone. Of a bucket's owner one gap of perhaps
    /// several is known, so that never does.
    fn is_unread_or_holds(&self) -> bool {
        match self {
            Self::Holds(_) => true,
            Self::NotProven(reason, _, gaps) => *reason == Reason::Unread && !gaps.is_empty(),
            Self::Fails(..) => false,
        }
    }

    const fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Holds(evidence) => Some(evidence),
            Self::Fails(..) | Self::NotProven(..) => None,
        }
    }
}
