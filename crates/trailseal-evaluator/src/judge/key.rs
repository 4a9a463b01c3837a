//! `key-customer-managed` and `key-usable`: who manages the key, and whether it can encrypt new logs.

use trailseal_model::{
    Answer, Arn, ControlId, Evidence, Finding, GapId, KeyFacts, KeyManager, KeyPresence, Observed,
    Proof, Reason,
};

use super::TrailCase;

/// Who manages the key, and whether its account may hold keys for the organization.
pub(super) fn customer_managed(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::KeyCustomerManaged;
    if let Some(finding) = case.without_key(control) {
        return finding;
    }
    let answer = match case.key_read() {
        Ok(answer) => answer,
        Err(gaps) if !case.may_hold_key() => return case.key_outside(control, gaps),
        Err(gaps) => return case.key_unread(control, gaps),
    };
    let key = match &answer.value {
        KeyPresence::Gone => {
            return Finding::not_applicable(control, case.subject(), Reason::KeyGone)
                .saying(format!("The key of '{}' no longer exists.", case.name()))
                .showing(&answer.evidence);
        }
        KeyPresence::InvalidState(words) => {
            return Finding::not_proven(control, case.subject(), Reason::KeyKindUnknown, Vec::new())
                .saying(format!(
                    "KMS refuses to describe the key of '{}' in its current state, so its manager is not known: {words}",
                    case.name()
                ))
                .comparing("KeyManager CUSTOMER", words.clone())
                .showing(&answer.evidence);
        }
        KeyPresence::Exists(key) => key,
    };
    let proof = Proof::of(&answer.evidence);
    let expected = "KeyManager CUSTOMER";
    if key.manager == KeyManager::Aws {
        return Finding::fail(control, case.subject(), Reason::AwsManaged, &proof)
            .saying(format!("AWS manages the key of '{}': '{}'.", case.name(), key.arn))
            .comparing(expected, "KeyManager AWS");
    }
    let owner = key.arn.account();
    if !owner.is_some_and(|it| case.facts.may_hold_keys(it)) {
        return case
            .key_outside(control, Vec::new())
            .comparing(expected, "a customer's key outside the organization")
            .showing(&answer.evidence);
    }
    if key.manager == KeyManager::Unknown {
        return Finding::not_proven(control, case.subject(), Reason::KeyKindUnknown, Vec::new())
            .saying(format!("DescribeKey names no known manager for the key of '{}'.", case.name()))
            .comparing(expected, "no known KeyManager")
            .showing(&answer.evidence);
    }
    Finding::pass(control, case.subject(), Reason::CustomerManaged, &proof)
        .saying(format!("The key of '{}' is customer managed.", case.name()))
        .comparing(expected, "KeyManager CUSTOMER")
}

/// Whether KMS would make data keys for CloudTrail's next delivery.
///
/// Source: KMS developer guide, "Key states of AWS KMS keys", and the CloudTrail user guide: the
/// key must be symmetric and in the bucket's Region.
pub(super) fn usable(case: &TrailCase<'_>) -> Finding {
    let control = ControlId::KeyUsable;
    if let Some(finding) = case.without_key(control) {
        return finding;
    }
    if let Some(finding) = wrong_region(case) {
        return finding;
    }
    let answer = match case.key_read() {
        Ok(answer) => answer,
        Err(gaps) => return case.key_unread(control, gaps),
    };
    let proof = Proof::of(&answer.evidence);
    let key = match &answer.value {
        KeyPresence::Gone => {
            return Finding::fail(control, case.subject(), Reason::KeyGone, &proof)
                .saying(format!("The key of '{}' no longer exists.", case.name()))
                .comparing(EXPECTED, "NotFoundException in the key's own account");
        }
        KeyPresence::InvalidState(words) => {
            return Finding::fail(control, case.subject(), Reason::Unavailable, &proof)
                .saying(format!(
                    "The key of '{}' cannot encrypt new logs now. KMS says: {words}",
                    case.name()
                ))
                .comparing(EXPECTED, words.clone());
        }
        KeyPresence::Exists(key) => key,
    };
    if let Some(reason) = unusable(case, key) {
        return Finding::fail(control, case.subject(), reason, &proof)
            .saying(format!(
                "The key of '{}' cannot encrypt new logs: {}.",
                case.name(),
                unusable_words(reason)
            ))
            .comparing(EXPECTED, shown(key));
    }
    if let Some(finding) = usability_unknown(case, key, &answer.evidence) {
        return finding;
    }
    if case.bucket.and_then(trailseal_model::BucketFacts::region).is_some() {
        let headed = case.bucket.and_then(|bucket| bucket.presence.known());
        let proof = headed.iter().fold(proof, |proof, answer| proof.and(&answer.evidence));
        Finding::pass(control, case.subject(), Reason::Usable, &proof)
            .saying(format!("The key of '{}' can encrypt new logs.", case.name()))
            .comparing(EXPECTED, shown(key))
    } else {
        let gap = case.bucket.and_then(|it| it.presence.gap());
        let gaps = gap.into_iter().collect();
        Finding::not_proven(control, case.subject(), Reason::BucketRegionUnknown, gaps)
            .by_gaps_alone()
            .saying(format!(
                "The key of '{}' is usable, but the bucket's Region could not be read.",
                case.name()
            ))
            .comparing(EXPECTED, shown(key))
            .showing(&answer.evidence)
    }
}

