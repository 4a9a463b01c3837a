//! `key-rotation-enabled`: KMS replaces the key material automatically.
//!
//! Source: KMS developer guide, "Rotate AWS KMS keys" and "Rotate multi-Region keys": only symmetric
//! encryption keys whose material KMS made rotate automatically, and a replica follows its primary.

use trailseal_model::{
    Answer, ControlId, Evidence, Finding, GapId, KeyFacts, KeyPresence, KeyRotation, Observed,
    Proof, Reason,
};

use super::TrailCase;
use super::sentences::unread_words;

const CONTROL: ControlId = ControlId::KeyRotationEnabled;
const EXPECTED: &str = "automatic rotation on";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    if let Some(finding) = case.without_key(CONTROL).or_else(|| case.without_own_policy(CONTROL)) {
        return finding;
    }
    match case.key_read() {
        Ok(Answer { value: KeyPresence::Exists(key), evidence }) => described(case, key, evidence),
        // What is not described may rotate all the same.
        Ok(_) => undescribed(case, Vec::new()),
        Err(gaps) => undescribed(case, gaps),
    }
}

fn described(case: &TrailCase<'_>, key: &KeyFacts, evidence: &Evidence) -> Finding {
    let name = case.name();
    if key.can_rotate() == Some(false) {
        return Finding::not_applicable(CONTROL, case.subject(), Reason::RotationNotSupported)
            .saying(format!(
                "The key of '{name}' is of a kind that KMS does not rotate automatically."
            ))
            .showing(evidence);
    }
    if key.state == "PendingImport" {
        return Finding::not_applicable(CONTROL, case.subject(), Reason::RotationNotSupported)
            .saying(format!(
                "The key of '{name}' has imported key material, which KMS does not rotate automatically."
            ))
            .showing(evidence);
    }
    if key.deletion_date.is_some() || key.state.starts_with("Pending") {
        return Finding::not_proven(CONTROL, case.subject(), Reason::PendingDeletion, Vec::new())
            .saying(format!(
                "The key of '{name}' is pending deletion, and KMS reports rotation as off for such keys."
            ))
            .comparing(EXPECTED, key.state.clone())
            .showing(evidence);
    }
    match case.rotation() {
        Some(Observed::Known(rotation)) if rotation.value.is_enabled => {
            rotating(case, rotation, &Proof::of(&rotation.evidence).and(evidence))
        }
        Some(Observed::Known(rotation)) if key.can_rotate().is_none() => {
            Finding::not_proven(CONTROL, case.subject(), Reason::KeyKindUnknown, Vec::new())
                .saying(format!(
                    "The key of '{name}' does not rotate automatically; whether it could is not known, because DescribeKey names no known kind."
                ))
                .comparing(EXPECTED, "off")
                .showing(&rotation.evidence)
                .showing(evidence)
        }
        Some(Observed::Known(rotation)) => {
            let proof = Proof::of(&rotation.evidence).and(evidence);
            Finding::fail(CONTROL, case.subject(), Reason::RotationOff, &proof)
                .saying(format!("The key of '{name}' does not rotate automatically."))
                .comparing(EXPECTED, "off")
        }
        unread => {
            let gaps = unread.and_then(Observed::gap).into_iter().collect();
            rotation_unread(case, gaps)
        }
    }
}

/// A key that could not be described passes if it rotates. KMS also reports rotation as off for keys
/// that cannot rotate or are pending deletion, so only a key that was described can fail.
fn undescribed(case: &TrailCase<'_>, mut gaps: Vec<GapId>) -> Finding {
    match case.rotation() {
        Some(Observed::Known(rotation)) if rotation.value.is_enabled => {
            rotating(case, rotation, &Proof::of(&rotation.evidence))
        }
        Some(Observed::Known(rotation)) => {
            Finding::not_proven(CONTROL, case.subject(), Reason::Unread, gaps)
                .saying(format!(
                    "The key of '{}' does not rotate automatically; whether it could is not known, because DescribeKey did not answer.",
                    case.name()
                ))
                .comparing(EXPECTED, "off")
                .showing(&rotation.evidence)
        }
        Some(Observed::Unread(gap)) => {
            gaps.insert(0, *gap);
            rotation_unread(case, gaps)
        }
        None => case.key_unread(CONTROL, gaps),
    }
}

fn rotating(case: &TrailCase<'_>, rotation: &Answer<KeyRotation>, proof: &Proof) -> Finding {
    let period = rotation.value.period_days.map(|it| format!(", every {it} days"));
    Finding::pass(CONTROL, case.subject(), Reason::RotationOn, proof)
        .saying(format!("The key of '{}' rotates automatically.", case.name()))
        .comparing(EXPECTED, format!("on{}", period.unwrap_or_default()))
}

fn rotation_unread(case: &TrailCase<'_>, gaps: Vec<GapId>) -> Finding {
    let why = unread_words(case.facts, &gaps);
    Finding::not_proven(CONTROL, case.subject(), Reason::Unread, gaps)
        .by_gaps_alone()
        .saying(format!("Whether the key of '{}' rotates could not be read: {}.", case.name(), why))
}

impl<'a> TrailCase<'a> {
    fn rotation(&self) -> Option<&'a Observed<Answer<KeyRotation>>> {
        self.trail.key.as_ref().and_then(|it| self.facts.key_rotations.get(it))
    }
}
