//! `trail-delivering`: logs arrive.
//!
//! Source: CloudTrail API reference, GetTrailStatus: it tells of one Region at a time, so the
//! worst Region counts.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    Answer, BucketOwner, ControlId, Evidence, Finding, GapId, Proof, Reason, Region, TrailStatus,
};

use super::TrailCase;

/// One thing that is known of the delivery, the worst first.
enum Leg {
    Fails(Reason, String, Vec<Evidence>),
    NotProven(Reason, String, Vec<GapId>),
    Holds(Evidence),
}

/// The worst of the bucket and every Region's status.
pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::TrailDelivering;
    let mut legs = vec![bucket_leg(case)];
    legs.extend(case.trail.status.iter().map(|(region, status)| {
        if let Some(answer) = status.known() {
            status_leg(case, *region, answer)
        } else {
            let observed = format!("status unread in {region}");
            Leg::NotProven(Reason::Unread, observed, status.gap().into_iter().collect())
        }
    }));
    let expected =
        "logging and delivered within the last 24 hours, to a bucket whose owner is known";
    let name = case.name();
    if let Some((reason, observed, proof)) = legs.iter().find_map(Leg::as_failure) {
        return Finding::fail(control, case.subject(), reason, &proof)
            .saying(format!("Logs of '{name}' are not being delivered: {observed}."))
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
        let is_by_gaps_alone = legs.iter().all(Leg::is_unread_or_holds);
        return if is_by_gaps_alone { finding.by_gaps_alone() } else { finding };
    }
    let proof = legs.iter().filter_map(Leg::evidence).fold(None, |proof: Option<Proof>, it| {
        Some(proof.map_or_else(|| Proof::of(it), |proof| proof.and(it)))
    });
    let regions = case.trail.status.len();
    match proof.filter(|_| regions > 0) {
        Some(proof) => Finding::pass(control, case.subject(), Reason::Delivering, &proof)
            .saying(format!("Logs of '{name}' are being delivered."))
            .comparing(expected, format!("delivered within 24 hours in {regions} Region(s)")),
        None => Finding::not_proven(control, case.subject(), Reason::Unread, Vec::new())
            .saying(format!("The status of '{name}' was not asked for anywhere.")),
    }
}

fn bucket_leg(case: &TrailCase<'_>) -> Leg {
    let Some(bucket) = case.bucket else {
        let observed = "the trail names no bucket".to_owned();
        return Leg::NotProven(Reason::BucketOwnerUnknown, observed, Vec::new());
    };
    let name = &bucket.name;
    if bucket.is_gone() {
        let evidence = bucket.presence.known().map(|it| it.evidence.clone());
        let observed = format!("the bucket '{name}' does not exist");
        return Leg::Fails(Reason::BucketGone, observed, evidence.into_iter().collect());
    }
    match &bucket.owner {
        BucketOwner::Account(owner, evidence) => match bucket.configured_owner {
            Some(configured) if configured != *owner => {
                let observed = format!("the bucket '{name}' is owned by {owner}, not {configured}");
                Leg::Fails(Reason::BucketOwnerMismatch, observed, vec![evidence.clone()])
            }
            _ => Leg::Holds(evidence.clone()),
        },
        BucketOwner::NotFound => {
            let observed = format!("no account that was asked owns the bucket '{name}'");
            Leg::NotProven(Reason::BucketOwnerUnknown, observed, Vec::new())
        }
        BucketOwner::Unread(gap) => {
            let observed = format!("the owner of the bucket '{name}' could not be looked for");
            Leg::NotProven(Reason::BucketOwnerUnknown, observed, vec![*gap])
        }
    }
}

fn status_leg(case: &TrailCase<'_>, region: Region, answer: &Answer<TrailStatus>) -> Leg {
    let status = &answer.value;
    let proof = || vec![answer.evidence.clone()];
    let thresholds = case.facts.thresholds;
    let age = |at: Timestamp| case.facts.as_of.duration_since(at);
    let is_fresh = |at| age(at) < SignedDuration::from_secs(thresholds.fresh_within_seconds);
    let is_stale = |at| age(at) > SignedDuration::from_secs(thresholds.stale_after_seconds);
    if !status.is_logging {
        return Leg::Fails(Reason::NotLogging, format!("not logging in {region}"), proof());
    }
    match (&status.latest_delivery_error, status.latest_delivery) {
        (Some(error), Some(at)) if is_fresh(at) => {
            let observed =
                format!("in {region} the error '{error}' beside a delivery within the last hour");
            Leg::NotProven(Reason::DeliveryErrorContradicted, observed, Vec::new())
        }
        (Some(error), _) => {
            let observed = format!("delivery error '{error}' in {region}");
            Leg::Fails(Reason::DeliveryError, observed, proof())
        }
        (None, None) => {
            let observed = format!("logging in {region}, but nothing was ever delivered");
            Leg::NotProven(Reason::NeverDelivered, observed, Vec::new())
        }
        (None, Some(at)) if is_stale(at) => {
            let observed = format!("the last delivery in {region} was at {at:.3}");
            Leg::NotProven(Reason::DeliveryStale, observed, Vec::new())
        }
        (None, Some(_)) => Leg::Holds(answer.evidence.clone()),
    }
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

    /// Whether it holds, or hangs on an unread status alone. Of a bucket's owner one gap of perhaps
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
