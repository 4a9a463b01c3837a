//! `key-rotation-enabled`: KMS replaces the key's material by itself.
//!
//! Source: KMS developer guide, "Rotate AWS KMS keys" and "Rotate multi-Region keys": only symmetric
//! encryption keys whose material KMS made rotate automatically, and a replica follows its primary.

use trailseal_model::{ControlId, Finding, KeyPresence, Observed, Proof, Reason};

use super::TrailCase;

const CONTROL: ControlId = ControlId::KeyRotationEnabled;
const EXPECTED: &str = "automatic rotation on";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL).or_else(|| case.without_own_policy(CONTROL)) {
        return finding;
    }
    let answer = match case.key_read() {
        Ok(answer) => answer,
        Err(gaps) => return case.key_unread(CONTROL, gaps),
    };
    let KeyPresence::Exists(key) = &answer.value else {
        return case.key_unread(CONTROL, Vec::new());
    };
    let name = case.name();
    if !key.can_rotate() {
        return Finding::not_applicable(CONTROL, case.subject(), Reason::RotationNotSupported)
            .saying(format!("KMS has no automatic rotation for a key like that of '{name}'."));
    }
    if key.deletion_date.is_some() || key.state.starts_with("Pending") {
        return Finding::not_proven(CONTROL, case.subject(), Reason::PendingDeletion, Vec::new())
            .saying(format!(
                "The key of '{name}' is to be deleted, and KMS says of such keys that they do not rotate."
            ))
            .comparing(EXPECTED, key.state.clone());
    }
    let rotation = case.trail.key.as_ref().and_then(|it| case.facts.key_rotations.get(it));
    let rotation = match rotation {
        Some(Observed::Known(rotation)) => rotation,
        unread => {
            let gaps = unread.and_then(Observed::gap).into_iter().collect();
            return Finding::not_proven(CONTROL, case.subject(), Reason::Unread, gaps)
                .by_gaps_alone()
                .saying(format!("Whether the key of '{name}' rotates could not be read."));
        }
    };
    let proof = Proof::of(&rotation.evidence).and(&answer.evidence);
    if rotation.value.is_enabled {
        let period = rotation.value.period_days.map(|it| format!(", every {it} days"));
        Finding::pass(CONTROL, case.subject(), Reason::RotationOn, &proof)
            .saying(format!("The key of '{name}' rotates automatically."))
            .comparing(EXPECTED, format!("on{}", period.unwrap_or_default()))
    } else {
        Finding::fail(CONTROL, case.subject(), Reason::RotationOff, &proof)
            .saying(format!("The key of '{name}' does not rotate automatically."))
            .comparing(EXPECTED, "off")
    }
}
