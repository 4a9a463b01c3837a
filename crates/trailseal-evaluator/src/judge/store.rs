//! `event-data-store-kms-encrypted`: the event data store is encrypted with a customer managed key.
//!
//! Source: CloudTrail user guide, "Encrypting CloudTrail log files, digest files, and event data
//! stores with AWS KMS keys": without a KMS key, CloudTrail's own key encrypts the store.

use trailseal_model::{
    Answer, ControlId, Finding, GapId, KeyManager, KeyPresence, Observed, OrganizationFacts, Proof,
    Reason, StoreFacts, Subject,
};

const CONTROL: ControlId = ControlId::EventDataStoreKmsEncrypted;
const EXPECTED: &str = "a customer managed key of the organization";

/// One finding for every store.
pub(super) fn judge_all(facts: &OrganizationFacts) -> Vec<Finding> {
    facts.stores.iter().map(|it| encrypted(facts, it)).collect()
}

fn unread(subject: Subject, gaps: Vec<GapId>, what: &str) -> Finding {
    Finding::not_proven(CONTROL, subject, Reason::Unread, gaps)
        .by_gaps_alone()
        .saying(format!("{what} could not be read."))
}

fn encrypted(facts: &OrganizationFacts, store: &StoreFacts) -> Finding {
    let subject = Subject::EventDataStore(store.arn.clone());
    if facts.scope.skipped_controls.contains(&CONTROL) {
        return Finding::skipped(CONTROL, subject);
    }
    let name = &store.name;
    let described = match &store.description {
        Observed::Known(answer) => answer,
        Observed::Unread(gap) => {
            return unread(subject, vec![*gap], &format!("Event data store '{name}'"));
        }
    };
    let proof = Proof::of(&described.evidence);
    if described.value.kms_key_id.is_none() {
        return Finding::fail(CONTROL, subject, Reason::NoKmsKey, &proof)
            .saying(format!(
                "Event data store '{name}' has no KMS key, so CloudTrail's own key encrypts it."
            ))
            .comparing(EXPECTED, "no KmsKeyId");
    }
    let key = store.key.as_ref().and_then(|it| facts.keys.get(it));
    let answer = match key {
        Some(Observed::Known(answer)) => answer,
        other => {
            let gaps = other.and_then(Observed::gap).into_iter().collect();
            return unread(subject, gaps, &format!("The key of event data store '{name}'"));
        }
    };
    of_key(facts, store, answer, &proof.and(&answer.evidence))
}

/// Judges the key of a store.
fn of_key(
    facts: &OrganizationFacts,
    store: &StoreFacts,
    answer: &Answer<KeyPresence>,
    proof: &Proof,
) -> Finding {
    let (subject, name) = (Subject::EventDataStore(store.arn.clone()), &store.name);
    match &answer.value {
        KeyPresence::Gone => Finding::fail(CONTROL, subject, Reason::KeyGone, proof)
            .saying(format!("The key of event data store '{name}' no longer exists."))
            .comparing(EXPECTED, "NotFoundException in the key's own account"),
        KeyPresence::Exists(key) if key.manager == KeyManager::Aws => {
            Finding::fail(CONTROL, subject, Reason::AwsManaged, proof)
                .saying(format!("AWS manages the key of event data store '{name}'."))
                .comparing(EXPECTED, "KeyManager AWS")
        }
        KeyPresence::InvalidState(words) => {
            Finding::not_proven(CONTROL, subject, Reason::KeyKindUnknown, Vec::new())
                .saying(format!(
                    "KMS refuses to describe the key of event data store '{name}' in its current state: {words}"
                ))
                .comparing(EXPECTED, words.clone())
                .showing(&answer.evidence)
        }
        KeyPresence::Exists(key) if key.manager == KeyManager::Unknown => {
            Finding::not_proven(CONTROL, subject, Reason::KeyKindUnknown, Vec::new())
                .saying(format!(
                    "DescribeKey names no known manager for the key of event data store '{name}'."
                ))
                .comparing(EXPECTED, "no known KeyManager")
                .showing(&answer.evidence)
        }
        KeyPresence::Exists(key) if key.arn.account().is_some_and(|it| facts.may_hold_keys(it)) => {
            Finding::pass(CONTROL, subject, Reason::CustomerManaged, proof)
                .saying(format!("The key of event data store '{name}' is customer managed."))
                .comparing(EXPECTED, "KeyManager CUSTOMER")
        }
        KeyPresence::Exists(_) => {
            let gap = facts.population.gap();
            let (reason, whose) = match gap {
                Some(_) => (Reason::Unread, "was not listed, while the list of accounts is incomplete"),
                None => {
                    (Reason::OutsideOrganization, "is outside the organization and not in trusted_key_accounts")
                }
            };
            Finding::not_proven(CONTROL, subject, reason, gap.into_iter().collect())
                .saying(format!(
                    "The key of event data store '{name}' belongs to an account that {whose}."
                ))
                .comparing(EXPECTED, format!("a key of an account that {whose}"))
                .showing(&answer.evidence)
        }
    }
}
