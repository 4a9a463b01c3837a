//! What keeps an event data store from passing.

use trailseal_model::{Arn, CauseKind, Finding, Reason};

use super::Run;
use super::board::{Blockers, CauseKey};
use super::key;

/// The causes of one failed or not proven finding of a store.
pub(super) fn blockers(run: &Run<'_>, arn: &Arn, finding: &Finding) -> Blockers {
    let gaps = finding.gaps().to_vec();
    let gaps_first = finding.reason() == Reason::Unread;
    let mut blockers = Blockers { gaps, gaps_first, ..Blockers::default() };
    let store = run.stores.get(arn);
    let named = store.and_then(|store| store.key.as_ref());
    let key = named.map(|named| key::canonical(run.facts, named.as_str()));
    match (finding.reason(), key) {
        (Reason::OutsideOrganization, Some(key)) => {
            blockers.extend(key::of_stranger(run, &key, finding));
        }
        (Reason::KeyKindUnknown, Some(key)) => {
            let aspect = finding.reason().as_str();
            blockers.push(CauseKey::new(CauseKind::Key, key, aspect), finding);
        }
        (Reason::Unread, _) => {}
        // The key of a store cannot be changed, so the store itself has to be replaced.
        (reason, _) => {
            let subject = arn.as_str();
            let cause = CauseKey::new(CauseKind::EventDataStore, subject, reason.as_str());
            blockers.push(cause, finding);
        }
    }
    blockers
}
