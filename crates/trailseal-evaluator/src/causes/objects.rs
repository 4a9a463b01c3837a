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
        // The trail's own lack of a key is there already.
        Reason::NoKmsKey => Vec::new(),
        Reason::AwsManagedKey if view.key().is_some_and(|it| it.manager == KeyManager::Aws) => {
            Vec::new()
        }
        Reason::BucketGone => view.bucket_gone().into_iter().collect(),
        Reason::SampleTooSmall => setting("sample_size", reason.as_str(), finding),
        Reason::PopulationDeclared => declared(view),
        Reason::SharedPrefix => own(view.bucket_cause(reason.as_str())),
        Reason::NoObjects | Reason::NoDigest => {
            let waits = (view.time_cause(reason.as_str()), Origin::from(finding));
            view.upstream().into_iter().chain([waits]).collect()
        }
        Reason::UnreadableObjects => headers(view, finding, unreadable),
        Reason::Unread if finding.gaps().is_empty() => own(not_listed(view)),
        Reason::Unread => Vec::new(),
        _ => own(view.bucket_cause(deviation(view, finding))),
    }
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
