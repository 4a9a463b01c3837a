//! What keeps the controls of delivered objects from passing.

use trailseal_model::{
    BucketFacts, CauseKind, ControlId, Finding, KeyManager, Population, Reason, SampleMethod,
    Status, Unreadable, UnreadableCause,
};

use super::board::{Blockers, CauseKey, Origin};
use super::view::TrailView;

/// What keeps `log-objects-sealed` from passing.
pub(super) fn of_logs(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let sample = &view.trail.sample;
    let mut blockers = begin(view, finding);
    blockers.gaps.extend(&sample.gaps);
    match finding.reason() {
        Reason::Unread if is_cut_by_budget(view) && finding.gaps().is_empty() => {
            blockers.extend(setting("window", "window_too_long", finding));
        }
        reason => blockers.extend(of_reason(view, finding, reason, &sample.unreadable_objects)),
    }
    let facts = view.run.facts;
    if view.trail.description.is_organization_trail {
        blockers.gaps.extend(facts.population.gap());
        if facts.population_source.is_self_declared() {
            blockers.extend(declared(view));
        }
    }
    blockers
}

/// What keeps `digest-objects-sealed` from passing.
pub(super) fn of_digests(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let mut blockers = begin(view, finding);
    blockers.extend(of_reason(view, finding, finding.reason(), &[]));
    blockers
}

/// What keeps `history-sealed` from passing.
pub(super) fn of_history(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let history = &view.trail.history;
    let mut blockers = begin(view, finding);
    blockers.gaps.extend(history.gaps.iter().chain(&view.trail.sample.gaps));
    blockers.extend(of_reason(view, finding, finding.reason(), &history.unreadable_objects));
    blockers
}

/// Without a key of the customer's nothing that is delivered can pass, whatever was read of it.
fn begin(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let gaps_first = matches!(finding.reason(), Reason::Unread | Reason::UnreadableObjects);
    let gaps = finding.gaps().to_vec();
    let mut blockers = Blockers { gaps, gaps_first, ..Blockers::default() };
    if view.trail.description.kms_key_id.is_none() {
        let origin = view.origin(ControlId::TrailKmsEncrypted, Status::Fail, Reason::NoKmsKey);
        blockers.extend([(view.trail_cause(Reason::NoKmsKey.as_str()), origin)]);
        blockers.gaps_first = false;
    } else if view.key().is_some_and(|key| key.manager == KeyManager::Aws) {
        let origin = view.origin(ControlId::KeyCustomerManaged, Status::Fail, Reason::AwsManaged);
        blockers.extend([(view.key_cause(Reason::AwsManaged.as_str()), origin)]);
        blockers.gaps_first = false;
    }
    blockers
}

/// What a finding's reason says of the objects or of their absence.
fn of_reason(
    view: &TrailView<'_>,
    finding: &Finding,
    reason: Reason,
    unreadable: &[Unreadable],
) -> Vec<(CauseKey, Origin)> {
    let own = |key: CauseKey| vec![(key, Origin::from(finding))];
    match reason {
        // The trail's lack of a key, and the call that failed, are there already.
        _ if is_shown_already(view, finding) => Vec::new(),
        Reason::BucketGone => view.bucket_gone().into_iter().collect(),
        Reason::SampleTooSmall => setting("sample_size", reason.as_str(), finding),
        Reason::PopulationDeclared => declared(view),
        Reason::SharedPrefix => own(view.bucket_cause(reason.as_str())),
        Reason::NoObjects | Reason::NoDigest => nothing_yet(view, finding),
        Reason::UnreadableObjects => headers(view, finding, unreadable),
        Reason::Unread => own(not_listed(view)),
        _ => own(view.bucket_cause(deviation(view, finding))),
    }
}

/// Whether the finding's reason is the trail's lack of a key, its key of AWS, or a call that failed.
fn is_shown_already(view: &TrailView<'_>, finding: &Finding) -> bool {
    match finding.reason() {
        Reason::NoKmsKey => true,
        Reason::AwsManagedKey => view.key().is_some_and(|it| it.manager == KeyManager::Aws),
        Reason::Unread => !finding.gaps().is_empty(),
        _ => false,
    }
}

/// Where nothing is there: what keeps logs from arriving; without such a fact, time. Logs and digests of one
/// trail wait for the same.
fn nothing_yet(view: &TrailView<'_>, finding: &Finding) -> Vec<(CauseKey, Origin)> {
    let upstream = view.upstream();
    if !upstream.is_empty() {
        return upstream;
    }
    let waits = |control: ControlId, reason: Reason| {
        let judged = view.finding(control).filter(|it| it.status() == Status::NotProven);
        judged.filter(|it| it.reason() == reason)
    };
    let of_delivery = [Reason::NeverDelivered, Reason::DeliveryStale];
    let before = of_delivery.into_iter().find_map(|it| waits(ControlId::TrailDelivering, it));
    let before = before.or_else(|| waits(ControlId::LogObjectsSealed, Reason::NoObjects));
    let first = before.unwrap_or(finding);
    vec![(view.time_cause(first.reason().as_str()), Origin::from(first))]
}

/// Objects that were not delivered as they should be. Logs, digests and older logs that deviate in one
/// way have one cause; what deviates by itself has its own.
fn deviation(view: &TrailView<'_>, finding: &Finding) -> &'static str {
    let is_like_logs = view.has_failed(ControlId::LogObjectsSealed, finding.reason());
    match finding.control() {
        ControlId::DigestObjectsSealed if !is_like_logs => "digests_deviate",
        ControlId::HistorySealed if !is_like_logs => "older_logs_deviate",
        _ => finding.reason().as_str(),
    }
}

/// Heads of objects that were read and do not tell the key.
fn headers(
    view: &TrailView<'_>,
    finding: &Finding,
    unreadable: &[Unreadable],
) -> Vec<(CauseKey, Origin)> {
    let is_header = |it: &Unreadable| it.cause != UnreadableCause::Refused;
    let is_named = unreadable.iter().any(is_header) || finding.gaps().is_empty();
    let cause = (view.bucket_cause(Reason::UnreadableObjects.as_str()), Origin::from(finding));
    is_named.then_some(cause).into_iter().collect()
}

/// Nothing was listed, and no call failed.
fn not_listed(view: &TrailView<'_>) -> CauseKey {
    if view.bucket.is_some_and(BucketFacts::is_gone) {
        return view.bucket_cause(Reason::BucketGone.as_str());
    }
    view.bucket_cause("not_listed")
}

/// Whether listing the window ended with the listing budget and not with a refusal.
fn is_cut_by_budget(view: &TrailView<'_>) -> bool {
    let sample = &view.trail.sample;
    let is_open = matches!(sample.population, Population::AtLeast(_));
    is_open && sample.method != SampleMethod::Nothing && view.trail.description.bucket.is_some()
}

fn setting(name: &str, aspect: &'static str, finding: &Finding) -> Vec<(CauseKey, Origin)> {
    vec![(CauseKey::new(CauseKind::Setting, name, aspect), Origin::from(finding))]
}

/// That only the user's file says which accounts there are.
fn declared(view: &TrailView<'_>) -> Vec<(CauseKey, Origin)> {
    let reason = Reason::PopulationDeclared;
    let origin = view.origin(ControlId::LogObjectsSealed, Status::NotProven, reason);
    vec![(CauseKey::new(CauseKind::Setting, "accounts_file", reason.as_str()), origin)]
}
