//! `key-policy-allows-cloudtrail`: what the key's policy answers to CloudTrail's own request.
//!
//! Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"; the policy is
//! simulated by `trailseal-key-policy`, nothing is asked of KMS.
//!
//! The other controls of the policy begin with the same [`PolicyRead`].

use std::sync::Arc;

use trailseal_key_policy::{
    BucketKey, CloudTrailDelivery, Decision, KeyPolicy, RequestContext, StatementId, Why, evaluate,
};
use trailseal_model::{
    AccountId, Answer, Arn, ControlId, Evidence, Finding, GapId, Observed, OrganizationFacts,
    Proof, Reason, Sample, SampleResult, TrailDescription, TrailFacts,
};

use super::TrailCase;
use super::sentences::unread_words;
use crate::age::{corroborate, is_within, seconds};

const CONTROL: ControlId = ControlId::KeyPolicyAllowsCloudtrail;
const EXPECTED: &str = "cloudtrail.amazonaws.com may call kms:GenerateDataKey for this trail";

/// Simulates the request that encrypts one log object of this trail.
pub(super) fn allows_cloudtrail(case: &TrailCase<'_>) -> Finding {
    match PolicyRead::of(case, CONTROL, EXPECTED) {
        Ok(read) => decided(case, &read),
        Err(finding) => *finding,
    }
}

/// The policy of a trail's key, with what CloudTrail does with the key.
pub(crate) struct PolicyRead<'a> {
    pub(crate) policy: KeyPolicy,
    pub(crate) delivery: Delivery<'a>,
    /// GetKeyPolicy.
    pub(super) evidence: &'a Evidence,
}

/// One trail's deliveries, kept for the simulation.
pub(crate) struct Delivery<'a> {
    trail: &'a TrailDescription,
    owner: String,
    key: &'a Arn,
    bucket_key: BucketKey,
    /// When GetKeyPolicy answered, in seconds since 1970: of another time the policy says nothing.
    time: i64,
}

impl<'a> PolicyRead<'a> {
    /// The policy of a trail's key, where it could be read and understood.
    pub(crate) fn of_trail(facts: &'a OrganizationFacts, trail: &'a TrailFacts) -> Option<Self> {
        Self::of(&TrailCase::new(facts, trail, false), CONTROL, EXPECTED).ok()
    }

    /// The policy, or the finding instead of it: not applicable where there is no policy of the
    /// customer's, not proven where it could not be read or understood. Whether DescribeKey answered
    /// does not matter: the policy that was read is the key's.
    pub(super) fn of(
        case: &TrailCase<'a>,
        control: ControlId,
        expected: &str,
    ) -> Result<Self, Box<Finding>> {
        let without = case.without_key(control).or_else(|| case.without_own_policy(control));
        if let Some(finding) = without {
            return Err(finding.into());
        }
        let (key, read) = match (case.key_judged(), case.policy()) {
            (Some(key), Some(Observed::Known(policy))) => (key, policy),
            (_, Some(Observed::Unread(gap))) => {
                return Err(unread(case, control, vec![*gap]).into());
            }
            _ => return Err(not_asked(case, control).into()),
        };
        let evidence = &read.evidence;
        match KeyPolicy::parse(&read.value) {
            Ok(policy) => {
                Ok(Self { policy, delivery: Delivery::of(case, key, evidence), evidence })
            }
            Err(problem) => {
                let reason = Reason::PolicyMalformed;
                let finding = Finding::not_proven(control, case.subject(), reason, Vec::new());
                Err(finding
                    .saying(format!("The key policy of '{}' is malformed: {problem}.", case.name()))
                    .comparing(expected, "a policy that cannot be parsed")
                    .showing(evidence)
                    .into())
            }
        }
    }

    /// GetKeyPolicy's answer is the whole proof.
    pub(super) fn proof(&self) -> Proof {
        Proof::of(self.evidence)
    }

    /// What the policy answers when CloudTrail encrypts one log object of the trail.
    pub(super) fn seals(&self) -> Decision {
        let request = RequestContext::cloudtrail_delivery(&self.delivery.simulated());
        evaluate(&self.policy, &request)
    }

    /// The finding where the answer is not known.
    pub(super) fn unknown(
        &self,
        case: &TrailCase<'_>,
        control: ControlId,
        question: &str,
        expected: &str,
        (statement, why): (&StatementId, &Why),
    ) -> Finding {
        let observed = format!("{statement}: {why}");
        Finding::not_proven(control, case.subject(), Reason::PolicyUnknown, Vec::new())
            .saying(format!("{question} depends on {} ({observed}).", undetermined(why)))
            .comparing(expected, observed)
            .showing(self.evidence)
    }
}

impl<'a> TrailCase<'a> {
    fn policy(&self) -> Option<&'a Observed<Answer<Arc<str>>>> {
        self.trail.key.as_ref().and_then(|it| self.facts.key_policies.get(it))
    }
}

impl<'a> Delivery<'a> {
    fn of(case: &TrailCase<'a>, key: &'a Arn, read: &Evidence) -> Self {
        let trail = &case.trail.description;
        let bucket_key = match case.trail.sample.newest.as_ref().and_then(|it| it.bucket_key) {
            Some(true) => BucketKey::Enabled,
            Some(false) => BucketKey::Disabled,
            None => BucketKey::Unknown,
        };
        let time = read.at.as_second();
        Self { trail, owner: trail.owner.to_string(), key, bucket_key, time }
    }

    /// The account that holds the key.
    pub(super) fn key_account(&self) -> Option<AccountId> {
        self.key.account()
    }

