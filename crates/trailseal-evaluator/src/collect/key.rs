//! Reads the key that a trail names.

use std::sync::Arc;

use trailseal_model::question::{DescribeKey, GetKeyPolicy, GetKeyRotationStatus, ListGrants};
use trailseal_model::{
    AccountId, Answer, Answers, Arn, DecryptGrant, Evidence, Gap, GapClass, GapId, GapLedger,
    KeyManager, KeyPresence, KeyRotation, Observed, Operation, Partition, Region, Target,
    TrailDescription, ask,
};

use super::{CollectedTrail, Collector, Members, TrailRead};

/// The key that a trail names, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// What DescribeKey said.
    pub(super) key: Option<&'a Observed<Answer<KeyPresence>>>,
    /// Its ARN; `None` without a key, and where an alias could not be resolved.
    pub(super) arn: Option<&'a Arn>,
}

impl Expected<'_> {
    /// Whether DescribeKey said that AWS manages it.
    pub(super) fn is_of_aws(&self) -> bool {
        match self.key.and_then(|key| key.known()).map(|answer| &answer.value) {
            Some(KeyPresence::Exists(facts)) => facts.manager == KeyManager::Aws,
            Some(KeyPresence::InvalidState(_) | KeyPresence::Gone) | None => false,
        }
    }
}

/// The key that a trail's `KmsKeyId` names, as the ARN of a key or an alias; `None` without one.
#[must_use]
pub fn key_arn(description: &TrailDescription) -> Option<Arn> {
    let named = description.kms_key_id.as_deref()?;
    named_key(named, description.arn.partition(), home(description))
}

/// A key id in any of its forms, as the ARN of a key or an alias.
///
/// AWS documents a key ARN on output; the other forms it takes on input are understood too, as of
/// the account and Region that use the key.
pub(super) fn named_key(named: &str, partition: Partition, used_in: Target) -> Option<Arn> {
    if let Some(arn) = Arn::new(named) {
        return Some(arn);
    }
    let Target { account, region } = used_in;
    let is_alias = named.starts_with("alias/");
    let resource = if is_alias { named.to_owned() } else { format!("key/{named}") };
    Arn::new(&format!("arn:{partition}:kms:{region}:{account}:{resource}"))
}

/// Where a trail lives.
pub(super) fn home(description: &TrailDescription) -> Target {
    Target { account: description.owner, region: description.home_region }
}

/// A key whose grants and rotation are to be read, as one trail names it.
#[derive(Debug, Clone)]
pub struct KeyWork {
    /// The trail that names it.
    pub trail: Arn,
    key: Option<Observed<Answer<KeyPresence>>>,
    arn: Option<Arn>,
    used_in: Target,
}

impl KeyWork {
    /// The account that is asked: the one that described the key; else the key's own, as far as its
    /// ARN is known.
    #[must_use]
    pub fn account(&self) -> AccountId {
        let described = self.key.as_ref().and_then(Observed::known);
        let described_in = described.and_then(|answer| answer.evidence.account);
        let owner = self.arn.as_ref().and_then(Arn::account);
        described_in.or(owner).unwrap_or(self.used_in.account)
    }

    const fn expected(&self) -> Expected<'_> {
        Expected { key: self.key.as_ref(), arn: self.arn.as_ref() }
    }
}

impl TrailRead {
    /// What is still to be read of the key of the trail with this description; `None` without one.
    #[must_use]
    pub fn key_work(&self, description: &TrailDescription) -> Option<KeyWork> {
        let key = self.key.clone()?;
        Some(KeyWork {
            trail: description.arn.clone(),
            key: Some(key),
            arn: self.expected_key.arn.clone(),
            used_in: home(description),
        })
    }
}