const EXPECTED: &str = "Enabled, SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, in the bucket's Region";

fn shown(key: &KeyFacts) -> String {
    let region = key.arn.region().map_or_else(|| "no Region".to_owned(), |it| it.to_string());
    let or = |text: &str, without: &str| {
        if text.is_empty() { without.to_owned() } else { text.to_owned() }
    };
    let state = or(&key.state, "no KeyState");
    let (spec, usage) = (or(&key.spec, "no KeySpec"), or(&key.usage, "no KeyUsage"));
    format!("{state}, {spec}, {usage}, in {region}")
}

/// Nothing shows that the key is unusable, and not everything that it takes is known.
fn usability_unknown(case: &TrailCase<'_>, key: &KeyFacts, evidence: &Evidence) -> Option<Finding> {
    let control = ControlId::KeyUsable;
    let name = case.name();
    let is_state_known = matches!(key.state.as_str(), "Enabled" | "Updating");
    let (reason, message) = match key.refused_for_state {
        Some(_) => (
            Reason::KeyStateUnknown,
            format!(
                "DescribeKey shows the key of '{name}' as {}, but KMS refused another request because of the key's state; the gap has KMS's message.",
                key.state
            ),
        ),
        None if !is_state_known => (
            Reason::KeyStateUnknown,
            format!("DescribeKey names no known state for the key of '{name}'."),
        ),
        None if key.is_symmetric().is_none() => (
            Reason::KeyKindUnknown,
            format!("DescribeKey names no known kind (KeySpec, KeyUsage) for the key of '{name}'."),
        ),
        None => return None,
    };
    let gaps = key.refused_for_state.into_iter().collect();
    let finding = Finding::not_proven(control, case.subject(), reason, gaps).saying(message);
    Some(finding.comparing(EXPECTED, shown(key)).showing(evidence))
}

/// The ARN alone shows that a key is in another Region than the bucket, even when the key is unread.
fn wrong_region(case: &TrailCase<'_>) -> Option<Finding> {
    let bucket = case.bucket?;
    let (key, evidence) = case.key_arn_shown()?;
    let (key_region, bucket_region) = (key.region()?, bucket.region()?);
    if key_region == bucket_region {
        return None;
    }
    let proof = Proof::of(evidence).and(&bucket.presence.known()?.evidence);
    let finding = Finding::fail(ControlId::KeyUsable, case.subject(), Reason::WrongRegion, &proof)
        .saying(format!(
            "The key of '{}' is in {key_region}, its bucket in {bucket_region}: CloudTrail needs both in the same Region.",
            case.name()
        ))
        .comparing(format!("a key in {bucket_region}"), format!("a key in {key_region}"));
    Some(finding)
}

/// Why a key cannot encrypt, as a clause about the key.
const fn unusable_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Disabled => "it is disabled",
        Reason::PendingDeletion => "it is pending deletion",
        Reason::PendingImport => "it is pending import of its key material",
        Reason::Unavailable => "it is unavailable",
        Reason::NotSymmetric => "it is not a symmetric encryption key",
        Reason::MaterialExpired => "its imported key material expired",
        _ => "it is not enabled",
    }
}

fn unusable(case: &TrailCase<'_>, key: &KeyFacts) -> Option<Reason> {
    // As of the answer that shows it: a run can go on for hours after it began.
    let answered_at = case.key_read().map_or(case.facts.as_of, |it| it.evidence.at);
    let is_expired = key.valid_to.is_some_and(|it| it <= answered_at);
    let by_state = match key.state.as_str() {
        "Disabled" => Some(Reason::Disabled),
        "PendingDeletion" | "PendingReplicaDeletion" => Some(Reason::PendingDeletion),
        "PendingImport" => Some(Reason::PendingImport),
        "Unavailable" => Some(Reason::Unavailable),
        "Creating" => Some(Reason::NotEnabled),
        // Enabled and Updating are usable; a state that KMS does not document shows neither.
        _ => None,
    };
    by_state
        .or_else(|| (key.deletion_date.is_some()).then_some(Reason::PendingDeletion))
        .or_else(|| (key.is_symmetric() == Some(false)).then_some(Reason::NotSymmetric))
        .or_else(|| is_expired.then_some(Reason::MaterialExpired))
}