    pub(crate) fn simulated(&self) -> CloudTrailDelivery<'_> {
        CloudTrailDelivery {
            trail_arn: self.trail.arn.as_str(),
            trail_owner_account: &self.owner,
            key_arn: self.key.as_str(),
            bucket: self.trail.bucket.as_deref().unwrap_or_default(),
            key_prefix: self.trail.prefix.as_deref(),
            bucket_key: self.bucket_key,
            time: Some(self.time),
        }
    }
}

/// What a policy's answer depends on, as the end of a sentence.
pub(super) const fn undetermined(why: &Why) -> &'static str {
    match why {
        Why::ContextKey(_)
        | Why::ContextKeyInPart(_)
        | Why::SeveralValues(_)
        | Why::AbsentUnderSetOperator(_) => "a condition key that cannot be determined",
        _ => "a part of a statement that cannot be determined",
    }
}

fn decided(case: &TrailCase<'_>, policy: &PolicyRead<'_>) -> Finding {
    let (name, read) = (case.name(), policy.evidence);
    match (policy.seals(), just_delivered(case, read)) {
        (Decision::Allow { statement }, _) => {
            let finding =
                Finding::pass(CONTROL, case.subject(), Reason::PolicyAllows, &Proof::of(read));
            finding
                .saying(format!("The key policy lets CloudTrail encrypt the logs of '{name}'."))
                .comparing(EXPECTED, format!("allowed by {statement}"))
        }
        (Decision::Unknown { statement, why }, Some(Delivered::Together(object, evidence))) => {
            let proof = Proof::of(evidence).and(read);
            Finding::pass(CONTROL, case.subject(), Reason::ObservedDelivery, &proof)
                .saying(format!(
                    "The key policy depends on {} ({why}), but CloudTrail encrypted a log of '{name}' with this key within the last hour.",
                    undetermined(&why)
                ))
                .comparing(EXPECTED, format!("{statement}: {why}; delivered: {}", object.key))
        }
        (Decision::Unknown { statement, why }, _) => {
            let question =
                format!("Whether the key policy lets CloudTrail encrypt the logs of '{name}'");
            policy.unknown(case, CONTROL, &question, EXPECTED, (&statement, &why))
        }
        (Decision::Deny { statement }, delivered) => {
            refused(case, Reason::PolicyDenies, &format!("denied by {statement}"), read, delivered)
        }
        (Decision::NotAllowed, delivered) => {
            refused(case, Reason::NotGranted, "no statement allows it", read, delivered)
        }
    }
}

/// A log object that shows CloudTrail at work with the key, with HeadObject's answer.
#[derive(Clone, Copy)]
enum Delivered<'a> {
    /// Delivered within the hour before that answer, which is less than an hour from GetKeyPolicy's:
    /// the two describe one state.
    Together(&'a Sample, &'a Evidence),
    /// Delivered after the policy was read, by answers further apart: the policy may have been
    /// changed in between.
    Later(&'a Sample, &'a Evidence),
}

/// A refusal fails, unless an object shows that CloudTrail could encrypt it.
fn refused(
    case: &TrailCase<'_>,
    reason: Reason,
    observed: &str,
    read: &Evidence,
    delivered: Option<Delivered<'_>>,
) -> Finding {
    let name = case.name();
    match delivered {
        None => Finding::fail(CONTROL, case.subject(), reason, &Proof::of(read))
            .saying(format!("The key policy does not let CloudTrail encrypt the logs of '{name}': {observed}."))
            .comparing(EXPECTED, observed),
        Some(Delivered::Together(object, evidence) | Delivered::Later(object, evidence)) => {
            Finding::not_proven(CONTROL, case.subject(), Reason::Contradiction, Vec::new())
                .saying(format!(
                    "The key policy of '{name}' refuses CloudTrail ({observed}), but a log of {:.0} is encrypted with the key.",
                    object.named_at
                ))
                .comparing(EXPECTED, format!("{observed}; delivered: {}", object.key))
                .showing(read)
                .showing(evidence)
        }
    }
}

/// The newest object, if it is this trail's for certain, is encrypted with its key, and was delivered
/// within an hour of the answer that shows it, by the time in its name.
fn just_delivered<'a>(case: &TrailCase<'a>, policy: &Evidence) -> Option<Delivered<'a>> {
    let newest = case.trail.sample.newest.as_deref()?;
    let is_own = !case.has_siblings && newest.result == SampleResult::Pass;
    let evidence = newest.evidence.as_ref().filter(|_| is_own)?;
    let span = seconds(case.facts.thresholds.fresh_within_seconds);
    if !is_within(newest.named_at, evidence.at, span) {
        return None;
    }
    if corroborate(evidence, policy) {
        return Some(Delivered::Together(newest, evidence));
    }
    (newest.named_at > policy.at).then_some(Delivered::Later(newest, evidence))
}

/// The policy of a key outside the organization is not read, nor that of a key whose ARN is not known.
fn not_asked(case: &TrailCase<'_>, control: ControlId) -> Finding {
    match case.key_read() {
        read if !case.may_hold_key() => case.key_outside(control, read.err().unwrap_or_default()),
        Ok(_) => unread(case, control, Vec::new()),
        Err(gaps) => case.key_unread(control, gaps),
    }
}

fn unread(case: &TrailCase<'_>, control: ControlId, gaps: Vec<GapId>) -> Finding {
    let why = if gaps.is_empty() {
        String::new()
    } else {
        format!(": {}", unread_words(case.facts, &gaps))
    };
    Finding::not_proven(control, case.subject(), Reason::Unread, gaps)
        .by_gaps_alone()
        .saying(format!("The key policy of '{}' could not be read{why}.", case.name()))
}