impl<A: Answers> Collector<'_, A> {
    /// The grants of a key that lead to decryption; `None` where there is nothing to ask.
    pub async fn grants(
        &self,
        work: &KeyWork,
        members: &Members,
    ) -> Option<Observed<Answer<Arc<[DecryptGrant]>>>> {
        self.key_grants(&work.expected(), work.used_in, members).await
    }

    /// Whether a key rotates by itself; `None` where there is nothing to ask.
    pub async fn rotation(
        &self,
        work: &KeyWork,
        members: &Members,
    ) -> Option<Observed<Answer<KeyRotation>>> {
        self.key_rotation(&work.expected(), work.used_in, members).await
    }

    /// DescribeKey where the key lives; for a key outside the organization in the account that
    /// uses it, where the key's policy may allow it.
    pub(super) async fn key(
        &self,
        key: &Arn,
        used_in: Target,
        members: &Members,
    ) -> Observed<Answer<KeyPresence>> {
        let reader = reader(key, used_in, members);
        self.describe(key, reader, used_in.region).await
    }

    /// GetKeyPolicy in the key's own account, which is the only place where it works. There is
    /// nothing to read for a key that is gone, managed by AWS or outside the organization.
    pub(super) async fn key_policy(
        &self,
        key: &Expected<'_>,
        used_in: Target,
        members: &Members,
    ) -> Option<Observed<Answer<Arc<str>>>> {
        let (key, asked_in) = with_own_policy(key, used_in, members)?;
        let question = GetKeyPolicy { key: key.clone(), asked_in };
        Some(self.observed(ask(&self.answers, question).await))
    }

    /// ListGrants, asked where the policy is: a grant adds to it.
    async fn key_grants(
        &self,
        key: &Expected<'_>,
        used_in: Target,
        members: &Members,
    ) -> Option<Observed<Answer<Arc<[DecryptGrant]>>>> {
        let (key, asked_in) = with_own_policy(key, used_in, members)?;
        let question = ListGrants { key: key.clone(), asked_in };
        Some(self.observed(ask(&self.answers, question).await))
    }

    /// GetKeyRotationStatus, asked where DescribeKey is, of a replica for its primary key. There is
    /// nothing to ask where KMS has no automatic rotation.
    async fn key_rotation(
        &self,
        key: &Expected<'_>,
        used_in: Target,
        members: &Members,
    ) -> Option<Observed<Answer<KeyRotation>>> {
        let (asked, account) = match key.key?.known() {
            Some(Answer { value: KeyPresence::Exists(facts), evidence }) => {
                if facts.manager == KeyManager::Aws || facts.can_rotate() == Some(false) {
                    return None;
                }
                let asked = facts.replica_of.as_ref().unwrap_or(&facts.arn);
                (asked, evidence.account.or_else(|| asked.account())?)
            }
            Some(Answer { value: KeyPresence::Gone, .. }) => return None,
            // A stranger's key that may not be described is asked for nothing else.
            Some(Answer { value: KeyPresence::InvalidState(_), .. }) | None => {
                let (asked, asked_in) = with_own_policy(key, used_in, members)?;
                (asked, asked_in.account)
            }
        };
        let asked_in = Target { account, region: asked.region()? };
        let question = GetKeyRotationStatus { key: asked.clone(), asked_in };
        Some(self.observed(ask(&self.answers, question).await))
    }

    async fn describe(
        &self,
        key: &Arn,
        reader: AccountId,
        otherwise: Region,
    ) -> Observed<Answer<KeyPresence>> {
        let region = key.region().unwrap_or(otherwise);
        let asked_in = Target { account: reader, region };
        let res = ask(&self.answers, DescribeKey { key: key.clone(), asked_in }).await;
        self.observed(res.and_then(|it| presence(key, reader, it)))
    }
}

/// Whether an account is the one that uses the key, or a member of the organization.
fn is_ours(account: AccountId, used_in: Target, members: &Members) -> bool {
    account == used_in.account || members.all.contains(&account)
}

fn reader(key: &Arn, used_in: Target, members: &Members) -> AccountId {
    let owner = key.account().filter(|owner| is_ours(*owner, used_in, members));
    owner.unwrap_or(used_in.account)
}