impl<'a> TrailCase<'a> {
    /// DescribeKey's answer, or the gaps instead of it.
    pub(super) fn key_read(&self) -> Result<&'a Answer<KeyPresence>, Vec<GapId>> {
        match self.key {
            Some(Observed::Known(answer)) => Ok(answer),
            Some(Observed::Unread(gap)) => Err(vec![*gap]),
            None => Err(Vec::new()),
        }
    }

    /// The ARN of the trail's key: DescribeKey's, else the one that the trail names; `None` for an
    /// alias that was not resolved.
    pub(super) fn key_judged(&self) -> Option<&'a Arn> {
        match self.key.and_then(|it| it.known()).map(|it| &it.value) {
            Some(KeyPresence::Exists(key)) => Some(&key.arn),
            _ => self.trail.key.as_ref().filter(|it| it.resource().starts_with("key/")),
        }
    }

    /// DescribeKey, where it says that AWS manages the key.
    pub(super) fn key_of_aws(&self) -> Option<&'a Evidence> {
        let Answer { value, evidence } = self.key?.known()?;
        let is_of_aws = matches!(value, KeyPresence::Exists(key) if key.manager == KeyManager::Aws);
        is_of_aws.then_some(evidence)
    }

    /// The finding of a policy's control where there is no policy of the customer's to judge.
    pub(super) fn without_own_policy(&self, control: ControlId) -> Option<Finding> {
        let answer = self.key_read().ok()?;
        let (reason, why) = match &answer.value {
            KeyPresence::Gone => (Reason::KeyGone, "no longer exists"),
            KeyPresence::Exists(key) if key.manager == KeyManager::Aws => {
                (Reason::AwsManaged, "is managed by AWS, like its policy and rotation")
            }
            KeyPresence::InvalidState(_) | KeyPresence::Exists(_) => return None,
        };
        let finding = Finding::not_applicable(control, self.subject(), reason);
        let message = format!("The key of '{}' {why}.", self.name());
        Some(finding.saying(message).showing(&answer.evidence))
    }

    pub(super) fn key_unread(&self, control: ControlId, gaps: Vec<GapId>) -> Finding {
        Finding::not_proven(control, self.subject(), Reason::Unread, gaps)
            .by_gaps_alone()
            .saying(format!("The key of '{}' could not be read.", self.name()))
    }

    /// Whether the account in the key's ARN is of the organization, or trusted; also where the ARN
    /// names no account, because that is no stranger.
    pub(super) fn may_hold_key(&self) -> bool {
        let owner = self.trail.key.as_ref().and_then(Arn::account);
        owner.is_none_or(|it| self.facts.may_hold_keys(it))
    }

    pub(super) fn key_outside(&self, control: ControlId, mut gaps: Vec<GapId>) -> Finding {
        if let Some(gap) = self.facts.population.gap() {
            gaps.push(gap);
            return Finding::not_proven(control, self.subject(), Reason::Unread, gaps).saying(
                format!(
                    "The key of '{}' belongs to an account that was not listed, and the list of accounts is incomplete.",
                    self.name()
                ),
            )
            .showing(&self.trail.described_by);
        }
        Finding::not_proven(control, self.subject(), Reason::OutsideOrganization, gaps).saying(
            format!(
                "The key of '{}' belongs to an account outside the organization that is not in trusted_key_accounts.",
                self.name()
            ),
        )
        .showing(&self.trail.described_by)
    }

    /// The key's ARN with the call that showed it: DescribeKey's, else the trail's own where that
    /// is the ARN of a key.
    fn key_arn_shown(&self) -> Option<(&'a Arn, &'a Evidence)> {
        if let Some(Observed::Known(answer)) = self.key
            && let KeyPresence::Exists(key) = &answer.value
        {
            return Some((&key.arn, &answer.evidence));
        }
        let named = self.trail.key.as_ref()?;
        let is_printed = self.trail.description.kms_key_id.as_deref() == Some(named.as_str());
        is_printed.then_some((named, &self.trail.described_by))
    }
}
