//! What keeps a control of a trail from passing.

use trailseal_model::{
    BucketOwner, CauseKind, ControlId, Delivery, Finding, Reason, Status, Target,
};

use super::board::{Blockers, CauseKey, Origin};
use super::view::TrailView;
use super::{key, objects};
use crate::delivery::delivery;

/// The causes of one failed or not proven finding of a trail.
pub(super) fn blockers(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    match finding.reason() {
        Reason::ShadowsDisagree => return disagreeing(view, finding),
        Reason::NotBuilt => {
            let mut blockers = Blockers::default();
            let subject = finding.control().as_str();
            let cause = CauseKey::new(CauseKind::Setting, subject, Reason::NotBuilt.as_str());
            blockers.push(cause, finding);
            return blockers;
        }
        _ => {}
    }
    match finding.control() {
        ControlId::KeyCustomerManaged => key::of_manager(view, finding),
        ControlId::KeyUsable => key::of_use(view, finding),
        ControlId::KeyPolicyAllowsCloudtrail
        | ControlId::KeyPolicyDescribeKey
        | ControlId::KeyPolicyScoped
        | ControlId::KeyReadersLimited => key::of_policy(view, finding),
        ControlId::KeyRotationEnabled => key::of_rotation(view, finding),
        ControlId::TrailDelivering => delivering(view, finding),
        ControlId::LogObjectsSealed => objects::of_logs(view, finding),
        ControlId::DigestObjectsSealed => objects::of_digests(view, finding),
        ControlId::HistorySealed => objects::of_history(view, finding),
        ControlId::TrailKmsEncrypted
        | ControlId::AccountCovered
        | ControlId::EventDataStoreKmsEncrypted => Blockers::default(),
    }
}

/// Accounts that contradict each other would not count if the trail's own account had been read.
fn disagreeing(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let description = &view.trail.description;
    let home = Target { account: description.owner, region: description.home_region };
    let mut blockers = Blockers::default();
    blockers.gaps.extend(view.run.gap_of_target(home));
    if blockers.is_empty() {
        blockers.push(view.trail_cause(Reason::ShadowsDisagree.as_str()), finding);
    }
    blockers
}

impl TrailView<'_> {
    /// That the bucket is gone, if it is.
    pub(super) fn bucket_gone(&self) -> Option<(CauseKey, Origin)> {
        let is_gone = self.bucket.is_some_and(trailseal_model::BucketFacts::is_gone);
        is_gone.then(|| {
            let reason = Reason::BucketGone;
            let origin = self.origin(ControlId::TrailDelivering, Status::Fail, reason);
            (self.bucket_cause(reason.as_str()), origin)
        })
    }

    /// That the trail does not log at home, if it does not.
    fn not_logging(&self) -> Option<(CauseKey, Origin)> {
        let home = self.trail.description.home_region;
        let status = self.trail.status.iter().find(|it| it.0 == home)?;
        let is_off = status.1.known().is_some_and(|it| !it.value.is_logging);
        is_off.then(|| {
            let reason = Reason::NotLogging;
            let origin = self.origin(ControlId::TrailDelivering, Status::Fail, reason);
            (self.trail_cause(reason.as_str()), origin)
        })
    }

    /// Every known fact for which no log can arrive: delivery errors, and logs that are not there,
    /// follow from it.
    pub(super) fn upstream(&self) -> Vec<(CauseKey, Origin)> {
        let mut facts: Vec<_> = self.bucket_gone().into_iter().collect();
        facts.extend(self.not_logging());
        if self.trail.description.kms_key_id.is_some() {
            facts.extend(self.unusable());
            facts.extend(self.encryption_refused());
        }
        facts
    }
}