/// A key with a policy of the customer's that can be read, and where. Each operation is denied by
/// itself, so a key that could not be described is one, too, where its ARN is known.
fn with_own_policy<'key>(
    key: &Expected<'key>,
    used_in: Target,
    members: &Members,
) -> Option<(&'key Arn, Target)> {
    let is_readable = match key.key?.known().map(|answer| &answer.value) {
        Some(KeyPresence::Exists(facts)) => facts.manager != KeyManager::Aws,
        Some(KeyPresence::Gone) => false,
        Some(KeyPresence::InvalidState(_)) | None => true,
    };
    let arn = key.arn.filter(|_| is_readable)?;
    let (account, region) = (arn.account()?, arn.region()?);
    is_ours(account, used_in, members).then_some((arn, Target { account, region }))
}

/// Adds the grants and the rotation of the trail's key, which are read beside the trail. Where KMS
/// refuses them because of the key's state, that is noted at the key.
pub fn add_details(
    gaps: &GapLedger,
    trail: &mut CollectedTrail,
    grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>,
    rotation: Option<Observed<Answer<KeyRotation>>>,
) {
    let refusals =
        [grants.as_ref().and_then(Observed::gap), rotation.as_ref().and_then(Observed::gap)];
    (trail.key_grants, trail.key_rotation) = (grants, rotation);
    trail.key = trail.key.take().map(|key| with_refusal(gaps, key, refusals));
}

/// The key as DescribeKey shows it, with the gap of another answer about it in which KMS refuses
/// because of the key's state; the first of these counts.
pub(super) fn with_refusal<const N: usize>(
    gaps: &GapLedger,
    key: Observed<Answer<KeyPresence>>,
    others: [Option<GapId>; N],
) -> Observed<Answer<KeyPresence>> {
    let is_about_state = |gap: &GapId| gaps.get(*gap).class == GapClass::KeyInvalidState;
    let refused = others.into_iter().flatten().find(is_about_state);
    match key {
        Observed::Known(mut answer) => {
            if let KeyPresence::Exists(facts) = &mut answer.value {
                facts.refused_for_state = facts.refused_for_state.or(refused);
            }
            Observed::Known(answer)
        }
        unread @ Observed::Unread(_) => unread,
    }
}

/// Only the key's own account may say that it is gone: to others, AWS may say "not found" for a
/// key that they must not see.
fn presence(
    key: &Arn,
    reader: AccountId,
    answer: Answer<KeyPresence>,
) -> Result<Answer<KeyPresence>, Gap> {
    match answer.value {
        KeyPresence::Gone if key.account() != Some(reader) => Err(not_found(key, &answer.evidence)),
        _ => Ok(answer),
    }
}

fn not_found(key: &Arn, evidence: &Evidence) -> Gap {
    Gap {
        account: evidence.account,
        region: evidence.region,
        request_id: evidence.request_id.clone(),
        attempts: evidence.attempts,
        ..Gap::new(GapClass::NotFound, Operation::DescribeKey)
    }
    .on(key.as_str())
    .saying(
        "KMS reported NotFound to another account than the key's own, which does not show that the key is gone",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{KEY, account, evidence, trail};

    #[test]
    fn every_form_of_a_key_id_becomes_an_arn() {
        let check = |given: &str, expected: &str| {
            let description =
                TrailDescription { kms_key_id: Some(given.to_owned()), ..trail("main") };
            assert_eq!(key_arn(&description).unwrap().as_str(), expected);
        };
        check(KEY, KEY);
        check("alias/x", "arn:aws:kms:us-east-1:000000000001:alias/x");
        check("11111111-2222", KEY);
        let alias = "arn:aws:kms:eu-west-1:000000000009:alias/x";
        check(alias, alias);
        assert_eq!(key_arn(&TrailDescription { kms_key_id: None, ..trail("main") }), None);
    }

    #[test]
    fn only_its_own_account_may_call_a_key_gone() {
        let key = Arn::new(KEY).unwrap();
        let gone = |reader| {
            presence(&key, reader, Answer { value: KeyPresence::Gone, evidence: evidence() })
        };
        assert_eq!(gone(account(1)).unwrap().value, KeyPresence::Gone);
        assert_eq!(gone(account(2)).unwrap_err().class, GapClass::NotFound);
    }
}