/// What keeps `trail-delivering` from passing: the bucket, every Region's status, and what members
/// receive. The fact that the finding is about comes first, then the others in the order of the legs.
fn delivering(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let gaps = finding.gaps().to_vec();
    let gaps_first = finding.reason() == Reason::Unread;
    let mut blockers = Blockers { gaps, gaps_first, ..Blockers::default() };
    let (mut first, mut others) = (Vec::new(), Vec::new());
    let mut add = |reason: Reason, facts: Vec<(CauseKey, Origin)>| {
        if reason == finding.reason() { first.extend(facts) } else { others.extend(facts) }
    };
    for (reason, facts) in bucket_legs(view, finding) {
        add(reason, facts);
    }
    let own = view.trail.status.iter().map(|(_, status)| status);
    let kinds = [Delivery::NotLogging, Delivery::Error, Delivery::Contradicted];
    let members = kinds.into_iter().flat_map(|kind| view.trail.members.places(kind).take(1));
    for status in own.chain(members.map(|(_, status)| status)) {
        blockers.gaps.extend(status.gap());
        if let Some(reason) = reason_of(delivery(status, &view.run.facts.thresholds)) {
            add(reason, status_leg(view, reason, finding));
        }
    }
    blockers.gaps.extend(view.trail.members.places(Delivery::Unread).filter_map(|it| it.1.gap()));
    blockers.extend(first);
    blockers.extend(others);
    if view.trail.status.is_empty() || blockers.is_empty() {
        let origin = view.origin(finding.control(), Status::NotProven, Reason::Unread);
        blockers.extend([(view.trail_cause("status_unread"), origin)]);
    }
    blockers
}

/// What is wrong with the bucket, each with the reason that the control would have for it.
fn bucket_legs(view: &TrailView<'_>, finding: &Finding) -> Vec<(Reason, Vec<(CauseKey, Origin)>)> {
    let Some(bucket) = view.bucket else {
        let reason = Reason::BucketOwnerUnknown;
        let cause = view.bucket_cause("bucket_not_examined");
        return vec![(
            reason,
            vec![(cause, view.origin(finding.control(), Status::NotProven, reason))],
        )];
    };
    if let Some(gone) = view.bucket_gone() {
        return vec![(Reason::BucketGone, vec![gone])];
    }
    let leg = |reason: Reason, status, kind| {
        let cause = CauseKey { kind, ..view.bucket_cause(reason.as_str()) };
        vec![(reason, vec![(cause, view.origin(finding.control(), status, reason))])]
    };
    match (&bucket.owner, bucket.configured_owner) {
        (BucketOwner::Account(owner, _), Some(configured)) if *owner != configured => {
            leg(Reason::BucketOwnerMismatch, Status::Fail, CauseKind::Bucket)
        }
        (BucketOwner::Account(..), _) => Vec::new(),
        // Of perhaps several accounts that did not answer, one is known; naming the owner is what helps.
        (BucketOwner::NotFound | BucketOwner::Unread(_), _) => {
            leg(Reason::BucketOwnerUnknown, Status::NotProven, CauseKind::Setting)
        }
    }
}

const fn reason_of(delivery: Delivery) -> Option<Reason> {
    match delivery {
        Delivery::NotLogging => Some(Reason::NotLogging),
        Delivery::Error => Some(Reason::DeliveryError),
        Delivery::Contradicted => Some(Reason::DeliveryErrorContradicted),
        Delivery::Never => Some(Reason::NeverDelivered),
        Delivery::Stale => Some(Reason::DeliveryStale),
        Delivery::Delivering | Delivery::Unread | Delivery::NotTold => None,
    }
}

/// What one status follows from.
fn status_leg(view: &TrailView<'_>, reason: Reason, finding: &Finding) -> Vec<(CauseKey, Origin)> {
    let control = finding.control();
    match reason {
        Reason::NotLogging => {
            vec![(view.trail_cause(reason.as_str()), view.origin(control, Status::Fail, reason))]
        }
        Reason::DeliveryError => {
            let logs = Reason::NotLogging.as_str();
            let upstream: Vec<_> =
                view.upstream().into_iter().filter(|it| it.0.aspect != logs).collect();
            if upstream.is_empty() {
                let origin = view.origin(control, Status::Fail, reason);
                return vec![(view.bucket_cause(reason.as_str()), origin)];
            }
            upstream
        }
        // Waiting helps only where nothing is known that keeps logs from arriving.
        _ => match view.upstream() {
            upstream if !upstream.is_empty() => upstream,
            _ => {
                let origin = view.origin(control, Status::NotProven, reason);
                vec![(view.time_cause(reason.as_str()), origin)]
            }
        },
    }
}
